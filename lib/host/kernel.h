/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one seam between vfprep and the machine. kernel-linux.c is the real one; the tests put a
 * machine in memory behind it. */
#ifndef HOST_KERNEL_H
#define HOST_KERNEL_H

#include "core/nl-vf.h"
#include "core/plan.h"
#include "host/log.h"

struct kernel_ops {
	/* Reads the whole machine, or with ONLY just that PF (an empty machine when it is gone).
	 * Never opens a group node, never reads sriov_numvfs. Records and published teams are not
	 * its business, but for what only a record tells of the machine (probe-ports.c). */
	int (*read)(void *kernel, const struct pci_address *only,
		    struct vfprep_machine **ret_machine, struct vfprep_problems *p);

	/* Reads driver and interface of PF, which has its address and nothing else, and none of its
	 * VFs. Return: -ENOENT when it is gone or has no driver. */
	int (*identify)(void *kernel, struct pf *pf);

	/* Carries out one step other than STEP_WITHDRAW, STEP_PARK and STEP_PUBLISH, and makes sure
	 * that it was. Return: 0, 1 when the machine had it already and nothing was sent, or
	 * -errno, then with *RET_DETAIL perhaps set to what the kernel said (the caller frees it).
	 * -ETIMEDOUT means that it did not end in time and may still be going on. */
	int (*act)(void *kernel, const struct step *step, char **ret_detail);

	/* Opens the group's node, which no two can, and keeps it. Return: 0 also when there is no
	 * node; -EBUSY when somebody holds it. */
	int (*claim)(void *kernel, int group);
	/* Lets all claims go. */
	void (*unclaim)(void *kernel);

	/* Waits until nothing that an earlier run left behind works on the PF. Return: -EBUSY when
	 * the deadline passed; *RET_DETAIL then names pid and step. */
	int (*enter)(void *kernel, struct pci_address pf, char **ret_detail);

	/* Makes the file at PATH below a directory, the run directory or that of CDI files, hold
	 * TEXT, whole or not at all; NULL removes it. */
	int (*store)(void *kernel, int dir_fd, const char *path, const char *text);

	/* Asks the PF with that interface for its VFs; those that are missing are waited for, for a
	 * moment. Return: -ENODEV, -EOVERFLOW as netlink_get_vfs(). */
	int (*list)(void *kernel, unsigned ifindex, struct vf_list *ret_list);

	/* Waits until the PF's interface has its carrier again. Return: -ETIMEDOUT. */
	int (*settle)(void *kernel, unsigned ifindex);
};

/* Where a kernel comes from. */
struct kernel_source {
	const struct kernel_ops *ops;
	/* RUNDIR_FD: where the locks of blocking writes are kept; -1: nowhere, for who only reads.
	 * TIMEOUT_PERCENT scales every deadline (100: as designed). RUNDIR_FD and LOG are
	 * borrowed. */
	int (*open)(int rundir_fd, unsigned timeout_percent, const struct log *log,
		    void **ret_kernel);
	void (*close)(void *kernel);
	const char *root; /* where check finds the host's files; NULL: nowhere */
};

/* The kernel that runs here. */
extern const struct kernel_source kernel_linux_source;

#endif
