/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock of a PF on which a blocking write is under way: state/ADDRESS.busy under the run
 * directory. The child that writes holds it as long as it lives, also when its parent was killed.
 */
#ifndef HOST_BUSY_H
#define HOST_BUSY_H

#include "core/address.h"
#include "core/text.h"

/* Takes the lock. It is that of the open file: it lasts until all copies of *RET_FD are closed, and
 * the file then says who had it last. Return: -EBUSY when somebody has it. Without a run directory
 * (RUNDIR_FD -1) there is no lock, and *RET_FD is -1. */
int busy_lock(int rundir_fd, struct pci_address pf, int *ret_fd);

/* Takes the file away again, by who has the lock and knows that its child has ended. */
void busy_remove(int rundir_fd, struct pci_address pf);

/* Who has it? Return: 1 with the words in the file ("pid 12, sriov_numvfs"; the caller frees them)
 * and the end of its time (deadline.h; 0: not known), 0 when nobody does, or -errno. Either may be
 * NULL. Takes nothing, and needs only to read. */
int busy_holder(int rundir_fd, struct pci_address pf, char **ret_text, uint64_t *ret_deadline);

#endif
