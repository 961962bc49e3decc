/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parking teams on a machine in memory, also one that fails, or ends the process, anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/verify.h"
#include "fake-host.h"
#include "host/files.h"
#include "host/sysfs.h"

#define TEAM_MAC "02:00:5e:00:00:01"

static const char config[] = "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=2\n"
			     "[VF 0]\nTeam=web0\nMACAddress=" TEAM_MAC "\nPersistent=bridge:br0\n"
			     "[VF 1]\nTeam=db1\n";

/* VFs as others made them. */
static const char others[] = "[Match]\nAddress=0000:01:00.0\n"
			     "[VF 0]\nTeam=web0\nMACAddress=" TEAM_MAC "\n"
			     "[VF 1]\nTeam=db1\n";

static void open_prepared(struct fake_host *h)
{
	fake_host_open(h, config);
	assert_int_equal(fake_host_apply(h), 0);
	assert_int_equal(vfprep_problems_count(h->problems), 0);
}

static struct vf *vf0(const struct fake_host *h)
{
	return pf_find_vf(&h->fake->machine->pfs[0], 0);
}

static bool vf_has_mac(const struct fake_host *h, const char *mac)
{
	char text[MAC_TEXT];
	return strcmp(mac_format(vf0(h)->settings.mac, text), mac) == 0;
}

/* What a container reads. */
static void read_team(const struct fake_host *h, const char *name, struct team *ret)
{
	autofree char *path = text_format("teams/%s/team.json", name);
	autofree char *text = NULL;
	size_t size;

	assert_int_equal(file_read(h->host.rundir_fd, path, TEAM_JSON_MAX, &text, &size), 0);
	assert_int_equal(team_from_json(text, size, NULL, path, ret, NULL), 0);
}

static ino_t directory_of(const struct fake_host *h)
{
	struct stat st;
	assert_int_equal(fstatat(h->host.rundir_fd, "teams/web0", &st, 0), 0);
	return st.st_ino;
}

/* Parked is what team.json says and what the VF has. */
static void expect_parked(const struct fake_host *h, bool parked)
{
	autoteam t = { .transient.group = -1 };
	char text[MAC_TEXT];

	read_team(h, "web0", &t);
	assert_string_equal(mac_format(t.mac, text), TEAM_MAC);
	assert_int_equal(t.parked, parked);
	assert_int_equal(vf_has_mac(h, TEAM_MAC), !parked);
	if (parked) {
		assert_memory_equal(vf0(h)->settings.mac, t.parking_mac, 6);
		assert_null(mac_unfit(t.parking_mac));
		assert_int_equal(t.parking_mac[0] & 3, 2);
	}
}

static void expect_done(const struct fake_host *h, int r)
{
	assert_int_equal(r, 0);
	assert_int_equal(h->outcome, VFPREP_DONE);
	assert_int_equal(vfprep_problems_count(h->problems), 0);
}

static void expect_refused(const struct fake_host *h, int r, enum vfprep_fault fault,
			   const char *words)
{
	assert_int_equal(r, 0);
	assert_int_equal(h->outcome, VFPREP_DONE);
	assert_int_equal(vfprep_problems_count(h->problems), 1);
	assert_int_equal(vfprep_problems_get(h->problems, 0).fault, fault);
	assert_non_null(strstr(vfprep_problems_get(h->problems, 0).message, words));
}

static size_t count_good(struct fake_host *h)
{
	CLEANUP(verdicts_clear) struct verdicts v = { 0 };
	automachine m = NULL;
	size_t good = 0;

	assert_int_equal(host_read(&h->host, NULL, &m, NULL), 0);
	assert_int_equal(verify_teams(m, NULL, 0, &v, NULL), 0);
	for (size_t i = 0; i < v.n; i++)
		good += v.items[i].good;
	return good;
}

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

enum mishap { FAILS_ONCE, FAILS_ON, DIES, MISHAP_COUNT };

