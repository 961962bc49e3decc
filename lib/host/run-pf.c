/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One PF's part of a plan: save the originals, act, verify, publish, tidy up. */
#include "host/run-pf.h"

#include "core/record.h"
#include "core/refuse.h"
#include "core/step.h"

#include <errno.h>
#include <string.h>

static struct pf *start_pf(const struct pf_run *run)
{
	return machine_find_pf(run->start, run->address);
}

static int publish(struct pf_run *run, const struct step *s, const struct vfprep_machine *wanted,
		   const struct vfprep_machine *now)
{
	autoteam team = { .transient.group = -1 };
	const struct pf *pf = now ? machine_find_pf(now, run->address) : NULL;
	const struct pf *want_pf = machine_find_pf(wanted, run->address);
	const struct vf *want = want_pf ? pf_find_vf(want_pf, s->vf) : NULL;

	if (!pf || !want || !pf_find_vf(pf, s->vf))
		return -ENODEV;
	int r = team_of_vf(now, pf, want, &team);
	bool was_there = machine_find_team(run->start, s->name);
	return r < 0 ? r : publish_team(&run->store, &team, was_there);
}

/* The team as it is published, but for that. */
static int park(struct pf_run *run, const struct step *s, const struct vfprep_machine *wanted)
{
	autoteam team = { .transient.group = -1 };
	const struct team *published = machine_find_team(run->start, s->name);
	const struct pf *want_pf = machine_find_pf(wanted, run->address);
	const struct vf *want = want_pf ? pf_find_vf(want_pf, s->vf) : NULL;

	if (!published || !want)
		return -ENODEV;
	int r = team_copy(published, &team);
	if (r < 0)
		return r;
	team_park(&team, s->number ? want->parking_mac : NULL);
	return publish_parking(&run->store, &team);
}

static bool is_published_again(const struct pf_run *run, const char *team)
{
	for (size_t i = 0; i < run->plan->n; i++) {
		const struct step *s = &run->plan->steps[i];
		if (s->kind == STEP_PUBLISH && text_equal(s->name, team))
			return true;
	}
	return false;
}

/* Says what a failed step means, for the PF as it is now. */
static int explain(const struct pf_run *run, const struct step *s, int r, const char *detail)
{
	automachine now = NULL;

	if (s->kind == STEP_SETTING && r != -ETIMEDOUT)
		(void)host_read(run->host, &run->address, &now, NULL); /* else of less */
	return step_explain(s, r, detail, now ? machine_find_pf(now, run->address) : NULL, run->p);
}

int pf_act(struct pf_run *run, enum run_phase phase, const struct step *s,
	   const struct vfprep_machine *wanted, const struct vfprep_machine *now)
{
	const struct host *h = run->host;
	autofree char *detail = NULL;
	int r;

	if (now && step_is_done(s, now))
		r = 1;
	else if (s->kind == STEP_WITHDRAW)
		r = publish_withdraw(&run->store, s->name,
				     phase == RUN_UNDO || is_published_again(run, s->name));
	else if (s->kind == STEP_PARK)
		r = park(run, s, wanted);
	else if (s->kind == STEP_PUBLISH)
		r = publish(run, s, wanted, now);
	else
		r = h->ops->act(h->kernel, s, &detail);
	if (step_is_refused(s, r) && (phase == RUN_UNDO || run->request->wish->aim == AIM_RELEASE))
		r = RUN_STAYS;
	if (run->request->step)
		run->request->step(run->request->step_user, phase, s, r);
	return r < 0 ? explain(run, s, r, detail) : r;
}

static int save_failed(struct pf_run *run, int r)
{
	char subject[PCI_ADDRESS_TEXT];
	return problem_add(run->p, r, VFPREP_SYSTEM, pci_address_format(run->address, subject),
			   "see that the run directory can be written",
			   "its original values could not be saved: %s", strerror(-r));
}

/* Saves whatever the plan is going to change and the record does not hold yet. */
static int save_originals(struct pf_run *run)
{
	struct pf *pf = start_pf(run);
	bool changed;

	int r = record_extend(pf, run->start->boot_id, run->plan, false, &changed);
	bool parking = r == 0 && record_parking(pf, machine_find_pf(run->wanted, run->address));
	if (r == 0 && (changed || parking))
		r = state_save(&run->store, pf);
	return r < 0 ? save_failed(run, r) : 0;
}

