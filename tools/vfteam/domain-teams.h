/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The teams of a domain, held against those that are published. */
#ifndef VFTEAM_DOMAIN_TEAMS_H
#define VFTEAM_DOMAIN_TEAMS_H

#include "tools/vfteam/domain.h"
#include "tools/vfteam/teams.h"

/* Leaves in TEAMS those whose VFs the domain gives to the guest, and adds a finding, as NAME:LINE,
 * for each device with teaming that is none of a team, and each team whose sides are not as they
 * have to be. NAMED: all of TEAMS have to be in the domain. Return: whether the domain has a VF
 * with teaming of which it is not known what team it is. */
bool domain_teams_check(const struct domain *d, const char *name, bool named, struct teams *teams,
			struct vfprep_problems *p);

#endif
