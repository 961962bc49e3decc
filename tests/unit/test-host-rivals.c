/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What else on a host sets VFs: which files count, and for whom. */
#include "host-tree.h"

#define NM "etc/NetworkManager/system-connections/"

static void networkmanager_that_sets_vfs(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, NM "eth0.nmconnection", "[connection]\ninterface-name=eth0\n");
	expect_ok(f, "networkmanager", "nothing");
	tree_add_file(&f->tree, NM "eth0.nmconnection",
		      "[connection]\ninterface-name=eth0\n[sriov]\ntotal-vfs=4\n");
	expect_problem(f, "networkmanager", "/" NM "eth0.nmconnection:3",
		       "sets the VFs of " PF_ADDRESS " too", "[sriov]");
	tree_add_file(&f->tree, NM "eth0.nmconnection",
		      "[connection]\ninterface-name=eth7\n[sriov]\ntotal-vfs=4\n");
	expect_note(f, "networkmanager", "/" NM "eth0.nmconnection:3", "'eth7', which is no PF");
	remove_file(f, NM "eth0.nmconnection");
	tree_add_file(&f->tree, NM "eth0.nmconnection~", "[sriov]\n");
	expect_ok(f, "networkmanager", "nothing");
}

static void connections_that_cannot_be_read_are_not_known(void **state)
{
	struct fixture *f = *state;

	/* A link to itself, because root would read what has no mode. */
	tree_add_link(&f->tree, NM "eth0.nmconnection", "eth0.nmconnection");
	expect_unknown(f, "networkmanager", "'/" NM "eth0.nmconnection' cannot be read");
	remove_file(f, NM "eth0.nmconnection");
	remove_dir(f, "etc/NetworkManager/system-connections");
	tree_add_link(&f->tree, "etc/NetworkManager/system-connections", "system-connections");
	expect_unknown(f, "networkmanager", "system-connections' cannot be read");
}

static void rival_of_a_pf_that_is_not_configured_is_a_note(void **state)
{
	struct fixture *f = *state;

	(void)add_pf(f->machine, "0000:02:00.0", 3);
	assert_int_equal(text_replace(&f->machine->pfs[1].name, "eth1"), 0);
	tree_add_file(&f->tree, NM "a", "[connection]\ninterface-name=eth1\n[sriov]\n");
	expect_note(f, "networkmanager", "/" NM "a:3", "0000:02:00.0, which vfprep's");
	tree_add_file(&f->tree, NM "a", "[match]\ninterface-name=eth*\n[sriov]\n");
	expect_problem(f, "networkmanager", "/" NM "a:3", PF_ADDRESS, "[sriov]");
	/* Without a configuration nobody knows whose they are. */
	config_free(f->config);
	f->config = NULL;
	expect_unknown(f, "networkmanager", "perhaps of configured PFs (1 place)");
}

#define ETC_LINK "etc/systemd/network/10-eth0.link"
#define LIB_LINK "usr/lib/systemd/network/10-eth0.link"

static void link_file_that_sets_vfs(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, LIB_LINK,
		      "[Match]\nOriginalName=eth0\n[Link]\n"
		      "SR-IOVVirtualFunctions=4\n");
	expect_problem(f, "systemd", "/" LIB_LINK ":4", PF_ADDRESS, "SR-IOV settings");
	tree_add_file(&f->tree, ETC_LINK, "[Match]\nOriginalName=eth0\n");
	expect_ok(f, "systemd", "nothing");
	remove_file(f, ETC_LINK);
	tree_add_link(&f->tree, ETC_LINK, "/dev/null");
	expect_ok(f, "systemd", "nothing");
	remove_file(f, ETC_LINK);
	tree_add_file(&f->tree, LIB_LINK, "[Match]\nHost=a\n[SR-IOV]\n");
	expect_unknown(f, "systemd", "perhaps of configured PFs (1 place)");
	expect_finding(f->problems, VFPREP_NOTE, "/" LIB_LINK ":3", "conditions");
}

static void drop_in_of_a_link_file_sets_vfs(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, "etc/systemd/network/10-eth0.link.d/vfs.conf", "[SR-IOV]\n");
	expect_ok(f, "systemd", "nothing"); /* without the file itself it is not read */
	tree_add_file(&f->tree, LIB_LINK, "[Match]\nOriginalName=eth0\n");
	expect_problem(f, "systemd", "/etc/systemd/network/10-eth0.link.d/vfs.conf:1", PF_ADDRESS,
		       "SR-IOV settings");
	tree_add_link(&f->tree, ETC_LINK, "/dev/null");
	expect_ok(f, "systemd", "nothing");
}

static void netplan_that_sets_vfs(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, "etc/netplan/50.yaml",
		      "network:\n  ethernets:\n    eth0:\n      virtual-function-count: 4\n");
	expect_problem(f, "netplan", "/etc/netplan/50.yaml:4", PF_ADDRESS, "remove");
	tree_add_file(&f->tree, "run/netplan/50.yaml", "network:\n");
	expect_ok(f, "netplan", "nothing");
}

static void operator_that_sets_vfs(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, "etc/sriov-operator/pci/" PF_ADDRESS, "{}");
	expect_note(f, "sriov-operator", "/etc/sriov-operator/pci/" PF_ADDRESS, "not run here");
	add_process(&f->tree, 1203, "sriov-network-c", LIMITS("65536"));
	expect_problem(f, "sriov-operator", "/etc/sriov-operator/pci/" PF_ADDRESS, PF_ADDRESS,
		       "policies");
	remove_file(f, "etc/sriov-operator/pci/" PF_ADDRESS);
	expect_note(f, "sriov-operator", "pid 1203 (sriov-network-c)", "operator is on this host");
	remove_file(f, "proc/1203/comm");
	tree_add_file(&f->tree, "etc/systemd/system/sriov-config.service", "[Unit]\n");
	expect_note(f, "sriov-operator", "/etc/systemd/system/sriov-config.service", "operator");
}

