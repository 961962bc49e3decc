/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What apply, prepare and release make of a parked team, also where they fail or are killed. */
#include "park-fixture.h"

/* VFs as others made them. */
static const char others[] = "[Match]\nAddress=0000:01:00.0\n"
			     "[VF 0]\nTeam=web0\nMACAddress=" TEAM_MAC "\n"
			     "[VF 1]\nTeam=db1\n";

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
		bool over = is_over(&h, n);
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
	const struct CMUnitTest tests[] = {
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
