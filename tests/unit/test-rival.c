/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of other programs to what they do with VFs, and of which devices. */
#include "core/rival.h"

#include "expect.h"

#define FILE_NAME "/etc/file"

typedef int (*reader)(struct rivals *list, const char *file, const char *text);

static struct rivals read_with(reader read, const char *text)
{
	struct rivals list = { 0 };
	assert_int_equal(read(&list, FILE_NAME, text), 0);
	return list;
}

static struct rivals read_ini(enum rival_ini format, const char *text)
{
	struct rivals list = { 0 };
	autorival r = { 0 };
	assert_int_equal(rival_read_ini(&r, format, FILE_NAME, text), 0);
	assert_int_equal(rivals_take(&list, &r), 0);
	return list;
}

static void expect_glob(const struct rival *r, enum match_key key, size_t i, const char *glob)
{
	assert_true(i < r->match[key].n);
	assert_string_equal(r->match[key].items[i], glob);
}

/* The only one in LIST: at that line, for devices whose KEY is GLOB (NULL: for any). */
static void expect_one(struct rivals *list, unsigned line, enum match_key key, const char *glob,
		       bool partly)
{
	assert_int_equal(list->n, 1);
	const struct rival *r = &list->items[0];
	assert_string_equal(r->file, FILE_NAME);
	assert_int_equal(r->line, line);
	assert_int_equal(r->partly, partly);
	if (glob)
		expect_glob(r, key, 0, glob);
	for (unsigned i = 0; i < MATCH_COUNT; i++)
		assert_int_equal(r->match[i].n > 0, glob && i == key);
	rivals_clear(list);
}

static void expect_none(struct rivals list)
{
	assert_int_equal(list.n, 0);
	rivals_clear(&list);
}

static void keyfile_with_sriov_names_its_interface(void **state)
{
	struct rivals list = read_ini(RIVAL_INI_KEYFILE, "[connection]\n"
							 "interface-name=eth0\n"
							 "# [sriov] was here\n"
							 "\n"
							 "[sriov]\n"
							 "total-vfs=4\n");
	(void)state;
	assert_int_equal(list.items[0].kind, RIVAL_NETWORKMANAGER);
	expect_one(&list, 5, MATCH_NAME, "eth0", false);
	expect_none(read_ini(RIVAL_INI_KEYFILE, "[connection]\n"
						"interface-name=eth0\n"
						"[ethernet]\n"
						"mac-address=52:54:00:AA:00:01\n"));
}

static void keyfile_may_name_a_mac_a_driver_or_nothing(void **state)
{
	struct rivals list;

	(void)state;
	list = read_ini(RIVAL_INI_KEYFILE, "[sriov]\n[ethernet]\nmac-address=52:54:00:AA:00:01\n");
	expect_one(&list, 1, MATCH_PERMANENT_MAC, "52:54:00:aa:00:01", false);
	list = read_ini(RIVAL_INI_KEYFILE, "[match]\ndriver=igb;\n[sriov]\n");
	expect_one(&list, 3, MATCH_DRIVER, "igb", false);
	list = read_ini(RIVAL_INI_KEYFILE, "[connection]\ntype=ethernet\n[sriov]\n");
	expect_one(&list, 3, MATCH_NAME, NULL, false);
	list = read_ini(RIVAL_INI_KEYFILE, "[sriov]\n[match]\ninterface-name=!eth1;\n");
	expect_one(&list, 1, MATCH_NAME, NULL, true);
	list = read_ini(RIVAL_INI_KEYFILE, "[sriov]\n[match]\nkernel-command-line=x\n");
	expect_one(&list, 1, MATCH_NAME, NULL, true);
}

static void link_file_sets_vfs_by_key_or_by_section(void **state)
{
	struct rivals list;

	(void)state;
	list = read_ini(RIVAL_INI_LINK, "; comment\n"
					"[Match]\n"
					"OriginalName=eth0 eth1\n"
					"[Link]\n"
					"SR-IOVVirtualFunctions = 4\n");
	assert_int_equal(list.items[0].kind, RIVAL_SYSTEMD);
	expect_glob(&list.items[0], MATCH_NAME, 1, "eth1");
	expect_one(&list, 5, MATCH_NAME, "eth0", false);
	list = read_ini(RIVAL_INI_LINK, "[Link]\nSR-IOVVirtualFunctions=4\n[SR-IOV]\nVLANId=5\n");
	expect_one(&list, 2, MATCH_NAME, NULL, false); /* the first place is told */
	list = read_ini(RIVAL_INI_LINK, "[Match]\nPath=pci-0000:01:*\n[SR-IOV]\nVLANId=5\n");
	expect_one(&list, 3, MATCH_PATH, "pci-0000:01:*", false);
	list = read_ini(RIVAL_INI_LINK, "[Match]\nHost=a\n[SR-IOV]\n");
	expect_one(&list, 3, MATCH_NAME, NULL, true);
	list = read_ini(RIVAL_INI_LINK, "[Match]\nType=ether\n[SR-IOV]\n");
	expect_one(&list, 3, MATCH_NAME, NULL, false);
	list = read_ini(RIVAL_INI_NETWORK, "[Match]\nName=eth0\n[SR-IOV]\nVirtualFunction=0\n");
	expect_one(&list, 3, MATCH_NAME, "eth0", false);
	expect_none(read_ini(RIVAL_INI_LINK, "[Match]\nDriver=igb\n[Link]\nMTUBytes=9000\n"));
	/* A name is a name only where it is one. */
	expect_none(read_ini(RIVAL_INI_NETWORK, "[Link]\nSR-IOVVirtualFunctions=4\n"));
}

