/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of VFs as a kernel gave them, and as others may give them. */
#include "core/nl-vf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "recorded.h"

#define SETTING(i) (1u << SETTING_##i)
#define GUIDS      (SETTING(NODE_GUID) | SETTING(PORT_GUID))
#define EVERYTHING ((1u << SETTING_COUNT) - 1)

typedef struct settings settings_of(unsigned vf);

static int decode(struct nlmsghdr *owned, struct vf_list *ret)
{
	autofree struct nlmsghdr *h = owned;

	return nl_vf_decode(h, ret);
}

static int decode_recorded(const char *name, struct vf_list *ret)
{
	return decode(load_message(getenv("VFPREP_SOURCE"), "/tests/recorded/replies", name), ret);
}

static int decode_derived(const char *name, struct vf_list *ret)
{
	return decode(load_message(getenv("VFPREP_DERIVED"), "", name), ret);
}

/* As settings_of_netdevsim in tests/recorded/recording.sh has them. */
static struct settings of_netdevsim(unsigned vf)
{
	struct settings s = {
		.present = EVERYTHING & ~GUIDS,
		.mac = { 2, 0, 0x5e, 0, (uint8_t)(vf / 256), (uint8_t)vf },
		.rate = { .min_mbps = vf, .max_mbps = 1000 + vf },
		.link_state = vf % 3,
		.trust = vf % 2,
		.spoofcheck = vf / 2 % 2,
		.rss_query = vf / 4 % 2,
	};

	if (vf % 5 == 4)
		return s;
	s.vlan.id = (uint16_t)(100 + vf);
	s.vlan.qos = vf % 8;
	s.vlan.protocol = vf % 3 == 2 ? VLAN_8021AD : VLAN_8021Q;
	return s;
}

/* As settings_of_igb has them. The link state is what the kernel says where a driver says
 * nothing. */
static struct settings of_igb(unsigned vf)
{
	return (struct settings){
		.present = EVERYTHING & ~GUIDS & ~SETTING(RSS_QUERY),
		.mac = { 2, 0, 0x5e, 1, 0, (uint8_t)vf },
		.vlan = { .id = (uint16_t)(200 + vf), .qos = vf % 8 },
		.rate = { .max_mbps = 100 + vf },
		.trust = vf % 2,
		.spoofcheck = vf / 2 % 2,
	};
}

static struct settings of_new_igb(unsigned vf)
{
	(void)vf;
	return (struct settings){ .present = of_igb(0).present, .spoofcheck = true };
}

/* As tests/recorded/derive adds them. */
static struct settings with_guids(unsigned vf)
{
	struct settings s = of_netdevsim(vf);

	s.present |= GUIDS;
	s.node_guid = 0x1000 + vf;
	s.port_guid = 0x2000 + vf;
	return s;
}

static struct settings of_infiniband(unsigned vf)
{
	struct settings s = with_guids(vf);

	s.present &= ~SETTING(MAC);
	return s;
}

static void expect_settings(const char *name, unsigned vf, const struct settings *got,
			    struct settings want)
{
	if (got->present != want.present)
		fail_msg("%s: vf %u has settings %#x, want %#x", name, vf, got->present,
			 want.present);
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		autostrbuf g = { 0 }, w = { 0 };

		if (!setting_has(&want, i) || setting_same(i, got, &want))
			continue;
		setting_format(i, got, &g);
		setting_format(i, &want, &w);
		fail_msg("%s: vf %u: %s is %s, want %s", name, vf, setting_table[i].name,
			 strbuf_text(&g), strbuf_text(&w));
	}
}

/* All VFs but those from FIRST_MISSING on, N_MISSING of them. */
static void expect_list(const char *name, const struct vf_list *l, unsigned announced,
			unsigned first_missing, unsigned n_missing, settings_of *of)
{
	assert_int_equal(l->announced, announced);
	assert_true(l->listed);
	assert_int_equal(l->n, announced - n_missing);
	for (unsigned vf = 0; vf < announced; vf++) {
		const struct settings *s = vf_list_find(l, vf);

		assert_int_equal(s == NULL, vf >= first_missing && vf < first_missing + n_missing);
		if (s)
			expect_settings(name, vf, s, of(vf));
	}
}

static void expect_nothing(const struct vf_list *l)
{
	assert_int_equal(l->announced, 0);
	assert_int_equal(l->n, 0);
	assert_null(l->entries);
}

static void every_vf_has_what_it_was_given(void **state)
{
	static const struct {
		const char *name;
		unsigned n;
		settings_of *of;
	} cases[] = {
		{ "netdevsim-0", 0, of_netdevsim },
		{ "netdevsim-7", 7, of_netdevsim },
		{ "netdevsim-7-stats", 7, of_netdevsim },
		{ "netdevsim-221", 221, of_netdevsim },
		{ "netdevsim-221-stats", 221, of_netdevsim },
		{ "netdevsim-222", 222, of_netdevsim },
		{ "netdevsim-334", 334, of_netdevsim },
		{ "igb-0", 0, of_igb },
		{ "igb-2", 2, of_new_igb },
		{ "igb-7", 7, of_igb },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autovflist l = { 0 };

		assert_int_equal(decode_recorded(cases[i].name, &l), 0);
		expect_list(cases[i].name, &l, cases[i].n, 0, 0, cases[i].of);
	}
}

