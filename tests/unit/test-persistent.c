/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a persistent side is no fit stand-in for the VF. */
#include "core/persistent.h"

#include <errno.h>

#include "expect.h"

static char web0[] = "web0", eth0[] = "eth0";

static struct team team_in(unsigned vlan, unsigned mtu)
{
	struct team t = { .name = web0, .pf = { .name = eth0, .mtu = mtu } };

	t.settings.present = 1u << SETTING_VLAN;
	t.settings.vlan.id = (uint16_t)vlan;
	return t;
}

static int check(const struct team *t, const char *text, unsigned mtu, unsigned queues,
		 struct vfprep_problems *p)
{
	CLEANUP(hint_clear) struct hint hint = { 0 };
	const struct interface_tuning tuning = { mtu, queues };
	const char *why;

	assert_int_equal(hint_parse(text, &hint, &why), 0);
	return persistent_check(t, &hint, &tuning, p);
}

static void expect_fit(const struct team *t, const char *text, unsigned mtu, unsigned queues)
{
	autoproblems p = vfprep_problems_new();

	assert_int_equal(check(t, text, mtu, queues, p), 0);
	assert_int_equal(vfprep_problems_count(p), 0);
}

static void expect_note(const struct team *t, const char *text, unsigned mtu, const char *word)
{
	autoproblems p = vfprep_problems_new();

	assert_int_equal(check(t, text, mtu, 0, p), 0);
	expect_finding(p, VFPREP_NOTE, "web0", word);
}

static void expect_refused(const char *text, unsigned mtu, unsigned queues, const char *word)
{
	autoproblems p = vfprep_problems_new();
	struct team t = team_in(0, 1500);

	assert_int_equal(check(&t, text, mtu, queues, p), -EINVAL);
	expect_finding(p, VFPREP_CONFIG, "web0", word);
}

static void what_may_be_the_vfs_segment_is_fit(void **state)
{
	struct team t = team_in(0, 1500), of_unknown_mtu = team_in(0, 0);

	(void)state;
	expect_fit(&t, "bridge:br0", 0, 0);
	expect_fit(&t, "network:lab", 1500, 4);
	expect_fit(&t, "ethernet:tap0", 0, 4);
	expect_fit(&t, "direct:eth1", 0, 4);
	expect_fit(&of_unknown_mtu, "bridge:br0", 9000, 0);
}

static void nat_is_not_the_vfs_segment(void **state)
{
	struct team t = team_in(0, 1500);

	(void)state;
	expect_note(&t, "user", 0, "user networking does not carry");
	expect_note(&t, "passt", 0, "passt networking does not carry");
}

static void vlan_has_to_be_carried(void **state)
{
	struct team t = team_in(100, 1500);

	(void)state;
	expect_note(&t, "bridge:br0", 0, "in VLAN 100: bridge 'br0' has to carry it untagged");
	expect_note(&t, "ethernet:tap0", 0, "in VLAN 100: tap 'tap0'");
}

static void own_pf_is_in_no_vlan_and_sends_frames_to_the_vf(void **state)
{
	struct team t = team_in(0, 1500);
	autoproblems p = vfprep_problems_new();

	(void)state;
	expect_note(&t, "direct:eth0", 0, "is the VF's own PF");
	t = team_in(100, 1500);
	assert_int_equal(check(&t, "direct:eth0", 0, 0, p), 0);
	assert_int_equal(vfprep_problems_count(p), 2);
	assert_non_null(strstr(vfprep_problems_get(p, 0).message, "is the PF itself"));
}

static void another_mtu_is_told(void **state)
{
	struct team t = team_in(0, 9000);

	(void)state;
	expect_note(&t, "bridge:br0", 0, "PF is 9000; the persistent side has 1500");
	expect_note(&t, "bridge:br0", 4000, "persistent side is 4000, that of the VF's PF is 9000");
	expect_fit(&t, "bridge:br0", 9000, 0);
}

static void what_libvirt_cannot_tune_is_refused(void **state)
{
	(void)state;
	expect_refused("user", 9000, 0, "libvirt sets no MTU with user networking");
	expect_refused("direct:eth1", 9000, 0, "libvirt sets no MTU with direct networking");
	expect_refused("user", 0, 2, "libvirt makes one queue with user networking");
	expect_refused("passt", 0, 2, "libvirt makes one queue with passt networking");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_the_vfs_segment_is_fit),
		cmocka_unit_test(nat_is_not_the_vfs_segment),
		cmocka_unit_test(vlan_has_to_be_carried),
		cmocka_unit_test(own_pf_is_in_no_vlan_and_sends_frames_to_the_vf),
		cmocka_unit_test(another_mtu_is_told),
		cmocka_unit_test(what_libvirt_cannot_tune_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
