/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parking: while its VF is unplugged, a team's MAC is not to lie on it, for the card would send it
 * the frames of the persistent side (docs/layouts.md). */
#ifndef CORE_PARK_H
#define CORE_PARK_H

#include "core/machine.h"

/* What park (PARKED) and unpark want: of the VFs of these teams another MAC, and nothing else. A
 * name that no team has, and a team that cannot be parked, are findings, and left out.
 * Return: -ENOMEM. */
int desire_parked(const struct vfprep_machine *actual, const char *const *names, size_t n_names,
		  bool parked, struct vfprep_machine **ret_wanted, struct vfprep_problems *p);

/* Has what is WANTED by files or options leave parked what is: the team as they want it, and the
 * MAC as it is parked. */
void keep_parked(const struct vfprep_machine *actual, struct vfprep_machine *wanted);

/* Has VF, as it is wanted, be parked as TEAM is. */
void vf_take_parking(struct vf *vf, const struct team *team);

#endif