static void arm(struct fake_host *h, enum mishap mishap, unsigned n, int error)
{
	fake_host_heal(h);
	h->fake->fail_errno = error;
	h->fake->fail_at = mishap == DIES ? 0 : n;
	h->fake->die_at = mishap == DIES ? n : 0;
	h->fake->fail_on = mishap == FAILS_ON;
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
	bool over = h.fake->ops < n;
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

static void apply_leaves_a_parked_team_parked(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	expect_done(&h, fake_host_park(&h, "web0", true));
	h.fake->ops = 0;
	expect_done(&h, fake_host_apply(&h));
	expect_parked(&h, true);

	/* Drift goes back to the parking MAC, and all else is mended as ever. */
	fake_host_raw(&h, "mac 0000:01:00.0 0 02:00:00:00:00:99");
	fake_host_raw(&h, "unbind 0000:01:10.0");
	assert_int_equal(count_good(&h), 1);
	expect_done(&h, fake_host_apply(&h));
	expect_parked(&h, true);
	assert_int_equal(count_good(&h), 2);
	expect_done(&h, fake_host_park(&h, "web0", false));
	expect_parked(&h, false);
	fake_host_close(&h);
}

static void apply_that_fails_anywhere_leaves_it_parked(void **state)
{
	(void)state;
	for (unsigned k = 0;; k++) {
		struct fake_host h;
		unsigned n = k / MISHAP_COUNT + 1;
		autoteam t = { .transient.group = -1 };
		open_prepared(&h);
		expect_done(&h, fake_host_park(&h, "web0", true));
		fake_host_raw(&h, "mac 0000:01:00.0 0 02:00:00:00:00:99");
		fake_host_raw(&h, "unbind 0000:01:10.0");
		arm(&h, k % MISHAP_COUNT, n, EIO);
		(void)fake_host_apply(&h);
		bool over = h.fake->ops < n;
		fake_host_heal(&h);
		if (sysfs_exists(h.host.rundir_fd, "teams/web0/team.json")) {
			read_team(&h, "web0", &t);
			assert_true(t.parked);
		}
		assert_int_equal(fake_host_apply(&h), 0);
		assert_int_equal(h.outcome, VFPREP_DONE);
		expect_parked(&h, true);
		assert_int_equal(count_good(&h), 2);
		expect_done(&h, fake_host_park(&h, "web0", false));
		expect_done(&h, fake_host_apply(&h));
		expect_parked(&h, false);
		fake_host_close(&h);
		if (over)
			break;
	}
}

static void team_gets_another_mac_while_it_is_parked(void **state)
{
	static const char other[] = "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=2\n"
				    "[VF 0]\nTeam=web0\nMACAddress=02:00:5e:00:00:22\n"
				    "[VF 1]\nTeam=db1\n";
	struct fake_host h;
	autoteam t = { .transient.group = -1 };
	char text[MAC_TEXT];

	(void)state;
	open_prepared(&h);
	expect_done(&h, fake_host_park(&h, "web0", true));
	const struct settings parked = vf0(&h)->settings;
	fake_host_configure(&h, other);
	fake_host_raw(&h, "hold 0000:01:10.0"); /* its guest would have the old one */
	expect_refused(&h, fake_host_apply(&h), VFPREP_BUSY, "in use");
	expect_parked(&h, true);
	fake_host_raw(&h, "drop 0000:01:10.0");
	expect_done(&h, fake_host_apply(&h));
	assert_memory_equal(vf0(&h)->settings.mac, parked.mac, 6);
	read_team(&h, "web0", &t);
	assert_true(t.parked);
	assert_string_equal(mac_format(t.mac, text), "02:00:5e:00:00:22");
	expect_done(&h, fake_host_park(&h, "web0", false));
	assert_true(vf_has_mac(&h, "02:00:5e:00:00:22"));
	assert_int_equal(count_good(&h), 2);
	fake_host_close(&h);
}

static void release_puts_back_what_was_before_the_team(void **state)
{
	(void)state;
	for (unsigned had = 0; had < 2; had++) { /* had it that MAC before? */
		struct fake_host h;
		fake_host_open(&h, others);
		fake_host_raw(&h, "numvfs 0000:01:00.0 2");
		fake_host_raw(&h, had ? "mac 0000:01:00.0 0 " TEAM_MAC
				      : "mac 0000:01:00.0 0 02:00:00:00:00:77");
		autofree char *before = fake_host_state(&h);
		expect_done(&h, fake_host_apply(&h));
		expect_done(&h, fake_host_park(&h, "web0", true));
		expect_parked(&h, true);
		expect_done(&h, fake_host_release_all(&h));
		autofree char *after = fake_host_state(&h);
		assert_string_equal(after, before);
		fake_host_close(&h);
	}
}

static void vf_that_is_made_anew_is_not_parked(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	expect_done(&h, fake_host_park(&h, "web0", true));
	fake_host_raw(&h, "numvfs 0000:01:00.0 0");
	expect_refused(&h, fake_host_park(&h, "web0", false), VFPREP_DRIFT, "not there any more");
	fake_host_raw(&h, "numvfs 0000:01:00.0 2");
	expect_refused(&h, fake_host_park(&h, "web0", false), VFPREP_DRIFT, "made anew");
	expect_refused(&h, fake_host_park(&h, "web0", true), VFPREP_DRIFT, "made anew");
	fake_host_raw(&h, "numvfs 0000:01:00.0 0");
	expect_done(&h, fake_host_apply(&h));
	expect_parked(&h, false);

	/* Nor where the files take VFs as they come. */
	fake_host_configure(&h, others);
	expect_done(&h, fake_host_park(&h, "web0", true));
	fake_host_raw(&h, "numvfs 0000:01:00.0 0");
	fake_host_raw(&h, "numvfs 0000:01:00.0 2");
	expect_done(&h, fake_host_apply(&h));
	expect_parked(&h, false);
	fake_host_close(&h);

	/* Nor after a boot. */
	open_prepared(&h);
	expect_done(&h, fake_host_park(&h, "web0", true));
	fake_host_raw(&h, "numvfs 0000:01:00.0 0");
	assert_int_equal(text_replace(&h.fake->machine->boot_id, "another"), 0);
	expect_refused(&h, fake_host_park(&h, "web0", true), VFPREP_DRIFT, "before the last boot");
	expect_done(&h, fake_host_apply(&h));
	expect_parked(&h, false);
	fake_host_close(&h);
}

static void vfs_that_become_others_are_not_parked(void **state)
{
	static const char three[] =
		"[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=3\nRecreate=yes\n"
		"[VF 0]\nTeam=web0\nMACAddress=" TEAM_MAC "\n[VF 1]\nTeam=db1\n";
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	expect_done(&h, fake_host_park(&h, "web0", true));
	fake_host_configure(&h, three);
	expect_done(&h, fake_host_apply(&h));
	expect_parked(&h, false);
	assert_int_equal(count_good(&h), 2);
	fake_host_close(&h);
}

static void vf_that_was_prepared_by_hand_stays_so(void **state)
{
	static const char nothing[] = "[Match]\nAddress=0000:01:00.0\n";
	struct fake_host h;

	(void)state;
	fake_host_open(&h, nothing);
	fake_host_raw(&h, "numvfs 0000:01:00.0 2");
	expect_done(&h, fake_host_prepare(&h, "0000:01:10.0", "web0"));
	expect_done(&h, fake_host_park(&h, "web0", true));
	const struct settings parked = vf0(&h)->settings;
	expect_done(&h, fake_host_apply(&h)); /* no file names it */
	assert_memory_equal(vf0(&h)->settings.mac, parked.mac, 6);
	expect_done(&h, fake_host_prepare(&h, "0000:01:10.0", "web0"));
	assert_memory_equal(vf0(&h)->settings.mac, parked.mac, 6);
	assert_int_equal(count_good(&h), 1);
	expect_done(&h, fake_host_park(&h, "web0", false));
	expect_done(&h, fake_host_apply(&h));
	assert_int_equal(count_good(&h), 1);
	fake_host_close(&h);
}

static void mac_of_a_parked_team_stays_its_own(void **state)
{
	static const char nothing[] = "[Match]\nAddress=0000:01:00.0\n";
	struct fake_host h;
	char mac[MAC_TEXT];

	(void)state;
	fake_host_open(&h, nothing);
	fake_host_raw(&h, "numvfs 0000:01:00.0 2");
	expect_done(&h, fake_host_prepare(&h, "0000:01:10.0", "web0"));
	mac_format(vf0(&h)->settings.mac, mac);
	expect_done(&h, fake_host_park(&h, "web0", true));
	autofree char *taken = text_format("%s[VF 1]\nMACAddress=%s\n", nothing, mac);
	fake_host_configure(&h, taken);
	expect_refused(&h, fake_host_apply(&h), VFPREP_BUSY, "0000:01:10.0 has the MAC");
	fake_host_close(&h);

	/* Somebody else put it on another VF: then it is not back yet. */
	open_prepared(&h);
	expect_done(&h, fake_host_park(&h, "web0", true));
	fake_host_raw(&h, "mac 0000:01:00.0 1 " TEAM_MAC);
	expect_refused(&h, fake_host_park(&h, "web0", false), VFPREP_BUSY, "has the MAC");
	expect_parked(&h, true);
	fake_host_close(&h);
}

static void what_cannot_be_parked_is_told(void **state)
{
	static const char nic[] = "[Match]\nAddress=0000:02:00.0\n[NIC]\nTeam=store\n";
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	expect_refused(&h, fake_host_park(&h, "nobody", true), VFPREP_ABSENT, "no team");
	expect_refused(&h, fake_host_park(&h, "eth0", true), VFPREP_ABSENT, "no team");
	fake_host_close(&h);

	fake_host_open(&h, nic);
	assert_int_equal(fake_host_apply(&h), 0);
	expect_refused(&h, fake_host_park(&h, "store", true), VFPREP_UNSUPPORTED, "no VF");
	fake_host_close(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parked_team_has_another_mac_and_unparked_its_own),
		cmocka_unit_test(what_is_so_already_is_left),
		cmocka_unit_test(a_guest_that_has_the_vf_is_no_obstacle_and_notices_nothing),
		cmocka_unit_test(
			parking_that_fails_or_is_killed_anywhere_ends_right_with_the_next_run),
		cmocka_unit_test(run_that_fails_after_one_that_was_killed_takes_no_team_away),
		cmocka_unit_test(nothing_is_published_that_was_not_read_back),
		cmocka_unit_test(mac_that_the_driver_does_not_take_is_no_parking),
		cmocka_unit_test(mac_that_the_driver_does_not_report_is_set_each_time),
		cmocka_unit_test(apply_leaves_a_parked_team_parked),
		cmocka_unit_test(apply_that_fails_anywhere_leaves_it_parked),
		cmocka_unit_test(team_gets_another_mac_while_it_is_parked),
		cmocka_unit_test(release_puts_back_what_was_before_the_team),
		cmocka_unit_test(vf_that_is_made_anew_is_not_parked),
		cmocka_unit_test(vfs_that_become_others_are_not_parked),
		cmocka_unit_test(vf_that_was_prepared_by_hand_stays_so),
		cmocka_unit_test(mac_of_a_parked_team_stays_its_own),
		cmocka_unit_test(what_cannot_be_parked_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
