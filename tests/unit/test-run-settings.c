/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every setting that there is, on a machine in memory whose driver has them all: applied, changed,
 * and given back exactly, also when a step of it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "fake-host.h"

#define ALL_SETTINGS ((1u << SETTING_COUNT) - 1)

static const char match[] = "[Match]\nAddress=0000:01:00.0\n";
static const char all_keys[] =
	"[Match]\nAddress=0000:01:00.0\n[VF 0]\n"
	"MACAddress=02:00:5e:10:00:01\nVLANId=100\nQualityOfService=3\n"
	"VLANProtocol=802.1ad\nTrust=yes\nMACSpoofCheck=no\nLinkState=no\n"
	"MinRateMbps=10\nMaxRateMbps=500\nQueryReceiveSideScaling=no\n"
	"NodeGUID=00:11:22:33:44:55:66:77\nPortGUID=00:11:22:33:44:55:66:78\n";

/* What somebody else has set, none of it what a VF has from the start. */
static const struct settings others = {
	.present = ALL_SETTINGS,
	.mac = { 2, 0, 0, 0, 0, 0xa0 },
	.vlan = { .id = 7, .qos = 1, .protocol = VLAN_8021Q },
	.rate = { .min_mbps = 1, .max_mbps = 100 },
	.link_state = VF_LINK_ENABLE,
	.spoofcheck = true,
	.rss_query = true,
	.node_guid = 0x0102030405060708,
	.port_guid = 0x0807060504030201,
};

static struct settings *settings_of_vf(const struct fake_host *h)
{
	return &pf_find_vf(&h->fake->machine->pfs[0], 0)->settings;
}

static void open_host(struct fake_host *h, const char *config)
{
	fake_host_open(h, config);
	h->fake->takes_everything = true;
	fake_host_raw(h, "numvfs 0000:01:00.0 1");
	*settings_of_vf(h) = others;
}

static bool all_same(const struct settings *a, const struct settings *b)
{
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (!setting_same(i, a, b))
			return false;
	}
	return true;
}

static void every_setting_is_set_and_given_back(void **state)
{
	struct fake_host h;

	(void)state;
	open_host(&h, all_keys);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	const struct settings *s = settings_of_vf(&h);
	for (unsigned i = 0; i < SETTING_COUNT; i++)
		assert_false(setting_same(i, s, &others));
	assert_int_equal(s->vlan.protocol, VLAN_8021AD);
	assert_int_equal(s->link_state, VF_LINK_DISABLE);
	assert_int_equal(s->rate.min_mbps, 10);
	assert_int_equal(s->rate.max_mbps, 500);
	assert_int_equal(s->node_guid, 0x0011223344556677);
	assert_int_equal(s->port_guid, 0x0011223344556678);
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_true(all_same(settings_of_vf(&h), &others));
	fake_host_close(&h);
}

/* A key that no file has any more. */
static void what_no_file_names_goes_back(void **state)
{
	struct fake_host h;

	(void)state;
	open_host(&h, all_keys);
	assert_int_equal(fake_host_apply(&h), 0);
	fake_host_configure(&h, match);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_true(all_same(settings_of_vf(&h), &others));
	fake_host_close(&h);
}

/* Whichever step fails: the VF has all of its old settings again, and the next run completes it. */
static void a_setting_that_fails_puts_all_of_them_back(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (unsigned at = 1;; at++) {
		struct fake_host h;

		open_host(&h, all_keys);
		fake_host_heal(&h);
		h.fake->fail_at = at;
		h.fake->fail_errno = EINVAL;
		(void)fake_host_apply(&h); /* its outcome says it */
		bool step = h.fake->failed_step;
		bool reached = h.fake->ops >= at;
		if (step)
			assert_true(all_same(settings_of_vf(&h), &others));
		failed += step;
		fake_host_heal(&h);
		assert_int_equal(fake_host_apply(&h), 0);
		assert_int_equal(h.outcome, VFPREP_DONE);
		assert_false(all_same(settings_of_vf(&h), &others));
		assert_int_equal(fake_host_release_all(&h), 0);
		assert_true(all_same(settings_of_vf(&h), &others));
		fake_host_close(&h);
		if (!reached)
			break;
	}
	assert_int_equal(failed, SETTING_COUNT + 2); /* and the link of the PF, before them */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_is_set_and_given_back),
		cmocka_unit_test(what_no_file_names_goes_back),
		cmocka_unit_test(a_setting_that_fails_puts_all_of_them_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
