/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IOMMU groups and their nodes: who may open one, and keeping others from it. */
#ifndef HOST_GROUP_H
#define HOST_GROUP_H

#include "core/machine.h"

/* The node as it is, never opened. Return: 0 also when there is none (RET->exists); else with its
 * number, where that is asked for. */
int group_read_node(int root_fd, int group, struct node *ret, uint64_t *ret_number);

/* Adds to M the groups of its VFs that have more than one member, with each member's driver.
 * Return: -ENOMEM. */
int group_read_shared(int root_fd, struct vfprep_machine *m);

/* Waits until the node is there: the kernel makes it while a VFIO driver is bound. Return:
 * -ETIMEDOUT. */
int group_wait_node(int root_fd, int group, unsigned timeout_ms);

/* Is the node the one that sysfs names for the group? Return: -ENOENT when there is none;
 * -EREMOTEIO when it is not, and *RET_DETAIL says so. */
int group_check_node(int root_fd, int group, char **ret_detail);

/* Gives the node owner and mode, once udev has given it its own. Return: 1 when it has them
 * already, -ENOENT, -EREMOTEIO when it is not the node of that group. */
int group_set_node(int root_fd, int group, const struct node *want, unsigned timeout_ms,
		   char **ret_detail);

/* Groups that are kept open. Start from {0}. */
struct claim {
	int group;
	int fd;
};
struct claims {
	struct claim *claims;
	size_t n;
};

/* Opens the group's node, which no two can, and keeps it. Return: 0 also without a node; -EBUSY. */
int claims_add(struct claims *c, int root_fd, int group);
void claims_clear(struct claims *c);

#endif
