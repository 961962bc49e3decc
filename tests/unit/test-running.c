/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has a guest that runs got its VFs? One thing wrong at a time. */
#include "tools/vfteam/running.h"

#include <errno.h>

#include "expect.h"

struct fixture {
	struct running guest;
	struct qemu_device devices[2];
	int groups[2], vf_groups[2];
	struct found_team found[2];
	struct teams teams;
	struct checks checks;
	struct vfprep_problems *problems;
};

static struct fixture f;
static char name[] = "guest", nic_id[] = "ua-web0", vf_id[] = "ua-web0_vf", team[] = "web0";
static char mac[] = "02:00:5e:10:00:01", other_mac[] = "02:00:5e:10:00:02",
	    upper[] = "02:00:5E:10:00:01";
static char warning[] =
	"qemu: warning: vfio 0000:01:10.0: failed to open /dev/vfio/6: Permission denied\n";
static char silent[] = "qemu: nothing\n";

/* A guest that has its VF. */
static int setup(void **state)
{
	(void)state;
	f = (struct fixture){ .problems = vfprep_problems_new() };
	f.devices[0] =
		(struct qemu_device){ .is_nic = true, .failover = true, .id = nic_id, .mac = mac };
	f.devices[1] = (struct qemu_device){ .id = vf_id,
					     .pair = nic_id,
					     .has_address = true,
					     .address = address_of("0000:01:10.0") };
	f.groups[0] = 6;
	f.vf_groups[0] = -1;
	f.vf_groups[1] = 6;
	f.guest = (struct running){ .pid = 812,
				    .args = { .name = name, .devices = f.devices, .n = 2 },
				    .sees_descriptors = true,
				    .groups = f.groups,
				    .n_groups = 1,
				    .n_devices = 1,
				    .vf_groups = f.vf_groups,
				    .log = silent };
	f.found[0].team =
		(struct team){ .name = team,
			       .mac = { 2, 0, 0x5e, 0x10, 0, 1 },
			       .transient = { .address = address_of("0000:01:10.0"), .group = 6 } };
	f.teams = (struct teams){ f.found, 1 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	checks_clear(&f.checks);
	vfprep_problems_free(f.problems);
	return 0;
}

static void check(void)
{
	assert_int_equal(running_verdicts(&f.guest, &f.teams, &f.checks, f.problems), 0);
}

static void expect_row(size_t i, const char *area, enum check_result result, const char *word)
{
	assert_true(i < f.checks.n);
	assert_string_equal(f.checks.items[i].name, area);
	assert_int_equal(f.checks.items[i].result, result);
	if (!strstr(f.checks.items[i].detail, word))
		fail_msg("'%s' does not say '%s'", f.checks.items[i].detail, word);
}

/* What is wrong is exactly that. */
static void expect_wrong(const char *subject, const char *word)
{
	check();
	expect_finding(f.problems, VFPREP_HOST, subject, word);
	assert_true(*vfprep_problems_get(f.problems, 0).advice);
}

static void a_guest_that_has_its_vf(void **state)
{
	(void)state;
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
	assert_int_equal(f.checks.n, 2);
	expect_row(0, "VF", CHECK_OK, "taken: pid 812 has /dev/vfio/6 open");
	expect_row(1, "MAC", CHECK_OK, "both sides have 02:00:5e:10:00:01");
	assert_string_equal(f.checks.items[0].subject, "web0");
}

#define DEFINE_WRONG(name, change, word)                                                           \
	static void name(void **state)                                                             \
	{                                                                                          \
		(void)state;                                                                       \
		change;                                                                            \
		expect_wrong("web0", word);                                                        \
	}

DEFINE_WRONG(hidden_still, f.guest.n_groups = 0, "QEMU hides it until")
DEFINE_WRONG(hidden_without_a_log, (f.guest.n_groups = 0, f.guest.log = NULL),
	     "no log that says more")
DEFINE_WRONG(another_group, f.groups[0] = 7, "QEMU hides it until")
DEFINE_WRONG(only_warned, (f.guest.n_groups = 0, f.guest.log = warning),
	     "QEMU only warned: vfio 0000:01:10.0: failed to open /dev/vfio/6: Permission denied")
DEFINE_WRONG(warned_and_not_to_be_seen,
	     (f.guest.n_groups = 0, f.guest.sees_descriptors = false, f.guest.log = warning),
	     "QEMU only warned")
DEFINE_WRONG(group_without_device, f.guest.n_devices = 0, "0 devices for 1 VFs")
DEFINE_WRONG(no_failover, f.devices[0].failover = false, "'ua-web0' is a NIC without failover")
DEFINE_WRONG(no_nic, f.guest.args.devices++; f.guest.args.n--;
	     f.guest.vf_groups++, "'ua-web0' is no virtio NIC of its")
DEFINE_WRONG(another_mac, f.devices[0].mac = other_mac,
	     "that of 'ua-web0' is 02:00:5e:10:00:02, that of its VF is 02:00:5e:10:00:01")
DEFINE_WRONG(no_mac, f.devices[0].mac = NULL, "no MAC for 'ua-web0'")

static void a_vf_without_a_team(void **state)
{
	(void)state;
	f.devices[1].pair = NULL;
	expect_wrong("web0", "without a team");
}

static void a_warning_of_one_that_was_taken_is_old(void **state)
{
	(void)state;
	f.guest.log = warning;
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
}

static void a_guest_without_teams(void **state)
{
	(void)state;
	f.guest.args.n = 0;
	f.guest.n_groups = 0;
	expect_wrong("guest", "no VF of a team is on QEMU's command line");
}

/* Who asks whether a VF was taken is not to take that for a yes. */
static void what_cannot_be_seen_is_unknown(void **state)
{
	(void)state;
	f.guest.n_groups = 0;
	f.guest.sees_descriptors = false;
	f.teams.n = 0;
	expect_wrong("ua-web0_vf", "what pid 812 has open cannot be seen");
	expect_row(0, "VF", CHECK_UNKNOWN, "not known");
	/* That of a VF whose team is not published is only not compared. */
	expect_row(1, "MAC", CHECK_UNKNOWN, "no team that is published has the VF");
}

static void a_vf_without_a_group_is_unknown(void **state)
{
	(void)state;
	f.vf_groups[1] = -1;
	expect_wrong("web0", "its IOMMU group cannot be seen");
	expect_row(0, "VF", CHECK_UNKNOWN, "not known");
}

static void a_vf_that_was_plugged_in_later(void **state)
{
	(void)state;
	f.guest.args.n = 1;
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
	assert_int_equal(f.checks.n, 1);
	expect_row(0, "VF", CHECK_OK, "plugged in after the start");
}

/* Nothing on the command line says what it was plugged in for. */
static void expect_plugged_unknown(void)
{
	f.guest.args.n = 1;
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
	assert_int_equal(f.checks.n, 1);
	expect_row(0, "VF", CHECK_UNKNOWN, "whether it is paired cannot be seen from here");
}

#define DEFINE_PLUGGED_UNKNOWN(name, change)                                                       \
	static void name(void **state)                                                             \
	{                                                                                          \
		(void)state;                                                                       \
		change;                                                                            \
		expect_plugged_unknown();                                                          \
	}

DEFINE_PLUGGED_UNKNOWN(plugged_in_without_failover, f.devices[0].failover = false)
DEFINE_PLUGGED_UNKNOWN(plugged_in_with_another_mac, f.devices[0].mac = other_mac)
DEFINE_PLUGGED_UNKNOWN(plugged_in_without_a_mac, f.devices[0].mac = NULL)

/* Two groups are open, and one device: only one of their VFs can be there. */
static void each_that_was_plugged_in_has_a_device(void **state)
{
	(void)state;
	f.guest.args.n = 1;
	f.found[1] = f.found[0];
	f.found[1].team.transient.address = address_of("0000:01:10.2");
	f.found[1].team.transient.group = f.groups[1] = 7;
	f.teams.n = f.guest.n_groups = 2;
	check();
	assert_int_equal(f.checks.n, 1);
	f.guest.n_devices = 2;
	check();
	assert_int_equal(f.checks.n, 3);
}

static void a_group_alone_is_no_vf(void **state)
{
	(void)state;
	f.guest.args.n = 1;
	f.guest.n_devices = 0;
	expect_wrong("guest", "no VF of a team");
}

static void macs_are_compared_as_numbers(void **state)
{
	(void)state;
	f.devices[0].mac = upper;
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_guest_that_has_its_vf),
		CASE(hidden_still),
		CASE(hidden_without_a_log),
		CASE(another_group),
		CASE(only_warned),
		CASE(warned_and_not_to_be_seen),
		CASE(group_without_device),
		CASE(no_failover),
		CASE(no_nic),
		CASE(another_mac),
		CASE(no_mac),
		CASE(a_vf_without_a_team),
		CASE(a_warning_of_one_that_was_taken_is_old),
		CASE(a_guest_without_teams),
		CASE(what_cannot_be_seen_is_unknown),
		CASE(a_vf_without_a_group_is_unknown),
		CASE(a_vf_that_was_plugged_in_later),
		CASE(plugged_in_without_failover),
		CASE(plugged_in_with_another_mac),
		CASE(plugged_in_without_a_mac),
		CASE(each_that_was_plugged_in_has_a_device),
		CASE(a_group_alone_is_no_vf),
		CASE(macs_are_compared_as_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
