/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* [VF] sections: their values, and what comes of them for one VF. */
#include "core/config-parse.h"
#include "core/fragment.h"
#include "core/team.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define VF_LIST_ADVICE "write numbers and ranges with commas and no blanks, as in [VF 1-3,7]"

static bool is_default(const struct config_parser *p)
{
	return p->vf == &p->rule.defaults;
}

static int parse_team(struct config_parser *p, const char *value)
{
	static const char advice[] =
		"%i, %f and %p stand for the VF's number, the PF's function and the PF's name";
	autostrbuf shortest = { 0 };

	/* With a digit for each specifier it has to be a name; what they come out as, and thereby
	 * the length, is not known before there is a PF. */
	for (const char *c = value; *c; c++) {
		if (*c != '%') {
			strbuf_add_bytes(&shortest, c, 1);
			continue;
		}
		c++;
		if (*c == '%')
			return config_fault(
				p, advice, "'%s' makes a '%%', which no team name can have", value);
		if (!*c || !strchr("ifp", *c))
			return config_fault(p, advice, "'%s' has a '%%' that stands for nothing",
					    value);
		if (*c == 'i' && p->section == CONFIG_NIC)
			return config_fault(p, advice, "'%s' has a '%%i', and a NIC is no VF",
					    value);
		strbuf_add(&shortest, "0");
	}
	autofree char *name = strbuf_take(&shortest);
	if (!name)
		return -ENOMEM;
	if (!team_name_valid(name))
		return config_fault(p, "use up to 32 letters, digits and, between them, '-'",
				    "'%s' is no team name", value);
	return text_replace(&p->vf->wish.team, value);
}

static int parse_driver(struct config_parser *p, const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";

	if (value[strspn(value, letters)])
		return config_fault(p, "write the driver's name, as vfio-pci, or auto, or none",
				    "'%s' is no driver name", value);
	return text_replace(&p->vf->wish.driver, value);
}

/* A user or a group, by its number or by the name that it has on this host. */
static int parse_id(struct config_parser *p, const char *value, const char *what,
		    int (*find)(const char *name, unsigned *ret), unsigned *ret)
{
	/* The last number means "leave it as it is" to chown(2). */
	int r = text_to_unsigned(value, 10, 0, UINT32_MAX - 1, ret);
	if (r == -ERANGE)
		return config_fault(p, NULL, "%s %s is out of range", what, value);
	if (r == 0)
		return 0;
	r = find(value, ret);
	if (r == 0 || r == -ENOMEM)
		return r;
	if (r == -ENOENT)
		return config_fault(p, "add it, or write the number", "no %s '%s' on this host",
				    what, value);
	return config_fault(p, "write the number", "cannot look up %s '%s': %s", what, value,
			    strerror(-r));
}

static int parse_mode(struct config_parser *p, const char *value)
{
	static const char advice[] = "write three or four octal digits, as 0660";
	size_t n = strlen(value);

	int r = text_to_unsigned(value, 8, 0, 0777, &p->vf->wish.mode);
	if (r == -ERANGE)
		return config_fault(p, advice, "mode '%s' is more than 0777", value);
	if (r < 0 || n < 3 || n > 4)
		return config_fault(p, advice, "'%s' is no mode", value);
	return 0;
}

/* A number that stands for MiB by mistake is below the range. */
static int parse_guest_memory(struct config_parser *p, const char *value)
{
	static const char advice[] = "write it as 4G or 4096M; without a letter it is bytes";

	int r = text_to_size(value, GUEST_MEMORY_MIN, GUEST_MEMORY_MAX, &p->vf->wish.guest_memory);
	if (r == -ERANGE)
		return config_fault(p, advice, "a guest's memory of %s is not between 1M and %luG",
				    value, (unsigned long)(GUEST_MEMORY_MAX >> 30));
	return r < 0 ? config_fault(p, advice, "'%s' is no size", value) : 0;
}

static int parse_persistent(struct config_parser *p, const char *value)
{
	CLEANUP(hint_clear) struct hint hint = { 0 };
	const char *why = NULL;

	int r = hint_parse(value, &hint, &why);
	if (r == -EINVAL)
		return config_fault(p, NULL, "Persistent=%s: %s", value, why);
	return r < 0 ? r : text_replace(&p->vf->wish.persistent, value);
}

