/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One step: how it reads, what its failure means, and what it changes in a record. */
#ifndef CORE_STEP_H
#define CORE_STEP_H

#include "core/plan.h"

void step_clear(struct step *s);

/* "0000:01:00.0: mac none -> 02:..". NULL when memory ran out; the caller frees it. */
char *step_line(const struct step *s);

/* A finding that says what errno R means for this step; DETAIL is what the kernel or the operation
 * said about it itself (NULL: nothing), PF as it is now, for what its driver means (NULL: not
 * known). Returns R. */
int step_explain(const struct step *s, int r, const char *detail, const struct pf *pf,
		 struct vfprep_problems *p);

/* Is it about no PF that is there: a module, a team whose PF is gone? */
static inline bool step_is_global(const struct step *s)
{
	return !s->of_pf;
}

/* Does it publish something that is true only when all other steps are done? */
static inline bool step_is_last(const struct step *s)
{
	return s->kind == STEP_PUBLISH || (s->kind == STEP_PARK && !s->number);
}

/* Has the machine, as it is now, what the step is to bring about? */
bool step_is_done(const struct step *s, const struct vfprep_machine *now);

/* Is it a step back to no MAC at all? bnx2x, qede, cxgb4 and be2net refuse an all-zero MAC (mlx4
 * too, with the spoof check on), so the one that is there has to stay. */
bool step_may_stay(const struct step *s);
/* ... and did the driver refuse it, with R? */
bool step_is_refused(const struct step *s, int r);

#endif
