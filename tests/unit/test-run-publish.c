/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is published when a run is over: what is true, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "host/files.h"
#include "run-mishap.h"

static void a_file_of_others_in_a_teams_directory_keeps_nobody_from_withdrawing(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(file_write(h.host.rundir_fd, "teams/web0/notes", "mine\n"), 0);
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	autofree char *after = fake_host_state(&h);
	assert_non_null(strstr(after, "file teams/web0/notes"));
	assert_null(strstr(after, "team.json"));
	fake_host_close(&h);
}

/* Where nothing is reported, what is published is what was believed. */
static void a_team_that_nobody_can_verify_outlives_a_failure(void **state)
{
	(void)state;
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		autofree char *before = NULL;
		autofree char *after = NULL;
		size_t size;
		fake_host_open(&h, others_config);
		make_others(&h);
		h.fake->lists_nothing = true;
		assert_int_equal(fake_host_apply(&h), 0);
		assert_int_equal(
			file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &before, &size),
			0);
		fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n[VF]\nGroup=kvm\n"
					"[VF 0]\nTeam=web0\n[VF 1]\nTeam=web1\nOwner=5\n"
					"ContainerOwner=someone\n"
					"[VF 2]\nTeam=web2\n");
		arm(&h, FAILS_ONCE, n, EIO);
		(void)fake_host_apply(&h);
		bool over = is_over(&h, n);
		if (file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &after, &size) == 0)
			assert_string_equal(after, before);
		fake_host_close(&h);
		if (over)
			break;
	}
}

static void a_drift_that_could_not_be_mended_is_not_published(void **state)
{
	unsigned undone = 0;

	(void)state;
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		fake_host_open(&h, others_config);
		make_others(&h);
		assert_int_equal(fake_host_apply(&h), 0);
		autofree char *before = NULL;
		autofree char *after = NULL;
		size_t size;
		assert_int_equal(
			file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &before, &size),
			0);
		fake_host_raw(&h, "mac 0000:01:00.0 1 02:00:00:00:00:99");
		fake_host_raw(&h, "unbind 0000:01:10.2");
		arm(&h, FAILS_ONCE, n, EIO);
		int r = fake_host_apply(&h);
		bool over = is_over(&h, n), failed = r == 0 && h.outcome == VFPREP_UNDONE;
		fake_host_heal(&h);
		if (failed)
			teams_are_true(&h, n);
		/* Nor is it another team now. */
		if (file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &after, &size) == 0)
			assert_string_equal(after, before);
		undone += failed;
		fake_host_close(&h);
		if (over)
			break;
	}
	assert_true(undone > 1);
}

/* Who has a VF changes hands when it has come about, and not where the run fails. */
static void what_was_prepared_stays_so_until_a_file_has_taken_it_over(void **state)
{
	static const char other[] = "[Match]\nAddress=0000:01:00.0\n[VF 2]\nDriver=none\n";

	(void)state;
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		fake_host_open(&h, others_config);
		make_others(&h);
		assert_int_equal(fake_host_prepare(&h, "0000:01:10.2", "web1"), 0);
		autofree char *prepared = fake_host_state(&h);
		fake_host_configure(&h, other);
		assert_int_equal(fake_host_apply(&h), 0);
		autofree char *left_alone = fake_host_state(&h);
		assert_string_equal(left_alone, prepared);

		fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n"
					"[VF 1]\nTeam=web1\nMACAddress=02:00:5e:00:00:09\n");
		arm(&h, FAILS_ONCE, n, EIO);
		int r = fake_host_apply(&h);
		bool over = is_over(&h, n), done = r == 0 && h.outcome == VFPREP_DONE;
		done = done && !problems_any(h.problems);
		fake_host_heal(&h);
		if (done) /* a record that could not be tidied is so by the next run */
			assert_int_equal(fake_host_apply(&h), 0);
		fake_host_configure(&h, other);
		assert_int_equal(fake_host_apply(&h), 0);
		autofree char *after = fake_host_state(&h);
		if (done)
			assert_null(strstr(after, "file teams/web1/team.json"));
		else
			assert_string_equal(after, prepared);
		fake_host_close(&h);
		if (over)
			break;
	}
}

