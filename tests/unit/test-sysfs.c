/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes below a directory; and which interface is the PF's. */
#include "host/sysfs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "host/pfnet.h"
#include "temp-tree.h"

static int setup(void **state)
{
	static struct tree tree;

	tree_new(&tree);
	*state = &tree;
	return 0;
}

static int teardown(void **state)
{
	tree_free(*state);
	return 0;
}

static void attributes_lose_one_newline(void **state)
{
	struct tree *t = *state;
	autofree char *text = NULL, *empty = NULL, *plain = NULL;

	tree_add_file(t, "a", "vfio-pci\n");
	tree_add_file(t, "empty", "");
	tree_add_file(t, "plain", "x");
	assert_int_equal(sysfs_read(t->fd, "a", &text), 0);
	assert_string_equal(text, "vfio-pci");
	assert_int_equal(sysfs_read(t->fd, "empty", &empty), 0);
	assert_string_equal(empty, "");
	assert_int_equal(sysfs_read(t->fd, "plain", &plain), 0);
	assert_string_equal(plain, "x");
}

static void absent_and_unreadable_differ(void **state)
{
	struct tree *t = *state;
	char *text = NULL;
	autostrbuf big = { 0 };

	tree_add_dir(t, "dir");
	assert_int_equal(sysfs_read(t->fd, "absent", &text), -ENOENT);
	assert_int_equal(sysfs_read(t->fd, "dir", &text), -EISDIR);
	while (big.len <= 64 * 1024)
		strbuf_add(&big, "0123456789abcdef");
	tree_add_file(t, "big", strbuf_text(&big));
	assert_int_equal(sysfs_read(t->fd, "big", &text), -EFBIG);
	assert_null(text);
}

