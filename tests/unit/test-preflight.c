/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Will a guest in this container get its VFs? One thing wrong at a time. */
#include "core/preflight.h"

#include <errno.h>

#include "expect.h"

#define NODE(major, minor) ((uint64_t)(major) << 32 | (minor))

struct fixture {
	struct preflight_host host;
	struct preflight_vf vf;
	struct team team;
	struct checks checks;
	struct vfprep_problems *problems;
};

static struct fixture f;

static struct preflight_node good_node(unsigned minor)
{
	return (struct preflight_node){ .exists = true,
					.is_device = true,
					.number = NODE(242, minor),
					.wanted = NODE(242, minor),
					.uid = 1000,
					.gid = 1000,
					.mode = 0660 };
}

/* A container in which all is well. */
static int setup(void **state)
{
	(void)state;
	f = (struct fixture){ .problems = vfprep_problems_new() };
	f.host = (struct preflight_host){
		.has_groups = true,
		.vfio = good_node(196),
		.has_api = true,
		.has_type1 = true,
		.libvirt = strdup("9.0.0"),
		.qemu = strdup("7.2.22"),
		.pid = 12,
		.process = strdup("libvirtd"),
		.has_limit = true,
		.limit = { 5ull << 30, 5ull << 30 },
		.guest = { .memory = 4ull << 30 },
		.uid = 1000,
	};
	f.vf = (struct preflight_vf){ .there = true,
				      .driver = strdup("vfio-pci"),
				      .group = 6,
				      .class = 0x0200,
				      .config_size = 4096,
				      .node = good_node(6),
				      .viable = true };
	f.team =
		(struct team){ .name = strdup("web0"),
			       .mac = { 2, 0, 0, 0, 0, 1 },
			       .verified = true,
			       .transient = { .address = address_of("0000:01:10.0"), .group = 6 } };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	preflight_host_clear(&f.host);
	preflight_vf_clear(&f.vf);
	free(f.team.name);
	checks_clear(&f.checks);
	vfprep_problems_free(f.problems);
	return 0;
}

static void check(void)
{
	assert_int_equal(preflight_check_host(&f.host, &f.checks, f.problems), 0);
	assert_int_equal(preflight_check_team(&f.host, &f.vf, &f.team, &f.checks, f.problems), 0);
}

static size_t count(enum check_result result)
{
	size_t n = 0;
	for (size_t i = 0; i < f.checks.n; i++)
		n += f.checks.items[i].result == result;
	return n;
}

/* What is wrong is exactly that. */
static void expect_wrong(const char *subject, const char *word)
{
	check();
	expect_finding(f.problems, VFPREP_HOST, subject, word);
	assert_true(*vfprep_problems_get(f.problems, 0).advice);
	assert_int_equal(count(CHECK_PROBLEM), 1);
}

static void nothing_is_said_where_all_is_well(void **state)
{
	(void)state;
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
	assert_int_equal(count(CHECK_OK), 8);
	assert_int_equal(f.checks.n, 8);
}

#define DEFINE_WRONG(name, change, subject, word)                                                  \
	static void name(void **state)                                                             \
	{                                                                                          \
		(void)state;                                                                       \
		change;                                                                            \
		expect_wrong(subject, word);                                                       \
	}

DEFINE_WRONG(no_container_node, f.host.vfio = (struct preflight_node){ .error = -1 }, "VFIO",
	     "/dev/vfio/vfio is not there")
DEFINE_WRONG(no_type1, f.host.has_type1 = false, "VFIO", "no type 1 IOMMU")
DEFINE_WRONG(another_api, f.host.has_api = false, "VFIO", "no VFIO interface that is known")
DEFINE_WRONG(no_groups, f.host.has_groups = false, "VFIO", "shows no group")
DEFINE_WRONG(one_byte_short, f.host.limit.hard--, "memory lock",
	     "may lock 5119 MiB (5368709119 bytes)")
DEFINE_WRONG(old_libvirt, (void)text_replace(&f.host.libvirt, "7.0.0"), "libvirt",
	     "libvirt 7.0.0 takes no <teaming>")
DEFINE_WRONG(old_qemu, (void)text_replace(&f.host.qemu, "4.1.1"), "QEMU", "has no failover")
DEFINE_WRONG(crashing_qemu, (void)text_replace(&f.host.qemu, "4.2.0"), "QEMU", "crashes")
DEFINE_WRONG(no_device, f.vf.there = false, "web0", "0000:01:10.0 is not there")
DEFINE_WRONG(another_group, f.vf.group = 7, "web0", "is in IOMMU group 7, and was published in 6")
DEFINE_WRONG(infiniband, f.vf.class = 0x0207, "web0", "class 0207")
DEFINE_WRONG(conventional_pci, f.vf.config_size = 256, "web0", "no PCI Express")
DEFINE_WRONG(unbound, (void)text_replace(&f.vf.driver, NULL), "web0", "no driver has it")
DEFINE_WRONG(net_driver, (void)text_replace(&f.vf.driver, "igbvf"), "web0", "none of VFIO's")
DEFINE_WRONG(variant, (void)text_replace(&f.vf.driver, "mlx5_vfio_pci"), "web0",
	     "libvirt 9.0.0 does not know the driver")