int pf_read(struct pf_run *run, struct vfprep_machine **ret)
{
	char subject[PCI_ADDRESS_TEXT];
	automachine now = NULL;

	int r = host_read(run->host, &run->address, &now, run->p);
	if (r < 0)
		return problem_add(run->p, r, VFPREP_SYSTEM,
				   pci_address_format(run->address, subject), NULL,
				   "what became of it could not be read");
	if (!machine_find_pf(now, run->address))
		return problem_add(run->p, -ENODEV, VFPREP_ABSENT,
				   pci_address_format(run->address, subject), NULL,
				   "the PF went away");
	*ret = TAKE_PTR(now);
	return 0;
}

/* Were the new VFs made where the plan said, for that is what was shown to the user? */
static int check_addresses(struct pf_run *run, const struct pf *pf)
{
	char said[PCI_ADDRESS_TEXT], is[PCI_ADDRESS_TEXT];

	for (size_t i = 0; i < run->plan->n; i++) {
		const struct step *s = &run->plan->steps[i];
		const struct vf *vf = is_mine(run, s) && s->of_vf ? pf_find_vf(pf, s->vf) : NULL;
		if (!vf || pci_address_compare(vf->function.address, s->address) == 0)
			continue;
		return problem_add(run->p, -EREMOTEIO, VFPREP_SYSTEM,
				   pci_address_format(s->address, said), NULL,
				   "vf %u came to be at %s instead", s->vf,
				   pci_address_format(vf->function.address, is));
	}
	return 0;
}

static const struct vf *wanted_vf(const struct pf_run *run, unsigned index)
{
	return pf_find_vf(machine_find_pf(run->wanted, run->address), index);
}

/* Which IOMMU groups new VFs are in is not known before they are there. */
static void refuse_new(struct pf_run *run, const struct vfprep_machine *now, const struct pf *start)
{
	for (size_t i = 0; i < start->n_vfs; i++) {
		const struct vf *vf = &start->vfs[i];
		const struct vf *want = wanted_vf(run, vf->index);
		if (want && refuse_group(want, vf, start, run->wanted, now, run->p))
			vf_fails(run, vf->index);
	}
}

/* What Driver=auto stands for on a new VF was said by its PF: was that right? */
static void check_auto_drivers(struct pf_run *run, const struct pf *pf)
{
	for (size_t i = 0; i < pf->n_vfs; i++) {
		const struct vf *want = wanted_vf(run, pf->vfs[i].index);
		const char *is = pf->vfs[i].function.auto_driver;
		const char *said = want ? want->function.auto_driver : NULL;
		if (!said || !is || strcmp(said, is) == 0)
			continue;
		autofree char *subject = vf_subject(pf, want->index);
		(void)problem_add(run->p, 0, VFPREP_SYSTEM, subject, "run vfprep apply again",
				  "Driver=auto stands for '%s' now that it is there, not for '%s'",
				  is, said);
		vf_fails(run, want->index);
	}
}

/* Teams were about VFs that are no more, and are nothing that the new ones go back to. */
static void forget_teams(struct pf_run *run)
{
	struct vfprep_machine *start = run->start;

	for (size_t i = start->n_teams; i-- > 0;) {
		struct team *t = &start->teams[i];
		if (t->pf.vf == VF_SELF || pci_address_compare(t->pf.address, run->address) != 0)
			continue;
		team_clear(t);
		start->n_teams--;
		memmove(t, t + 1, (start->n_teams - i) * sizeof(*t));
	}
}

/* Right after VFs were made: they are ours from now on, and this is what they were like. */
static int take_new_vfs(struct pf_run *run)
{
	automachine now = NULL;

	int r = pf_read(run, &now);
	if (r < 0)
		return r;
	struct pf *pf = machine_find_pf(now, run->address);
	struct pf *start = start_pf(run);
	forget_teams(run);
	/* The PF's own values stay those of the start; its interface may be another one by now, and
	 * then the VFs are of that. */
	start->ifindex = pf->ifindex;
	start->net_inode = pf->net_inode;
	for (size_t i = 0; i < pf->n_vfs; i++) {
		struct vf *vf = pf_add_vf(start, pf->vfs[i].index);
		if (!vf || vf_copy(&pf->vfs[i], vf) < 0)
			return -ENOMEM;
	}
	run->created = true;
	r = check_addresses(run, start);
	if (r < 0)
		return r;
	refuse_new(run, now, start);
	check_auto_drivers(run, start);
	bool changed;
	r = record_made(start);
	if (r == 0)
		r = record_extend(start, run->start->boot_id, run->plan, true, &changed);
	if (r == 0) {
		start->record->making = 0;
		r = state_save(&run->store, start);
	}
	return r < 0 ? save_failed(run, r) : 0;
}

