/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carrying plans out: lock, read, plan, claim, save originals, act, verify, publish; what fails is
 * put back by the planner, with the machine as it was at the start for its aim. */
#ifndef HOST_RUN_H
#define HOST_RUN_H

#include "host/state.h"

/* The machine that is worked on. */
struct host {
	const struct kernel_ops *ops;
	void *kernel;
	char *rundir;  /* as steps name it */
	int rundir_fd; /* -1: it is not there (yet) */
};

/* Reads the machine with its records and what is published; ONLY: just one PF of it. */
int host_read(const struct host *h, const struct pci_address *only,
	      struct vfprep_machine **ret_machine, struct vfprep_problems *p);

enum run_phase { RUN_STEP, RUN_UNDO };

/* A MAC that the driver does not clear stays: that is no failure. */
#define RUN_STAYS 2

struct run_request {
	enum plan_aim aim;
	/* What is wanted of the machine, once it is locked and read. */
	int (*desire)(void *user, const struct vfprep_machine *actual,
		      struct vfprep_machine **ret_wanted, struct vfprep_problems *p);
	void *desire_user;
	/* Told of each step that was tried; R as struct kernel_ops' act returns it, or RUN_STAYS.
	 * May be NULL. */
	void (*step)(void *user, enum run_phase phase, const struct step *step, int r);
	void *step_user;
	unsigned lock_wait_ms;
	unsigned settings_wait_ms; /* until a setting has to show */
};

/* Return: 0 whenever it came to an outcome; negative only when nothing was touched. The findings
 * say what was refused, what failed and what is left. */
int run(const struct host *h, const struct run_request *request, enum vfprep_outcome *ret_outcome,
	struct vfprep_problems *p);

#endif