static void a_list_that_wrapped_is_not_believed(void **state)
{
	autovflist l = { 0 };

	(void)state;
	assert_int_equal(decode_recorded("netdevsim-335", &l), -EOVERFLOW);
	assert_int_equal(decode_recorded("netdevsim-222-stats", &l), -EOVERFLOW);
	assert_int_equal(decode_derived("wrapped-400", &l), -EOVERFLOW);
	assert_int_equal(decode_derived("guids-278", &l), -EOVERFLOW);
	/* It has not wrapped because one is missing, which nobody can tell. */
	assert_int_equal(decode_derived("hole-of-335", &l), -EOVERFLOW);
	assert_int_equal(decode_derived("hole-with-stats", &l), -EOVERFLOW);
	assert_int_equal(decode_derived("none-of-335", &l), -EOVERFLOW);
	expect_nothing(&l);
}

static void where_a_vf_is_missing_the_others_are_believed(void **state)
{
	static const struct {
		const char *name;
		unsigned announced, first_missing, n_missing;
		settings_of *of;
	} cases[] = {
		{ "hole", 7, 3, 1, of_netdevsim },
		{ "first-missing", 7, 0, 1, of_netdevsim },
		{ "last-missing", 7, 5, 2, of_netdevsim },
		{ "all-missing", 7, 0, 7, of_netdevsim },
		{ "hole-of-334", 334, 100, 1, of_netdevsim },
		{ "guids-277-hole", 277, 9, 1, with_guids },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autovflist l = { 0 };

		assert_int_equal(decode_derived(cases[i].name, &l), 0);
		expect_list(cases[i].name, &l, cases[i].announced, cases[i].first_missing,
			    cases[i].n_missing, cases[i].of);
	}
}

static void guids_are_read_as_far_as_they_fit(void **state)
{
	autovflist few = { 0 }, many = { 0 }, infiniband = { 0 };

	(void)state;
	assert_int_equal(decode_derived("guids", &few), 0);
	expect_list("guids", &few, 7, 0, 0, with_guids);
	assert_int_equal(decode_derived("guids-277", &many), 0);
	expect_list("guids-277", &many, 277, 0, 0, with_guids);
	assert_int_equal(decode_derived("guids-of-infiniband", &infiniband), 0);
	expect_list("guids-of-infiniband", &infiniband, 7, 0, 0, of_infiniband);
}

static void what_a_kernel_to_come_may_add_changes_nothing(void **state)
{
	autovflist added = { 0 }, flagged = { 0 };

	(void)state;
	assert_int_equal(decode_derived("to-come", &added), 0);
	expect_list("to-come", &added, 7, 0, 0, of_netdevsim);
	assert_int_equal(decode_derived("nested-flag", &flagged), 0);
	expect_list("nested-flag", &flagged, 7, 0, 0, of_netdevsim);
}

/* VF 2 has an attribute that is too short; the other VFs, and its other settings, are there. */
static void an_attribute_that_is_too_short_is_not_read(void **state)
{
	autovflist trust = { 0 }, vlan = { 0 };
	struct settings want = of_netdevsim(2);

	(void)state;
	assert_int_equal(decode_derived("short-trust", &trust), 0);
	want.present &= ~SETTING(TRUST);
	expect_settings("short-trust", 2, vf_list_find(&trust, 2), want);
	expect_settings("short-trust", 3, vf_list_find(&trust, 3), of_netdevsim(3));
	/* The older attribute beside it knows no protocol. */
	assert_int_equal(decode_derived("short-vlan-list", &vlan), 0);
	want = of_netdevsim(2);
	want.vlan.protocol = VLAN_8021Q;
	expect_settings("short-vlan-list", 2, vf_list_find(&vlan, 2), want);
}

static void a_broken_list_is_refused_as_a_whole(void **state)
{
	static const struct {
		const char *name;
		int r;
	} cases[] = {
		{ "cut", -EBADMSG },
		{ "cut-list", -EOVERFLOW },
		{ "short-mac", -EBADMSG },
		{ "no-mac", -EBADMSG },
		{ "twice", -EBADMSG },
		{ "beyond", -EBADMSG },
		{ "fewer-announced", -EBADMSG },
		{ "not-announced", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autovflist l = { 0 };
		int r = decode_derived(cases[i].name, &l);

		if (r != cases[i].r)
			fail_msg("%s: %d, want %d", cases[i].name, r, cases[i].r);
		expect_nothing(&l);
	}
}

static void a_driver_that_lists_nothing_only_announces(void **state)
{
	autovflist l = { 0 };

	(void)state;
	assert_int_equal(decode_derived("not-listed", &l), 0);
	assert_int_equal(l.announced, 7);
	assert_false(l.listed);
	assert_int_equal(l.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vf_has_what_it_was_given),
		cmocka_unit_test(a_list_that_wrapped_is_not_believed),
		cmocka_unit_test(where_a_vf_is_missing_the_others_are_believed),
		cmocka_unit_test(guids_are_read_as_far_as_they_fit),
		cmocka_unit_test(what_a_kernel_to_come_may_add_changes_nothing),
		cmocka_unit_test(an_attribute_that_is_too_short_is_not_read),
		cmocka_unit_test(a_broken_list_is_refused_as_a_whole),
		cmocka_unit_test(a_driver_that_lists_nothing_only_announces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
