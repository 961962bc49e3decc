/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The planner: from what is to what is wanted, in the one order that works. */
#include "core/plan-internal.h"

#include "core/record.h"
#include "core/refuse.h"
#include "core/step.h"
#include "core/wish.h"

#include <errno.h>
#include <string.h>

struct vfprep_plan *plan_new(void)
{
	return calloc(1, sizeof(struct vfprep_plan));
}

void plan_free(struct vfprep_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n; i++)
		step_clear(&plan->steps[i]);
	free(plan->steps);
	wish_free(plan->wish);
	free(plan);
}

struct step *planner_add(struct planner *pl, enum step_kind kind, const char *subject,
			 const char *what, const char *old, const char *new)
{
	struct step *s = array_add(&pl->plan->steps, &pl->plan->n, sizeof(*s));
	if (s) {
		s->kind = kind;
		s->group = -1;
		if (pl->have) {
			s->of_pf = true;
			s->pf = pl->have->address;
			s->ifindex = pl->have->ifindex;
		}
	}
	if (!s || text_replace(&s->subject, subject) < 0 || text_replace(&s->what, what) < 0 ||
	    text_replace(&s->old_text, old) < 0 || text_replace(&s->new_text, new) < 0) {
		pl->failed = true;
		return NULL;
	}
	return s;
}

void planner_set(struct planner *pl, struct step *s, char **dest, const char *text)
{
	if (s && text_replace(dest, text) < 0)
		pl->failed = true;
}

static void add_pf_step(struct planner *pl, enum step_kind kind, const char *what, const char *old,
			const char *new, unsigned number)
{
	char subject[PCI_ADDRESS_TEXT];
	struct step *s = planner_add(pl, kind, pci_address_format(pl->have->address, subject), what,
				     old, new);
	if (s)
		s->number = number;
}

static void add_link(struct planner *pl, bool up)
{
	add_pf_step(pl, STEP_LINK, "link", up ? "down" : "up", up ? "up" : "down", up);
}

static void add_addr_gen_mode(struct planner *pl)
{
	add_pf_step(pl, STEP_ADDR_GEN_MODE, "addr_gen_mode",
		    addr_gen_mode_name(pl->have->addr_gen_mode),
		    addr_gen_mode_name(pl->want->addr_gen_mode), pl->want->addr_gen_mode);
}

static void add_autoprobe(struct planner *pl, bool on)
{
	add_pf_step(pl, STEP_AUTOPROBE, "sriov_drivers_autoprobe", on ? "0" : "1", on ? "1" : "0",
		    on);
}

static void add_numvfs(struct planner *pl)
{
	autofree char *old = text_format("%u", pl->have->numvfs);
	autofree char *new = text_format("%u", pl->want->numvfs);
	if (old && new)
		add_pf_step(pl, STEP_NUMVFS, "sriov_numvfs", old, new, pl->want->numvfs);
	else
		pl->failed = true;
}

/* VFs that vfprep makes and nobody manages get the driver that the kernel has for them, as they
 * would have had from a plain write to sriov_numvfs. */
static void plan_drivers_probe(struct planner *pl, bool creating)
{
	unsigned n = creating ? pl->want->numvfs : (unsigned)pl->have->n_vfs;
	for (unsigned i = 0; i < n; i++) {
		unsigned index = creating ? i : pl->have->vfs[i].index;
		const struct vf *want = pf_find_vf(pl->want, index);
		const struct vf *have = pf_find_vf(pl->have, index);
		if ((want && want->function.has & FUNCTION_DRIVER) ||
		    (have && have->function.driver))
			continue;
		(void)planner_add_vf_step(pl, STEP_DRIVERS_PROBE, have, index, "drivers_probe",
					  creating ? TO_COME : "none", "done");
	}
}

/* Whatever is bound loses its driver before the count goes to 0; what VFIO has is claimed. */
static void plan_unbinds(struct planner *pl)
{
	for (size_t i = 0; i < pl->have->n_vfs; i++) {
		const struct vf *have = &pl->have->vfs[i];
		if (have->function.driver && !driver_is_vfio(have->function.driver))
			planner_add_driver(pl, have, have->index, NULL);
	}
}

