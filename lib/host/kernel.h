/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one seam between vfprep and the machine. kernel-linux.c is the real one; the tests put a
 * machine in memory behind it. */
#ifndef HOST_KERNEL_H
#define HOST_KERNEL_H

#include "core/plan.h"

struct kernel_ops {
	/* Reads the whole machine, or with ONLY just that PF (an empty machine when it is gone).
	 * Never opens a group node, never reads sriov_numvfs. Records and published teams are not
	 * its business, but for what only a record tells of the machine (probe-ports.c). */
	int (*read)(void *kernel, const struct pci_address *only,
		    struct vfprep_machine **ret_machine, struct vfprep_problems *p);

	/* Carries out one step other than STEP_WITHDRAW and STEP_PUBLISH, and makes sure that it
	 * was. Return: 0, 1 when the machine had it already and nothing was sent, or -errno, then
	 * with *RET_DETAIL perhaps set to what the kernel said (the caller frees it). -ETIMEDOUT
	 * means that it did not end in time and may still be going on. */
	int (*act)(void *kernel, const struct step *step, char **ret_detail);

	/* Opens the group's node, which no two can, and keeps it. Return: 0 also when there is no
	 * node; -EBUSY when somebody holds it. */
	int (*claim)(void *kernel, int group);
	/* Lets all claims go. */
	void (*unclaim)(void *kernel);

	/* Waits until nothing that an earlier run left behind works on the PF. Return: -EBUSY when
	 * the deadline passed; *RET_DETAIL then names pid and step. */
	int (*enter)(void *kernel, struct pci_address pf, char **ret_detail);

	/* Makes the file at PATH below the run directory hold TEXT, whole or not at all; NULL
	 * removes it. */
	int (*store)(void *kernel, int rundir_fd, const char *path, const char *text);

	/* Waits until the PF's interface has its carrier again. Return: -ETIMEDOUT. */
	int (*settle)(void *kernel, unsigned ifindex);
};

/* The kernel that runs here. Return: -ENOMEM. */
struct kernel_linux;
extern const struct kernel_ops kernel_linux_ops;
/* ROOT_FD: "/" but in tests, O_PATH is enough. RUNDIR_FD: where the locks of blocking writes are
 * kept; -1: nowhere, for who only reads. It keeps a copy of
 * ROOT_FD and borrows RUNDIR_FD. TIMEOUT_PERCENT scales every deadline
 * (100: as designed). */
int kernel_linux_new(int root_fd, int rundir_fd, unsigned timeout_percent,
		     struct kernel_linux **ret);
void kernel_linux_free(struct kernel_linux *k);
DEFINE_CLEANUP(struct kernel_linux, kernel_linux_free)

#endif
