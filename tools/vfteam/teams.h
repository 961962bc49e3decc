/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The teams that the host has published, as the container sees them. */
#ifndef VFTEAM_TEAMS_H
#define VFTEAM_TEAMS_H

#include "core/team.h"

#define TEAMS_DIR "/run/vfprep/teams"

struct found_team {
	struct team team;
	char *file; /* its team.json */
};

struct teams {
	struct found_team *items;
	size_t n;
};

void teams_clear(struct teams *teams);
#define autoteams CLEANUP(teams_clear) struct teams

/* Adds the teams that NAMES mean, or with no names all of DIR, in the order of their names. A name
 * is that of a team in DIR, or a path: a team.json or the directory that holds it. One that cannot
 * be read does not keep the others from being read. Return: the first error. */
int teams_read(const char *dir, const char *const *names, size_t n, struct teams *teams,
	       struct vfprep_problems *p);

/* The team that has that VF, and the one whose VF has that alias in a domain; NULL: none. */
const struct found_team *teams_by_vf(const struct teams *teams, struct pci_address address);
const struct team *teams_by_alias(const struct teams *teams, const char *alias);

#endif