/* igb, ixgbe and i40e reset the PF when VFs are made or unmade: its carrier drops. */
static void note_reset(struct planner *pl)
{
	char subject[PCI_ADDRESS_TEXT];
	if (pl->have->in_use && pl->aim != AIM_UNDO)
		(void)problem_add(
			pl->p, 0, VFPREP_NOTE, pci_address_format(pl->have->address, subject),
			"do it while nobody minds",
			"'%s' has an address or belongs to a bridge or bond: with some cards "
			"its link drops for seconds when VFs are made or unmade",
			pl->have->name);
	if (pl->have->elsewhere.is && pl->aim != AIM_UNDO) {
		autofree char *where = elsewhere_text(&pl->have->elsewhere);
		(void)problem_add(
			pl->p, 0, VFPREP_NOTE, pci_address_format(pl->have->address, subject),
			"do it while nobody minds there",
			"%s: with some cards its link drops for seconds when VFs are made or "
			"unmade",
			where ? where : "?");
	}
}

/* Nobody sets the link of an interface in another network namespace. */
static void note_link_elsewhere(struct planner *pl)
{
	const struct pf *want = pl->want, *have = pl->have;
	char subject[PCI_ADDRESS_TEXT];

	if (!have->elsewhere.is || !(want->has & (PF_LINK | PF_ADDR_GEN_MODE)) ||
	    (pl->aim != AIM_APPLY && pl->aim != AIM_RELEASE) ||
	    (want->has & PF_LINK && want->up && have->elsewhere.up))
		return;
	autofree char *where = elsewhere_text(&have->elsewhere);
	autofree char *advice = elsewhere_advice(&have->elsewhere);
	(void)problem_add(pl->p, 0, VFPREP_NOTE, pci_address_format(have->address, subject), advice,
			  "%s, so its link is %s", where ? where : "?",
			  pl->aim == AIM_RELEASE ? "not put back" : "not set");
}

/* A guest's VF has no link any more once its PF's is down. */
static bool link_is_held(struct planner *pl)
{
	for (size_t i = 0; pl->aim != AIM_UNDO && i < pl->have->n_vfs; i++) {
		const struct vf *vf = &pl->have->vfs[i];
		if (!vf_in_use(vf))
			continue;
		report_in_use(pl->have, vf, "the link of its PF stays up", pl->p);
		return true;
	}
	return false;
}

/* Is every VF left alone? Then its PF is not brought up for them either. */
static bool nothing_may_be_done(const struct planner *pl)
{
	bool any = pl->creating || pl->vanish || !pf_count(pl->want) || pl->aim == AIM_UNDO;
	for (size_t i = 0; i < pf_count(pl->want); i++)
		any = any || pl->fates[i] != FATE_NOTHING;
	return !any;
}

static void plan_steps(struct planner *pl)
{
	const struct pf *want = pl->want, *have = pl->have;
	bool link = want->has & have->has & PF_LINK && want->up != have->up;
	bool mode = want->has & have->has & PF_ADDR_GEN_MODE &&
		    want->addr_gen_mode != have->addr_gen_mode;

	note_link_elsewhere(pl);
	if (link && (want->up ? nothing_may_be_done(pl) : link_is_held(pl)))
		link = mode = false;
	if (pl->aim != AIM_VERIFY)
		planner_withdraw(pl);
	if (link && want->up) {
		if (mode)
			add_addr_gen_mode(pl);
		add_link(pl, true);
	}
	if (pl->creating && have->autoprobe)
		add_autoprobe(pl, false);
	if (pl->vanish)
		plan_unbinds(pl);
	if (pl->creating || pl->vanish) {
		note_reset(pl);
		add_numvfs(pl);
	}
	for (size_t i = 0; i < pf_count(want); i++)
		planner_add_vf(pl, i);
	if (link && !want->up)
		add_link(pl, false);
	if (mode && !(link && want->up))
		add_addr_gen_mode(pl);
	bool goal = want->has & PF_AUTOPROBE ? want->autoprobe : have->autoprobe;
	if (have->has & PF_AUTOPROBE && goal != planner_autoprobe(pl))
		add_autoprobe(pl, goal);
	bool to_probe = !pl->vanish && have->record && have->record->to_probe && have->n_vfs;
	if (goal && pl->aim == AIM_APPLY && (pl->creating || to_probe))
		plan_drivers_probe(pl, pl->creating);
	planner_publish(pl);
}