/* VFs that are gone: those to come are others. The record is saved when they are there. */
static void forget_vfs(struct pf_run *run)
{
	struct pf *start = start_pf(run);

	run->removed = true;
	pf_drop_vfs(start);
	forget_teams(run);
	if (start->record)
		pf_drop_vfs(&start->record->original);
}

/* All steps but those that come last. After VFs were made, `start` knows them as they are. */
static void act_all(struct pf_run *run)
{
	for (size_t i = 0; i < run->plan->n && !run->pf_failed; i++) {
		const struct step *s = &run->plan->steps[i];
		if (!is_mine(run, s) || step_is_last(s) || vf_has_failed(run, s))
			continue;
		/* What is new may be right as it was made. */
		int r = pf_act(run, RUN_STEP, s, run->wanted,
			       run->created && s->of_vf && s->kind == STEP_SETTING ? run->start
										   : NULL);
		run->changed[i] = r == 0;
		if (r >= 0 && s->kind == STEP_NUMVFS && s->number)
			r = take_new_vfs(run);
		else if (r >= 0 && s->kind == STEP_NUMVFS)
			forget_vfs(run);
		if (r >= 0)
			continue;
		run->hung = run->hung || r == -ETIMEDOUT;
		if (s->of_vf)
			vf_fails(run, s->vf);
		else
			run->pf_failed = true;
	}
}

static void publish_all(struct pf_run *run, const struct vfprep_machine *now)
{
	for (size_t i = 0; i < run->plan->n; i++) {
		const struct step *s = &run->plan->steps[i];
		if (is_mine(run, s) && step_is_last(s) && !vf_has_failed(run, s) &&
		    pf_act(run, RUN_STEP, s, run->wanted, now) < 0)
			vf_fails(run, s->vf);
	}
}

static bool anything_failed(const struct pf_run *run)
{
	for (size_t i = 0; i < run->n_vfs; i++) {
		if (run->vf_failed[i])
			return true;
	}
	return run->pf_failed;
}

/* Is the VF what is wanted of it, as far as anybody can say? */
static bool is_as_wanted(const struct vfprep_machine *m, const struct pf *pf, const struct vf *want)
{
	const struct vf *vf = pf_find_vf(pf, want->index);
	const struct team *team = machine_team_of_vf(m, pf->address, want->index);

	if (!vf || !text_equal(team ? team->name : NULL, want->team) ||
	    (want->function.has & FUNCTION_DRIVER &&
	     !text_equal(vf->function.driver, want->function.driver)))
		return false;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (setting_has(&want->settings, i) && setting_has(&vf->settings, i) &&
		    !setting_same(i, &want->settings, &vf->settings))
			return false;
	}
	return true;
}

/* The node of a prepared VF, when it is what is wanted, for udev to give a new one the same owner.
 */
static struct node node_to_keep(const struct vf *vf, const struct vf *want)
{
	const struct node *is = &vf->function.node, *node = &want->function.node;

	if (want->function.has & FUNCTION_NODE && driver_is_vfio(want->function.driver) &&
	    is->exists && is->uid == node->uid && is->gid == node->gid && is->mode == node->mode)
		return *node;
	return (struct node){ 0 };
}

/* Who has the VFs now, the command line or the files, and which are parked: where it has come
 * about. */
static void mark_as_wanted(const struct vfprep_machine *m, struct pf *pf, const struct pf *want)
{
	for (size_t i = 0; i < pf_count(want); i++) {
		const struct vf *vf = pf_at(want, i);
		struct vf *recorded = record_find_vf(pf, vf->index);
		if (!recorded || !is_as_wanted(m, pf, vf))
			continue;
		recorded->prepared = vf->prepared;
		recorded->parked = vf->parked;
		memcpy(recorded->parking_mac, vf->parking_mac, sizeof(vf->parking_mac));
		if (vf->function.has & FUNCTION_DRIVER) /* not so where it is only parked */
			recorded->kept = node_to_keep(pf_find_vf(pf, vf->index), vf);
	}
}