DEFINE_WRONG(no_node, f.vf.node = (struct preflight_node){ .error = -1 }, "web0",
	     "/dev/vfio/6 is not there")
DEFINE_WRONG(a_file, f.vf.node.is_device = false, "web0", "no character device")
DEFINE_WRONG(node_of_another_group, f.vf.node.number = NODE(242, 7), "web0",
	     "it has the number 242:7, sysfs says 242:6")
DEFINE_WRONG(closed_node, (f.vf.node.error = EACCES, f.vf.node.uid = 0, f.vf.node.mode = 0600),
	     "web0", "cannot be opened by uid 1000: Permission denied (it is 0:1000 0600)")
DEFINE_WRONG(hidden_holder, f.vf.node.error = EBUSY, "web0", "held by a process that is not seen")
DEFINE_WRONG(holder, (f.vf.node.error = -1, f.vf.holder = strdup("pid 812 (qemu)")), "web0",
	     "pid 812 (qemu) has /dev/vfio/6")
DEFINE_WRONG(booting_holder,
	     (f.vf.node.error = -1, f.vf.holder = strdup("pid 812 (qemu)"), f.vf.names = true),
	     "web0", "pid 812 (qemu) names 0000:01:10.0 on its command line")
DEFINE_WRONG(no_emulator,
	     (f.host.emulator = strdup("/opt/qemu"), (void)text_replace(&f.host.qemu, NULL)),
	     "QEMU", "the domain's <emulator> '/opt/qemu' is not there")
DEFINE_WRONG(two_times_the_memory, (f.host.guest.times = 2, f.host.limit.hard = (9ull << 30) - 1),
	     "memory lock", "the guest needs 9216 MiB: 2 times its memory")
DEFINE_WRONG(hard_limit_of_the_domain, f.host.guest.hard_limit = (5ull << 30) + 1, "memory lock",
	     "the guest needs 5121 MiB: its <hard_limit>")
DEFINE_WRONG(hard_limit_below_the_memory, f.host.guest.hard_limit = (4ull << 30) - 1, "memory lock",
	     "its <hard_limit> of 4095 MiB is all that QEMU may lock")
DEFINE_WRONG(locked_domain, f.host.guest.locked = true, "memory lock", "the guest needs unlimited")
DEFINE_WRONG(not_viable, f.vf.viable = false, "web0", "cannot go to a guest")
DEFINE_WRONG(parked, f.team.parked = true, "web0", "parked")

static void a_variant_is_fine_with_a_libvirt_that_knows_it(void **state)
{
	(void)state;
	(void)text_replace(&f.vf.driver, "mlx5_vfio_pci");
	(void)text_replace(&f.host.libvirt, "9.7.0");
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
}

static void what_is_not_known_is_no_problem(void **state)
{
	(void)state;
	(void)text_replace(&f.host.libvirt, NULL);
	(void)text_replace(&f.host.qemu, "of some day");
	f.host.guest.memory = 0;
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
	assert_int_equal(count(CHECK_UNKNOWN), 3);
	assert_int_equal(count(CHECK_PROBLEM), 0);
}

static void an_emulator_that_is_there_counts(void **state)
{
	(void)state;
	f.host.emulator = strdup("/opt/qemu");
	f.host.has_emulator = true;
	check();
	assert_int_equal(vfprep_problems_count(f.problems), 0);
	assert_int_equal(count(CHECK_OK), 8);
}

static void no_limit_is_enough_for_any_guest(void **state)
{
	(void)state;
	f.host.limit.hard = MEMLOCK_UNLIMITED;
	for (unsigned i = 0; i < 2; i++) {
		f.host.guest.memory = i ? 0 : 1ull << 60;
		assert_int_equal(preflight_check_host(&f.host, &f.checks, f.problems), 0);
	}
	assert_int_equal(vfprep_problems_count(f.problems), 0);
	assert_int_equal(count(CHECK_UNKNOWN), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(nothing_is_said_where_all_is_well),
		CASE(no_container_node),
		CASE(no_type1),
		CASE(another_api),
		CASE(no_groups),
		CASE(one_byte_short),
		CASE(old_libvirt),
		CASE(old_qemu),
		CASE(crashing_qemu),
		CASE(no_device),
		CASE(another_group),
		CASE(infiniband),
		CASE(conventional_pci),
		CASE(unbound),
		CASE(net_driver),
		CASE(variant),
		CASE(no_node),
		CASE(a_file),
		CASE(node_of_another_group),
		CASE(closed_node),
		CASE(hidden_holder),
		CASE(holder),
		CASE(booting_holder),
		CASE(no_emulator),
		CASE(two_times_the_memory),
		CASE(hard_limit_of_the_domain),
		CASE(hard_limit_below_the_memory),
		CASE(locked_domain),
		CASE(not_viable),
		CASE(parked),
		CASE(a_variant_is_fine_with_a_libvirt_that_knows_it),
		CASE(what_is_not_known_is_no_problem),
		CASE(an_emulator_that_is_there_counts),
		CASE(no_limit_is_enough_for_any_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
