/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings in a run: every one that there is, on a machine in memory whose driver has them all, is
 * applied, changed, and given back exactly, also when a step of it fails; and what drivers do to a
 * MAC, or do not tell of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "host/files.h"
#include "run-mishap.h"

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

static void a_mac_that_the_driver_does_not_clear_stays_and_is_no_failure(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	h.fake->refuses_zero_mac = true;
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(vfprep_problems_count(h.problems), 0);
	autofree char *state_text = fake_host_state(&h);
	/* Its own goes back; the one that had none keeps vfprep's. */
	assert_non_null(strstr(state_text, "vf 0: mac 02:00:00:00:00:a0"));
	assert_null(strstr(state_text, "vf 1: mac 00:00:00:00:00:00"));
	assert_non_null(strstr(state_text, "0000:01:10.2: driver none override none"));
	fake_host_close(&h);
}

static void a_vf_that_chooses_a_mac_again_is_released_once(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	h.fake->chooses_macs = true;
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	autofree char *released = fake_host_state(&h);
	assert_non_null(strstr(released, "vf 1: mac 02:00:00:00:00:cc"));
	assert_null(strstr(released, "file state/"));
	fake_host_close(&h);
}

static void a_setting_that_the_kernel_took_and_lost_is_a_failure_of_its_vf(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	autofree char *first = fake_host_state(&h);
	h.fake->loses_macs = true;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_UNDONE);
	assert_true(has_problem(&h, "0000:01:00.0 vf 1", "the kernel took it, but reports none"));
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, first);
	fake_host_close(&h);
}

static void a_mac_that_shows_late_is_waited_for(void **state)
{
	(void)state;
	for (unsigned wait_ms = 0; wait_ms <= 1000; wait_ms += 1000) {
		struct fake_host h;
		fake_host_open(&h, "[Match]\nAddress=0000:01:00.0\n[VF 1]\nTeam=web1\n");
		make_others(&h);
		h.fake->late_reads = 3;
		h.settings_wait_ms = wait_ms;
		assert_int_equal(fake_host_apply(&h), 0);
		assert_int_equal(h.outcome, wait_ms ? VFPREP_DONE : VFPREP_UNDONE);
		fake_host_close(&h);
	}
}

/* i40e leaves a VF out of its list while it resets it for the MAC that it was just given. */
static void a_vf_that_is_being_reset_is_waited_for(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, "[Match]\nAddress=0000:01:00.0\n[VF 1]\nTeam=web1\n");
	make_others(&h);
	h.fake->hole_reads = 2;
	h.settings_wait_ms = 2000;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(h.fake->hole_reads, 0);
	assert_int_equal(vfprep_problems_count(h.problems), 0); /* no "not verified" */
	fake_host_close(&h);
}

static void a_driver_that_lists_no_vfs_is_set_once_and_not_called_verified(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	h.fake->lists_nothing = true;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_false(problems_any(h.problems));
	assert_true(has_problem(&h, "0000:01:00.0 vf 1", "could not be verified"));
	autofree char *team = NULL;
	size_t size;
	assert_int_equal(file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &team, &size),
			 0);
	assert_non_null(strstr(team, "\"verified\": false"));

	/* An equal MAC is not sent again. */
	autofree char *applied = fake_host_state(&h);
	h.fake->loses_macs = true;
	const uint8_t other[] = { 2, 0, 0, 0, 0, 1 };
	memcpy(h.fake->machine->pfs[0].vfs[1].settings.mac, other, 6);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(vfprep_problems_count(h.problems), 0);
	assert_memory_equal(h.fake->machine->pfs[0].vfs[1].settings.mac, other, 6);

	assert_int_equal(fake_host_release_all(&h), 0);
	assert_true(has_problem(&h, "0000:01:00.0 vf 1", "keeps the one it got"));
	fake_host_close(&h);
}

static void what_was_not_reported_cannot_be_put_back_and_is_called_left(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	h.fake->lists_nothing = true;
	h.fake->fails_to_bind = "0000:01:10.2";
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_LEFT);
	assert_true(has_problem(&h, "0000:01:00.0", "was not reported"));
	fake_host_close(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_is_set_and_given_back),
		cmocka_unit_test(what_no_file_names_goes_back),
		cmocka_unit_test(a_setting_that_fails_puts_all_of_them_back),
		cmocka_unit_test(a_mac_that_the_driver_does_not_clear_stays_and_is_no_failure),
		cmocka_unit_test(a_vf_that_chooses_a_mac_again_is_released_once),
		cmocka_unit_test(a_setting_that_the_kernel_took_and_lost_is_a_failure_of_its_vf),
		cmocka_unit_test(a_mac_that_shows_late_is_waited_for),
		cmocka_unit_test(a_vf_that_is_being_reset_is_waited_for),
		cmocka_unit_test(a_driver_that_lists_no_vfs_is_set_once_and_not_called_verified),
		cmocka_unit_test(what_was_not_reported_cannot_be_put_back_and_is_called_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