static void udev_rule_that_makes_vfs(void **state)
{
	struct fixture *f = *state;
	static const char rule[] = "KERNEL==\"eth0\", ATTR{device/sriov_numvfs}=\"4\"\n";

	tree_add_file(&f->tree, "etc/udev/rules.d/70-vfprep.rules", rule);
	expect_ok(f, "udev", "nothing"); /* its own */
	tree_add_file(&f->tree, "run/udev/rules.d/70-vfs.rules", rule);
	expect_problem(f, "udev", "/run/udev/rules.d/70-vfs.rules:1", PF_ADDRESS, "rule");
	tree_add_file(&f->tree, "etc/udev/rules.d/70-vfs.rules", "# nothing\n");
	expect_ok(f, "udev", "nothing");
}

static void module_option_that_makes_vfs(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, "etc/modprobe.d/nic.conf", "options igb max_vfs=7\n");
	expect_problem(f, "modules", "/etc/modprobe.d/nic.conf:1", PF_ADDRESS, "option");
	tree_add_file(&f->tree, "etc/modprobe.d/nic.conf", "options ixgbe max_vfs=7\n");
	expect_note(f, "modules", "/etc/modprobe.d/nic.conf:1", "'ixgbe', which is no PF");
	remove_file(f, "etc/modprobe.d/nic.conf");
	tree_add_file(&f->tree, "proc/cmdline", "igb.max_vfs=2 intel_iommu=on\n");
	expect_problem(f, "modules", "/proc/cmdline", PF_ADDRESS, "option");
	tree_add_file(&f->tree, "proc/cmdline", "intel_iommu=on\n");
	tree_add_file(&f->tree, "sys/module/igb/parameters/max_vfs", "0\n");
	expect_ok(f, "modules", "nothing");
	tree_add_file(&f->tree, "sys/module/igb/parameters/max_vfs", "2\n");
	expect_problem(f, "modules", "/sys/module/igb/parameters/max_vfs", PF_ADDRESS, "option");
}

static void driverctl_that_binds_a_vf(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, "etc/driverctl.d/pci-0000:07:00.0", "vfio-pci\n");
	expect_ok(f, "driverctl", "of no configured PF"); /* a graphics card */
	tree_add_file(&f->tree, "etc/driverctl.d/pci-0000:01:10.4", "igbvf\n");
	expect_ok(f, "driverctl", "of no configured PF"); /* VF 2, which is not wanted */
	set_config(f, MATCH "[PF]\nVirtualFunctions=4\n[VF 0-1]\nTeam=web%i\n");
	expect_ok(f, "driverctl", "of no configured PF"); /* ... or which no section names */
	tree_add_file(&f->tree, "etc/driverctl.d/pci-0000:01:10.2", "vfio-pci\n");
	expect_problem(f, "driverctl", "/etc/driverctl.d/pci-0000:01:10.2",
		       "0000:01:10.2 to 'vfio-pci'", "remove the file");
	/* A VF to come, in the way of old versions. */
	remove_file(f, "etc/driverctl.d/pci-0000:01:10.2");
	drop_vfs(&f->machine->pfs[0]);
	tree_add_file(&f->tree, "etc/driverctl.d/0000:01:10.0", "uio_pci_generic\n");
	expect_problem(f, "driverctl", "/etc/driverctl.d/0000:01:10.0", "'uio_pci_generic'",
		       "remove the file");
	remove_file(f, "etc/driverctl.d/0000:01:10.0");
	tree_add_file(&f->tree, "etc/driverctl.d/pci-" PF_ADDRESS, "vfio-pci\n");
	expect_problem(f, "driverctl", "/etc/driverctl.d/pci-" PF_ADDRESS, PF_ADDRESS, "file");
}

static void scripts_that_make_vfs(void **state)
{
	struct fixture *f = *state;

	tree_add_file(&f->tree, "etc/systemd/system/vfs.service",
		      "[Service]\nExecStart=/bin/sh -c 'echo 4 > "
		      "/sys/class/net/eth0/device/sriov_numvfs'\n");
	expect_problem(f, "scripts", "/etc/systemd/system/vfs.service:2", PF_ADDRESS, "line");
	remove_file(f, "etc/systemd/system/vfs.service");
	tree_add_file(&f->tree, "etc/rc.local", "#!/bin/sh\nip link set eth0 vf 0 vlan 5\n");
	expect_problem(f, "scripts", "/etc/rc.local:2", PF_ADDRESS, "line");
	tree_add_file(&f->tree, "etc/rc.local", "#!/bin/sh\nexit 0\n");
	expect_ok(f, "scripts", "nothing");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(networkmanager_that_sets_vfs),
		TEST(connections_that_cannot_be_read_are_not_known),
		TEST(rival_of_a_pf_that_is_not_configured_is_a_note),
		TEST(link_file_that_sets_vfs),
		TEST(drop_in_of_a_link_file_sets_vfs),
		TEST(netplan_that_sets_vfs),
		TEST(operator_that_sets_vfs),
		TEST(udev_rule_that_makes_vfs),
		TEST(module_option_that_makes_vfs),
		TEST(driverctl_that_binds_a_vf),
		TEST(scripts_that_make_vfs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
