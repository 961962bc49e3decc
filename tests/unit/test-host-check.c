/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a host fit: kernel, IOMMU, VFIO, PFs, groups and memory. */
#include "host-tree.h"

static void host_on_which_all_is_well_has_only_good_verdicts(void **state)
{
	struct fixture *f = *state;

	check(f);
	assert_int_equal(vfprep_problems_count(f->problems), 0);
	assert_int_equal(f->checks.n, 16);
	for (size_t i = 0; i < f->checks.n; i++)
		assert_int_equal(f->checks.items[i].result, CHECK_OK);
	expect_verdict(f, "configuration", CHECK_OK, "1 file");
	expect_verdict(f, "pf", CHECK_OK, "igb, eth0, 2 of 7 VFs, 10.conf");
}

static void kernel_has_to_be_5_10(void **state)
{
	struct fixture *f = *state;

	expect_ok(f, "kernel", RELEASE);
	tree_add_file(&f->tree, "proc/sys/kernel/osrelease", "5.10.0-8-amd64\n");
	expect_ok(f, "kernel", "5.10");
	tree_add_file(&f->tree, "proc/sys/kernel/osrelease", "5.9.16\n");
	expect_problem(f, "kernel", "kernel", "'5.9.16' is older than 5.10", "newer");
	tree_add_file(&f->tree, "proc/sys/kernel/osrelease", "4.19.0\n");
	expect_problem(f, "kernel", "kernel", "older", "newer");
	tree_add_file(&f->tree, "proc/sys/kernel/osrelease", "next\n");
	expect_unknown(f, "kernel", "next");
	remove_file(f, "proc/sys/kernel/osrelease");
	expect_unknown(f, "kernel", "not known");
}

static void drop_groups(struct fixture *f)
{
	remove_dir(f, "sys/kernel/iommu_groups/0");
	remove_dir(f, "sys/kernel/iommu_groups/1");
}

static void iommu_that_the_kernel_does_not_use(void **state)
{
	struct fixture *f = *state;

	expect_ok(f, "iommu", "2 groups");
	drop_groups(f);
	tree_add_file(&f->tree, "proc/cmdline", "root=/dev/sda1 quiet\n");
	expect_problem(f, "iommu", "iommu", "the firmware has one", "intel_iommu=on");
	tree_add_file(&f->tree, "proc/cmdline", "intel_iommu=off quiet\n");
	expect_problem(f, "iommu", "iommu", "'intel_iommu=off'", "boot without it");
	tree_add_file(&f->tree, "proc/cmdline", "xiommu=off iommu=offline\n");
	expect_problem(f, "iommu", "iommu", "the firmware has one", "intel_iommu=on");
}

static void iommu_that_the_firmware_does_not_have(void **state)
{
	struct fixture *f = *state;

	drop_groups(f);
	remove_dir(f, "sys/kernel/iommu_groups");
	remove_file(f, "sys/firmware/acpi/tables/DMAR");
	expect_problem(f, "iommu", "iommu", "no ACPI table 'DMAR'", "VT-d");
	tree_add_file(&f->tree, "proc/cpuinfo",
		      "vendor_id\t: GenuineIntel\n"
		      "flags\t\t: fpu hypervisor\n");
	expect_problem(f, "iommu", "iommu", "DMAR", "virtual machine");
	tree_add_file(&f->tree, "proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
	expect_problem(f, "iommu", "iommu", "no ACPI table 'IVRS'", "AMD-Vi");
	tree_add_file(&f->tree, "sys/firmware/acpi/tables/IVRS", "");
	expect_problem(f, "iommu", "iommu", "the firmware has one", "AMD-Vi");
	tree_add_file(&f->tree, "proc/cpuinfo", "CPU implementer\t: 0x41\n");
	expect_problem(f, "iommu", "iommu", "no IOMMU groups", "firmware");
}

static void iommu_in_passthrough_is_fine_and_no_sys_is_no_answer(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, "proc/cmdline", "intel_iommu=on iommu=pt\n");
	expect_ok(f, "iommu", "pass through");
	assert_int_equal(renameat(f->tree.fd, "sys", f->tree.fd, "hidden"), 0);
	check(f);
	expect_verdict(f, "iommu", CHECK_UNKNOWN, "not known");
	expect_verdict(f, "vfio", CHECK_UNKNOWN, "not known");
	assert_false(problems_any(f->problems));
}

