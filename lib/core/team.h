/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A team as it is published: team.json, its names and aliases. */
#ifndef CORE_TEAM_H
#define CORE_TEAM_H

#include "core/address.h"
#include "core/problem.h"
#include "core/setting.h"

#include <limits.h>

#define TEAM_NAME_MAX 32 /* letters */

/* Bounded before it is parsed; a team.json has about 700 bytes. */
#define TEAM_JSON_MAX (64 * 1024)

/* In place of the number of a VF: the NIC itself. */
#define TEAM_OF_NIC UINT_MAX

/* The memory that a guest may be said to have. */
#define GUEST_MEMORY_MIN (UINT64_C(1) << 20)
#define GUEST_MEMORY_MAX (UINT64_C(1) << 46)

/* How a container is to see the node of the group. */
struct container_node {
	bool known;
	unsigned uid, gid, mode;
};

struct team {
	char *name;
	uint8_t mac[6];
	char *boot_id;
	bool verified; /* the kernel confirmed the settings; false where the driver lists no VFs */
	bool parked;   /* the VF has another MAC than the team, or is to have it */
	uint8_t parking_mac[6]; /* that one; zero: not known */
	struct {
		struct pci_address address;
		char *name;   /* NULL: it has no interface */
		unsigned vf;  /* or TEAM_OF_NIC */
		unsigned mtu; /* 0: not known */
	} pf;
	struct {
		struct pci_address address;
		char *driver;
		int group; /* -1: none */
	} transient;
	char *hint; /* for the persistent side: "bridge:br100"; NULL: none */
	struct container_node container;
	uint64_t guest_memory; /* in bytes; 0: not known */
	bool cdi_differs;      /* read: its CDI file is not there, or not what it is to be */
	struct settings settings;
};

void team_clear(struct team *t);
#define autoteam CLEANUP(team_clear) struct team
int team_copy(const struct team *from, struct team *ret);
bool team_equal(const struct team *a, const struct team *b);

/* Parks it with that MAC; NULL: it is parked no more. */
void team_park(struct team *t, const uint8_t *parking_mac);

/* All that the team says of its VF's settings, its MAC included: the team's, or the parking MAC. */
struct settings team_settings(const struct team *t);

/* Is it a name that a team may have: [A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])? */
bool team_name_valid(const char *name);

/* The aliases of its two sides in a domain; the caller frees them. NULL: no memory. */
char *team_alias(const struct team *t);
char *team_vf_alias(const struct team *t);

struct json_object;
/* The team as the JSON object that team.json holds. Return: -ENOMEM; -EINVAL: a key is missing or
 * has a wrong value. */
int team_to_object(const struct team *t, struct json_object **ret);
int team_from_object(struct json_object *object, struct team *ret);

/* The content of team.json. NULL when memory ran out; the caller frees it. */
char *team_to_json(const struct team *t);

/* Reads team.json; unknown keys are ignored. BOOT_ID may be NULL: any is fine.
 * Return: -EINVAL not a team.json, -EPROTONOSUPPORT another version of it, -ESTALE of another
 * boot; SUBJECT names the file in the finding. */
int team_from_json(const char *text, size_t size, const char *boot_id, const char *subject,
		   struct team *ret, struct vfprep_problems *p);

#endif
