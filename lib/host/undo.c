/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting back what failed: the planner again, with the machine at the start as its aim. */
#include "host/run-pf.h"

#include "core/park.h"
#include "core/step.h"

#include <errno.h>
#include <string.h>

/* Takes from the team what the kernel did not report at the start. */
static void believe(struct settings *to, const struct settings *reported, const struct team *team)
{
	const struct settings s = team_settings(team);

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (setting_has(&s, i) && !setting_has(reported, i))
			setting_copy(i, to, &s);
	}
}

static bool has_changed(const struct pf_run *run, unsigned vf, enum setting setting)
{
	for (size_t i = 0; i < run->plan->n; i++) {
		const struct step *s = &run->plan->steps[i];
		if (run->changed[i] && is_mine(run, s) && s->kind == STEP_SETTING && s->vf == vf &&
		    s->setting == setting)
			return true;
	}
	return false;
}

/* Did the team tell the truth about the VF as it was at the start? Then it may be published again
 * where that is back. What was not reported has to be untouched. */
static bool was_true(const struct pf_run *run, const struct vf *start, const struct team *team)
{
	const struct settings s = team_settings(team);
	const struct function *f = &start->function;

	if (pci_address_compare(f->address, team->transient.address) != 0 ||
	    f->group != team->transient.group || !text_equal(f->driver, team->transient.driver))
		return false;
	for (unsigned i = 0; start->index != VF_SELF && i < SETTING_COUNT; i++) {
		if (!setting_has(&s, i))
			continue;
		/* While it says "parked" the VF may have either MAC. */
		if (i == SETTING_MAC && team->parked && setting_has(&start->settings, i) &&
		    memcmp(start->settings.mac, team->mac, sizeof(team->mac)) == 0)
			continue;
		if (setting_has(&start->settings, i) ? !setting_same(i, &s, &start->settings)
						     : has_changed(run, start->index, i))
			return false;
	}
	return true;
}

/* Which steps of the run's plan were about VF INDEX, as what the undoing may touch. */
static int want_vf_back(const struct pf_run *run, const struct vf *start,
			const struct vfprep_machine *now, struct pf *want)
{
	struct vf *vf = pf_add_vf(want, start->index);
	if (!vf || vf_copy(start, vf) < 0)
		return -ENOMEM;
	vf->function.has = 0;
	vf->settings.present = 0;
	vf->use.kind = USE_FREE;
	for (size_t i = 0; i < run->plan->n; i++) {
		const struct step *s = &run->plan->steps[i];
		if (!s->of_vf || s->vf != start->index ||
		    pci_address_compare(s->pf, run->address) != 0)
			continue;
		if (s->kind == STEP_SETTING)
			vf->settings.present |= start->settings.present & (1u << s->setting);
		else if (s->kind == STEP_OVERRIDE)
			vf->function.has |= start->function.has & FUNCTION_OVERRIDE;
		else if (s->kind == STEP_DRIVER)
			vf->function.has |= start->function.has & FUNCTION_DRIVER;
		else if (s->kind == STEP_NODE)
			vf->function.has |= start->function.has & FUNCTION_NODE;
	}
	/* What was published at the start was true then, and is again. */
	const struct team *team = machine_team_of_vf(run->start, run->address, start->index);
	const struct team *holder = team ? machine_find_team(now, team->name) : NULL;
	if (holder && (holder->pf.vf != start->index ||
		       pci_address_compare(holder->pf.address, run->address) != 0))
		team = NULL; /* another VF has the name by now */
	if (!team || !was_true(run, start, team))
		return 0;
	/* What nobody reports was believed, and is again. */
	believe(&vf->settings, &start->settings, team);
	vf->container = team->container;
	vf->guest_memory = team->guest_memory;
	if (text_replace(&vf->team, team->name) < 0 ||
	    text_replace(&vf->persistent, team->hint) < 0)
		return -ENOMEM;
	vf_take_parking(vf, team);
	return 0;
}

static void want_pf_back(const struct pf_run *run, const struct pf *start, struct pf *want)
{
	static const unsigned bits[STEP_COUNT] = {
		[STEP_ADDR_GEN_MODE] = PF_ADDR_GEN_MODE,
		[STEP_LINK] = PF_LINK,
		[STEP_AUTOPROBE] = PF_AUTOPROBE,
		[STEP_NUMVFS] = PF_NUMVFS,
	};
	for (size_t i = 0; i < run->plan->n; i++) {
		const struct step *s = &run->plan->steps[i];
		if (pci_address_compare(s->pf, run->address) == 0)
			want->has |= bits[s->kind];
	}
	want->has &= start->has;
	want->up = start->up;
	want->autoprobe = start->autoprobe;
	want->numvfs = start->numvfs;
	want->addr_gen_mode = start->addr_gen_mode;
}

static bool has_failed(const struct pf_run *run, unsigned index)
{
	return run->pf_failed || *pf_failure_of(run, index);
}

static int make_aim(const struct pf_run *run, const struct vfprep_machine *now,
		    struct vfprep_machine **ret)
{
	automachine aim = machine_new();
	const struct pf *start = machine_find_pf(run->start, run->address);
	struct pf *want = aim ? machine_add_pf(aim, run->address) : NULL;

