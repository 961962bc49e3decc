/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A context of the public API. */
#ifndef HOST_CONTEXT_H
#define HOST_CONTEXT_H

#include "host/host.h"

struct vfprep {
	const struct kernel_source *source;
	struct host host; /* opened when it is first needed */
	char *confdir, *rundir;
	unsigned timeout_percent, lock_wait_ms;
};

/* A context on another kernel, in tests. */
int context_new(const struct kernel_source *source, struct vfprep **ret_ctx);

/* Opens the machine; CREATE: with its run directory. */
int context_open(struct vfprep *ctx, bool create, struct vfprep_problems *p);

/* Until a setting has to show. */
unsigned context_settings_wait_ms(const struct vfprep *ctx);

#endif
