/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A team as it is published: team.json to struct and back, and its name. */
#include "core/team.h"

#include "core/json.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#define TEAM_VERSION 1

void team_clear(struct team *t)
{
	free(t->name);
	free(t->boot_id);
	free(t->pf.name);
	free(t->transient.driver);
	free(t->hint);
	*t = (struct team){ .transient.group = -1 };
}

/* Hands an owned team over, leaving an empty one behind. */
static struct team team_take(struct team *t)
{
	struct team taken = *t;
	*t = (struct team){ .transient.group = -1 };
	return taken;
}

int team_copy(const struct team *from, struct team *ret)
{
	autoteam t = *from;
	t.name = t.boot_id = t.pf.name = t.transient.driver = t.hint = NULL;
	if (text_replace(&t.name, from->name) < 0 || text_replace(&t.boot_id, from->boot_id) < 0 ||
	    text_replace(&t.pf.name, from->pf.name) < 0 ||
	    text_replace(&t.transient.driver, from->transient.driver) < 0 ||
	    text_replace(&t.hint, from->hint) < 0)
		return -ENOMEM;
	*ret = team_take(&t);
	return 0;
}

static bool container_equal(const struct container_node *a, const struct container_node *b)
{
	return a->known == b->known &&
	       (!a->known || (a->uid == b->uid && a->gid == b->gid && a->mode == b->mode));
}

bool team_equal(const struct team *a, const struct team *b)
{
	if (a->settings.present != b->settings.present)
		return false;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (setting_has(&a->settings, i) && !setting_same(i, &a->settings, &b->settings))
			return false;
	}
	return text_equal(a->name, b->name) && memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 &&
	       text_equal(a->boot_id, b->boot_id) && a->verified == b->verified &&
	       a->parked == b->parked &&
	       memcmp(a->parking_mac, b->parking_mac, sizeof(a->parking_mac)) == 0 &&
	       pci_address_compare(a->pf.address, b->pf.address) == 0 &&
	       text_equal(a->pf.name, b->pf.name) && a->pf.vf == b->pf.vf &&
	       a->pf.mtu == b->pf.mtu &&
	       pci_address_compare(a->transient.address, b->transient.address) == 0 &&
	       text_equal(a->transient.driver, b->transient.driver) &&
	       a->transient.group == b->transient.group && text_equal(a->hint, b->hint) &&
	       container_equal(&a->container, &b->container) &&
	       a->guest_memory == b->guest_memory && a->cdi_differs == b->cdi_differs;
}

void team_park(struct team *t, const uint8_t *parking_mac)
{
	static const uint8_t none[6];

	t->parked = parking_mac;
	memcpy(t->parking_mac, parking_mac ? parking_mac : none, sizeof(t->parking_mac));
}

struct settings team_settings(const struct team *t)
{
	struct settings s = t->settings;

	if (t->parked && mac_is_zero(t->parking_mac))
		return s;
	s.present |= 1u << SETTING_MAC;
	memcpy(s.mac, t->parked ? t->parking_mac : t->mac, sizeof(s.mac));
	return s;
}

bool team_name_valid(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n > TEAM_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool inner = i > 0 && i + 1 < n;
		unsigned char c = (unsigned char)name[i];
		if (c > 127 || !(isalnum(c) || (inner && c == '-')))
			return false;
	}
	return true;
}

