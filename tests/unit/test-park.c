/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parking teams on a machine in memory, also one that fails, or ends the process, anywhere. */
#include "park-fixture.h"

static void parked_team_has_another_mac_and_unparked_its_own(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	autofree char *before = fake_host_state(&h);
	ino_t directory = directory_of(&h);
	for (unsigned turn = 0; turn < 2; turn++) {
		expect_done(&h, fake_host_park(&h, "web0", true));
		expect_parked(&h, true);
		assert_int_equal(count_good(&h), 2);
		expect_done(&h, fake_host_park(&h, "web0", false));
		expect_parked(&h, false);
		assert_int_equal(count_good(&h), 2);
	}
	assert_int_equal(directory_of(&h), directory);
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, before);
	fake_host_close(&h);
}

/* Runs it once more: not one operation changes anything. */
static void expect_nothing_to_do(struct fake_host *h, bool parked)
{
	struct stat before, after;

	assert_int_equal(fstatat(h->host.rundir_fd, "teams/web0/team.json", &before, 0), 0);
	expect_done(h, fake_host_park(h, "web0", parked));
	assert_int_equal(fstatat(h->host.rundir_fd, "teams/web0/team.json", &after, 0), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	expect_parked(h, parked);
}

static void what_is_so_already_is_left(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	expect_nothing_to_do(&h, false);
	expect_done(&h, fake_host_park(&h, "web0", true));
	expect_nothing_to_do(&h, true);
	fake_host_close(&h);
}

static void a_guest_that_has_the_vf_is_no_obstacle_and_notices_nothing(void **state)
{
	(void)state;
	for (unsigned hidden = 0; hidden < 2; hidden++) {
		struct fake_host h;
		open_prepared(&h);
		fake_host_raw(&h, "hold 0000:01:10.0");
		h.fake->hidden = hidden;
		h.fake->claims = 0;
		expect_done(&h, fake_host_park(&h, "web0", true));
		expect_parked(&h, true);
		expect_done(&h, fake_host_park(&h, "web0", false));
		expect_parked(&h, false);
		assert_int_equal(h.fake->claims, 0); /* a guest that starts would lose it to us */
		fake_host_close(&h);
	}
}

/* Whatever has happened, a container has its files, and they are true or say "parked". */
static void expect_truth(const struct fake_host *h, ino_t directory)
{
	autoteam web = { .transient.group = -1 };
	autoteam db = { .transient.group = -1 };

	assert_int_equal(directory_of(h), directory);
	assert_true(sysfs_exists(h->host.rundir_fd, "teams/web0/hostdev.xml"));
	assert_true(sysfs_exists(h->host.rundir_fd, "teams/web0/interface.xml"));
	read_team(h, "web0", &web);
	read_team(h, "db1", &db);
	assert_true(web.parked || vf_has_mac(h, TEAM_MAC));
	if (web.parked && !vf_has_mac(h, TEAM_MAC))
		assert_memory_equal(web.parking_mac, vf0(h)->settings.mac, 6);
	assert_false(db.parked);
}

/* Goes from one to the other with a mishap at operation N. Return: whether there was one. */
static bool park_with(enum mishap mishap, unsigned n, int error, bool parked)
{
	struct fake_host h;

	open_prepared(&h);
	if (!parked)
		expect_done(&h, fake_host_park(&h, "web0", true));
	autofree char *first = fake_host_state(&h);
	ino_t directory = directory_of(&h);
	arm(&h, mishap, n, error);
	int r = fake_host_park(&h, "web0", parked);
	bool over = is_over(&h, n);
	fake_host_heal(&h);
	expect_truth(&h, directory);
	if (!over && mishap == FAILS_ONCE && (r < 0 || problems_any(h.problems))) {
		assert_int_not_equal(h.outcome, VFPREP_LEFT);
		expect_parked(&h, !parked);
		autofree char *now = fake_host_state(&h);
		assert_string_equal(now, first);
	}
	if (n % 2) /* whatever comes next */
		assert_int_equal(fake_host_apply(&h), 0);
	expect_truth(&h, directory);
	expect_done(&h, fake_host_park(&h, "web0", parked));
	expect_parked(&h, parked);
	assert_int_equal(count_good(&h), 2);
	expect_done(&h, fake_host_park(&h, "web0", !parked));
	autofree char *back = fake_host_state(&h);
	assert_string_equal(back, first);
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	fake_host_close(&h);
	return !over;
}

static void parking_that_fails_or_is_killed_anywhere_ends_right_with_the_next_run(void **state)
{
	static const int errors[] = { EIO, EINVAL, ENOSPC, EBUSY };

	(void)state;
	for (unsigned k = 0; k < MISHAP_COUNT * ARRAY_SIZE(errors) * 2; k++) {
		unsigned n = 1;
		while (park_with(k % MISHAP_COUNT, n, errors[k / MISHAP_COUNT / 2],
				 k / MISHAP_COUNT % 2))
			n++;
		assert_true(n > 4); /* there was something to fail at */
	}
}

/* Killed at one operation, and failing at one of the next run. */
static void run_that_fails_after_one_that_was_killed_takes_no_team_away(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 20 * 20 * 2; k++) {
		struct fake_host h;
		bool parked = k % 2;
		open_prepared(&h);
		if (!parked)
			expect_done(&h, fake_host_park(&h, "web0", true));
		ino_t directory = directory_of(&h);
		arm(&h, DIES, k / 2 / 20 + 1, EIO);
		(void)fake_host_park(&h, "web0", parked);
		arm(&h, k % 3 ? FAILS_ONCE : FAILS_ON, k / 2 % 20 + 1, EIO);
		(void)fake_host_park(&h, "web0", parked);
		fake_host_heal(&h);
		expect_truth(&h, directory);
		expect_done(&h, fake_host_park(&h, "web0", parked));
		expect_parked(&h, parked);
		fake_host_close(&h);
	}
}

