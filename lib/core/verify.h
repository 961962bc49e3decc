/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is the machine still what was published? */
#ifndef CORE_VERIFY_H
#define CORE_VERIFY_H

#include "core/plan.h"

/* What verification says of one team. */
struct verdict {
	const struct team *team; /* of the machine */
	bool good;
	size_t first, n; /* the steps that would make it so again, in the plan */
};

struct verdicts {
	struct verdict *items;
	size_t n;
	struct vfprep_plan *plan; /* from actual to published, team by team */
};
void verdicts_clear(struct verdicts *v);

/* What no step can tell: the team is about something that is not there any more. NULL: nothing. */
const char *team_find_loss(const struct vfprep_machine *actual, const struct team *t);

/* Compares what is published for the teams of NAMES (N_NAMES 0: all) with what the kernel reports:
 * MAC and settings, driver, override, IOMMU group and its node, boot. Each team that is not as
 * published is a VFPREP_DRIFT finding, a name that no team has VFPREP_ABSENT. *RET is to be
 * cleared. Return: -ENOMEM. */
int verify_teams(const struct vfprep_machine *actual, const char *const *names, size_t n_names,
		 struct verdicts *ret, struct vfprep_problems *p);

/* Is the device behind a team still the one that was published, and may a guest have its group? Of
 * its settings nothing is said. Return: -ESTALE, and a finding says what is not so; -ENOMEM. */
int verify_device(const struct vfprep_machine *actual, const struct team *t,
		  struct vfprep_problems *p);

#endif
