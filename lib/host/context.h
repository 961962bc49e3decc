/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A context of the public API. */
#ifndef HOST_CONTEXT_H
#define HOST_CONTEXT_H

#include "host/host.h"

struct vfprep {
	const struct kernel_source *source;
	struct host host; /* open while a call is under way */
	char *confdir, *rundir;
	unsigned timeout_percent, lock_wait_ms;
};

/* A context on another kernel, in tests. */
int context_new(const struct kernel_source *source, struct vfprep **ret_ctx);

/* Opens the machine for one call: its root, the directory of the runs, netlink. Between two calls
 * others may make or remove that, and the caller may fork, or close what it does not know. Return:
 * -EBUSY when it is open already, as for a callback. */
int context_open(struct vfprep *ctx, enum rundir_use use, struct vfprep_problems *p);
void context_close(struct vfprep *ctx);

/* Until a setting has to show. */
unsigned context_settings_wait_ms(const struct vfprep *ctx);

#endif