static int parse_literal_mac(struct config_parser *p, const char *value)
{
	struct vf_wish *wish = &p->vf->wish;
	uint8_t mac[6];

	if (mac_parse(value, mac) < 0)
		return config_fault(p, "write it as 02:00:5e:10:00:01, or write auto, team or none",
				    "'%s' is no MAC address", value);
	const char *unfit = mac_unfit(mac);
	if (unfit)
		return config_fault(p,
				    mac_is_zero(mac) ? "MACAddress=none clears the address"
						     : "02:... is free for everybody's use",
				    "%s %s", value, unfit);
	if (is_default(p) || vf_section_count(p->vf) > 1)
		return config_fault(p,
				    "write auto here, or the address in a section for one VF, "
				    "as [VF 3]",
				    "%s would come out more than once: the section is for %s VFs",
				    value, is_default(p) ? "all" : "several");
	wish->mac_wish = MAC_LITERAL;
	memcpy(wish->settings.mac, mac, sizeof(mac));
	wish->settings.present |= 1u << SETTING_MAC;
	return 0;
}

static int parse_mac(struct config_parser *p, const char *value)
{
	static const struct {
		const char *word;
		enum mac_wish wish;
	} words[] = { { "auto", MAC_AUTO }, { "team", MAC_TEAM }, { "none", MAC_NONE } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(value, words[i].word) == 0) {
			p->vf->wish.mac_wish = words[i].wish;
			return 0;
		}
	}
	return parse_literal_mac(p, value);
}

int config_parse_vf(struct config_parser *p, unsigned index, const char *value)
{
	struct vf_wish *wish = &p->vf->wish;

	switch ((enum vf_key)index) {
	case VF_KEY_TEAM:
		return parse_team(p, value);
	case VF_KEY_DRIVER:
		return parse_driver(p, value);
	case VF_KEY_OWNER:
		return parse_id(p, value, "user", p->names->user, &wish->owner);
	case VF_KEY_GROUP:
		return parse_id(p, value, "group", p->names->group, &wish->group);
	case VF_KEY_MODE:
		return parse_mode(p, value);
	case VF_KEY_CONTAINER_OWNER:
		return parse_id(p, value, "user", p->names->user, &wish->container_owner);
	case VF_KEY_CONTAINER_GROUP:
		return parse_id(p, value, "group", p->names->group, &wish->container_group);
	case VF_KEY_GUEST_MEMORY:
		return parse_guest_memory(p, value);
	case VF_KEY_PERSISTENT:
		return parse_persistent(p, value);
	case VF_KEY_MAC:
		return parse_mac(p, value);
	case VF_KEY_VLAN_ID:
	case VF_KEY_QOS:
	case VF_KEY_VLAN_PROTOCOL:
	case VF_KEY_TRUST:
	case VF_KEY_SPOOFCHECK:
	case VF_KEY_LINK_STATE:
	case VF_KEY_MIN_RATE:
	case VF_KEY_MAX_RATE:
	case VF_KEY_RSS_QUERY:
	case VF_KEY_NODE_GUID:
	case VF_KEY_PORT_GUID:
		return config_parse_setting(p, (enum vf_key)index, value);
	case VF_KEY_COUNT:
		break;
	}
	assert(false);
	return -EINVAL;
}

/* "7" or "1-3". */
static int parse_range(struct config_parser *p, char *text, struct vf_range *ret)
{
	char *dash = strchr(text, '-');
	struct vf_range range;

	if (dash)
		*dash = '\0';
	int r = text_to_unsigned(text, 10, 0, NUMVFS_LIMIT - 1, &range.first);
	range.last = range.first;
	if (r == 0 && dash)
		r = text_to_unsigned(dash + 1, 10, 0, NUMVFS_LIMIT - 1, &range.last);
	if (dash)
		*dash = '-';
	if (r == -ERANGE)
		return config_fault(p, NULL, "VF '%s' is beyond the last that there can be, %d",
				    text, NUMVFS_LIMIT - 1);
	if (r < 0)
		return config_fault(p, VF_LIST_ADVICE, "'%s' is no VF number and no range", text);
	if (range.last < range.first)
		return config_fault(p, VF_LIST_ADVICE, "range '%s' runs backwards", text);
	*ret = range;
	return 0;
}