static void netplan_counts_vfs_of_a_device_or_of_what_it_matches(void **state)
{
	struct rivals list;

	(void)state;
	list = read_with(rival_read_netplan, "network:\n"
					     "  version: 2\n"
					     "  ethernets:\n"
					     "    eth0: # the uplink\n"
					     "      mtu: 9000\n"
					     "      virtual-function-count: 4\n");
	expect_one(&list, 6, MATCH_NAME, "eth0", false);
	list = read_with(rival_read_netplan, "network:\n"
					     "  ethernets:\n"
					     "    uplink:\n"
					     "      embedded-switch-mode: \"switchdev\"\n"
					     "      match:\n"
					     "        macaddress: \"52:54:00:AA:00:01\"\n");
	expect_one(&list, 4, MATCH_PERMANENT_MAC, "52:54:00:aa:00:01", false);
}

static void netplan_link_makes_a_vf_of_another_device(void **state)
{
	struct rivals list = read_with(rival_read_netplan, "network:\n"
							   "    ethernets:\n"
							   "        pf:\n"
							   "            match:\n"
							   "                name: 'eth0'\n"
							   "        vf:\n"
							   "            link: pf\n");
	(void)state;
	expect_one(&list, 7, MATCH_NAME, "eth0", false);
	/* A VLAN has a link too; a comment says nothing. */
	expect_none(read_with(rival_read_netplan, "network:\n"
						  "  vlans:\n"
						  "    vlan5:\n"
						  "      id: 5\n"
						  "      link: eth0\n"
						  "  ethernets:\n"
						  "    eth0:\n"
						  "      # virtual-function-count: 4\n"
						  "      dhcp4: true\n"));
	expect_none(read_with(rival_read_netplan, "virtual-function-count: 4\n- link: a\n:\n"));
}

static void udev_rule_that_writes_is_told_from_one_that_looks(void **state)
{
	struct rivals list;

	(void)state;
	list = read_with(rival_read_udev, "#ATTR{sriov_numvfs}=\"4\"\n"
					  "ACTION==\"add\", SUBSYSTEM==\"net\", \\\n"
					  "  ENV{INTERFACE}==\"eth0|eth1\", "
					  "ATTR{device/sriov_numvfs}=\"4\"\n");
	assert_int_equal(list.items[0].kind, RIVAL_UDEV);
	expect_glob(&list.items[0], MATCH_NAME, 1, "eth1");
	expect_one(&list, 2, MATCH_NAME, "eth0", false);
	expect_none(read_with(rival_read_udev, "ATTR{sriov_numvfs}==\"4\", TAG+=\"x\"\n"));
	expect_none(read_with(rival_read_udev, "TEST==\"sriov_numvfs\", TAG+=\"x\"\n"));
	expect_none(read_with(rival_read_udev, "ATTR{sriov_numvfs\n\"\nRUN+=sriov_numvfs\n"));
}

static void udev_rule_names_its_device_in_many_ways(void **state)
{
	struct rivals list;

	(void)state;
	list = read_with(rival_read_udev, "KERNEL==\"0000:01:00.0\", ATTR{sriov_numvfs}=\"4\"\n");
	expect_one(&list, 1, MATCH_ADDRESS, "0000:01:00.0", false);
	list = read_with(rival_read_udev, "ATTR{vendor}==\"0x8086\", ATTR{device}==\"0x10c9\", "
					  "ATTR{sriov_numvfs}=\"4\"\n");
	expect_one(&list, 1, MATCH_DEVICE, "8086:10c9", false);
	list = read_with(rival_read_udev, "ATTRS{vendor}==\"0x8086\", ATTR{sriov_numvfs}=\"4\"\n");
	expect_one(&list, 1, MATCH_DEVICE, "8086:*", false);
	list = read_with(rival_read_udev, "RUN+=\"/bin/sh -c 'echo 4 > "
					  "/sys/bus/pci/devices/0000:01:00.0/sriov_numvfs'\"\n");
	expect_one(&list, 1, MATCH_ADDRESS, "0000:01:00.0", false);
	list = read_with(rival_read_udev,
			 "DRIVER==\"igb\", RUN+=\"/bin/sh -c 'echo 4 > /sys%p/sriov_numvfs'\"\n");
	expect_one(&list, 1, MATCH_DRIVER, "igb", false);
	list = read_with(rival_read_udev, "KERNEL!=\"eth0\", ATTR{device/sriov_numvfs}=\"4\"\n");
	expect_one(&list, 1, MATCH_NAME, NULL, true);
}