static void nothing_is_published_that_was_not_read_back(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 20; n++) {
		struct fake_host h;
		open_prepared(&h);
		expect_done(&h, fake_host_park(&h, "web0", true));
		ino_t directory = directory_of(&h);
		arm(&h, DIES, n, EIO);
		h.fake->loses_macs = true;
		(void)fake_host_park(&h, "web0", false);
		fake_host_heal(&h);
		expect_truth(&h, directory);
		fake_host_close(&h);
	}
}

static void mac_that_the_driver_does_not_take_is_no_parking(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	h.fake->loses_macs = true;
	assert_int_equal(fake_host_park(&h, "web0", true), 0);
	assert_int_equal(h.outcome, VFPREP_UNDONE);
	expect_parked(&h, false);
	h.fake->loses_macs = false;
	h.fake->late_reads = 3;
	h.settings_wait_ms = 5000;
	expect_done(&h, fake_host_park(&h, "web0", true));
	expect_parked(&h, true);
	fake_host_close(&h);
}

static void mac_that_the_driver_does_not_report_is_set_each_time(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	h.fake->lists_nothing = true;
	for (unsigned turn = 0; turn < 2; turn++) {
		assert_int_equal(fake_host_park(&h, "web0", true), 0);
		assert_false(problems_any(h.problems));
		expect_parked(&h, true);
		fake_host_raw(&h, "mac 0000:01:00.0 0 " TEAM_MAC); /* as if it had been killed */
	}
	assert_int_equal(fake_host_park(&h, "web0", false), 0);
	expect_parked(&h, false);
	fake_host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parked_team_has_another_mac_and_unparked_its_own),
		cmocka_unit_test(what_is_so_already_is_left),
		cmocka_unit_test(a_guest_that_has_the_vf_is_no_obstacle_and_notices_nothing),
		cmocka_unit_test(
			parking_that_fails_or_is_killed_anywhere_ends_right_with_the_next_run),
		cmocka_unit_test(run_that_fails_after_one_that_was_killed_takes_no_team_away),
		cmocka_unit_test(nothing_is_published_that_was_not_read_back),
		cmocka_unit_test(mac_that_the_driver_does_not_take_is_no_parking),
		cmocka_unit_test(mac_that_the_driver_does_not_report_is_set_each_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
