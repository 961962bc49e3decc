/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole run: lock, read, plan, claim, then PF by PF. */
#include "host/run.h"

#include "core/step.h"
#include "host/await.h"
#include "host/fd.h"
#include "host/run-pf.h"
#include "host/sysfs.h"

#include <errno.h>
#include <string.h>

/* A PF that comes anew more often does so without end. */
#define TURNS_MAX 3

const char *run_result_words(int r)
{
	return r < 0            ? " (failed)"
	       : r == RUN_STAYS ? " (refused by the driver, stays)"
	       : r              ? " (already)"
				: "";
}

/* Waits for what earlier runs left behind; what still works on a PF stays in its `busy`. */
static int wait_for_left_behind(const struct host *h, const struct vfprep_machine *m)
{
	int waited = 0;
	for (size_t i = 0; i < m->n_pfs; i++) {
		autofree char *detail = NULL;
		if (m->pfs[i].busy && h->ops->enter(h->kernel, m->pfs[i].address, &detail) == 0)
			waited = 1;
	}
	return waited;
}

static int read_settled(const struct host *h, struct vfprep_machine **ret,
			struct vfprep_problems *p)
{
	automachine m = NULL;

	int r = host_read(h, NULL, &m, p);
	if (r == 0 && wait_for_left_behind(h, m)) {
		machine_free(TAKE_PTR(m));
		r = host_read(h, NULL, &m, p);
	}
	if (r == 0)
		*ret = TAKE_PTR(m);
	return r;
}

int claim_vf(const struct host *h, struct vf *vf, bool *ret_in_use)
{
	const struct function *f = &vf->function;

	if (vf_in_use(vf) || f->group < 0 || !driver_is_vfio(f->driver))
		return 0;
	int r = h->ops->claim(h->kernel, f->group);
	if (r == 0 || r == -ENOMEM)
		return r;
	*ret_in_use = true;
	return r == -EBUSY ? vf_set_use(vf, USE_PROCESS, 0, NULL)
			   : vf_set_use(vf, USE_CLOSED, 0, strerror(-r));
}

int claim_all(const struct host *h, struct pf *pf)
{
	bool in_use = false;
	for (size_t i = 0; i < pf->n_vfs; i++) {
		int r = claim_vf(h, &pf->vfs[i], &in_use);
		if (r < 0)
			return r;
	}
	return in_use ? -EBUSY : 0;
}

/* Claims whatever the plan's steps concern. Right before acting, and only for VFs with a step: a
 * guest that is starting would lose its VF to us. */
static int claim_for_plan(const struct host *h, enum plan_aim aim, const struct vfprep_plan *plan,
			  struct vfprep_machine *actual, bool *ret_in_use)
{
	const struct vf *last = NULL; /* the steps of a VF follow one another */