static void unsafe_modes_of_vfio_are_told(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
		      "Y\n");
	expect_note(f, "iommu", "vfio_iommu_type1", "allow_unsafe_interrupts");
	tree_add_file(&f->tree, "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
		      "N\n");
	tree_add_file(&f->tree, "sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");
	expect_problem(f, "iommu", "vfio", "enable_unsafe_noiommu_mode", "write N");
}

static void drop_modules(struct fixture *f)
{
	remove_file(f, "sys/module/vfio_pci/initstate");
	remove_dir(f, "sys/module/vfio_pci");
}

static void vfio_pci_is_loaded_built_in_or_loadable(void **state)
{
	struct fixture *f = *state;

	expect_ok(f, "vfio", "is loaded");
	remove_file(f, "sys/module/vfio_pci/initstate");
	expect_ok(f, "vfio", "is built in");
	remove_dir(f, "sys/module/vfio_pci");
	expect_unknown(f, "vfio", "not known");
	tree_add_file(&f->tree, "lib/modules/" RELEASE "/modules.dep",
		      "kernel/drivers/vfio/vfio.ko:\n"
		      "kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/drivers/vfio/vfio.ko\n");
	expect_ok(f, "vfio", "can be loaded");
	tree_add_file(&f->tree, "lib/modules/" RELEASE "/modules.builtin",
		      "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	expect_ok(f, "vfio", "is built in");
}

static void kernel_without_vfio_modules(void **state)
{
	struct fixture *f = *state;

	drop_modules(f);
	tree_add_file(&f->tree, "lib/modules/" RELEASE "/modules.dep",
		      "kernel/drivers/vfio/vfio.ko:\n"
		      "kernel/drivers/vfio/pci/vfio-pci-core.ko:\n"
		      "kernel/drivers/net/xvfio-pci.ko: kernel/drivers/vfio/pci/vfio-pci.ko\n");
	expect_problem(f, "vfio", "vfio-pci", RELEASE, "modules");
	tree_add_file(&f->tree, "sys/module/vfio_pci/initstate", "live\n");
	expect_ok(f, "vfio", "is loaded");
	remove_file(f, "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
	remove_dir(f, "sys/module/vfio_iommu_type1/parameters");
	remove_file(f, "sys/module/vfio_iommu_type1/initstate");
	remove_dir(f, "sys/module/vfio_iommu_type1");
	expect_problem(f, "vfio", "vfio_iommu_type1", RELEASE, "modules");
}

static void kernel_without_vfio_groups_by_class_or_by_configuration(void **state)
{
	struct fixture *f = *state;

	remove_dir(f, "sys/class/vfio");
	expect_problem(f, "vfio", "vfio", "no group nodes", "CONFIG_VFIO_GROUP=y");
	remove_dir(f, "sys/class/vfio-dev"); /* vfio is not loaded yet */
	expect_ok(f, "vfio", "");
	tree_add_file(&f->tree, "boot/config-" RELEASE,
		      "CONFIG_VFIO=m\n# CONFIG_VFIO_GROUP is not set\n");
	expect_problem(f, "vfio", "vfio", "no group nodes", "CONFIG_VFIO_GROUP=y");
	/* Before 6.6 there is no such option, and always groups. */
	tree_add_file(&f->tree, "boot/config-" RELEASE, "CONFIG_VFIO=m\n");
	expect_ok(f, "vfio", "");
	tree_add_file(&f->tree, "boot/config-" RELEASE,
		      "CONFIG_VFIO=m\nCONFIG_VFIO_GROUP=y\n# CONFIG_VFIO_CONTAINER is not set\n");
	expect_problem(f, "vfio", "vfio", "/dev/vfio/vfio", "CONFIG_VFIO_CONTAINER=y");
	tree_add_file(&f->tree, "boot/config-" RELEASE,
		      "CONFIG_VFIO=m\n# CONFIG_VFIO_CONTAINER is not set\n"
		      "CONFIG_IOMMUFD_VFIO_CONTAINER=y\n");
	expect_ok(f, "vfio", "");
}

static void machine_without_pfs(void **state)
{
	struct fixture *f = *state;

	machine_free(f->machine);
	f->machine = machine_new();
	config_free(f->config);
	f->config = config_new();
	expect_problem(f, "pf", "pf", "no device that can make VFs", "SR-IOV");
}

static void pf_that_cannot_do_what_is_configured(void **state)
{
	struct fixture *f = *state;
	struct pf *pf = &f->machine->pfs[0];

	pf->ifindex = 0;
	expect_problem(f, "pf", PF_ADDRESS, "no network interface", "network driver");
	pf->elsewhere.is = true;
	assert_int_equal(text_replace(&pf->elsewhere.interface, "eth0"), 0);
	assert_int_equal(text_replace(&pf->elsewhere.netns, "blue"), 0);
	expect_problem(f, "pf", PF_ADDRESS, "'eth0' is in network namespace 'blue'",
		       "ip -n blue link set eth0 netns 1");
	elsewhere_clear(&pf->elsewhere);
	pf->ifindex = 2;
	assert_int_equal(text_replace(&pf->driver, NULL), 0);
	expect_problem(f, "pf", PF_ADDRESS, "no driver", "bind");
	assert_int_equal(text_replace(&pf->driver, "igb"), 0);
	pf->totalvfs = 1;
	expect_problem(f, "pf", PF_ADDRESS, "wants 2 VFs, the device has 1", "VirtualFunctions=");
	pf->totalvfs = 7;
	pf->up = false;
	expect_ok(f, "pf", "igb"); /* vfprep sets it up */
	set_config(f, MATCH "[PF]\nVirtualFunctions=2\nBringUp=no\n[VF]\nTeam=web%i\n[VF 0]\n");
	expect_problem(f, "pf", PF_ADDRESS, "'eth0' is down", "BringUp=no");
	pf->up = true;
	expect_ok(f, "pf", "igb");
}

static void pf_that_is_not_configured_may_be_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct pf *pf = &f->machine->pfs[0];

	pf->ifindex = 0;
	assert_int_equal(text_replace(&pf->driver, NULL), 0);
	config_free(f->config);
	f->config = config_new();
	expect_ok(f, "pf", "no driver, eth0, 2 of 7 VFs, not configured");
	config_free(f->config);
	f->config = NULL;
	check(f);
	expect_verdict(f, "pf", CHECK_OK, "configuration not known");
	expect_verdict(f, "configuration", CHECK_PROBLEM, "faults");
}

static void add_member(struct group *g, const char *address, const char *driver)
{
	struct group_member *m = array_add(&g->members, &g->n_members, sizeof(*m));
	m->address = address_of(address);
	assert_int_equal(text_replace(&m->driver, driver), 0);
}

static void group_that_the_host_uses_too(void **state)
{
	struct fixture *f = *state;
	struct group *g = array_add(&f->machine->groups, &f->machine->n_groups, sizeof(*g));

	g->number = 10;
	add_member(g, "0000:00:01.0", "pcieport");
	add_member(g, "0000:01:10.0", "igbvf");
	add_member(g, "0000:01:10.2", "igbvf"); /* configured as well: it gets another driver */
	expect_ok(f, "groups", "no VF shares");
	add_member(g, PF_ADDRESS, "igb");
	expect_problem(f, "groups", "IOMMU group 10", PF_ADDRESS " with the driver 'igb'", "ACS");
	set_config(f, MATCH "[PF]\nVirtualFunctions=2\n");
	expect_ok(f, "groups", "no VF shares");
}

static void groups_of_vfs_to_come_are_not_known(void **state)
{
	struct fixture *f = *state;

	drop_vfs(&f->machine->pfs[0]);
	expect_unknown(f, "groups", "no VFs yet");
}

static void limit_of_a_runtime_is_told_by_what_guests_need(void **state)
{
	struct fixture *f = *state;

	add_process(&f->tree, 812, "containerd", LIMITS("8388608"));
	expect_note(f, "memory", "pid 812 (containerd)", "8 MiB");
	f->guest_memory = 4 * GIB;
	expect_problem(f, "memory", "pid 812 (containerd)", "4 GiB with a VF has to lock 5 GiB",
		       "LimitMEMLOCK=");
	/* It could raise the limit, but does not by itself. */
	tree_add_file(&f->tree, "proc/812/status", "CapEff:\t000001ffffffffff\n");
	add_process(&f->tree, 812, "containerd", LIMITS("5368709119"));
	expect_problem(f, "memory", "pid 812 (containerd)", "5368709119 bytes", "LimitMEMLOCK=");
	add_process(&f->tree, 812, "containerd", LIMITS("5368709120"));
	expect_ok(f, "memory", "5 GiB");
	add_process(&f->tree, 812, "containerd", LIMITS("unlimited"));
	expect_ok(f, "memory", "5 GiB");
}

static void service_manager_counts_where_no_runtime_runs(void **state)
{
	struct fixture *f = *state;

	f->guest_memory = GIB;
	add_process(&f->tree, 1, "systemd", LIMITS("8388608"));
	expect_problem(f, "memory", "pid 1 (systemd)", "8 MiB", "DefaultLimitMEMLOCK=");
	add_process(&f->tree, 812, "dockerd", LIMITS("unlimited"));
	expect_ok(f, "memory", "2 GiB");
}

static void the_same_limit_of_many_is_told_once(void **state)
{
	struct fixture *f = *state;

	f->guest_memory = GIB;
	add_process(&f->tree, 100, "conmon", LIMITS("65536"));
	add_process(&f->tree, 101, "conmon", LIMITS("65536"));
	expect_problem(f, "memory", "pid 100 (conmon)", "64 KiB", "--ulimit");
	expect_verdict(f, "memory", CHECK_PROBLEM, "2 processes");
}

static void libvirt_with_privilege_raises_the_limit_itself(void **state)
{
	struct fixture *f = *state;

	f->guest_memory = GIB;
	add_process(&f->tree, 900, "libvirtd", LIMITS("65536"));
	tree_add_file(&f->tree, "proc/900/status", "Name:\tlibvirtd\nCapEff:\t000001ffffffffff\n");
	expect_ok(f, "memory", "2 GiB");
	tree_add_file(&f->tree, "proc/900/status", "Name:\tlibvirtd\nCapEff:\t0000000000000000\n");
	expect_problem(f, "memory", "pid 900 (libvirtd)", "64 KiB", "container");
}

static void limits_that_cannot_be_seen_are_not_known(void **state)
{
	struct fixture *f = *state;

	f->guest_memory = GIB;
	add_process(&f->tree, 1, "systemd", "Max locked memory\n");
	expect_unknown(f, "memory", "not known");
}

static void machine_of_somebody_else_has_no_facts(void **state)
{
	struct fixture *f = *state;
	struct check_input in = { NULL, f->machine, f->config, 0 };

	f->machine->has_vfio_pci = true;
	assert_int_equal(host_check(&in, &f->checks, f->problems), 0);
	assert_int_equal(vfprep_problems_count(f->problems), 0);
	expect_verdict(f, "kernel", CHECK_UNKNOWN, "not known");
	expect_verdict(f, "iommu", CHECK_UNKNOWN, "not known");
	expect_verdict(f, "vfio", CHECK_OK, "loaded");
	expect_verdict(f, "pf", CHECK_OK, "igb");
	expect_verdict(f, "udev", CHECK_UNKNOWN, "machine");
	f->machine->no_iommu = true;
	checks_clear(&f->checks);
	assert_int_equal(host_check(&in, &f->checks, f->problems), 0);
	expect_verdict(f, "iommu", CHECK_PROBLEM, "none");
}

static void host_of_which_nothing_is_known_has_no_problems(void **state)
{
	struct fixture *f = *state;
	struct tree empty;
	autofacts facts = NULL;
	struct check_input in = { NULL, NULL, NULL, 0 };

	tree_new(&empty);
	assert_int_equal(host_read_facts(empty.fd, &facts), 0);
	tree_free(&empty);
	in.facts = facts;
	assert_int_equal(host_check(&in, &f->checks, f->problems), 0);
	assert_int_equal(vfprep_problems_count(f->problems), 0);
	expect_verdict(f, "kernel", CHECK_UNKNOWN, "");
	expect_verdict(f, "iommu", CHECK_UNKNOWN, "");
	expect_verdict(f, "vfio", CHECK_UNKNOWN, "");
	expect_verdict(f, "pf", CHECK_UNKNOWN, "");
	expect_verdict(f, "groups", CHECK_UNKNOWN, "");
	expect_verdict(f, "memory", CHECK_UNKNOWN, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void add_upper_of(struct fixture *f, const char *name)
{
	struct pf *pf = &f->machine->pfs[0];
	char **upper = array_add(&pf->uppers, &pf->n_uppers, sizeof(*upper));

	pf->knows_uppers = true;
	assert_int_equal(text_replace(upper, name), 0);
}

static void persistent_side_over_its_own_pf_is_noted(void **state)
{
	struct fixture *f = *state;

	set_config(f, MATCH "[PF]\nVirtualFunctions=2\n"
			    "[VF]\nTeam=web%i\nPersistent=bridge:br0\n[VF 0-1]\n");
	expect_unknown(f, "layout", "of 2 of 2 persistent sides it is not known");
	add_upper_of(f, "br1");
	expect_ok(f, "layout", "no persistent side");
	add_upper_of(f, "br0");
	expect_note(f, "layout", PF_ADDRESS, "'br0' of vf 0 and 1 more leads over this PF");
	expect_verdict(f, "layout", CHECK_OK, "2 of 2");
	assert_int_equal(vfprep_problems_count(f->problems), 1);

	/* One of Open vSwitch's bridges: of which the interface is a port is not shown. */
	f->machine->pfs[0].n_uppers--;
	free(f->machine->pfs[0].uppers[1]);
	add_upper_of(f, "ovs-system");
	expect_unknown(f, "layout", "not known");
	set_config(f, MATCH "[PF]\nVirtualFunctions=2\n"
			    "[VF]\nTeam=web%i\nPersistent=user\n[VF 0-1]\n");
	expect_ok(f, "layout", "no persistent side");
}

/* What prepare has published stands in no file. */
static void persistent_side_of_a_team_in_no_file_is_noted(void **state)
{
	struct fixture *f = *state;
	struct team *team = array_add(&f->machine->teams, &f->machine->n_teams, sizeof(*team));

	team->pf.address = f->machine->pfs[0].address;
	team->pf.vf = 1;
	team->transient.group = -1;
	assert_int_equal(text_replace(&team->name, "store"), 0);
	assert_int_equal(text_replace(&team->hint, "direct:eth0"), 0);
	set_config(f, MATCH "[PF]\nVirtualFunctions=2\n[VF 0]\nTeam=web0\n");
	add_upper_of(f, "br0");
	expect_note(f, "layout", PF_ADDRESS, "'eth0' of vf 1 leads over this PF");
	/* With a file for it the file holds. */
	set_config(f, MATCH "[PF]\nVirtualFunctions=2\n[VF 1]\nTeam=store\n");
	expect_ok(f, "layout", "no persistent side");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(host_on_which_all_is_well_has_only_good_verdicts),
		TEST(kernel_has_to_be_5_10),
		TEST(iommu_that_the_kernel_does_not_use),
		TEST(iommu_that_the_firmware_does_not_have),
		TEST(iommu_in_passthrough_is_fine_and_no_sys_is_no_answer),
		TEST(unsafe_modes_of_vfio_are_told),
		TEST(vfio_pci_is_loaded_built_in_or_loadable),
		TEST(kernel_without_vfio_modules),
		TEST(kernel_without_vfio_groups_by_class_or_by_configuration),
		TEST(machine_without_pfs),
		TEST(pf_that_cannot_do_what_is_configured),
		TEST(pf_that_is_not_configured_may_be_as_it_is),
		TEST(group_that_the_host_uses_too),
		TEST(groups_of_vfs_to_come_are_not_known),
		TEST(limit_of_a_runtime_is_told_by_what_guests_need),
		TEST(service_manager_counts_where_no_runtime_runs),
		TEST(the_same_limit_of_many_is_told_once),
		TEST(libvirt_with_privilege_raises_the_limit_itself),
		TEST(limits_that_cannot_be_seen_are_not_known),
		TEST(machine_of_somebody_else_has_no_facts),
		TEST(host_of_which_nothing_is_known_has_no_problems),
		TEST(persistent_side_over_its_own_pf_is_noted),
		TEST(persistent_side_of_a_team_in_no_file_is_noted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