	if (!want)
		return -ENOMEM;
	if (run->pf_failed)
		want_pf_back(run, start, want);
	bool vanish = want->has & PF_NUMVFS && want->numvfs == 0;
	for (size_t i = 0; i < pf_count(start); i++) {
		const struct vf *vf = pf_at(start, i);
		if (!(vanish && vf->index != VF_SELF) && has_failed(run, vf->index) &&
		    want_vf_back(run, vf, now, want) < 0)
			return -ENOMEM;
	}
	*ret = TAKE_PTR(aim);
	return 0;
}

static enum vfprep_outcome is_left(struct pf_run *run, const char *what)
{
	char subject[PCI_ADDRESS_TEXT];
	(void)problem_add(run->p, 0, VFPREP_SYSTEM, pci_address_format(run->address, subject),
			  "see vfprep list; run vfprep apply or vfprep release again", "%s", what);
	return VFPREP_LEFT;
}

/* Is there still something that the undoing was to bring back? *RET_NOW: the machine after it. */
static bool something_is_left(struct pf_run *run, const struct vfprep_machine *aim,
			      struct vfprep_machine **ret_now)
{
	automachine now = NULL;
	autoplan left = NULL;
	autoproblems found = vfprep_problems_new();

	if (!found || host_read(run->host, &run->address, &now, run->p) < 0 ||
	    plan_make(aim, now, AIM_UNDO, &left, found) < 0 || problems_any(found))
		return true; /* also where nothing can be said of it */
	for (size_t i = 0; i < left->n; i++) {
		const struct step *s = &left->steps[i];
		if (!step_is_last(s) && !step_may_stay(s))
			return true;
	}
	*ret_now = TAKE_PTR(now);
	return false;
}

/* A setting was changed whose old value the kernel did not report. */
static bool old_value_is_unknown(const struct pf_run *run, const struct vfprep_machine *now)
{
	const struct pf *start = machine_find_pf(run->start, run->address);
	const struct pf *pf = machine_find_pf(now, run->address);

	for (size_t i = 0; i < run->plan->n; i++) {
		const struct step *s = &run->plan->steps[i];
		const struct vf *vf = s->kind == STEP_SETTING ? pf_find_vf(start, s->vf) : NULL;
		if (run->changed[i] && vf && has_failed(run, s->vf) && pf_find_vf(pf, s->vf) &&
		    !setting_has(&vf->settings, s->setting))
			return true;
	}
	return false;
}

/* VFs that this run took away are not made again: they would be others. */
static bool vfs_are_gone(const struct pf_run *run, const struct vfprep_machine *now)
{
	return !machine_find_pf(now, run->address) || (run->removed && run->pf_failed);
}

/* Nothing is unbound, and no count goes to 0, before all VFs concerned are ours alone. */
static bool claim_for_step(const struct pf_run *run, const struct step *s, struct pf *pf)
{
	bool in_use = false;
	struct vf *vf = s->of_vf ? pf_find_vf(pf, s->vf) : NULL;

	if (s->kind == STEP_NUMVFS && s->number == 0)
		return claim_all(run->host, pf) == 0;
	if (s->kind != STEP_DRIVER || !vf)
		return true;
	return claim_vf(run->host, vf, &in_use) == 0 && !in_use;
}

/* Carries out the steps that come last, or all others. */
static bool undo_steps(struct pf_run *run, const struct vfprep_plan *plan,
		       const struct vfprep_machine *aim, struct vfprep_machine *now, bool last)
{
	struct pf *pf = machine_find_pf(now, run->address);
	bool good = true;

	for (size_t i = 0; i < plan->n; i++) {
		const struct step *s = &plan->steps[i];
		if (step_is_last(s) != last)
			continue;
		if (!claim_for_step(run, s, pf)) {
			(void)is_left(run, "a VF that this run bound cannot be claimed any more");
			return false;
		}
		if (pf_act(run, RUN_UNDO, s, aim, last ? now : NULL) < 0)
			good = false;
	}
	return good;
}

enum vfprep_outcome pf_undo(struct pf_run *run)
{
	automachine aim = NULL;
	automachine now = NULL;
	automachine after = NULL;
	autoplan plan = NULL;

	if (run->hung)
		return is_left(run, "a step did not end in time, so nothing was put back");
	if (host_read(run->host, &run->address, &now, run->p) < 0)
		return is_left(run, "it could not be read, so nothing was put back");
	if (vfs_are_gone(run, now))
		return is_left(run, "its VFs are gone already, and the rest is still to do");
	autoproblems found = vfprep_problems_new();
	if (!found || make_aim(run, now, &aim) < 0 ||
	    plan_make(aim, now, AIM_UNDO, &plan, found) < 0)
		return is_left(run, "out of memory, so nothing was put back");
	problem_add_all(run->p, found);
	if (problems_any(found))
		return is_left(run, "nothing of it may be touched now, so nothing was put back");
	/* What is published has to be true again first. */
	if (!undo_steps(run, plan, aim, now, false) || something_is_left(run, aim, &after) ||
	    !undo_steps(run, plan, aim, after, true))
		return is_left(run, "not all that failed could be put back");
	if (old_value_is_unknown(run, now))
		return is_left(run, "what it had before was not reported, so it keeps what it got");
	return VFPREP_UNDONE;
}
