/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is the machine still what was published? The planner says: what was published is its aim. */
#include "core/verify.h"

#include "core/record.h"
#include "core/refuse.h"

#include <errno.h>
#include <string.h>

void verdicts_clear(struct verdicts *v)
{
	free(v->items);
	plan_free(v->plan);
	*v = (struct verdicts){ 0 };
}

/* A machine that wants of one VF what its team says. */
static struct vfprep_machine *want_published(const struct team *t)
{
	automachine wanted = machine_new();
	struct pf *pf = wanted ? machine_add_pf(wanted, t->pf.address) : NULL;
	struct vf *vf = pf ? pf_add_vf(pf, t->pf.vf) : NULL;

	if (!vf || text_replace(&vf->function.driver, t->transient.driver) < 0 ||
	    text_replace(&vf->function.override, t->transient.driver) < 0)
		return NULL;
	vf->function.address = t->transient.address;
	vf->function.has = FUNCTION_DRIVER | FUNCTION_OVERRIDE;
	vf->settings = team_settings(t);
	return TAKE_PTR(wanted);
}

const char *team_find_loss(const struct vfprep_machine *actual, const struct team *t)
{
	const struct pf *pf = machine_find_pf(actual, t->pf.address);
	const struct vf *vf = pf ? pf_find_vf(pf, t->pf.vf) : NULL;

	if (!text_equal(t->boot_id, actual->boot_id))
		return "it was published before the last boot";
	if (!pf)
		return "its PF is not there any more";
	if (!vf)
		return "its VF is not there any more";
	if (pci_address_compare(vf->function.address, t->transient.address) != 0)
		return "its VF has another address";
	if (vf->function.group != t->transient.group)
		return "its VF is in another IOMMU group";
	if (vf->function.has & FUNCTION_NODE && !vf->function.node.exists &&
	    driver_is_vfio(vf->function.driver))
		return "its VFIO group node is gone";
	return NULL;
}

static void tell_drift(const struct vfprep_machine *actual, const struct team *t, const char *what,
		       struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];
	const struct pf *pf = machine_find_pf(actual, t->pf.address);
	const struct vf *vf = pf ? pf_find_vf(pf, t->pf.vf) : NULL;
	bool in_use = vf && vf_in_use(vf);

	const struct vf *recorded = pf ? record_find_vf(pf, t->pf.vf) : NULL;
	bool prepared = recorded && recorded->prepared;
	(void)problem_add(p, 0, VFPREP_DRIFT, t->name,
			  in_use && prepared ? "stop its guest and run vfprep prepare for it again"
			  : in_use           ? "stop its guest and run vfprep apply"
			  : prepared         ? "run vfprep prepare for it again, or vfprep release"
					     : "run vfprep apply, or vfprep release",
			  "%s is not as published: %s",
			  pci_address_format(t->transient.address, address), what);
}

/* "mac, driver" of the steps; NULL when memory ran out. */
static char *list_steps(const struct vfprep_plan *plan, size_t first)
{
	autostrbuf b = { 0 };

	for (size_t i = first; i < plan->n; i++)
		strbuf_addf(&b, "%s%s", i > first ? ", " : "", plan->steps[i].what);
	return strbuf_take(&b);
}

/* What the kernel does not report, or what could not be read, differs from nothing. */
static bool is_unreported(const struct step *s, const struct vfprep_machine *actual)
{
	const struct vf *vf = pf_find_vf(machine_find_pf(actual, s->pf), s->vf);

	if (s->kind == STEP_SETTING)
		return !setting_has(&vf->settings, s->setting);
	unsigned bit = s->kind == STEP_OVERRIDE ? FUNCTION_OVERRIDE
		       : s->kind == STEP_DRIVER ? FUNCTION_DRIVER
						: 0;
	return bit && !(vf->function.has & bit);
}

/* Moves the steps that tell a drift from one plan to another. */
static int take_steps(struct vfprep_plan *from, const struct vfprep_machine *actual,
		      struct vfprep_plan *to, bool *ret_unreported)
{
	for (size_t i = 0; i < from->n; i++) {
		struct step *s = &from->steps[i];
		if (s->kind == STEP_MODULE)
			continue;
		if (is_unreported(s, actual)) {
			*ret_unreported = true;
			continue;
		}
		struct step *new = array_add(&to->steps, &to->n, sizeof(*new));
		if (!new)
			return -ENOMEM;
		*new = *s;
		*s = (struct step){ 0 };
	}
	return 0;
}