static void max_vfs_is_an_option_of_a_driver(void **state)
{
	struct rivals list;

	(void)state;
	list = read_with(rival_read_modprobe, "# options igb max_vfs=1\n"
					      "options igb debug=1 \\\n"
					      "  max_vfs=7,7\n");
	assert_int_equal(list.items[0].kind, RIVAL_MODULE);
	expect_one(&list, 2, MATCH_DRIVER, "igb", false);
	list = read_with(rival_read_modprobe, "options nic_core max_vfs=2\n");
	expect_glob(&list.items[0], MATCH_DRIVER, 1, "nic-core");
	rivals_clear(&list);
	expect_none(read_with(rival_read_modprobe, "options igb max_vfs=0\n"));
	expect_none(read_with(rival_read_modprobe, "blacklist igb\noptions\noptions igb\n\n"));
	list = read_with(rival_read_cmdline, "quiet ixgbe.max_vfs=4 root=/dev/sda1\n");
	expect_one(&list, 0, MATCH_DRIVER, "ixgbe", false);
	expect_none(read_with(rival_read_cmdline, "quiet ixgbe.max_vfs=0 max_vfs=4"));
}

static void script_lines_name_interface_or_address(void **state)
{
	struct rivals list;

	(void)state;
	list = read_with(rival_read_script, "[Service]\n"
					    "ExecStart=/bin/sh -c 'echo 4 > "
					    "/sys/class/net/eth0/device/sriov_numvfs'\n");
	assert_int_equal(list.items[0].kind, RIVAL_SCRIPT);
	expect_one(&list, 2, MATCH_NAME, "eth0", false);
	list = read_with(rival_read_script,
			 "echo 4 | tee /sys/bus/pci/devices/0000\\:01\\:00.0/sriov_numvfs");
	expect_one(&list, 1, MATCH_ADDRESS, "0000:01:00.0", false);
	list = read_with(rival_read_script, "echo 4 >/sys/class/net/$PF/device/sriov_numvfs\n");
	expect_one(&list, 1, MATCH_NAME, NULL, true);
	list = read_with(rival_read_script, "ip link set dev eth0 vf 0 mac 02:00:00:00:00:01\n");
	expect_one(&list, 1, MATCH_NAME, "eth0", false);
	expect_none(read_with(rival_read_script, "# echo 4 > /sys/x/sriov_numvfs\n"
						 "cat /sys/class/net/eth0/device/sriov_numvfs\n"
						 "ip link set eth0 up\n"));
}

static void values_that_cannot_be_ones_make_no_condition(void **state)
{
	autorival r = { 0 };

	(void)state;
	assert_int_equal(rival_add_match(&r, MATCH_NAME, "  ;;'';", ";"), 0);
	assert_false(r.partly);
	assert_int_equal(rival_add_match(&r, MATCH_NAME, "\033[31m", ";"), 0);
	assert_true(r.partly);
	r.partly = false;
	assert_int_equal(rival_add_match(&r, MATCH_PERMANENT_MAC, "nonsense", ";"), 0);
	assert_true(r.partly);
	for (unsigned key = 0; key < MATCH_COUNT; key++)
		assert_int_equal(r.match[key].n, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keyfile_with_sriov_names_its_interface),
		cmocka_unit_test(keyfile_may_name_a_mac_a_driver_or_nothing),
		cmocka_unit_test(link_file_sets_vfs_by_key_or_by_section),
		cmocka_unit_test(netplan_counts_vfs_of_a_device_or_of_what_it_matches),
		cmocka_unit_test(netplan_link_makes_a_vf_of_another_device),
		cmocka_unit_test(udev_rule_that_writes_is_told_from_one_that_looks),
		cmocka_unit_test(udev_rule_names_its_device_in_many_ways),
		cmocka_unit_test(max_vfs_is_an_option_of_a_driver),
		cmocka_unit_test(script_lines_name_interface_or_address),
		cmocka_unit_test(values_that_cannot_be_ones_make_no_condition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
