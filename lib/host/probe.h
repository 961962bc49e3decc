/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysfs, netlink and udev to a machine. */
#ifndef HOST_PROBE_H
#define HOST_PROBE_H

#include "core/machine.h"
#include "host/nl-socket.h"

/* Where to look, and how long. */
struct probe {
	int root_fd;
	int rundir_fd;                /* for the locks of blocking writes; -1: none */
	struct netlink *netlink;      /* NULL: not to be had, and then no PF has an interface */
	unsigned override_timeout_ms; /* a driver_override that does not answer */
	unsigned hole_timeout_ms;     /* a VF that is missing in its PF's list */
	unsigned netns_timeout_ms;    /* all other network namespaces; 0: they are not searched */
};

/* Reads all PFs, or with ONLY just that one. What could not be read is absent and reported. Return:
 * -ENOMEM, or that the list of PCI devices cannot be read. */
int probe_machine(const struct probe *probe, const struct pci_address *only,
		  struct vfprep_machine **ret_machine, struct vfprep_problems *p);

#endif