static void what_cannot_be_judged_is_neither_done_nor_undone(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	h.fake->loses_macs = h.fake->miscounts = true;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_LEFT);
	autofree char *after = fake_host_state(&h);
	assert_null(strstr(after, "team.json"));
	fake_host_close(&h);
}

/* The first time that vfprep met the NIC, nobody could ask for its MAC. */
static void a_nic_is_published_with_its_mac_or_not_at_all(void **state)
{
	static const char config[] = "[Match]\nAddress=0000:02:00.0\n[NIC]\nTeam=whole\n";
	struct fake_host h;
	autofree char *team = NULL;
	size_t size;

	(void)state;
	fake_host_open(&h, "[Match]\nAddress=0000:02:00.0\n[NIC]\nDriver=vfio-pci\nOwner=5\n");
	fake_host_raw(&h, "module vfio-pci");
	fake_host_raw(&h, "override 0000:02:00.0 vfio-pci");
	fake_host_raw(&h, "unbind 0000:02:00.0");
	fake_host_raw(&h, "bind 0000:02:00.0 vfio-pci");
	assert_int_equal(fake_host_apply(&h), 0);
	fake_host_configure(&h, config);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_true(has_problem(&h, "0000:02:00.0", "its permanent MAC is not known"));
	fake_host_raw(&h, "override 0000:02:00.0 none");
	fake_host_raw(&h, "unbind 0000:02:00.0");
	fake_host_raw(&h, "bind 0000:02:00.0 igb");
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(file_read(h.host.rundir_fd, "teams/whole/team.json", 4096, &team, &size),
			 0);
	assert_non_null(strstr(team, "\"mac\": \"52:54:00:aa:00:02\""));
	fake_host_close(&h);
}

static void a_team_that_changes_keeps_its_directory_for_who_has_it_mounted(void **state)
{
	struct fake_host h;
	struct stat before, after;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(fstatat(h.host.rundir_fd, "teams/web0", &before, 0), 0);
	fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n[VF 0]\nTeam=web0\n"
				"MACAddress=02:00:5e:00:00:77\n");
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(fstatat(h.host.rundir_fd, "teams/web0", &after, 0), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(fstatat(h.host.rundir_fd, "teams/web1", &after, 0), -1);
	fake_host_close(&h);
}

/* No directory of a team that could not be published stays behind. */
static void what_could_not_be_published_leaves_nothing(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		fake_host_open(&h, others_config);
		make_others(&h);
		arm(&h, FAILS_ONCE, n, ENOSPC);
		(void)fake_host_apply(&h);
		bool over = is_over(&h, n);
		failed += h.outcome == VFPREP_UNDONE;
		autofree char *after = fake_host_state(&h);
		if (strstr(after, "nothing in"))
			print_message("operation %u\n%s", n, after);
		assert_null(strstr(after, "nothing in"));
		fake_host_close(&h);
		if (over)
			break;
	}
	assert_true(failed > 10);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_file_of_others_in_a_teams_directory_keeps_nobody_from_withdrawing),
		cmocka_unit_test(a_team_that_nobody_can_verify_outlives_a_failure),
		cmocka_unit_test(a_drift_that_could_not_be_mended_is_not_published),
		cmocka_unit_test(what_was_prepared_stays_so_until_a_file_has_taken_it_over),
		cmocka_unit_test(what_cannot_be_judged_is_neither_done_nor_undone),
		cmocka_unit_test(a_nic_is_published_with_its_mac_or_not_at_all),
		cmocka_unit_test(a_team_that_changes_keeps_its_directory_for_who_has_it_mounted),
		cmocka_unit_test(what_could_not_be_published_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