void pf_tidy_record(const struct store *store, const struct vfprep_machine *m, struct pf *pf,
		    const struct pf *want, bool complete)
{
	if (!pf->record)
		return;
	mark_as_wanted(m, pf, want);
	pf->record->to_probe = pf->record->to_probe && !complete;
	if (record_shrink(pf)) {
		record_free(pf->record);
		pf->record = NULL;
	}
	/* Unsaved, the record says too much, which does no harm, and the next run tries again. */
	(void)state_save(store, pf);
}

/* A VF whose MAC was cleared may have chosen one by now (igbvf does when its PF is up): that it had
 * none is no longer to be put back. */
static void forget_cleared_macs(const struct pf_run *run, struct pf *pf)
{
	for (size_t i = 0; i < run->plan->n; i++) {
		const struct step *s = &run->plan->steps[i];
		struct vf *recorded = is_mine(run, s) ? record_find_vf(pf, s->vf) : NULL;
		if (recorded && run->changed[i] && step_may_stay(s))
			recorded->settings.present &= ~(1u << SETTING_MAC);
	}
}

/* The PF as it is in the end: as it was verified, where nothing was put back since; but for what is
 * published by now. */
static int read_at_end(struct pf_run *run, struct vfprep_machine **verified,
		       struct vfprep_machine **ret)
{
	if (!*verified || anything_failed(run))
		return host_read(run->host, &run->address, ret, NULL);
	*ret = TAKE_PTR(*verified);
	return host_reload(run->host, *ret, NULL);
}

/* What the run leaves on record. */
static void tidy(struct pf_run *run, struct vfprep_machine **verified)
{
	automachine now = NULL;

	/* Nobody is to be told: whatever was to be done is done. */
	if (read_at_end(run, verified, &now) < 0 || now->n_pfs != 1)
		return;
	if (run->request->wish->aim == AIM_RELEASE && !anything_failed(run))
		forget_cleared_macs(run, &now->pfs[0]);
	const struct pf *want = machine_find_pf(run->wanted, run->address);
	bool whole = run->request->wish->aim == AIM_APPLY;
	for (size_t i = 0; i < pf_count(want); i++)
		whole = whole && !pf_at(want, i)->prepared; /* that is about one VF alone */
	pf_tidy_record(&run->store, now, &now->pfs[0], want, whole && !anything_failed(run));
}

/* A PF that had its carrier has it again: making and unmaking VFs resets the PF on igb, ixgbe and
 * i40e. */
static void settle(struct pf_run *run)
{
	const struct pf *pf = start_pf(run);
	char subject[PCI_ADDRESS_TEXT];
	bool count = false;

	for (size_t i = 0; i < run->plan->n; i++)
		count = count || (is_mine(run, &run->plan->steps[i]) &&
				  run->plan->steps[i].kind == STEP_NUMVFS);
	if (!count || !pf->carrier || !pf->up)
		return;
	const struct pf *want = machine_find_pf(run->wanted, run->address);
	if (want->has & PF_LINK && !want->up)
		return;
	if (run->host->ops->settle(run->host->kernel, pf->ifindex) < 0)
		(void)problem_add(run->p, 0, VFPREP_NOTE, pci_address_format(pf->address, subject),
				  "see the cable and the switch",
				  "it had a carrier, and has none again before the deadline");
}

enum vfprep_outcome pf_run(struct pf_run *run)
{
	enum vfprep_outcome outcome = VFPREP_DONE;
	automachine now = NULL;

	if (save_originals(run) < 0)
		return VFPREP_DONE; /* nothing was touched */
	act_all(run);
	/* Of a PF on which something may still be going on nothing is known. */
	if (!run->pf_failed && !run->hung && pf_verify(run, &now) < 0)
		run->pf_failed = true;
	if (!run->pf_failed && !run->hung)
		publish_all(run, now);
	if (anything_failed(run))
		outcome = pf_undo(run);
	settle(run);
	if (outcome != VFPREP_LEFT)
		tidy(run, &now);
	return outcome;
}
