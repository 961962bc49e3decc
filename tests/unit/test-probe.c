/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree of directories and links to a machine, and steps that write to it. */
#include "host/probe.h"

#include <errno.h>
#include <sys/sysmacros.h>

#include "core/desire.h"
#include "host/busy.h"
#include "host/nl-socket.h"
#include "probe-tree.h"

static void a_pf_without_vfs_is_read(void **state)
{
	struct fixture *f = *state;
	automachine m = read_machine(f, NULL);
	struct pf *pf = m->pfs;

	assert_string_equal(m->boot_id, "b4c6f1b2-0000-4000-8000-000000000000");
	assert_true(m->has_vfio_pci);
	assert_int_equal(m->n_pfs, 1);
	assert_int_equal(pci_address_compare(pf->address, pf_address), 0);
	assert_int_equal(pf->has, PF_NUMVFS | PF_AUTOPROBE);
	assert_int_equal(pf->numvfs, 0);
	assert_int_equal(pf->totalvfs, 7);
	assert_int_equal(pf->offset, 128);
	assert_int_equal(pf->stride, 2);
	assert_int_equal(pf->vendor, 0x8086);
	assert_int_equal(pf->device, 0x10c9);
	assert_string_equal(pf->driver, "igb");
	assert_true(pf->autoprobe);
	assert_true(pf->lists_vfs);
	assert_null(pf->name);
	assert_null(pf->busy);
	assert_int_equal(pf->n_auto_macs, 0); /* without a permanent MAC */
	assert_false(problems_any(f->problems));
}

static void vfs_are_found_by_their_links(void **state)
{
	struct fixture *f = *state;

	add_vf(&f->tree, 2, 8);
	add_vf(&f->tree, 0, 6);
	tree_add_file(&f->tree, PF_DIR "/sriov_numvfs", "nobody reads this");
	automachine m = read_machine(f, NULL);
	struct pf *pf = m->pfs;
	struct function *v = &pf->vfs[1].function;

	assert_int_equal(pf->numvfs, 2);
	assert_int_equal(pf->n_vfs, 2);
	assert_int_equal(pf->vfs[0].index, 0);
	assert_int_equal(pf->vfs[1].index, 2);
	assert_int_equal(pci_address_compare(v->address, pf_vf_address(pf, 2)), 0);
	assert_int_equal(v->has, FUNCTION_DRIVER | FUNCTION_OVERRIDE | FUNCTION_NODE);
	assert_string_equal(v->driver, "vfio-pci");
	assert_string_equal(v->override, "vfio-pci");
	assert_int_equal(v->group, 8);
	assert_false(v->node.exists);
	assert_true(v->inode > 0 && v->inode != pf->vfs[0].function.inode);
	assert_null(v->netdev);
	assert_false(pf->lists_vfs);
	assert_false(problems_any(f->problems));
}

static void an_unbound_vf_is_known_to_be_unbound(void **state)
{
	struct fixture *f = *state;

	add_vf(&f->tree, 0, 6);
	assert_int_equal(unlinkat(f->tree.fd, VF_DIR "0/driver", 0), 0);
	assert_int_equal(unlinkat(f->tree.fd, VF_DIR "0/iommu_group", 0), 0);
	tree_add_file(&f->tree, VF_DIR "0/driver_override", "(null)\n");
	tree_add_dir(&f->tree, VF_DIR "0/net/eth5");
	automachine m = read_machine(f, NULL);
	struct function *v = &m->pfs[0].vfs[0].function;

	assert_int_equal(v->has, FUNCTION_DRIVER | FUNCTION_OVERRIDE);
	assert_null(v->driver);
	assert_null(v->override);
	assert_int_equal(v->group, -1);
	assert_string_equal(v->netdev, "eth5");
}