int config_parse_vf_list(struct config_parser *p, const char *list, struct vf_section *section)
{
	autofree char *copy = strdup(list);
	autofree struct vf_range *ranges = NULL;
	size_t n = 0;

	if (!copy)
		return -ENOMEM;
	for (char *item = copy, *next; item; item = next) {
		next = strchr(item, ',');
		if (next)
			*next++ = '\0';
		struct vf_range range;
		int r = parse_range(p, item, &range);
		if (r < 0)
			return r;
		struct vf_range *slot = array_add(&ranges, &n, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		*slot = range;
	}
	section->ranges = TAKE_PTR(ranges);
	section->n_ranges = n;
	return 0;
}

unsigned vf_section_count(const struct vf_section *s)
{
	unsigned n = 0;

	/* At most 2048 ranges fit on a line. */
	for (size_t i = 0; i < s->n_ranges; i++)
		n += s->ranges[i].last - s->ranges[i].first + 1;
	return n;
}

static void copy_key(struct vf_wish *to, const struct vf_wish *from, enum vf_key key)
{
	to->line[key] = from->line[key];
	to->set |= 1u << key;
	switch (key) {
	case VF_KEY_TEAM:
		to->team = from->team;
		break;
	case VF_KEY_DRIVER:
		to->driver = from->driver;
		break;
	case VF_KEY_OWNER:
		to->owner = from->owner;
		break;
	case VF_KEY_GROUP:
		to->group = from->group;
		break;
	case VF_KEY_MODE:
		to->mode = from->mode;
		break;
	case VF_KEY_CONTAINER_OWNER:
		to->container_owner = from->container_owner;
		break;
	case VF_KEY_CONTAINER_GROUP:
		to->container_group = from->container_group;
		break;
	case VF_KEY_GUEST_MEMORY:
		to->guest_memory = from->guest_memory;
		break;
	case VF_KEY_PERSISTENT:
		to->persistent = from->persistent;
		break;
	case VF_KEY_MAC:
		to->mac_wish = from->mac_wish;
		setting_copy(SETTING_MAC, &to->settings, &from->settings);
		break;
	case VF_KEY_VLAN_ID:
	case VF_KEY_QOS:
	case VF_KEY_VLAN_PROTOCOL:
	case VF_KEY_TRUST:
	case VF_KEY_SPOOFCHECK:
	case VF_KEY_LINK_STATE:
	case VF_KEY_MIN_RATE:
	case VF_KEY_MAX_RATE:
	case VF_KEY_RSS_QUERY:
	case VF_KEY_NODE_GUID:
	case VF_KEY_PORT_GUID:
		vf_wish_copy_setting(to, from, key);
		break;
	case VF_KEY_COUNT:
		break;
	}
}

void vf_wish_resolve(const struct rule *r, const struct vf_section *section, struct vf_wish *ret)
{
	struct vf_wish wish = { 0 };

	for (unsigned key = 0; key < VF_KEY_COUNT; key++) {
		const struct vf_wish *from = &r->defaults.wish;
		if (section && section->wish.set & 1u << key)
			from = &section->wish;
		if (from->set & ~from->emptied & 1u << key)
			copy_key(&wish, from, (enum vf_key)key);
	}
	*ret = wish;
}

static bool section_names(const struct vf_section *s, unsigned index)
{
	for (size_t i = 0; i < s->n_ranges; i++) {
		if (index >= s->ranges[i].first && index <= s->ranges[i].last)
			return true;
	}
	return false;
}

static uint64_t guest_of(const struct rule *r, const struct vf_section *section)
{
	struct vf_wish wish;

	vf_wish_resolve(r, section, &wish);
	return wish.team && wish.set & 1u << VF_KEY_GUEST_MEMORY ? wish.guest_memory : 0;
}

uint64_t config_largest_guest(const struct vfprep_config *c)
{
	uint64_t largest = 0;

	for (size_t i = 0; i < c->n_rules; i++) {
		const struct rule *r = &c->rules[i];
		for (size_t k = 0; k <= r->n_sections; k++) {
			uint64_t guest = guest_of(r, k < r->n_sections ? &r->sections[k] : NULL);
			largest = guest > largest ? guest : largest;
		}
	}
	return largest;
}

bool rule_wish(const struct rule *r, unsigned index, struct vf_wish *ret)
{
	if (r->nic != (index == TEAM_OF_NIC))
		return false;
	for (size_t i = 0; i < r->n_sections; i++) {
		if (section_names(&r->sections[i], index)) {
			vf_wish_resolve(r, &r->sections[i], ret);
			return true;
		}
	}
	if (!r->defaults.line)
		return false;
	vf_wish_resolve(r, NULL, ret);
	return true;
}
