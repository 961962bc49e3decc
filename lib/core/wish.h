/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller asks for: the same for a dry run, for the run, and for a plan that is run later. */
#ifndef CORE_WISH_H
#define CORE_WISH_H

#include "core/config.h"
#include "core/plan.h"
#include "core/prepare.h"

/* Of CONFIG, PREPARE and DRIVER one is used at most, by AIM_APPLY; all is borrowed. */
struct wish {
	enum plan_aim aim; /* AIM_APPLY, AIM_RELEASE or AIM_PARK */
	const struct vfprep_config *config;
	const struct prepare_request *prepare;
	const struct driver_request *driver;
	const char *const *names; /* of PFs for a configuration, of PFs, VFs and teams for a
				     release, of teams to park */
	size_t n_names;           /* 0: all, but nothing to park */
	bool parked;              /* AIM_PARK: what they are to be */
	bool prune;               /* also of PFs that the configuration is not for any more */
	bool force, live;         /* also VFs of any driver; settings also of VFs in use */
	bool verbose;             /* with notes about which file configures which PF */
};

/* What is wanted of ACTUAL. Return: -ENOTUNIQ when a name fits two things, which is wrong usage;
 * else as desire_from_config(), desire_prepare(), desire_driver() and desire_originals(). */
int wish_desire(const struct wish *w, const struct vfprep_machine *actual,
		struct vfprep_machine **ret_wanted, struct vfprep_problems *p);

/* The plan that fulfils it. Return: as above. */
int wish_plan(const struct wish *w, const struct vfprep_machine *actual,
	      struct vfprep_plan **ret_plan, struct vfprep_problems *p);

/* Has PLAN remember the wish that it fulfils, for who runs it later: with a copy of the names; the
 * configuration stays borrowed. Return: -ENOMEM. */
int plan_keep_wish(struct vfprep_plan *plan, const struct wish *w);
void wish_free(struct wish *w);

#endif