static void plan_count(struct planner *pl)
{
	bool count = pl->want->has & PF_NUMVFS && pl->want->numvfs != pl->have->numvfs;
	autofree enum vf_fate *fates = calloc(pf_count(pl->want) + 1, sizeof(*fates));

	if (!fates) {
		pl->failed = true;
		return;
	}
	pl->creating = count && pl->want->numvfs;
	pl->vanish = count && !pl->want->numvfs;
	pl->fates = fates;
	for (size_t i = 0; i < pf_count(pl->want); i++)
		fates[i] = planner_decide(pl, pf_at(pl->want, i));
	plan_steps(pl);
	pl->fates = NULL;
}

/* N VFs become M by way of 0, the only way that the kernel knows: as if they were taken away, and
 * then as if there had never been any. */
static void plan_recreate(struct planner *pl)
{
	const struct pf *want = pl->want, *have = pl->have;
	const struct pf none = { .address = want->address, .has = PF_NUMVFS };
	struct pf bare = *have; /* only its list of VFs is another one */

	bare.numvfs = 0;
	bare.vfs = NULL;
	bare.n_vfs = 0;
	pl->want = &none;
	plan_count(pl);
	pl->want = want;
	pl->have = &bare;
	plan_count(pl);
	pl->have = have;
}

static void plan_pf(struct planner *pl)
{
	if (pl->want->has & PF_NUMVFS && pl->want->numvfs && pl->have->numvfs &&
	    pl->want->numvfs != pl->have->numvfs)
		plan_recreate(pl);
	else
		plan_count(pl);
}

int plan_make(const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
	      enum plan_aim aim, struct vfprep_plan **ret_plan, struct vfprep_problems *p)
{
	autoplan plan = plan_new();
	autoproblems own = vfprep_problems_new();
	if (!plan || !own)
		return -ENOMEM;
	struct planner pl = {
		.wanted = wanted, .actual = actual, .aim = aim, .plan = plan, .p = own
	};

	if (aim == AIM_APPLY || aim == AIM_RELEASE)
		planner_withdraw_orphans(&pl);
	for (size_t i = 0; i < wanted->n_pfs; i++) {
		char subject[PCI_ADDRESS_TEXT];
		pl.want = &wanted->pfs[i];
		pl.have = machine_find_pf(actual, pl.want->address);
		if (!pl.have)
			(void)problem_add(own, 0, VFPREP_ABSENT,
					  pci_address_format(pl.want->address, subject), NULL,
					  "the PF is not there any more");
		else if (!refuse_pf(pl.want, pl.have, wanted, aim, own))
			plan_pf(&pl);
	}
	planner_load_modules(&pl);
	planner_note_variants(&pl);
	if (pl.failed)
		return problem_add(p, -ENOMEM, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	if (p)
		problem_add_all(p, own);
	*ret_plan = TAKE_PTR(plan);
	return 0;
}

bool plan_same(const struct vfprep_plan *a, const struct vfprep_plan *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		const struct step *x = &a->steps[i], *y = &b->steps[i];
		if (!text_equal(x->subject, y->subject) || !text_equal(x->what, y->what) ||
		    !text_equal(x->old_text, y->old_text) || !text_equal(x->new_text, y->new_text))
			return false;
	}
	return a->n == b->n;
}

char *plan_line(const struct vfprep_plan *plan, size_t i)
{
	return step_line(&plan->steps[i]);
}