static void an_override_that_blocks_is_absent(void **state)
{
	struct fixture *f = *state;

	add_vf(&f->tree, 0, 6);
	add_vf(&f->tree, 1, 7);
	assert_int_equal(unlinkat(f->tree.fd, VF_DIR "0/driver_override", 0), 0);
	assert_int_equal(mkfifoat(f->tree.fd, VF_DIR "0/driver_override", 0600), 0);
	automachine m = NULL;

	assert_int_equal(kernel_linux_ops.read(f->kernel, NULL, &m, f->problems), 0);
	assert_int_equal(m->pfs[0].vfs[0].function.has, FUNCTION_DRIVER | FUNCTION_NODE);
	assert_string_equal(m->pfs[0].vfs[1].function.override, "vfio-pci");
}

static void an_interface_that_is_not_to_be_seen_is_elsewhere(void **state)
{
	struct fixture *f = *state;

	tree_add_dir(&f->tree, PF_DIR "/net");
	automachine m = read_machine(f, NULL);

	assert_true(m->pfs[0].elsewhere.is);
	assert_null(m->pfs[0].elsewhere.interface);
	assert_int_equal(m->pfs[0].ifindex, 0);
	assert_false(problems_any(f->problems));
}

/* sysfs shows another network namespace than netlink: its ifindex is that of somebody else here. */
static void an_interface_of_another_device_is_not_the_pfs(void **state)
{
	struct fixture *f = *state;
	CLEANUP(netlink_freep) struct netlink *netlink = NULL;
	struct probe probe = { .root_fd = f->tree.fd,
			       .rundir_fd = -1,
			       .override_timeout_ms = 2000 };
	automachine m = NULL;

	tree_add_file(&f->tree, PF_DIR "/net/eth0/ifindex", "1\n"); /* the loopback, if one asks */
	assert_int_equal(netlink_open(5000, &netlink), 0);
	probe.netlink = netlink;
	assert_int_equal(probe_machine(&probe, NULL, &m, f->problems), 0);
	assert_int_equal(m->pfs[0].ifindex, 0);
	assert_null(m->pfs[0].name);
	assert_true(m->pfs[0].elsewhere.is);
}

/* Likewise, of a VF and of a NIC as a whole: whoever uses them there is not to be seen from here.
 */
static void what_has_an_interface_of_another_namespace_is_in_use(void **state)
{
	static const char *const indices[] = { "1\n", "2147483000\n" }; /* the loopback, nobody */
	struct fixture *f = *state;
	CLEANUP(netlink_freep) struct netlink *netlink = NULL;

	tree_add_file(&f->tree, PF_DIR "/class", "0x020000\n");
	add_vf(&f->tree, 0, 5);
	assert_int_equal(unlinkat(f->tree.fd, VF_DIR "0/driver", 0), 0);
	tree_add_link(&f->tree, VF_DIR "0/driver", "../../../../bus/pci/drivers/igbvf");
	assert_int_equal(netlink_open(5000, &netlink), 0);
	for (size_t i = 0; i < ARRAY_SIZE(indices); i++) {
		struct probe probe = { .root_fd = f->tree.fd,
				       .rundir_fd = -1,
				       .netlink = netlink,
				       .override_timeout_ms = 2000 };
		automachine m = NULL;

		tree_add_file(&f->tree, PF_DIR "/net/eth0/ifindex", indices[i]);
		tree_add_file(&f->tree, VF_DIR "0/net/eth5/ifindex", indices[i]);
		assert_int_equal(probe_machine(&probe, NULL, &m, f->problems), 0);
		const struct use *self = &m->pfs[0].self->use, *vf = &m->pfs[0].vfs[0].use;
		assert_int_equal(self->kind, USE_INTERFACE);
		assert_string_equal(self->what,
				    "its interface 'eth0' is in another network namespace");
		assert_int_equal(vf->kind, USE_INTERFACE);
		assert_string_equal(vf->what,
				    "its interface 'eth5' is in another network namespace");
	}
}

static void only_one_pf_is_read_on_request(void **state)
{
	struct fixture *f = *state;
	struct pci_address other = { .bus = 2 };
	automachine m = read_machine(f, &pf_address);
	automachine none = read_machine(f, &other);

	assert_int_equal(m->n_pfs, 1);
	assert_int_equal(none->n_pfs, 0);
}

