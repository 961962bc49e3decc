/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interfaces are a PF's own. */
#ifndef HOST_PFNET_H
#define HOST_PFNET_H

#include "core/text.h"

#include <stdint.h>

struct pfnet {
	char *name;
	unsigned ifindex;
	uint64_t inode;     /* of its directory */
	unsigned port_name; /* 0: that of an uplink, 1: none, 2: another */
	unsigned dev_port;
};

struct pfnet_list {
	struct pfnet *items; /* the PF's own first: that of an uplink, of the first port */
	size_t n;
	bool empty; /* there is a directory for interfaces, and none in it is to be seen */
};
void pfnet_list_clear(struct pfnet_list *l);
#define autopfnets CLEANUP(pfnet_list_clear) struct pfnet_list

/* PF_FD: the PF's directory in sysfs. Representors of VFs, which lie beside the PF's interfaces,
 * are passed over. Return: 0 also when there is none; -ENOENT: it can have none. */
int pfnet_list(int pf_fd, struct pfnet_list *ret);

/* Is it the phys_port_name of an interface that stands for somebody else's function? */
bool pfnet_is_representor(const char *port_name);

#endif
