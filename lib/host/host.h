/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that is worked on: its kernel, and the run directory. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "host/state.h"

#define HOST_RUNDIR "/run/vfprep"

/* Start from HOST_NONE. */
struct host {
	const struct kernel_ops *ops;
	void *kernel;
	char *rundir;   /* as steps name it */
	char *realpath; /* of it, absolute */
	int rundir_fd;  /* -1: it is not there (yet) */
	int cdi_fd;     /* likewise */
	struct log log;
};
#define HOST_NONE ((struct host){ .rundir_fd = -1, .cdi_fd = -1 })

/* What the run directory is needed for. */
enum rundir_use {
	RUNDIR_UNUSED,
	RUNDIR_READ, /* it need not be there */
	RUNDIR_WRITE /* it is made when it is not there */
};

/* RUNDIR NULL: /run/vfprep, and then CDI files are in /var/run/cdi, where engines look for them;
 * another one keeps its own in `cdi`. TIMEOUT_PERCENT scales every deadline. What H->log says is
 * told of it. */
int host_open(struct host *h, const struct kernel_source *source, const char *rundir,
	      enum rundir_use use, unsigned timeout_percent, struct vfprep_problems *p);
void host_close(struct host *h, const struct kernel_source *source);

/* Reads the machine with its records and what is published; ONLY: just one PF of it. */
int host_read(const struct host *h, const struct pci_address *only,
	      struct vfprep_machine **ret_machine, struct vfprep_problems *p);

/* Reads its records and what is published anew, and nothing else. */
int host_reload(const struct host *h, struct vfprep_machine *m, struct vfprep_problems *p);

/* Reads what is published, and of the machine no more than the boot that it is in. */
int host_read_teams(const struct host *h, struct vfprep_machine **ret_machine,
		    struct vfprep_problems *p);

static inline struct store host_store(const struct host *h)
{
	return (struct store){ h->ops, h->kernel, h->rundir_fd, h->cdi_fd, h->realpath };
}

#endif
