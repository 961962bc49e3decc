/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The planner: from what is to what is wanted, in the one order that works. */
#include "core/plan-internal.h"

#include "core/record.h"
#include "core/refuse.h"
#include "core/step.h"

#include <errno.h>
#include <string.h>

/* The old value of what the plan itself creates. */
#define TO_COME "-"

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

/* Adds a step about a VF that is there (HAVE) or to come (NULL). */
static struct step *add_vf_step(struct planner *pl, enum step_kind kind, const struct vf *have,
				unsigned index, const char *what, const char *old, const char *new)
{
	char text[PCI_ADDRESS_TEXT];
	struct pci_address address = pf_vf_address(pl->have, index);
	autofree char *subject =
		kind == STEP_SETTING
			? text_format("%s vf %u", pci_address_format(pl->have->address, text),
				      index)
			: strdup(pci_address_format(address, text));
	struct step *s = subject ? planner_add(pl, kind, subject, what, old, new) : NULL;
	if (!s) {
		pl->failed = true;
		return NULL;
	}
	s->of_vf = true;
	s->vf = index;
	s->address = address;
	s->group = have ? have->function.group : -1;
	return s;
}

static const char *or_none(const char *name)
{
	return name ? name : "none";
}

static void plan_settings(struct planner *pl, const struct vf *want, const struct vf *have)
{
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (!setting_has(&want->settings, i) ||
		    (have && setting_same(i, &want->settings, &have->settings)))
			continue;
		autostrbuf old = { 0 }, new = { 0 };
		if (!have)
			strbuf_add(&old, TO_COME);
		else if (setting_has(&have->settings, i))
			setting_format(i, &have->settings, &old);
		else
			strbuf_add(&old, "unknown");
		setting_format(i, &want->settings, &new);
		struct step *s =
			add_vf_step(pl, STEP_SETTING, have, want->index, setting_table[i].name,
				    strbuf_text(&old), strbuf_text(&new));
		if (s) {
			s->setting = i;
			setting_copy(i, &s->value, &want->settings);
		}
	}
}

static void add_override(struct planner *pl, const struct vf *have, unsigned index, const char *old,
			 const char *new)
{
	struct step *s =
		add_vf_step(pl, STEP_OVERRIDE, have, index, "driver_override", old, or_none(new));
	planner_set(pl, s, s ? &s->name : NULL, new);
}

static void add_driver(struct planner *pl, const struct vf *have, unsigned index, const char *new)
{
	const char *old = have ? have->function.driver : NULL;
	struct step *s = add_vf_step(pl, STEP_DRIVER, have, index, "driver",
				     have ? or_none(old) : TO_COME, or_none(new));
	if (!s)
		return;
	planner_set(pl, s, &s->name, new);
	planner_set(pl, s, &s->old_driver, old);
}

/* Override and driver. With autoprobe off the kernel binds a VF only to the driver that its
 * override names (pci_device_can_probe(), drivers/pci/pci-driver.c), so one may have to stand
 * there for the moment of binding. */
static void plan_driver(struct planner *pl, const struct vf *want, const struct vf *have,
			bool autoprobe)
{
	const struct function *w = &want->function;
	bool known = have && have->function.has & FUNCTION_OVERRIDE;
	const char *now = known ? have->function.override : NULL;
	const char *goal = w->has & FUNCTION_OVERRIDE ? w->override : now;
	const char *old_text = have ? (known ? or_none(now) : "unknown") : TO_COME;
	bool binds = w->has & FUNCTION_DRIVER && !(have && have->function.has & FUNCTION_DRIVER &&
						   text_equal(w->driver, have->function.driver));

	const char *during = goal;
	if (binds && w->driver && (!autoprobe || goal || driver_is_vfio(w->driver)))
		during = w->driver;
	bool override_matters = w->has & FUNCTION_OVERRIDE || !text_equal(during, now);
	if (override_matters && (!known || !text_equal(during, now)))
		add_override(pl, have, want->index, old_text, during);
	if (binds)
		add_driver(pl, have, want->index, w->driver);
	if (!text_equal(during, goal))
		add_override(pl, have, want->index, or_none(during), goal);
}

static char *node_text(const struct node *n)
{
	return n->exists ? text_format("%u:%u %04o", n->uid, n->gid, n->mode) : strdup("none");
}

static void plan_node(struct planner *pl, const struct vf *want, const struct vf *have)
{
	const struct function *w = &want->function;
	const struct function *h = have ? &have->function : NULL;

	if (!(w->has & FUNCTION_NODE) || !w->node.exists ||
	    (w->has & FUNCTION_DRIVER && !driver_is_vfio(w->driver)))
		return;
	/* Binding makes the node anew, as root's. */
	bool stays = h && h->has & FUNCTION_NODE && h->node.exists &&
		     (!(w->has & FUNCTION_DRIVER) || text_equal(w->driver, h->driver));
	if (stays && h->node.uid == w->node.uid && h->node.gid == w->node.gid &&
	    h->node.mode == w->node.mode)
		return;
	autofree char *old = !h ? strdup(TO_COME) : stays ? node_text(&h->node) : strdup("none");
	autofree char *new = node_text(&w->node);
	struct step *s =
		old && new ? add_vf_step(pl, STEP_NODE, have, want->index, "node", old, new) : NULL;
	if (s)
		s->node = w->node;
	else
		pl->failed = true;
}

