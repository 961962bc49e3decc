/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What udev's rules are told of functions and groups. */
#include "probe-tree.h"

#include <errno.h>

#include "host/fd.h"
#include "host/sysfs.h"
#include "host/udev-query.h"

#define BOOT "b4c6f1b2-0000-4000-8000-000000000000"

static uint64_t inode_of(struct fixture *f, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(f->tree.fd, path, &st, 0), 0);
	return st.st_ino;
}

/* VF INDEX of the PF and, of that number too, a group. */
static void add_member(struct fixture *f, unsigned index)
{
	autofree char *physfn = text_format(VF_DIR "%u/physfn", 2 * index);
	autofree char *member =
		text_format("sys/kernel/iommu_groups/7/devices/0000:01:10.%u", 2 * index);

	add_vf(&f->tree, index, 7);
	tree_add_link(&f->tree, physfn, "../0000:01:00.0");
	tree_add_link(&f->tree, member, "../../../../bus/pci/devices/any");
}

/* The record of the PF: VF 0 is kept for 64055:104, VF 1 for UID, nobody when MODE is NULL. */
static void record(struct fixture *f, const char *boot_id, const char *mode, unsigned uid)
{
	autofree char *kept =
		mode ? text_format(",\"kept_uid\":%u,\"kept_gid\":104,\"kept_mode\":\"%s\"", uid,
				   mode)
		     : strdup("");
	autofree char *text = text_format(
		"{\"version\":1,\"boot_id\":\"%s\",\"ifindex\":2,\"original\":"
		"{\"address\":\"0000:01:00.0\",\"vfs\":["
		"{\"index\":0,\"address\":\"0000:01:10.0\",\"inode\":%ju,\"made_by_vfprep\":true,"
		"\"kept_uid\":64055,\"kept_gid\":104,\"kept_mode\":\"0660\"},"
		"{\"index\":1,\"address\":\"0000:01:10.2\",\"inode\":%ju,\"made_by_vfprep\":true%s}"
		"]}}",
		boot_id, (uintmax_t)inode_of(f, VF_DIR "0"), (uintmax_t)inode_of(f, VF_DIR "2"),
		kept);

	tree_add_file(&f->tree, "run/vfprep/state/0000:01:00.0.json", text);
}

static int query_group(struct fixture *f, struct node *ret)
{
	autoclose int rundir_fd = -1;

	(void)sysfs_open_dir(f->tree.fd, "run/vfprep", &rundir_fd); /* or there is none */
	return udev_query_group(f->tree.fd, rundir_fd, 7, ret);
}

static void a_group_is_its_owners_when_all_of_it_is_prepared(void **state)
{
	struct fixture *f = *state;
	struct node node = { 0 };

	add_member(f, 0);
	add_member(f, 1);
	assert_int_equal(query_group(f, &node), -ENOENT); /* nothing was ever prepared */
	record(f, BOOT, "0660", 64055);
	assert_int_equal(query_group(f, &node), 0);
	assert_int_equal(node.uid, 64055);
	assert_int_equal(node.gid, 104);
	assert_int_equal(node.mode, 0660);
	record(f, BOOT, NULL, 0);
	assert_int_equal(query_group(f, &node), -ENOENT); /* VF 1 is not prepared */
	record(f, BOOT, "0660", 1000);
	assert_int_equal(query_group(f, &node), -ENOENT); /* they are of different owners */
	record(f, BOOT, "0600", 64055);
	assert_int_equal(query_group(f, &node), -ENOENT);
	record(f, "00000000-0000-4000-8000-000000000000", "0660", 64055);
	assert_int_equal(query_group(f, &node), -ENOENT); /* of another boot */
}

static void bridges_in_a_group_do_not_count_and_others_do(void **state)
{
	struct fixture *f = *state;
	struct node node = { 0 };

	add_member(f, 0);
	add_member(f, 1);
	record(f, BOOT, "0660", 64055);
	add_device(&f->tree, "0000:00:01.5");
	tree_add_file(&f->tree, "sys/bus/pci/devices/0000:00:01.5/class", "0x060400\n");
	tree_add_link(&f->tree, "sys/kernel/iommu_groups/7/devices/0000:00:01.5", "any");
	assert_int_equal(query_group(f, &node), 0);
	tree_add_link(&f->tree, "sys/kernel/iommu_groups/7/devices/platform.0", "any");
	assert_int_equal(query_group(f, &node), -ENOENT);
	assert_int_equal(unlinkat(f->tree.fd, "sys/kernel/iommu_groups/7/devices/platform.0", 0),
			 0);
	tree_add_file(&f->tree, "sys/bus/pci/devices/0000:00:01.5/class", "0x010802\n");
	assert_int_equal(query_group(f, &node), -ENOENT);
	assert_int_equal(udev_query_group(f->tree.fd, f->tree.fd, 8, &node), -ENOENT);
}

static void a_vf_that_was_made_anew_is_another_one(void **state)
{
	const struct pci_address vf = { .bus = 1, .device = 0x10 };
	struct fixture *f = *state;
	struct node node = { 0 };
	autoclose int rundir_fd = -1;

	add_member(f, 0);
	add_member(f, 1);
	record(f, BOOT, "0660", 64055);
	assert_int_equal(sysfs_open_dir(f->tree.fd, "run/vfprep", &rundir_fd), 0);
	assert_int_equal(udev_query_function(f->tree.fd, rundir_fd, vf, &node), 0);
	assert_int_equal(node.mode, 0660);
	/* Another directory at its path: the old one is kept, or its inode would be used again. */
	assert_int_equal(renameat(f->tree.fd, VF_DIR "0", f->tree.fd, VF_DIR "0.old"), 0);
	tree_add_link(&f->tree, VF_DIR "0/physfn", "../0000:01:00.0");
	assert_int_equal(udev_query_function(f->tree.fd, rundir_fd, vf, &node), -ENOENT);
}

static void a_nic_as_a_whole_has_its_own_record(void **state)
{
	struct fixture *f = *state;
	struct node node = { 0 };
	autoclose int rundir_fd = -1;
	autofree char *text =
		text_format("{\"version\":1,\"boot_id\":\"" BOOT "\",\"ifindex\":0,\"original\":"
			    "{\"address\":\"0000:01:00.0\",\"self\":{\"address\":\"0000:01:00.0\","
			    "\"inode\":%ju,"
			    "\"kept_uid\":1,\"kept_gid\":2,\"kept_mode\":\"0600\"},\"vfs\":[]}}",
			    (uintmax_t)inode_of(f, PF_DIR));

	tree_add_file(&f->tree, "run/vfprep/state/0000:01:00.0.json", text);
	assert_int_equal(sysfs_open_dir(f->tree.fd, "run/vfprep", &rundir_fd), 0);
	assert_int_equal(udev_query_function(f->tree.fd, rundir_fd, pf_address, &node), 0);
	assert_int_equal(node.uid, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_group_is_its_owners_when_all_of_it_is_prepared,
						setup, teardown),
		cmocka_unit_test_setup_teardown(bridges_in_a_group_do_not_count_and_others_do,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_vf_that_was_made_anew_is_another_one, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_nic_as_a_whole_has_its_own_record, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
