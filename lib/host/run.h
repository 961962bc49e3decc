/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carrying plans out: lock, read, plan, claim, save originals, act, verify, publish; what fails is
 * put back by the planner, with the machine as it was at the start for its aim. */
#ifndef HOST_RUN_H
#define HOST_RUN_H

#include "core/wish.h"
#include "host/host.h"

enum run_phase { RUN_STEP, RUN_UNDO };

/* A MAC that the driver does not clear stays: that is no failure. */
#define RUN_STAYS 2

/* What a line says behind a step that came to R; "" when it was done. */
const char *run_result_words(int r);

/* So long a setting may take to show: 20 times 100 ms is what others wait for a MAC (sriov-cni), in
 * vain only where it is refused. */
#define SETTINGS_WAIT_MS 2000

struct run_request {
	const struct wish *wish; /* planned once the machine is locked and read */
	/* What the caller was shown; NULL: nothing. Where something else would be done now, nothing
	 * is. */
	const struct vfprep_plan *shown;
	/* Where findings about the machine as it was read go, which may be about any PF of it;
	 * NULL: to those about the run. */
	struct vfprep_problems *seen;
	/* Told of each step that was tried; R as struct kernel_ops' act returns it, or RUN_STAYS.
	 * May be NULL. */
	void (*step)(void *user, enum run_phase phase, const struct step *step, int r);
	void *step_user;
	unsigned lock_wait_ms;
	unsigned settings_wait_ms; /* until a setting has to show */
	unsigned devices_wait_ms;  /* for PFs that the configuration names literally */
	/* A PF that came anew while the run worked (its driver was reloaded, it was plugged again)
	 * is worked on once more, for nobody is told of that: systemd does not start a unit that
	 * runs. */
	bool look_again;
};

/* Return: 0 whenever it came to an outcome; negative only when nothing was touched: -EBUSY when
 * another process has the lock, -ESTALE when not what was shown would be done, else what
 * wish_desire() says. The findings say what was refused, what failed and what is left. */
int run(const struct host *h, const struct run_request *request, enum vfprep_outcome *ret_outcome,
	struct vfprep_problems *p);

#endif
