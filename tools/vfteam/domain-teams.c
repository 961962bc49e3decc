/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The teams of a domain, held against those that are published. What libvirt and QEMU ask of the
 * domain alone is not looked at here: domain-rules.c does that. */
#include "tools/vfteam/domain-teams.h"

#include "tools/vfteam/domain-rules.h"

#include <string.h>

#define BY_INJECT "let vfteam inject put the team in"

struct check {
	const struct domain *d;
	const char *name; /* of the domain's file */
	bool named;
	const struct teams *teams;
	const struct element **devices; /* per team the device that has its VF; NULL: none has */
	struct vfprep_problems *p;
	bool has_side;   /* some device is to be a team's VF */
	bool is_unknown; /* ... and no team has the address of one */
};

#define FAULT(check, e, advice, ...)                                                               \
	((void)domain_fault((check)->p, (check)->name, (e), (advice), __VA_ARGS__))

static const struct element *next_device(const struct check *c, const struct element *e)
{
	return domain_child(c->d, domain_devices(c->d), NULL, e);
}

static const struct team *team_at(const struct check *c, size_t i)
{
	return &c->teams->items[i].team;
}

/* The number of the team that has the VF; that of all teams: none. */
static size_t find_team(const struct check *c, struct pci_address address)
{
	const struct found_team *t = teams_by_vf(c->teams, address);

	return t ? (size_t)(t - c->teams->items) : c->teams->n;
}

/* The team by whose name inject has called the device; NULL: none. */
static const struct team *team_by_alias(const struct check *c, const struct element *device)
{
	return teams_by_alias(c->teams, domain_child_attribute(c->d, device, "alias", "name"));
}

/* After another boot of the host a team may have another VF. */
static void say_unknown(struct check *c, const struct element *device, struct pci_address address)
{
	const struct team *t = team_by_alias(c, device);
	char text[PCI_ADDRESS_TEXT], now[PCI_ADDRESS_TEXT];

	pci_address_format(address, text);
	if (!t && c->named) {
		autofree char *subject = text_format("%s:%u", c->name, device->line);
		(void)problem_add(c->p, 0, VFPREP_NOTE, subject, NULL,
				  "none of the teams that are named has the VF %s, which is not "
				  "looked at",
				  text);
		return;
	}
	c->is_unknown = true;
	if (t)
		FAULT(c, device, "let vfteam inject put the new address in",
		      "the VF of the team %s is %s now, not %s", t->name,
		      pci_address_format(t->transient.address, now), text);
	else
		FAULT(c, device, "vfteam list shows those that are; " BY_INJECT,
		      "no team that is published has the VF %s", text);
}

/* Both sides have one MAC, or the guest's driver does not join them, and nobody says so. */
static void check_mac(struct check *c, const struct element *device, const struct team *t)
{
	const char *persistent = domain_child_attribute(c->d, device, "teaming", "persistent");
	const struct element *e = persistent ? domain_persistent_side(c->d, persistent) : NULL;
	const char *text = e ? domain_child_attribute(c->d, e, "mac", "address") : NULL;
	char want[MAC_TEXT];
	uint8_t mac[6];

	if (!text || mac_parse(text, mac) < 0 || mac_is_zero(mac) || mac[0] & 1 ||
	    memcmp(mac, t->mac, sizeof(mac)) == 0)
		return; /* or a rule says what is wrong with it */
	FAULT(c, e,
	      "set MACAddress= of the team on the host to that of the guest, or change it in the "
	      "domain",
	      "the MAC of this %s is '%s', that of the team %s is %s", e->name, text, t->name,
	      mac_format(t->mac, want));
}

static void check_side(struct check *c, const struct element *device, size_t i)
{
	const struct team *t = team_at(c, i);
	const struct element *other = c->devices[i];

	if (other) {
		FAULT(c, device, "take one of them out",
		      "the VF of the team %s is that of the %s in line %u too", t->name,
		      other->name, other->line);
		return;
	}
	c->devices[i] = device;
	const struct team *named = team_by_alias(c, device);
	if (named && named != t)
		FAULT(c, device, "let vfteam inject put the new address in",
		      "by its alias it is the VF of the team %s, and it is that of the team %s",
		      named->name, t->name);
	else if (domain_teaming(c->d, device))
		check_mac(c, device, t);
	else
		FAULT(c, device, "let vfteam inject make it the VF of a team",
		      "it has the VF of the team %s, and no <teaming>: the guest loses its "
		      "network with it",
		      t->name);
}

static void check_device(struct check *c, const struct element *device)
{
	const struct element *address = domain_source_address(c->d, device);
	bool has_teaming = domain_is_transient(c->d, device);
	struct pci_address a = { 0 };
	bool has_address = address && domain_pci_address(address, &a) == 0;
	size_t i = has_address ? find_team(c, a) : c->teams->n;

	if (!has_teaming && i == c->teams->n)
		return;
	c->has_side = true;
	if (element_is(device, "interface")) {
		/* Of type network: which VF that will be, libvirt says when it starts. */
		FAULT(c, device, "take it out; " BY_INJECT " as a <hostdev>",
		      "libvirt in a container cannot give the VF of an interface its MAC: it sees "
		      "no PF");
		c->is_unknown |= i == c->teams->n;
	} else if (!has_address) {
		FAULT(c, device, BY_INJECT, "nothing says which VF this hostdev is");
		c->is_unknown = true;
	} else if (i == c->teams->n) {
		say_unknown(c, device, a);
	}
	if (i < c->teams->n)
		check_side(c, device, i);
}

/* What is to be in the domain, and is not. */
static void say_missing(const struct check *c)
{
	for (size_t i = 0; c->named && i < c->teams->n; i++) {
		if (!c->devices[i])
			(void)problem_add(c->p, 0, VFPREP_CONFIG, c->name, BY_INJECT,
					  "the VF of the team %s is not in it",
					  team_at(c, i)->name);
	}
	if (!c->has_side && !c->named)
		(void)problem_add(c->p, 0, VFPREP_CONFIG, c->name, BY_INJECT,
				  "no device of it is the VF of a team");
}

/* Those that are not in the domain go. */
static void keep_present(const struct check *c, struct teams *teams)
{
	size_t kept = 0;

	for (size_t i = 0; i < teams->n; i++) {
		struct found_team *t = &teams->items[i];
		if (c->devices[i]) {
			teams->items[kept++] = *t;
			continue;
		}
		team_clear(&t->team);
		free(t->file);
	}
	teams->n = kept;
}

bool domain_teams_check(const struct domain *d, const char *name, bool named, struct teams *teams,
			struct vfprep_problems *p)
{
	autofree const struct element **devices = calloc(teams->n + 1, sizeof(*devices));
	struct check c = { d, name, named, teams, devices, p, false, false };

	if (!devices) {
		(void)problem_add(p, 0, VFPREP_SYSTEM, NULL, NULL, "out of memory");
		return true;
	}
	for (const struct element *e = NULL; (e = next_device(&c, e));)
		check_device(&c, e);
	say_missing(&c);
	keep_present(&c, teams);
	return c.is_unknown;
}
