/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What udev's rules ask while they handle an event: only files below the run directory and sysfs
 * are read, and no lock is taken, so that nothing of it can wait for anybody. */
#ifndef HOST_UDEV_QUERY_H
#define HOST_UDEV_QUERY_H

#include "core/machine.h"

/* Whom the node of a function belongs to while it is prepared. Return: -ENOENT when vfprep has not
 * prepared it. */
int udev_query_function(int root_fd, int rundir_fd, struct pci_address address, struct node *ret);

/* The same of an IOMMU group, all of which has to be prepared, and for the same owner; bridges
 * aside, which no guest gets. */
int udev_query_group(int root_fd, int rundir_fd, unsigned group, struct node *ret);

#endif