static int pf_part_to_json(const struct team *t, struct json_object **ret)
{
	autojson part = json_object_new_object();
	if (!part || json_add_address(part, "address", t->pf.address) < 0 ||
	    json_add_text(part, "name", t->pf.name) < 0 ||
	    (t->pf.vf != TEAM_OF_NIC && json_add_unsigned(part, "vf", t->pf.vf) < 0))
		return -ENOMEM;
	if (t->pf.mtu && json_add_unsigned(part, "mtu", t->pf.mtu) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(part);
	return 0;
}

char *team_alias(const struct team *t)
{
	return text_format("ua-%s", t->name);
}

char *team_vf_alias(const struct team *t)
{
	return text_format("ua-%s_vf", t->name);
}

static int transient_to_json(const struct team *t, struct json_object **ret)
{
	autojson part = json_object_new_object();
	autofree char *alias = team_vf_alias(t);
	if (!part || !alias || json_add_text(part, "alias", alias) < 0 ||
	    json_add_address(part, "address", t->transient.address) < 0 ||
	    json_add_text(part, "driver", t->transient.driver) < 0)
		return -ENOMEM;
	if (t->transient.group >= 0) {
		autofree char *node = text_format("/dev/vfio/%d", t->transient.group);
		autojson nodes = json_object_new_array();
		if (!node || !nodes ||
		    json_add_unsigned(part, "iommu_group", (unsigned)t->transient.group) < 0)
			return -ENOMEM;
		if (json_object_array_add(nodes, json_object_new_string(node)) < 0 ||
		    json_add(part, "nodes", json_object_get(nodes)) < 0)
			return -ENOMEM;
	}
	*ret = TAKE_PTR(part);
	return 0;
}

static int persistent_to_json(const struct team *t, struct json_object **ret)
{
	autojson part = json_object_new_object();
	autofree char *alias = team_alias(t);
	if (!part || !alias || json_add_text(part, "alias", alias) < 0 ||
	    json_add_text(part, "hint", t->hint) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(part);
	return 0;
}

static int container_to_json(const struct team *t, struct json_object *root)
{
	autojson part = json_object_new_object();
	autofree char *mode = text_format("%04o", t->container.mode);

	if (t->guest_memory && json_add_unsigned(root, "guest_memory", t->guest_memory) < 0)
		return -ENOMEM;
	if (!t->container.known)
		return 0;
	if (!part || !mode || json_add_unsigned(part, "uid", t->container.uid) < 0 ||
	    json_add_unsigned(part, "gid", t->container.gid) < 0 ||
	    json_add_text(part, "mode", mode) < 0)
		return -ENOMEM;
	return json_add(root, "container", TAKE_PTR(part));
}

int team_to_object(const struct team *t, struct json_object **ret)
{
	autojson root = json_object_new_object();
	struct json_object *part;

	if (!root || json_add_unsigned(root, "version", TEAM_VERSION) < 0 ||
	    json_add_text(root, "team", t->name) < 0 || json_add_mac(root, "mac", t->mac) < 0 ||
	    json_add_text(root, "boot_id", t->boot_id) < 0 ||
	    json_add_bool(root, "verified", t->verified) < 0)
		return -ENOMEM;
	if (t->parked && (json_add_bool(root, "parked", true) < 0 ||
			  (!mac_is_zero(t->parking_mac) &&
			   json_add_mac(root, "parking_mac", t->parking_mac) < 0)))
		return -ENOMEM;
	if (t->cdi_differs && json_add_bool(root, "cdi", false) < 0)
		return -ENOMEM;
	if (pf_part_to_json(t, &part) < 0 || json_add(root, "pf", part) < 0 ||
	    transient_to_json(t, &part) < 0 || json_add(root, "transient", part) < 0 ||
	    persistent_to_json(t, &part) < 0 || json_add(root, "persistent", part) < 0 ||
	    container_to_json(t, root) < 0 || settings_to_json(&t->settings, &part) < 0 ||
	    json_add(root, "settings", part) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(root);
	return 0;
}

char *team_to_json(const struct team *t)
{
	autojson root = NULL;
	return team_to_object(t, &root) < 0 ? NULL : json_text(root, true);
}

static int read_container(struct json_object *root, struct team *t)
{
	struct json_object *part;
	const char *mode;

	int r = json_get_unsigned(root, "guest_memory", GUEST_MEMORY_MAX, &t->guest_memory);
	if (r < 0 || (r == 1 && t->guest_memory < GUEST_MEMORY_MIN))
		return -EINVAL;
	r = json_get_object(root, "container", &part);
	if (r <= 0)
		return r;
	if (json_get_uint(part, "uid", &t->container.uid) != 1 ||
	    json_get_uint(part, "gid", &t->container.gid) != 1 ||
	    json_get_text(part, "mode", &mode) != 1 ||
	    text_to_unsigned(mode, 8, 0, 0777, &t->container.mode) < 0)
		return -EINVAL;
	t->container.known = true;
	return 0;
}

static int read_parts(struct json_object *root, struct team *t)
{
	struct json_object *part;
	uint64_t group;

	if (json_get_object(root, "pf", &part) != 1 ||
	    json_get_address(part, "address", &t->pf.address) != 1 ||
	    json_dup_text(part, "name", &t->pf.name) < 0 ||
	    json_get_uint(part, "mtu", &t->pf.mtu) < 0)
		return -EINVAL;
	int r = json_get_uint(part, "vf", &t->pf.vf);
	if (r < 0)
		return r;
	if (r == 0)
		t->pf.vf = TEAM_OF_NIC;
	if (json_get_object(root, "transient", &part) != 1 ||
	    json_get_address(part, "address", &t->transient.address) != 1 ||
	    json_dup_text(part, "driver", &t->transient.driver) != 1)
		return -EINVAL;
	r = json_get_unsigned(part, "iommu_group", INT_MAX, &group);
	if (r < 0)
		return r;
	t->transient.group = r ? (int)group : -1;
	if (t->pf.vf == TEAM_OF_NIC &&
	    pci_address_compare(t->pf.address, t->transient.address) != 0)
		return -EINVAL; /* then it is a VF, and its number is missing */
	r = json_get_object(root, "persistent", &part);
	if (r < 0 || (r && json_dup_text(part, "hint", &t->hint) < 0))
		return -EINVAL;
	r = json_get_object(root, "settings", &part);
	return r == 1 ? settings_from_json(part, &t->settings) : r;
}

int team_from_object(struct json_object *root, struct team *ret)
{
	autoteam t = { .transient.group = -1 };
	bool cdi = true;

	if (json_dup_text(root, "team", &t.name) != 1 || !team_name_valid(t.name) ||
	    json_get_mac(root, "mac", t.mac) != 1 ||
	    json_dup_text(root, "boot_id", &t.boot_id) != 1 ||
	    json_get_bool(root, "verified", &t.verified) < 0 ||
	    json_get_bool(root, "parked", &t.parked) < 0 ||
	    json_get_mac(root, "parking_mac", t.parking_mac) < 0 ||
	    json_get_bool(root, "cdi", &cdi) < 0 || read_parts(root, &t) < 0 ||
	    read_container(root, &t) < 0)
		return -EINVAL;
	t.cdi_differs = !cdi;
	if (!t.parked)
		team_park(&t, NULL); /* then it means nothing */
	*ret = team_take(&t);
	return 0;
}

int team_from_json(const char *text, size_t size, const char *boot_id, const char *subject,
		   struct team *ret, struct vfprep_problems *p)
{
	autojson root = NULL;
	autoteam t = { .transient.group = -1 };
	unsigned version;

	int r = json_parse(text, size, TEAM_JSON_MAX, subject, &root, p);
	if (r < 0)
		return r;
	if (json_get_uint(root, "version", &version) != 1)
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject, NULL,
				   "not a team: no 'version'");
	if (version != TEAM_VERSION)
		return problem_add(p, -EPROTONOSUPPORT, VFPREP_SYSTEM, subject,
				   "use the vfprep and vfteam of one release",
				   "version %u of the format; this program reads version %d",
				   version, TEAM_VERSION);
	if (team_from_object(root, &t) < 0)
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject, NULL,
				   "not a team: a key is missing or has a wrong value");
	if (boot_id && strcmp(boot_id, t.boot_id) != 0)
		return problem_add(p, -ESTALE, VFPREP_SYSTEM, subject,
				   "run vfprep apply on the host",
				   "published before the last boot; group numbers may differ now");
	*ret = team_take(&t);
	return 0;
}
