/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of PFs in other network namespaces. */
#ifndef HOST_NETNS_H
#define HOST_NETNS_H

#include "core/machine.h"

/* Looks for the interfaces of PFs that are elsewhere, in every network namespace that has a name or
 * a process: a child goes from one to the next, for at most TIMEOUT_MS. Does nothing where no PF
 * misses its interface, and without the privilege for it (CAP_SYS_ADMIN) it learns nothing.
 * Return: -ENOMEM. */
int netns_find(int root_fd, unsigned timeout_ms, struct vfprep_machine *m);

/* The device of an interface by ethtool, as 0000:01:00.0, for kernels that do not tell it
 * otherwise. SOCK: any socket of its namespace. Allocates nothing. Return: -errno. */
#define NETNS_DEVICE 32
int netns_device(int sock, const char *interface, char ret[static NETNS_DEVICE]);

#endif
