/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which port of its PF a VF belongs to. */
#ifndef HOST_PROBE_PORTS_H
#define HOST_PROBE_PORTS_H

#include "host/probe.h"

/* Adds to a PF that has several ports, and to its VFs, which are there already, which is whose: as
 * far as their interfaces tell, or the record. PF_FD: its directory in sysfs. What could not be
 * read is absent and reported. Return: -ENOMEM. */
int probe_ports(const struct probe *probe, const char *boot_id, int pf_fd, struct pf *pf,
		struct vfprep_problems *p);

#endif
