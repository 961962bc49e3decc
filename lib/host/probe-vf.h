/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The VFs of one PF. */
#ifndef HOST_PROBE_VF_H
#define HOST_PROBE_VF_H

#include "host/probe.h"

/* How many VFs the PF, whose directory in sysfs is PF_FD, has by its links. Nobody reads
 * sriov_numvfs: that waits for whoever creates or destroys VFs (drivers/pci/iov.c,
 * sriov_numvfs_show). */
int probe_count_vfs(int pf_fd, unsigned *ret);

/* Adds to PF its VFs as sysfs shows them. What could not be read is absent and reported. Return:
 * -ENOMEM. */
int probe_vfs(const struct probe *probe, int pf_fd, struct pf *pf, struct vfprep_problems *p);

/* Adds to PF itself as a device. Return: -ENOMEM. */
int probe_self(const struct probe *probe, struct pf *pf, struct vfprep_problems *p);

/* The VFs that a PF's interface lists. One of them that is missing, or one of PF's that is set by
 * that interface, is waited for: its driver may just be resetting it. Return: as
 * netlink_get_vfs(). */
int probe_list(const struct probe *probe, const struct pf *pf, unsigned ifindex,
	       struct vf_list *ret);

/* Adds to its VFs their settings, asked for by the PF's ifindex. Return: -ENOMEM. */
int probe_settings(const struct probe *probe, struct pf *pf, struct vfprep_problems *p);

#endif
