/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The planner's part about modules: those that the drivers of a plan come with. */
#include "core/plan-internal.h"

#include <string.h>

static bool is_loaded_by(const struct vfprep_plan *plan, const char *driver)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *s = &plan->steps[i];
		if (s->kind == STEP_MODULE && strcmp(s->name, driver) == 0)
			return true;
	}
	return false;
}

/* The module goes by its driver's name: to libkmod '-' and '_' are the same. It comes as number
 * AT. */
static void add_module(struct planner *pl, size_t at, const char *driver)
{
	pl->have = NULL;
	struct step *s = planner_add(pl, STEP_MODULE, driver, "module", "none", "loaded");
	planner_set(pl, s, s ? &s->name : NULL, driver);
	if (!s || pl->failed)
		return;
	struct step last = *s;
	struct step *steps = pl->plan->steps;
	memmove(&steps[at + 1], &steps[at], (pl->plan->n - 1 - at) * sizeof(last));
	steps[at] = last;
}

void planner_load_modules(struct planner *pl)
{
	size_t modules = 0;

	for (size_t i = 0; i < pl->plan->n && !pl->failed; i++) {
		const struct step *s = &pl->plan->steps[i];
		if (s->kind != STEP_DRIVER || !driver_is_vfio(s->name) ||
		    machine_has_driver(pl->actual, s->name) || is_loaded_by(pl->plan, s->name))
			continue;
		add_module(pl, modules++, s->name);
	}
}

/* Is there a step before number N that binds that driver? */
static bool is_bound_before(const struct vfprep_plan *plan, size_t n, const char *driver)
{
	for (size_t i = 0; i < n; i++) {
		if (plan->steps[i].kind == STEP_DRIVER && text_equal(plan->steps[i].name, driver))
			return true;
	}
	return false;
}

void planner_note_variants(struct planner *pl)
{
	for (size_t i = 0; pl->aim == AIM_APPLY && i < pl->plan->n; i++) {
		const struct step *s = &pl->plan->steps[i];
		if (s->kind == STEP_DRIVER && driver_is_variant(s->name) &&
		    !is_bound_before(pl->plan, i, s->name))
			driver_note_variant(s->name, pl->p);
	}
}