static void numbers_are_whole(void **state)
{
	struct tree *t = *state;
	unsigned value = 5;

	tree_add_file(t, "seven", "7\n");
	tree_add_file(t, "vendor", "0x8086\n");
	tree_add_file(t, "minus", "-1\n");
	tree_add_file(t, "more", "7 8\n");
	assert_int_equal(sysfs_read_unsigned(t->fd, "minus", 10, &value), -EINVAL);
	assert_int_equal(sysfs_read_unsigned(t->fd, "more", 10, &value), -EINVAL);
	assert_int_equal(value, 5);
	assert_int_equal(sysfs_read_unsigned(t->fd, "seven", 10, &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(sysfs_read_unsigned(t->fd, "vendor", 16, &value), 0);
	assert_int_equal(value, 0x8086);
}

static void links_give_their_last_part(void **state)
{
	struct tree *t = *state;
	autofree char *driver = NULL, *flat = NULL, *none = NULL;

	tree_add_link(t, "driver", "../../../bus/pci/drivers/igb");
	tree_add_link(t, "flat", "x");
	assert_int_equal(sysfs_read_link(t->fd, "driver", &driver), 0);
	assert_string_equal(driver, "igb");
	assert_int_equal(sysfs_read_link(t->fd, "flat", &flat), 0);
	assert_string_equal(flat, "x");
	assert_int_equal(sysfs_read_link(t->fd, "none", &none), -ENOENT);
}

static void lists_are_sorted(void **state)
{
	struct tree *t = *state;
	autonames names = { 0 }, none = { 0 };

	tree_add_file(t, "d/b", "");
	tree_add_file(t, "d/a", "");
	tree_add_dir(t, "d/c");
	assert_int_equal(sysfs_list(t->fd, "d", &names), 0);
	assert_int_equal(names.n, 3);
	assert_string_equal(names.names[0], "a");
	assert_string_equal(names.names[2], "c");
	assert_int_equal(sysfs_list(t->fd, "none", &none), -ENOENT);
}

static void writes_make_no_file(void **state)
{
	struct tree *t = *state;
	autofree char *text = NULL;

	tree_add_file(t, "a", "");
	assert_int_equal(sysfs_write(t->fd, "a", "1"), 0);
	assert_int_equal(sysfs_read(t->fd, "a", &text), 0);
	assert_string_equal(text, "1");
	assert_int_equal(sysfs_write(t->fd, "none", "1"), -ENOENT);
	assert_false(sysfs_exists(t->fd, "none"));
}

static void a_directory_made_anew_has_another_inode(void **state)
{
	struct tree *t = *state;
	struct pci_address address = { .bus = 1, .device = 0x10 };
	uint64_t inode = 0, same = 0;
	int fd = -1;

	tree_add_dir(t, "sys/devices/pci0000:00/0000:01:10.0");
	tree_add_link(t, "sys/bus/pci/devices/0000:01:10.0",
		      "../../../devices/pci0000:00/0000:01:10.0");
	assert_int_equal(sysfs_open_function(t->fd, address, &fd), 0);
	assert_int_equal(sysfs_inode(fd, &inode), 0);
	assert_int_equal(sysfs_inode(fd, &same), 0);
	assert_true(inode != 0 && inode == same);
	close(fd);
	address.function = 1;
	assert_int_equal(sysfs_open_function(t->fd, address, &fd), -ENOENT);
}

static void add_interface(struct tree *t, const char *name, const char *ifindex,
			  const char *port_name, const char *dev_port)
{
	autofree char *index_path = text_format("net/%s/ifindex", name);
	autofree char *name_path = text_format("net/%s/phys_port_name", name);
	autofree char *port_path = text_format("net/%s/dev_port", name);

	tree_add_file(t, index_path, ifindex);
	if (port_name)
		tree_add_file(t, name_path, port_name);
	tree_add_file(t, port_path, dev_port);
}

static void expect_interface(struct tree *t, const char *want)
{
	autopfnets l = { 0 };

	assert_int_equal(pfnet_list(t->fd, &l), 0);
	assert_true(l.n > 0);
	assert_string_equal(l.items[0].name, want);
	assert_true(l.items[0].ifindex > 0);
	assert_true(l.items[0].inode > 0);
	assert_false(l.empty);
}

static void a_pf_without_interface_has_none(void **state)
{
	struct tree *t = *state;
	autopfnets none = { 0 }, elsewhere = { 0 }, representors = { 0 };

	assert_int_equal(pfnet_list(t->fd, &none), -ENOENT);
	tree_add_dir(t, "net");
	assert_int_equal(pfnet_list(t->fd, &elsewhere), 0);
	assert_int_equal(elsewhere.n, 0);
	assert_true(elsewhere.empty);
	add_interface(t, "eth0", "9\n", "pf0vf0\n", "0\n");
	assert_int_equal(pfnet_list(t->fd, &representors), 0);
	assert_int_equal(representors.n, 0);
	assert_false(representors.empty);
}

static void representors_are_passed_over(void **state)
{
	struct tree *t = *state;

	add_interface(t, "eth0", "3\n", "pf0vf1\n", "0\n");
	add_interface(t, "eth1", "4\n", "c1pf0vf0\n", "0\n");
	add_interface(t, "eth2", "5\n", "pf0sf1\n", "0\n");
	add_interface(t, "eth3", "6\n", "p0\n", "0\n");
	expect_interface(t, "eth3");
}

static void the_uplink_goes_before_others(void **state)
{
	struct tree *t = *state;

	add_interface(t, "eth0", "3\n", "pf0\n", "0\n"); /* the host's PF, seen from a DPU */
	expect_interface(t, "eth0");
	add_interface(t, "eth1", "9\n", NULL, "0\n");
	expect_interface(t, "eth1");
	add_interface(t, "eth2", "10\n", "p0\n", "1\n");
	expect_interface(t, "eth2");
	add_interface(t, "eth3", "11\n", "p0s1\n", "0\n"); /* a part of a port is one too */
	expect_interface(t, "eth3");
}

static void the_first_port_goes_before_the_second(void **state)
{
	struct tree *t = *state;

	add_interface(t, "eth0", "3\n", NULL, "1\n");
	add_interface(t, "eth1", "5\n", NULL, "0\n");
	add_interface(t, "eth2", "4\n", NULL, "0\n");
	expect_interface(t, "eth2");
}

/* cxgb4: its only interface, which does not carry Ethernet, comes with the VFs. */
static void an_interface_for_management_alone_is_the_pfs(void **state)
{
	struct tree *t = *state;

	add_interface(t, "mgmtpf0,1", "9\n", NULL, "0\n");
	expect_interface(t, "mgmtpf0,1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(attributes_lose_one_newline, setup, teardown),
		cmocka_unit_test_setup_teardown(absent_and_unreadable_differ, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers_are_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(links_give_their_last_part, setup, teardown),
		cmocka_unit_test_setup_teardown(lists_are_sorted, setup, teardown),
		cmocka_unit_test_setup_teardown(writes_make_no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(a_directory_made_anew_has_another_inode, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_pf_without_interface_has_none, setup, teardown),
		cmocka_unit_test_setup_teardown(representors_are_passed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(the_uplink_goes_before_others, setup, teardown),
		cmocka_unit_test_setup_teardown(the_first_port_goes_before_the_second, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_interface_for_management_alone_is_the_pfs, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