/* The steps of one VF, dropped again where they must not be done. */
static void plan_vf(struct planner *pl, const struct vf *want, bool autoprobe)
{
	const struct vf *have = pf_find_vf(pl->have, want->index);
	size_t first = pl->plan->n;

	plan_settings(pl, want, have);
	plan_driver(pl, want, have, autoprobe);
	plan_node(pl, want, have);
	if (pl->plan->n == first || pl->aim == AIM_UNDO ||
	    !refuse_vf(want, have, pl->have, pl->wanted, pl->actual, pl->aim, pl->p))
		return;
	while (pl->plan->n > first)
		step_clear(&pl->plan->steps[--pl->plan->n]);
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
		(void)add_vf_step(pl, STEP_DRIVERS_PROBE, have, index, "drivers_probe",
				  creating ? TO_COME : "none", "done");
	}
}

/* Whatever is bound loses its driver before the count goes to 0; what VFIO has is claimed. */
static void plan_unbinds(struct planner *pl)
{
	for (size_t i = 0; i < pl->have->n_vfs; i++) {
		const struct vf *have = &pl->have->vfs[i];
		if (have->function.driver && !driver_is_vfio(have->function.driver))
			add_driver(pl, have, have->index, NULL);
	}
}

/* The VFs that are there or to come. Return: for each wanted one whether nothing may or can be done
 * for it. */
static bool *plan_vfs(struct planner *pl, bool creating, bool vanish, bool autoprobe)
{
	bool *left_out = calloc(pl->want->n_vfs + 1, sizeof(*left_out));
	for (size_t i = 0; left_out && i < pl->want->n_vfs; i++) {
		const struct vf *want = &pl->want->vfs[i];
		if (vanish || (!creating && !pf_find_vf(pl->have, want->index))) {
			left_out[i] = true;
			continue;
		}
		size_t before = vfprep_problems_count(pl->p);
		plan_vf(pl, want, autoprobe);
		left_out[i] = vfprep_problems_count(pl->p) > before;
	}
	return left_out;
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
}

static void plan_pf(struct planner *pl)
{
	const struct pf *want = pl->want, *have = pl->have;
	bool count = want->has & PF_NUMVFS && want->numvfs != have->numvfs;
	bool creating = count && want->numvfs, vanish = count && !want->numvfs;
	bool link = want->has & have->has & PF_LINK && want->up != have->up;
	bool mode = want->has & have->has & PF_ADDR_GEN_MODE &&
		    want->addr_gen_mode != have->addr_gen_mode;
	bool autoprobe = have->autoprobe;

	planner_withdraw(pl, vanish);
	if (link && want->up) {
		if (mode)
			add_addr_gen_mode(pl);
		add_link(pl, true);
	}
	if (creating && autoprobe) {
		autoprobe = false;
		add_autoprobe(pl, false);
	}
	if (vanish)
		plan_unbinds(pl);
	if (count) {
		note_reset(pl);
		add_numvfs(pl);
	}
	autofree bool *left_out = plan_vfs(pl, creating, vanish, autoprobe);
	if (!left_out) {
		pl->failed = true;
		return;
	}
	if (link && !want->up)
		add_link(pl, false);
	if (mode && !(link && want->up))
		add_addr_gen_mode(pl);
	bool goal = want->has & PF_AUTOPROBE ? want->autoprobe : have->autoprobe;
	if (have->has & PF_AUTOPROBE && goal != autoprobe)
		add_autoprobe(pl, goal);
	bool to_probe = have->record && have->record->to_probe && have->n_vfs;
	if (goal && pl->aim == AIM_APPLY && (creating || to_probe))
		plan_drivers_probe(pl, creating);
	planner_publish(pl, left_out);
}

/* The module, when a VF is to get a driver that is not there. */
static void plan_module(struct planner *pl)
{
	for (size_t i = 0; i < pl->plan->n; i++) {
		const struct step *s = &pl->plan->steps[i];
		if (s->kind != STEP_DRIVER || !text_equal(s->name, "vfio-pci") ||
		    pl->actual->has_vfio_pci)
			continue;
		pl->have = NULL;
		struct step *module =
			planner_add(pl, STEP_MODULE, "vfio-pci", "module", "none", "loaded");
		planner_set(pl, module, module ? &module->name : NULL, "vfio-pci");
		if (!module || pl->failed)
			return;
		struct step last = *module;
		memmove(&pl->plan->steps[1], &pl->plan->steps[0], (pl->plan->n - 1) * sizeof(last));
		pl->plan->steps[0] = last;
		return;
	}
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

	for (size_t i = 0; i < wanted->n_pfs; i++) {
		char subject[PCI_ADDRESS_TEXT];
		pl.want = &wanted->pfs[i];
		pl.have = machine_find_pf(actual, pl.want->address);
		if (!pl.have)
			(void)problem_add(own, 0, VFPREP_ABSENT,
					  pci_address_format(pl.want->address, subject), NULL,
					  "the PF is not there any more");
		else if (!refuse_pf(pl.want, pl.have, aim, own))
			plan_pf(&pl);
	}
	plan_module(&pl);
	if (pl.failed)
		return problem_add(p, -ENOMEM, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	if (p)
		problem_add_all(p, own);
	*ret_plan = TAKE_PTR(plan);
	return 0;
}

char *plan_line(const struct vfprep_plan *plan, size_t i)
{
	return step_line(&plan->steps[i]);
}
