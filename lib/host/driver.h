/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which driver has a PCI function: override, bind and unbind. */
#ifndef HOST_DRIVER_H
#define HOST_DRIVER_H

#include "core/address.h"
#include "host/guard.h"

/* A PCI function that is worked on. */
struct driver_target {
	int root_fd;
	struct pci_address address;
	struct guard guard;
};

/* All: 0, 1 when it was so already and nothing was written, or -errno, then perhaps with
 * *RET_DETAIL set (the caller frees it); -ETIMEDOUT when a write may still be going on. */

/* NAME NULL: none. */
int driver_set_override(const struct driver_target *t, const char *name, char **ret_detail);

/* Gives the function to driver NAME (NULL: to none) and makes sure of it; for a VFIO driver also
 * that its group has a node. OLD is who may have it now, besides NAME; with ANY_OLD anybody may.
 * Return: -EBUSY when somebody else has it, -ENOENT when there is no such driver, -EREMOTEIO when
 * the kernel said yes and it is not so. */
int driver_set(const struct driver_target *t, const char *name, const char *old, bool any_old,
	       char **ret_detail);

/* Lets the kernel look for a driver, and is content when it finds none. */
int driver_probe(const struct driver_target *t, char **ret_detail);

#endif
