/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has VFs in use: processes, by /proc, and the host, by what a net driver made of them. */
#ifndef HOST_HOLDER_H
#define HOST_HOLDER_H

#include "core/machine.h"

/* Sets the use of each VF that a process holds or names: one that has the group's node open (by
 * st_rdev: a container calls it otherwise), or one with the address on its command line (with
 * teaming QEMU hides the VF of a guest that boots or migrates and has nothing open yet). Nothing
 * but /proc is opened. What a vfprep with this run directory has claimed does not count. What is
 * free otherwise and cannot be seen into is USE_UNKNOWN. Return: -ENOMEM. */
int holder_mark(int root_fd, int rundir_fd, struct vfprep_machine *m);

#endif