	if (aim == AIM_PARK)
		return 0; /* it takes a VF from nobody */
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *s = &plan->steps[i];
		struct pf *pf = machine_find_pf(actual, s->pf);
		struct vf *vf = pf && s->of_vf ? pf_find_vf(pf, s->vf) : NULL;
		int r = 0;
		if (pf && s->kind == STEP_NUMVFS && s->number == 0) {
			r = claim_all(h, pf);
			*ret_in_use = *ret_in_use || r == -EBUSY;
			r = r == -EBUSY ? 0 : r;
		} else if (vf && vf != last && s->kind != STEP_PUBLISH) {
			r = claim_vf(h, vf, ret_in_use);
			last = vf;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* The plan, and the claims that it needs: a VF whose group somebody has is in use, and the plan
 * is made once more without it. */
static int plan_and_claim(const struct host *h, enum plan_aim aim,
			  const struct vfprep_machine *wanted, struct vfprep_machine *actual,
			  struct vfprep_plan **ret_plan, struct vfprep_problems *p)
{
	for (;;) {
		autoproblems found = vfprep_problems_new();
		autoplan plan = NULL;
		bool in_use = false;
		int r = found ? plan_make(wanted, actual, aim, &plan, found) : -ENOMEM;
		if (r == 0)
			r = claim_for_plan(h, aim, plan, actual, &in_use);
		if (r < 0)
			return r;
		if (in_use)
			continue; /* each turn marks one more VF, so it ends */
		problem_add_all(p, found);
		*ret_plan = TAKE_PTR(plan);
		return 0;
	}
}

/* Steps that are about no PF of this machine come first. A team that could not be withdrawn is the
 * next run's; MISSING gets the drivers whose modules could not be loaded. */
static int act_global(const struct host *h, const struct run_request *request,
		      const struct vfprep_plan *plan, struct name_list *missing,
		      struct vfprep_problems *p)
{
	const struct store store = host_store(h);

	for (size_t i = 0; i < plan->n && step_is_global(&plan->steps[i]); i++) {
		const struct step *s = &plan->steps[i];
		autofree char *detail = NULL;
		int r = s->kind == STEP_WITHDRAW ? publish_withdraw(&store, s->name, false)
						 : h->ops->act(h->kernel, s, &detail);
		if (request->step)
			request->step(request->step_user, RUN_STEP, s, r);
		if (r >= 0)
			continue;
		(void)step_explain(s, r, detail, NULL, p);
		if (s->kind != STEP_MODULE)
			continue;
		char **name = array_add(&missing->names, &missing->n, sizeof(*name));
		if (!name || text_replace(name, s->name) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Is one of its VFs to get a driver that is MISSING? Then nothing of the PF is begun. */
static bool lacks_driver(const struct vfprep_plan *plan, struct pci_address address,
			 const struct name_list *missing, struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];

	for (size_t i = 0; missing->n && i < plan->n; i++) {
		const struct step *s = &plan->steps[i];
		if (s->kind != STEP_DRIVER || pci_address_compare(s->pf, address) != 0)
			continue;
		for (size_t k = 0; k < missing->n; k++) {
			if (!text_equal(missing->names[k], s->name))
				continue;
			(void)problem_add(
				p, 0, VFPREP_NOTE, pci_address_format(address, subject), NULL,
				"it is left as it is: there is no driver '%s' for it", s->name);
			return true;
		}
	}
	return false;
}

static bool plan_names(const struct vfprep_plan *plan, struct pci_address address)
{
	for (size_t i = 0; i < plan->n; i++) {
		if (!step_is_global(&plan->steps[i]) &&
		    pci_address_compare(plan->steps[i].pf, address) == 0)
			return true;
	}
	return false;
}

/* A machine with that PF alone, and with what M has besides. */
static struct vfprep_machine *only_pf(const struct vfprep_machine *m, const struct pf *pf)
{
	automachine only = machine_new();
	struct pf *copy = only ? machine_add_pf(only, pf->address) : NULL;

	if (!copy || pf_copy(pf, copy) < 0 || text_replace(&only->boot_id, m->boot_id) < 0 ||
	    text_replace(&only->rundir, m->rundir) < 0)
		return NULL;
	for (size_t i = 0; i < m->n_teams; i++) {
		struct team *team = array_add(&only->teams, &only->n_teams, sizeof(*team));
		if (!team || team_copy(&m->teams[i], team) < 0)
			return NULL;
	}
	return TAKE_PTR(only);
}

static enum vfprep_outcome run_one_pf(const struct host *h, const struct run_request *request,
				      const struct vfprep_machine *wanted,
				      const struct vfprep_machine *actual, const struct pf *want,
				      const struct vfprep_plan *plan, struct vfprep_problems *p)
{
	const struct pf *have = machine_find_pf(actual, want->address);
	automachine wanted_one = only_pf(wanted, want);
	automachine start = only_pf(actual, have);
	autofree bool *vf_failed = calloc(have->totalvfs + 2, sizeof(*vf_failed));
	autofree bool *changed = calloc(plan->n + 1, sizeof(*changed));

	if (!wanted_one || !start || !vf_failed || !changed) {
		(void)problem_add(p, 0, VFPREP_SYSTEM, NULL, NULL, "out of memory");
		return VFPREP_DONE;
	}
	struct pf_run one = {
		.host = h,
		.request = request,
		.store = host_store(h),
		.wanted = wanted_one,
		.start = start,
		.plan = plan,
		.address = want->address,
		.p = p,
		.vf_failed = vf_failed,
		.n_vfs = have->totalvfs + 2,
		.changed = changed,
	};
	return pf_run(&one);
}

/* A PF that has nothing to do: an earlier run may not have come to tidying its record. */
static void tidy_untouched(const struct host *h, const struct vfprep_machine *actual,
			   const struct pf *want)
{
	const struct store store = host_store(h);
	struct pf *pf = machine_find_pf(actual, want->address);
	if (pf && !pf->busy) /* what is under way is not known yet */
		pf_tidy_record(&store, actual, pf, want, false);
}

/* With the lock held. *RET_ACTUAL and *RET_WANTED are set as soon as they are known. */
static int run_locked(const struct host *h, const struct run_request *request,
		      enum vfprep_outcome *ret_outcome, struct vfprep_machine **ret_actual,
		      struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	autoplan plan = NULL;
	autonames missing = { 0 };
	enum vfprep_outcome outcome = VFPREP_DONE;

	const struct store store = host_store(h);
	publish_sweep(&store);
	int r = read_settled(h, ret_actual, request->seen ? request->seen : p);
	struct vfprep_machine *actual = *ret_actual;
	if (r == 0 && !actual->boot_id)
		r = problem_add(p, -ENODATA, VFPREP_SYSTEM, NULL, "mount /proc",
				"without a boot id no original value can be kept");
	if (r == 0)
		r = wish_desire(request->wish, actual, ret_wanted, p);
	struct vfprep_machine *wanted = *ret_wanted;
	if (r == 0)
		r = plan_and_claim(h, request->wish->aim, wanted, actual, &plan, p);
	if (r == 0 && request->shown && !plan_same(request->shown, plan))
		r = problem_add(p, -ESTALE, VFPREP_BUSY, NULL, "plan again, and look at it",
				"the machine is another one than it was planned for");
	if (r == 0)
		r = act_global(h, request, plan, &missing, p);
	if (r < 0)
		return r;
	for (size_t i = 0; i < wanted->n_pfs; i++) {
		const struct pf *want = &wanted->pfs[i];
		if (!plan_names(plan, want->address)) {
			tidy_untouched(h, actual, want);
			continue;
		}
		if (lacks_driver(plan, want->address, &missing, p))
			continue;
		enum vfprep_outcome one = run_one_pf(h, request, wanted, actual, want, plan, p);
		if (one > outcome)
			outcome = one;
	}
	*ret_outcome = outcome;
	return 0;
}

/* Has a PF that was worked on another driver or interface than when the run began? Then it was
 * reset in between, and what the run found and did may be void. A NIC that VFIO has or had is
 * another one by the run itself. */
static bool came_anew(const struct host *h, const struct vfprep_machine *then,
		      const struct vfprep_machine *wanted, struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];

	for (size_t i = 0; i < wanted->n_pfs; i++) {
		const struct pf *was = machine_find_pf(then, wanted->pfs[i].address);
		CLEANUP(pf_clear) struct pf is = { .address = wanted->pfs[i].address };
		if (!was || h->ops->identify(h->kernel, &is) < 0)
			continue; /* the next event tells of it */
		if (driver_is_vfio(is.driver) || driver_is_vfio(was->driver) ||
		    (text_equal(is.driver, was->driver) && is.ifindex == was->ifindex))
			continue;
		(void)problem_add(p, 0, VFPREP_NOTE, pci_address_format(was->address, subject),
				  NULL, "it came anew while it was worked on: once more");
		return true;
	}
	return false;
}

/* As often as PFs come anew, within reason, and nothing is left that a turn could not put back.
 * Findings are those of the last turn, which looked at everything again. */
static int run_turns(const struct host *h, const struct run_request *request,
		     enum vfprep_outcome *ret_outcome, struct vfprep_problems *p)
{
	for (unsigned turn = 1;; turn++) {
		autoproblems found = vfprep_problems_new();
		automachine actual = NULL;
		automachine wanted = NULL;
		int r = found ? run_locked(h, request, ret_outcome, &actual, &wanted, found)
			      : -ENOMEM;

		h->ops->unclaim(h->kernel);
		if (r == 0 && request->look_again && turn < TURNS_MAX &&
		    *ret_outcome != VFPREP_LEFT && came_anew(h, actual, wanted, p))
			continue;
		if (found)
			problem_add_all(p, found);
		return turn > 1 && found ? 0 : r; /* negative: nothing was touched */
	}
}

int run(const struct host *h, const struct run_request *request, enum vfprep_outcome *ret_outcome,
	struct vfprep_problems *p)
{
	autoclose int lock = -1;

	if (request->devices_wait_ms > 0)
		await_devices(h, request->wish->config, request->devices_wait_ms, p);
	int r = state_lock(h->rundir_fd, request->lock_wait_ms, &lock, p);
	if (r < 0)
		return r;
	r = run_turns(h, request, ret_outcome, p);
	if (r == -ENOMEM)
		(void)problem_add(p, r, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	return r;
}
