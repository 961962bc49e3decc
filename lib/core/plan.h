/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what is to what is wanted: ordered steps. Pure. */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "core/machine.h"

/* Every change that vfprep makes to a machine is one of these. */
enum step_kind {
	STEP_MODULE,        /* load the module of a VFIO driver */
	STEP_WITHDRAW,      /* take a team back */
	STEP_PARK,          /* say of a team that it is parked, or that it is no more */
	STEP_ADDR_GEN_MODE, /* of the PF's interface */
	STEP_LINK,          /* of the PF's interface */
	STEP_AUTOPROBE,     /* sriov_drivers_autoprobe */
	STEP_NUMVFS,        /* sriov_numvfs */
	STEP_SETTING,       /* one setting of one VF */
	STEP_OVERRIDE,      /* driver_override */
	STEP_DRIVER,        /* bind or unbind */
	STEP_NODE,          /* owner and mode of the group node */
	STEP_DRIVERS_PROBE, /* let the kernel find a driver for a new VF */
	STEP_PUBLISH,       /* publish a team */
	STEP_COUNT,
};

struct step {
	enum step_kind kind;
	bool of_pf; /* `pf` means something; else the step is about no PF */
	struct pci_address pf;
	unsigned ifindex; /* of the PF; 0: none */
	bool of_vf;       /* `vf` and `address` mean something */
	bool to_come;     /* the plan itself makes the VF */
	bool prepared;    /* by vfprep prepare */
	unsigned vf;
	struct pci_address address; /* of the VF */
	int group;                  /* of the VF; -1: not known yet */
	enum setting setting;       /* STEP_SETTING */
	struct settings value;      /* STEP_SETTING */
	unsigned number;            /* numvfs, addr_gen_mode, link, autoprobe and parked (0 or 1) */
	char *name;                 /* driver or override (NULL: none), team; the driver that a
				     * module brings */
	char *old_driver;           /* STEP_DRIVER: who has it now; NULL: nobody */
	struct node node;           /* STEP_NODE */
	char *persistent;           /* STEP_PUBLISH: the hint; NULL: none */

	/* As it is shown. */
	char *subject, *what, *old_text, *new_text;
};

struct wish;
struct vfprep_plan {
	struct step *steps;
	size_t n;
	struct wish *wish; /* that it fulfils (wish.h); NULL: it is not to be run by others */
};

struct vfprep_plan *plan_new(void);
void plan_free(struct vfprep_plan *plan);
DEFINE_CLEANUP(struct vfprep_plan, plan_free)
#define autoplan CLEANUP(plan_freep) struct vfprep_plan *

/* What the plan is for: what is refused differs, and AIM_PARK changes nothing of a team but whether
 * it is parked, also while a guest has its VF. */
enum plan_aim { AIM_APPLY, AIM_RELEASE, AIM_UNDO, AIM_VERIFY, AIM_PARK };

/* The steps from ACTUAL to WANTED. What must not be done (refuse.h) is left out and reported: a VF
 * in use alone, or its whole PF where the count would go to 0. */
int plan_make(const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
	      enum plan_aim aim, struct vfprep_plan **ret_plan, struct vfprep_problems *p);

/* What is published for VF WANT of a PF, once its steps are done: what is wanted, and for the rest
 * what the kernel reports. Return: -ENOMEM; -ENODATA when its MAC is neither wanted nor reported.
 */
int team_of_vf(const struct vfprep_machine *m, const struct pf *pf, const struct vf *want,
	       struct team *ret);

/* Do both read the same? */
bool plan_same(const struct vfprep_plan *a, const struct vfprep_plan *b);

/* SUBJECT: WHAT OLD -> NEW. NULL when memory ran out; the caller frees it. */
char *plan_line(const struct vfprep_plan *plan, size_t i);
/* [{"subject":...,"what":...,"old":...,"new":...}]. Return: -ENOMEM. */
struct json_object;
int plan_steps_to_object(const struct vfprep_plan *plan, struct json_object **ret);

#endif
