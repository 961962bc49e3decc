/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree of directories and links that stands for a machine with one PF. */
#ifndef TESTS_PROBE_TREE_H
#define TESTS_PROBE_TREE_H

#include "host/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "host/kernel-linux.h"
#include "temp-tree.h"

#define PF_DIR "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"
#define VF_DIR "sys/devices/pci0000:00/0000:00:01.0/0000:01:10."

static const struct pci_address pf_address = { .bus = 1 };

struct fixture {
	struct tree tree;
	struct kernel_linux *kernel;
	struct vfprep_problems *problems;
};

static inline void add_device(struct tree *t, const char *address)
{
	autofree char *dir = text_format("sys/devices/pci0000:00/0000:00:01.0/%s", address);
	autofree char *link = text_format("sys/bus/pci/devices/%s", address);
	autofree char *target = text_format("../../../../%s", dir);

	tree_add_dir(t, dir);
	tree_add_link(t, link, target);
}

/* VF INDEX, bound to vfio-pci. */
static inline void add_vf(struct tree *t, unsigned index, int group)
{
	autofree char *address = text_format("0000:01:10.%u", 2 * index);
	autofree char *virtfn = text_format(PF_DIR "/virtfn%u", index);
	autofree char *virtfn_target = text_format("../%s", address);
	autofree char *driver = text_format(VF_DIR "%u/driver", 2 * index);
	autofree char *override = text_format(VF_DIR "%u/driver_override", 2 * index);
	autofree char *link = text_format(VF_DIR "%u/iommu_group", 2 * index);
	autofree char *target = text_format("../../../../kernel/iommu_groups/%d", group);

	add_device(t, address);
	tree_add_link(t, virtfn, virtfn_target);
	tree_add_link(t, driver, "../../../../bus/pci/drivers/vfio-pci");
	tree_add_file(t, override, "vfio-pci\n");
	tree_add_link(t, link, target);
}

static inline int setup(void **state)
{
	static struct fixture f;
	struct tree *t = &f.tree;

	tree_new(t);
	add_device(t, "0000:00:1f.0");
	tree_add_file(t, "sys/bus/pci/devices/0000:00:1f.0/vendor", "0x8086\n");
	add_device(t, "0000:01:00.0");
	tree_add_file(t, PF_DIR "/sriov_totalvfs", "7\n");
	tree_add_file(t, PF_DIR "/sriov_offset", "128\n");
	tree_add_file(t, PF_DIR "/sriov_stride", "2\n");
	tree_add_file(t, PF_DIR "/sriov_drivers_autoprobe", "1\n");
	tree_add_file(t, PF_DIR "/vendor", "0x8086\n");
	tree_add_file(t, PF_DIR "/device", "0x10c9\n");
	tree_add_link(t, PF_DIR "/driver", "../../../../bus/pci/drivers/igb");
	tree_add_file(t, "proc/sys/kernel/random/boot_id",
		      "b4c6f1b2-0000-4000-8000-000000000000\n");
	tree_add_file(t, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	tree_add_dir(t, "sys/bus/pci/drivers/vfio-pci");
	static const struct log nobody;
	assert_int_equal(kernel_linux_new(t->fd, t->fd, 1, &nobody, &f.kernel), 0);
	f.problems = vfprep_problems_new();
	*state = &f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	kernel_linux_free(f->kernel);
	vfprep_problems_free(f->problems);
	tree_free(&f->tree);
	return 0;
}

/* No interface of the machine that runs the test has anything to do with the tree. */
static inline struct vfprep_machine *read_machine(struct fixture *f, const struct pci_address *only)
{
	struct probe probe = {
		.root_fd = f->tree.fd,
		.rundir_fd = f->tree.fd,
		.override_timeout_ms = 2000,
	};
	struct vfprep_machine *m = NULL;

	assert_int_equal(probe_machine(&probe, only, &m, f->problems), 0);
	return m;
}

static inline int act(struct fixture *f, const struct step *s, const char *detail_part)
{
	autofree char *detail = NULL;
	int r = kernel_linux_ops.act(f->kernel, s, &detail);

	if (detail_part)
		assert_non_null(strstr(detail, detail_part));
	else
		assert_null(detail);
	return r;
}

#endif
