/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the planner share. */
#ifndef CORE_PLAN_INTERNAL_H
#define CORE_PLAN_INTERNAL_H

#include "core/plan.h"

/* The old value of what the plan itself creates. */
#define TO_COME "-"

/* What may be done for a wanted VF. */
enum vf_fate {
	FATE_NOTHING,
	FATE_SETTINGS, /* it is in use, and --live asks for that */
	FATE_ALL,
};

struct planner {
	const struct vfprep_machine *wanted, *actual;
	enum plan_aim aim;
	struct vfprep_plan *plan;
	struct vfprep_problems *p;
	const struct pf *want, *have; /* the PF that is planned */
	bool creating, vanish;        /* its VFs are to be made; to go away */
	enum vf_fate *fates;          /* of its wanted VFs */
	bool failed;                  /* memory ran out */
};

/* Adds a step about the PF that is planned; NULL when memory ran out. */
struct step *planner_add(struct planner *pl, enum step_kind kind, const char *subject,
			 const char *what, const char *old, const char *new);
/* Gives a step (NULL: nothing happens) a copy of TEXT, which may be NULL. */
void planner_set(struct planner *pl, struct step *s, char **dest, const char *text);

/* Adds a step about a VF that is there (HAVE) or to come (NULL). */
struct step *planner_add_vf_step(struct planner *pl, enum step_kind kind, const struct vf *have,
				 unsigned index, const char *what, const char *old,
				 const char *new);
/* Binds it to another driver, or to none (NULL). */
void planner_add_driver(struct planner *pl, const struct vf *have, unsigned index, const char *new);

/* Decides what may be done for a wanted VF; findings say what may not. Adds no step. */
enum vf_fate planner_decide(struct planner *pl, const struct vf *want);
/* Adds the steps of wanted VF I, as far as its fate allows. */
void planner_add_vf(struct planner *pl, size_t i);
/* Is autoprobe on while the VFs' steps are taken? */
bool planner_autoprobe(const struct planner *pl);

/* Puts the modules of drivers that are not there before all other steps. */
void planner_load_modules(struct planner *pl);
/* Says of drivers that not every libvirt takes that it is so; each once. */
void planner_note_variants(struct planner *pl);

/* Is exactly what is wanted of a VF published already? */
bool planner_is_published(struct planner *pl, const struct vf *want);
/* Takes back what is published and will not be true: before the first step that makes it so. */
void planner_withdraw(struct planner *pl);
/* Takes back the teams of PFs that are not in the machine any more. */
void planner_withdraw_orphans(struct planner *pl);
/* Publishes what is wanted and not published. */
void planner_publish(struct planner *pl);

#endif
