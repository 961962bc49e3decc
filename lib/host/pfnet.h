/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of its interfaces is the PF's own. */
#ifndef HOST_PFNET_H
#define HOST_PFNET_H

/* PF_FD: the PF's directory in sysfs. Representors of VFs, which lie beside the PF's interface, are
 * passed over; of several ports the first is taken. The caller frees the name. Return: -ENOENT when
 * it has no interface that this network namespace sees. */
int pfnet_find(int pf_fd, char **ret_name, unsigned *ret_ifindex);

#endif
