/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One netlink socket: requests about interfaces, with the kernel's own errno and words. */
#ifndef HOST_NL_SOCKET_H
#define HOST_NL_SOCKET_H

#include "core/nl-link.h"
#include "core/nl-vf.h"

struct netlink;

/* TIMEOUT_MS is the deadline of each request. */
int netlink_open(unsigned timeout_ms, struct netlink **ret);
void netlink_free(struct netlink *n);
DEFINE_CLEANUP(struct netlink, netlink_free)

/* Sends a change, of which it becomes the owner (NULL: -ENOMEM), and waits for the
 * acknowledgement. Return: the errno that the kernel answered with, then perhaps with *RET_DETAIL
 * set to its text (the caller frees it; drivers give none). RET_DETAIL may be NULL. */
int netlink_change(struct netlink *n, struct nl_msg *msg, char **ret_detail);

/* Return: -ENODEV when there is no such interface. */
int netlink_get_link(struct netlink *n, unsigned ifindex, struct link_facts *ret);

/* Return: -ENODEV, -EOVERFLOW when there are too many VFs for the kernel to list. */
int netlink_get_vfs(struct netlink *n, unsigned ifindex, struct vf_list *ret);

/* The interfaces that have an address which counts (nl_address_decode), each perhaps more than
 * once. The caller frees the array. */
int netlink_get_addressed(struct netlink *n, unsigned **ret_ifindexes, size_t *ret_n);

#endif
