/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the planner share. */
#ifndef CORE_PLAN_INTERNAL_H
#define CORE_PLAN_INTERNAL_H

#include "core/plan.h"

struct planner {
	const struct vfprep_machine *wanted, *actual;
	enum plan_aim aim;
	struct vfprep_plan *plan;
	struct vfprep_problems *p;
	const struct pf *want, *have; /* the PF that is planned */
	bool failed;                  /* memory ran out */
};

/* Adds a step about the PF that is planned; NULL when memory ran out. */
struct step *planner_add(struct planner *pl, enum step_kind kind, const char *subject,
			 const char *what, const char *old, const char *new);
/* Gives a step (NULL: nothing happens) a copy of TEXT, which may be NULL. */
void planner_set(struct planner *pl, struct step *s, char **dest, const char *text);

/* Takes back what is published and will not be true: before the first step that makes it so.
 * VANISH: the PF's VFs go away. */
void planner_withdraw(struct planner *pl, bool vanish);
/* Publishes what is wanted and not published, but for wanted VFs that are LEFT_OUT. */
void planner_publish(struct planner *pl, const bool *left_out);

#endif