static void a_machine_without_pci_is_empty(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(renameat(f->tree.fd, "sys", f->tree.fd, "hidden"), 0);
	automachine m = read_machine(f, NULL);

	assert_int_equal(m->n_pfs, 0);
	assert_false(m->has_vfio_pci);
	assert_false(problems_any(f->problems));
}

static void a_lock_that_is_held_is_named(void **state)
{
	struct fixture *f = *state;
	autofree char *detail = NULL;
	int fd = -1;

	assert_int_equal(busy_lock(f->tree.fd, pf_address, &fd), 0);
	assert_true(write(fd, "pid 12, sriov_numvfs\n1\n", 23) == 23);
	automachine m = read_machine(f, NULL);

	assert_string_equal(m->pfs[0].busy, "pid 12, sriov_numvfs");
	assert_int_equal(kernel_linux_ops.enter(f->kernel, pf_address, &detail), -EBUSY);
	assert_string_equal(detail, "pid 12, sriov_numvfs");
	close(fd);
	assert_int_equal(kernel_linux_ops.enter(f->kernel, pf_address, &detail), 0);
}

static void expect_content(struct fixture *f, const char *path, const char *want)
{
	char content[64] = "";
	int fd = openat(f->tree.fd, path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, content, sizeof(content) - 1) >= 0);
	close(fd);
	assert_string_equal(content, want);
}

static void steps_write_what_is_not_there_yet(void **state)
{
	struct fixture *f = *state;
	struct step autoprobe = { .kind = STEP_AUTOPROBE, .pf = pf_address, .number = 1 };
	struct step override = { .kind = STEP_OVERRIDE, .pf = pf_address, .of_vf = true };

	assert_int_equal(act(f, &autoprobe, NULL), 1);
	autoprobe.number = 0;
	assert_int_equal(act(f, &autoprobe, NULL), 0);
	expect_content(f, PF_DIR "/sriov_drivers_autoprobe", "0\n");

	add_vf(&f->tree, 0, 6);
	override.address = (struct pci_address){ .bus = 1, .device = 0x10 };
	override.name = (char *)"vfio-pci";
	assert_int_equal(act(f, &override, NULL), 1);
	tree_add_file(&f->tree, VF_DIR "0/driver_override", "");
	assert_int_equal(act(f, &override, NULL), 0);
	expect_content(f, VF_DIR "0/driver_override", "vfio-pci");
	tree_add_file(&f->tree, VF_DIR "0/driver_override", "igbvf\n");
	override.name = NULL;
	assert_int_equal(act(f, &override, NULL), 0);
	expect_content(f, VF_DIR "0/driver_override", "\ngbvf\n");
}

static void fewer_vfs_than_asked_for_are_an_error(void **state)
{
	struct fixture *f = *state;
	struct step s = { .kind = STEP_NUMVFS, .pf = pf_address, .number = 4 };

	tree_add_file(&f->tree, PF_DIR "/sriov_numvfs", "");
	add_vf(&f->tree, 0, 6);
	assert_int_equal(act(f, &s, "asked for 4 VFs, 1 are there"), -EREMOTEIO);
	expect_content(f, PF_DIR "/sriov_numvfs", "4");
	s.number = 1;
	assert_int_equal(act(f, &s, NULL), 1);
}

static void drivers_are_refused_with_the_reason(void **state)
{
	struct fixture *f = *state;
	struct step s = { .kind = STEP_DRIVER, .pf = pf_address, .of_vf = true, .group = 6 };

	add_vf(&f->tree, 0, 6);
	s.address = (struct pci_address){ .bus = 1, .device = 0x10 };
	s.name = (char *)"vfio-pci";
	assert_int_equal(act(f, &s, NULL), 1);
	s.name = (char *)"igbvf";
	assert_int_equal(act(f, &s, "driver 'vfio-pci' has it by now"), -EBUSY);
	s.name = (char *)"../x";
	assert_int_equal(act(f, &s, NULL), -EINVAL);
	assert_int_equal(unlinkat(f->tree.fd, VF_DIR "0/driver", 0), 0);
	s.name = (char *)"igbvf";
	assert_int_equal(act(f, &s, "driver 'igbvf' is not loaded"), -ENOENT);
	tree_add_file(&f->tree, "sys/bus/pci/drivers/vfio-pci/bind", "");
	s.name = (char *)"vfio-pci";
	assert_int_equal(act(f, &s, "no driver has it"), -EREMOTEIO);
	expect_content(f, "sys/bus/pci/drivers/vfio-pci/bind", "0000:01:10.0");
	s.address.device = 0x11;
	assert_int_equal(act(f, &s, "gone"), -ENODEV);
}

