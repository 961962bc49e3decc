/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container runtime has done before a container starts that gets teams: its devices are
 * looked at, and its limit of locked memory is raised. */
#ifndef HOST_OCI_HOOK_H
#define HOST_OCI_HOOK_H

#include "core/memlock.h"
#include "host/host.h"

struct oci_hook_request {
	int root_fd; /* "/" or another tree: where the nodes are, and what sysfs says of them */
	const char *const *teams;
	size_t n_teams;
	unsigned pid; /* of the container's first process */
};

/* Of what the host publishes and its kernel says, and of nothing else: are the teams' devices what
 * was published, and may the process lock as much memory as the largest of their guests needs? It
 * is raised to that, and never lowered. *RET_OLD, *RET_NEW: the limits before and behind; equal
 * where nothing was to do, or could be done and need not be, which a note tells.
 * Return: -ENODEV when a team is not published; -ESTALE when its device is another one; -EPERM when
 * the limit is too low and this process may not raise it; -ESRCH when there is no such process. */
int oci_hook(const struct host *h, const struct oci_hook_request *request, struct memlock *ret_old,
	     struct memlock *ret_new, struct vfprep_problems *p);

#endif
