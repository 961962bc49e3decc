/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which team a device of a guest is about. */
#include "tools/vfteam/teams.h"

const struct found_team *teams_by_vf(const struct teams *teams, struct pci_address address)
{
	for (size_t i = 0; i < teams->n; i++) {
		const struct found_team *t = &teams->items[i];
		if (pci_address_compare(t->team.transient.address, address) == 0)
			return t;
	}
	return NULL;
}

const struct team *teams_by_alias(const struct teams *teams, const char *alias)
{
	for (size_t i = 0; alias && i < teams->n; i++) {
		autofree char *own = team_vf_alias(&teams->items[i].team);
		if (text_equal(own, alias))
			return &teams->items[i].team;
	}
	return NULL;
}