static void a_node_that_is_none_is_not_changed(void **state)
{
	struct fixture *f = *state;
	struct step s = { .kind = STEP_NODE, .pf = pf_address, .of_vf = true, .group = -1 };

	add_vf(&f->tree, 0, 6);
	s.address = (struct pci_address){ .bus = 1, .device = 0x10 };
	s.node = (struct node){ .exists = true, .uid = getuid(), .gid = getgid(), .mode = 0660 };
	assert_int_equal(act(f, &s, NULL), -ENOENT);
	tree_add_file(&f->tree, "sys/class/vfio/6/dev", "243:0\n");
	tree_add_link(&f->tree, "dev/vfio/6", "/dev/null");
	assert_int_equal(act(f, &s, NULL), -ENOTTY);
	assert_int_equal(kernel_linux_ops.claim(f->kernel, 7), 0); /* without a node */
	assert_int_equal(kernel_linux_ops.claim(f->kernel, -1), 0);
	kernel_linux_ops.unclaim(f->kernel);
}

/* Who may make device nodes can try it: the node of /dev/null stands for a group. */
static void a_node_gets_owner_and_mode(void **state)
{
	struct fixture *f = *state;
	struct step s = { .kind = STEP_NODE, .pf = pf_address, .of_vf = true, .group = -1 };

	add_vf(&f->tree, 0, 6);
	s.address = (struct pci_address){ .bus = 1, .device = 0x10 };
	s.node = (struct node){ .exists = true, .uid = 64055, .gid = 104, .mode = 0660 };
	tree_add_file(&f->tree, "sys/class/vfio/6/dev", "1:3\n");
	tree_add_dir(&f->tree, "dev/vfio");
	if (geteuid() != 0 || mknodat(f->tree.fd, "dev/vfio/6", S_IFCHR | 0600, makedev(1, 3)) < 0)
		skip();
	assert_int_equal(act(f, &s, NULL), 0);
	assert_int_equal(act(f, &s, NULL), 1);
	automachine m = read_machine(f, NULL);

	assert_true(m->pfs[0].vfs[0].function.node.exists);
	assert_int_equal(m->pfs[0].vfs[0].function.node.uid, 64055);
	assert_int_equal(m->pfs[0].vfs[0].function.node.gid, 104);
	assert_int_equal(m->pfs[0].vfs[0].function.node.mode, 0660);
	assert_int_equal(kernel_linux_ops.claim(f->kernel, 6), 0);
	assert_int_equal(kernel_linux_ops.claim(f->kernel, 6), 0);
	tree_add_file(&f->tree, "sys/class/vfio/6/dev", "243:0\n");
	assert_int_equal(act(f, &s, "/dev/vfio/6 is not the device 243:0"), -EREMOTEIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_pf_without_vfs_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(vfs_are_found_by_their_links, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unbound_vf_is_known_to_be_unbound, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_override_that_blocks_is_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(an_interface_that_is_not_to_be_seen_is_elsewhere,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_interface_of_another_device_is_not_the_pfs,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_has_an_interface_of_another_namespace_is_in_use, setup, teardown),
		cmocka_unit_test_setup_teardown(only_one_pf_is_read_on_request, setup, teardown),
		cmocka_unit_test_setup_teardown(a_machine_without_pci_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lock_that_is_held_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(steps_write_what_is_not_there_yet, setup, teardown),
		cmocka_unit_test_setup_teardown(fewer_vfs_than_asked_for_are_an_error, setup,
						teardown),
		cmocka_unit_test_setup_teardown(drivers_are_refused_with_the_reason, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_node_that_is_none_is_not_changed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_node_gets_owner_and_mode, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
