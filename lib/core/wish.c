/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller asks for, and what that wants of a machine. */
#include "core/wish.h"

#include "core/desire.h"
#include "core/park.h"

#include <errno.h>
#include <string.h>

/* By the configuration, of the PFs that are named. Names that fit nothing are findings. */
static int desire_config(const struct wish *w, const struct vfprep_machine *actual,
			 struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	autofree struct pci_address *pfs = calloc(w->n_names + 1, sizeof(*pfs));
	size_t n = 0;

	if (!pfs)
		return -ENOMEM;
	if (w->verbose)
		config_tell_matches(w->config, actual, p);
	for (size_t i = 0; i < w->n_names; i++) {
		int r = operand_find_pf(actual, w->names[i], &pfs[n], p);
		if (r == 0)
			n++;
		if (r == -ENOTUNIQ)
			return r;
	}
	return desire_from_config(w->config, actual, w->n_names ? pfs : NULL, n, w->prune,
				  ret_wanted, p);
}

int wish_desire(const struct wish *w, const struct vfprep_machine *actual,
		struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	automachine wanted = NULL;
	int r;

	if (w->aim == AIM_RELEASE)
		r = desire_originals(actual, w->names, w->n_names, &wanted, p);
	else if (w->aim == AIM_PARK)
		r = desire_parked(actual, w->names, w->n_names, w->parked, &wanted, p);
	else if (w->prepare)
		r = desire_prepare(w->prepare, actual, &wanted, p);
	else if (w->driver)
		r = desire_driver(w->driver, actual, &wanted, p);
	else
		r = desire_config(w, actual, &wanted, p);
	if (r < 0)
		return r;
	wanted->force = w->force;
	wanted->live = w->live;
	*ret_wanted = TAKE_PTR(wanted);
	return 0;
}

int wish_plan(const struct wish *w, const struct vfprep_machine *actual,
	      struct vfprep_plan **ret_plan, struct vfprep_problems *p)
{
	automachine wanted = NULL;
	autoplan plan = NULL;

	int r = wish_desire(w, actual, &wanted, p);
	if (r == 0)
		r = plan_make(wanted, actual, w->aim, &plan, p);
	if (r == -ENOMEM)
		(void)problem_add(p, r, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	if (r == 0)
		*ret_plan = TAKE_PTR(plan);
	return r;
}

void wish_free(struct wish *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n_names; i++)
		free((char *)w->names[i]);
	free((char **)w->names);
	free(w);
}
DEFINE_CLEANUP(struct wish, wish_free)

int plan_keep_wish(struct vfprep_plan *plan, const struct wish *w)
{
	CLEANUP(wish_freep) struct wish *copy = malloc(sizeof(*copy));
	char **names = copy ? calloc(w->n_names + 1, sizeof(*names)) : NULL;

	if (!copy)
		return -ENOMEM;
	*copy = *w;
	copy->names = (const char *const *)names;
	copy->n_names = 0;
	if (!names)
		return -ENOMEM;
	for (; copy->n_names < w->n_names; copy->n_names++) {
		names[copy->n_names] = strdup(w->names[copy->n_names]);
		if (!names[copy->n_names])
			return -ENOMEM;
	}
	wish_free(plan->wish);
	plan->wish = TAKE_PTR(copy);
	return 0;
}