/* Its PF's interface is in another network namespace, where it came down, and whoever is there sets
 * the VFs now. */
static bool tell_elsewhere(const struct vfprep_machine *actual, const struct team *t,
			   struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];
	const struct pf *pf = machine_find_pf(actual, t->pf.address);

	if (!pf->elsewhere.is || t->pf.vf == VF_SELF)
		return false;
	autofree char *where = elsewhere_text(&pf->elsewhere);
	autofree char *advice = elsewhere_advice(&pf->elsewhere);
	(void)problem_add(p, 0, VFPREP_DRIFT, t->name, advice,
			  "%s is not as published: of its PF: %s",
			  pci_address_format(t->transient.address, address), where ? where : "?");
	return true;
}

static int verify_team(const struct vfprep_machine *actual, const struct team *t,
		       struct vfprep_plan *plan, bool *ret_good, struct vfprep_problems *p)
{
	automachine wanted = want_published(t);
	autoplan own = NULL;
	const char *loss = team_find_loss(actual, t);
	size_t first = plan->n;
	bool unreported = false;

	*ret_good = !loss;
	if (loss) {
		tell_drift(actual, t, loss, p);
		return wanted ? 0 : -ENOMEM;
	}
	int r = wanted ? plan_make(wanted, actual, AIM_VERIFY, &own, NULL) : -ENOMEM;
	if (r == 0)
		r = take_steps(own, actual, plan, &unreported);
	if (r < 0)
		return r;
	*ret_good = !tell_elsewhere(actual, t, p);
	if (unreported && *ret_good)
		(void)problem_add(p, 0, VFPREP_NOTE, t->name, NULL,
				  "not all about it is reported, so not all could be "
				  "verified");
	bool differs = plan->n > first;
	if (!differs && !t->cdi_differs)
		return 0;
	*ret_good = false;
	autofree char *what = list_steps(plan, first);
	if (!what)
		return -ENOMEM;
	tell_drift(actual, t, differs ? what : "its CDI device is gone, or is another one", p);
	return 0;
}

int verify_device(const struct vfprep_machine *actual, const struct team *t,
		  struct vfprep_problems *p)
{
	automachine wanted = want_published(t);
	const char *loss = team_find_loss(actual, t);

	if (!wanted)
		return -ENOMEM;
	if (loss) {
		tell_drift(actual, t, loss, p);
		return -ESTALE;
	}
	const struct pf *pf = machine_find_pf(actual, t->pf.address);
	const struct vf *vf = pf_find_vf(pf, t->pf.vf);
	if (!text_equal(vf->function.driver, t->transient.driver)) {
		tell_drift(actual, t, "another driver has it", p);
		return -ESTALE;
	}
	return refuse_group(pf_at(&wanted->pfs[0], 0), vf, pf, wanted, actual, p) ? -ESTALE : 0;
}

static bool is_named(const struct team *t, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], t->name) == 0)
			return true;
	}
	return n == 0;
}

static int fill_verdicts(const struct vfprep_machine *actual, const char *const *names,
			 size_t n_names, struct verdicts *v, struct vfprep_problems *p)
{
	for (size_t i = 0; i < actual->n_teams; i++) {
		const struct team *t = &actual->teams[i];
		if (!is_named(t, names, n_names))
			continue;
		struct verdict *verdict = array_add(&v->items, &v->n, sizeof(*verdict));
		if (!verdict)
			return -ENOMEM;
		verdict->team = t;
		verdict->first = v->plan->n;
		int r = verify_team(actual, t, v->plan, &verdict->good, p);
		if (r < 0)
			return r;
		verdict->n = v->plan->n - verdict->first;
	}
	return 0;
}

int verify_teams(const struct vfprep_machine *actual, const char *const *names, size_t n_names,
		 struct verdicts *ret, struct vfprep_problems *p)
{
	struct verdicts v = { .plan = plan_new() };

	for (size_t i = 0; i < n_names; i++) {
		if (!machine_find_team(actual, names[i]))
			(void)problem_add(p, 0, VFPREP_ABSENT, names[i], "see vfprep list",
					  "no team is published under that name");
	}
	int r = v.plan ? fill_verdicts(actual, names, n_names, &v, p) : -ENOMEM;
	if (r < 0)
		verdicts_clear(&v);
	else
		*ret = v;
	return r;
}
