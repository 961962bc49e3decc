/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What became of a PF's steps: read back, and compared by the planner. */
#include "host/run-pf.h"

#include "core/step.h"
#include "host/deadline.h"

#include <errno.h>

/* The step of this run that was to bring about what S is still to do; NULL: it was not to. */
static const struct step *step_of_plan(const struct pf_run *run, const struct step *s)
{
	for (size_t i = run->plan->n; i-- > 0;) { /* the last one: VFs may have been made anew */
		const struct step *mine = &run->plan->steps[i];
		if (is_mine(run, mine) && mine->kind == s->kind && mine->of_vf == s->of_vf &&
		    mine->vf == s->vf && mine->setting == s->setting)
			return mine;
	}
	return NULL;
}

/* Drivers that list no VFs, and lists that are too long for the kernel (enic, enetc; 335 VFs and
 * more), leave it open what a setting came to. */
static bool is_reported(const struct step *s, const struct pf *now)
{
	const struct vf *vf = s->kind == STEP_SETTING ? pf_find_vf(now, s->vf) : NULL;
	return !vf || now->unread_settings || setting_has(&vf->settings, s->setting);
}

/* The step that did not work, when S is still to do; NULL: it is nothing of this run's. */
static const struct step *step_that_failed(const struct pf_run *run, const struct step *s)
{
	if (s->kind == STEP_PUBLISH || s->kind == STEP_WITHDRAW || s->kind == STEP_PARK ||
	    vf_has_failed(run, s) || (run->request->wish->aim == AIM_RELEASE && step_may_stay(s)))
		return NULL;
	return step_of_plan(run, s);
}

/* Is the VF left out of a list that there is? i40e and ice do so while they reset it. */
static bool is_being_reset(const struct step *s, const struct pf *now)
{
	const struct vf *vf = pf_find_vf(now, s->vf);
	return vf && now->lists_vfs && !now->unread_settings && !vf->settings.present;
}

/* Does a setting that the kernel took not show yet? */
static bool is_late(const struct pf_run *run, const struct vfprep_machine *now)
{
	autoplan left = NULL;
	bool late = false;

	if (plan_make(run->wanted, now, AIM_UNDO, &left, NULL) < 0)
		return false;
	for (size_t i = 0; i < left->n; i++) {
		const struct step *s = &left->steps[i];
		const struct pf *pf = machine_find_pf(now, run->address);
		late = late || (s->kind == STEP_SETTING && step_that_failed(run, s) &&
				(is_reported(s, pf) || is_being_reset(s, pf)));
	}
	return late;
}

/* What became of the steps. ixgbe and mlx5 show a MAC some time after they took it. */
static int read_back(struct pf_run *run, struct vfprep_machine **ret)
{
	uint64_t deadline = deadline_in(run->request->settings_wait_ms);
	bool told = false;

	for (;;) {
		automachine now = NULL;
		int r = pf_read(run, &now);
		if (r < 0)
			return r;
		if (!is_late(run, now) || !deadline_nap(deadline, 100)) {
			*ret = TAKE_PTR(now);
			return 0;
		}
		if (!told)
			log_tell(&run->host->log, LOG_DEBUG,
				 "waiting for settings to show that the kernel took");
		told = true;
	}
}

/* Whatever the planner would still do did not work, though the kernel said yes. */
static int verify(struct pf_run *run, const struct vfprep_machine *now)
{
	autoplan left = NULL;
	autoproblems found = vfprep_problems_new();

	int r = found ? plan_make(run->wanted, now, AIM_UNDO, &left, found) : -ENOMEM;
	if (r < 0)
		return r;
	problem_add_all(run->p, found);
	if (problems_any(found)) /* then nothing can be said of it */
		return -EBUSY;
	for (size_t i = 0; i < left->n; i++) {
		const struct step *s = &left->steps[i];
		const struct step *mine = step_that_failed(run, s);
		if (!mine)
			continue;
		if (!is_reported(s, machine_find_pf(now, run->address))) {
			(void)problem_add(run->p, 0, VFPREP_NOTE, s->subject, NULL,
					  "the kernel does not report its %s, so it could not be "
					  "verified",
					  s->what);
			continue;
		}
		(void)problem_add(run->p, 0, VFPREP_SYSTEM, s->subject, "see the kernel log",
				  "%s %s -> %s: the kernel took it, but reports %s", mine->what,
				  mine->old_text, mine->new_text, s->old_text);
		if (s->of_vf)
			vf_fails(run, s->vf);
		else
			run->pf_failed = true;
	}
	return 0;
}

int pf_verify(struct pf_run *run, struct vfprep_machine **ret)
{
	int r = read_back(run, ret);
	return r < 0 ? r : verify(run, *ret);
}
