/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of one PF. */
#ifndef HOST_PROBE_LINK_H
#define HOST_PROBE_LINK_H

#include "host/probe.h"
#include "host/sysfs.h"

/* What the host uses interfaces for. */
struct host_links {
	unsigned *addressed; /* interfaces with an address that counts */
	size_t n_addressed;
	struct name_list defaults; /* interfaces with a default route */
};
void host_links_clear(struct host_links *l);
bool is_addressed(const struct host_links *links, unsigned ifindex);

/* Is it the interface NAME of the function at ADDRESS, as sysfs has it? sysfs shows the network
 * namespace of who mounted it, and netlink our own: where they differ, the same ifindex is somebody
 * else's interface. */
bool link_is_of(const struct link_facts *l, const char *name, const char *address);

/* Adds to PF its interface, or that it is elsewhere. PF_FD: its directory in sysfs. What could not
 * be read is absent and reported. Return: -ENOMEM. */
int probe_link(const struct probe *probe, const struct host_links *links, int pf_fd, struct pf *pf,
	       struct vfprep_problems *p);

/* Adds that WHAT of SUBJECT could not be read. Return: 0, to go on, but -ENOMEM where R is that. */
int probe_report(struct vfprep_problems *p, const char *subject, int r, const char *what);

#endif
