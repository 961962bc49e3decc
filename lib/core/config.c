/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files to rules: sections and keys, and who parses them. */
#include "core/config.h"

#include "core/config-parse.h"
#include "core/spelling.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define BLANKS "\t "

static const struct {
	const char *name;
	int (*parse)(struct config_parser *p, unsigned index, const char *value);
} section_table[] = {
	[CONFIG_MATCH] = { "Match", config_parse_match }, [CONFIG_PF] = { "PF", config_parse_pf },
	[CONFIG_VF] = { "VF", config_parse_vf },          [CONFIG_NIC] = { "NIC", config_parse_vf },
	[CONFIG_SITE] = { "Site", config_parse_site },
};
static_assert(ARRAY_SIZE(section_table) == CONFIG_SECTION_COUNT, "a row per section");

/* The keys. INDEX is of the section's own enum. */
static const struct key_row {
	enum config_section section;
	unsigned index;
	const char *name;
} key_table[] = {
	{ CONFIG_MATCH, MATCH_ADDRESS, "Address" },
	{ CONFIG_MATCH, MATCH_NAME, "Name" },
	{ CONFIG_MATCH, MATCH_PERMANENT_MAC, "PermanentMACAddress" },
	{ CONFIG_MATCH, MATCH_PATH, "Path" },
	{ CONFIG_MATCH, MATCH_DRIVER, "Driver" },
	{ CONFIG_MATCH, MATCH_DEVICE, "Device" },
	{ CONFIG_PF, PF_KEY_NUMVFS, "VirtualFunctions" },
	{ CONFIG_PF, PF_KEY_BRING_UP, "BringUp" },
	{ CONFIG_PF, PF_KEY_RECREATE, "Recreate" },
	{ CONFIG_PF, PF_KEY_ADOPT, "Adopt" },
	{ CONFIG_VF, VF_KEY_TEAM, "Team" },
	{ CONFIG_VF, VF_KEY_DRIVER, "Driver" },
	{ CONFIG_VF, VF_KEY_OWNER, "Owner" },
	{ CONFIG_VF, VF_KEY_GROUP, "Group" },
	{ CONFIG_VF, VF_KEY_MODE, "Mode" },
	{ CONFIG_VF, VF_KEY_CONTAINER_OWNER, "ContainerOwner" },
	{ CONFIG_VF, VF_KEY_CONTAINER_GROUP, "ContainerGroup" },
	{ CONFIG_VF, VF_KEY_GUEST_MEMORY, "GuestMemory" },
	{ CONFIG_VF, VF_KEY_PERSISTENT, "Persistent" },
	{ CONFIG_VF, VF_KEY_MAC, "MACAddress" },
	{ CONFIG_VF, VF_KEY_VLAN_ID, "VLANId" },
	{ CONFIG_VF, VF_KEY_QOS, "QualityOfService" },
	{ CONFIG_VF, VF_KEY_VLAN_PROTOCOL, "VLANProtocol" },
	{ CONFIG_VF, VF_KEY_TRUST, "Trust" },
	{ CONFIG_VF, VF_KEY_SPOOFCHECK, "MACSpoofCheck" },
	{ CONFIG_VF, VF_KEY_LINK_STATE, "LinkState" },
	{ CONFIG_VF, VF_KEY_MIN_RATE, "MinRateMbps" },
	{ CONFIG_VF, VF_KEY_MAX_RATE, "MaxRateMbps" },
	{ CONFIG_VF, VF_KEY_RSS_QUERY, "QueryReceiveSideScaling" },
	{ CONFIG_VF, VF_KEY_NODE_GUID, "NodeGUID" },
	{ CONFIG_VF, VF_KEY_PORT_GUID, "PortGUID" },
	{ CONFIG_NIC, VF_KEY_TEAM, "Team" },
	{ CONFIG_NIC, VF_KEY_DRIVER, "Driver" },
	{ CONFIG_NIC, VF_KEY_OWNER, "Owner" },
	{ CONFIG_NIC, VF_KEY_GROUP, "Group" },
	{ CONFIG_NIC, VF_KEY_MODE, "Mode" },
	{ CONFIG_NIC, VF_KEY_CONTAINER_OWNER, "ContainerOwner" },
	{ CONFIG_NIC, VF_KEY_CONTAINER_GROUP, "ContainerGroup" },
	{ CONFIG_NIC, VF_KEY_GUEST_MEMORY, "GuestMemory" },
	{ CONFIG_NIC, VF_KEY_PERSISTENT, "Persistent" },
	{ CONFIG_SITE, 0, "Id" },
};
static_assert(ARRAY_SIZE(key_table) == CONFIG_KEY_COUNT, "a row per key");

static void vf_section_clear(struct vf_section *s)
{
	free(s->ranges);
	free(s->wish.team);
	free(s->wish.driver);
	free(s->wish.persistent);
}

static void rule_clear(struct rule *r)
{
	free(r->file);
	for (unsigned i = 0; i < MATCH_COUNT; i++) {
		for (size_t j = 0; j < r->match[i].n; j++)
			free(r->match[i].items[j]);
		free(r->match[i].items);
	}
	vf_section_clear(&r->defaults);
	for (size_t i = 0; i < r->n_sections; i++)
		vf_section_clear(&r->sections[i]);
	free(r->sections);
	*r = (struct rule){ 0 };
}

static void parser_clear(struct config_parser *p)
{
	rule_clear(&p->rule);
	free(p->site_id);
}

static int fault_unknown_section(const struct config_parser *p, const char *name,
				 enum config_section near)
{
	static const char advice[] =
		"there are [Match], [PF], [VF] and, for some VFs, [VF 1-3,7]; or [NIC]; and [Site]";

	if (near == CONFIG_SECTION_COUNT)
		return config_fault(p, advice, "unknown section [%s]", name);
	return config_fault(p, advice, "unknown section [%s], did you mean [%s%s]?", name,
			    section_table[near].name, name + strcspn(name, BLANKS));
}

/* The section that the first word of NAME names, or comes near to. Sections that are not known are
 * reported; CONFIG_SECTION_COUNT: it is not even near one. */
static int find_section(const struct config_parser *p, const char *name, enum config_section *ret)
{
	autofree char *word = strndup(name, strcspn(name, BLANKS));
	unsigned best = SPELLING_FAR;
	enum config_section near = CONFIG_SECTION_COUNT;

	if (!word)
		return -ENOMEM;
	for (unsigned i = 0; i < CONFIG_SECTION_COUNT; i++) {
		unsigned distance = spelling_distance(word, section_table[i].name);
		if (distance < best) {
			best = distance;
			near = (enum config_section)i;
		}
	}
	bool has_list = strlen(word) < strlen(name);
	if (has_list && near != CONFIG_VF)
		near = CONFIG_SECTION_COUNT;
	if (near == CONFIG_SECTION_COUNT || strcmp(word, section_table[near].name) != 0)
		(void)fault_unknown_section(p, name, near);
	*ret = near;
	return 0;
}

static int enter_vf_section(struct config_parser *p, const char *list)
{
	struct rule *rule = &p->rule;

	p->vf = array_add(&rule->sections, &rule->n_sections, sizeof(*p->vf));
	if (!p->vf)
		return -ENOMEM;
	p->vf->line = p->line;
	int r = config_parse_vf_list(p, list, p->vf);
	return r == -EINVAL ? 0 : r;
}

/* Notes how the section went that ends here. */
static void leave_section(struct config_parser *p)
{
	size_t n = vfprep_problems_count(p->problems);

	if (p->section == CONFIG_MATCH && n > p->n_findings)
		p->match_faults = true;
	p->n_findings = n;
}

static int on_section(void *user, const char *name, unsigned line)
{
	struct config_parser *p = user;
	enum config_section section;

	leave_section(p);
	p->line = line;
	p->section = CONFIG_SECTION_COUNT;
	memset(p->key_line, 0, sizeof(p->key_line));
	if (++p->n_sections > CONFIG_SECTIONS_MAX) {
		if (p->n_sections == CONFIG_SECTIONS_MAX + 1)
			(void)config_fault(p, "put VFs that are to be alike into one section",
					   "more than %d sections", CONFIG_SECTIONS_MAX);
		return 0;
	}
	int r = find_section(p, name, &section);
	if (r < 0 || section == CONFIG_SECTION_COUNT)
		return r;

	/* Read it also when it is only near a known name: its keys may be at fault too. */
	p->section = section;
	const char *list = name + strcspn(name, BLANKS);
	list += strspn(list, BLANKS);
	if (*list)
		return enter_vf_section(p, list);
	if (p->section_line[section])
		(void)config_fault(p, "write its keys there", "[%s] twice, first in line %u",
				   section_table[section].name, p->section_line[section]);
	else
		p->section_line[section] = line;
	if (section == CONFIG_NIC)
		p->rule.nic = true;
	if (section == CONFIG_VF || section == CONFIG_NIC) {
		p->vf = &p->rule.defaults;
		if (!p->vf->line)
			p->vf->line = line;
	}
	return 0;
}

/* The section that has a key of that name; CONFIG_SECTION_COUNT: none has. */
static enum config_section section_of_key(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(key_table); i++) {
		if (strcmp(key_table[i].name, name) == 0)
			return key_table[i].section;
	}
	return CONFIG_SECTION_COUNT;
}

static void fault_unknown_key(const struct config_parser *p, const char *key,
			      const struct key_row *near)
{
	const char *here = section_table[p->section].name;
	enum config_section other = section_of_key(key);

	if (other != CONFIG_SECTION_COUNT)
		(void)config_fault(p, NULL, "unknown key '%s' in [%s], it belongs in [%s]", key,
				   here, section_table[other].name);
	else if (near)
		(void)config_fault(p, NULL, "unknown key '%s' in [%s], did you mean '%s'?", key,
				   here, near->name);
	else
		(void)config_fault(p, "vfprep.conf(5) lists the keys that this version knows",
				   "unknown key '%s' in [%s]", key, here);
}

/* The key of that name in the section, or the one that comes nearest; one that is not known is
 * reported. NULL: it is not even near one. */
static const struct key_row *find_key(const struct config_parser *p, const char *key)
{
	const struct key_row *near = NULL;
	unsigned best = SPELLING_FAR;

	for (size_t i = 0; i < ARRAY_SIZE(key_table); i++) {
		const struct key_row *row = &key_table[i];
		if (row->section != p->section)
			continue;
		unsigned distance = spelling_distance(key, row->name);
		if (distance < best) {
			best = distance;
			near = row;
		}
	}
	if (!near || strcmp(near->name, key) != 0)
		fault_unknown_key(p, key, near);
	return near;
}

static int on_key(void *user, const char *key, const char *value, unsigned line)
{
	struct config_parser *p = user;

	p->line = line;
	if (p->section == CONFIG_SECTION_COUNT)
		return 0;
	const struct key_row *row = find_key(p, key);
	if (!row)
		return 0;

	unsigned *first = &p->key_line[row - key_table];
	if (*first) {
		(void)config_fault(p, NULL, "key '%s' twice in this section, first in line %u",
				   row->name, *first);
		return 0;
	}
	*first = line;
	if (p->section == CONFIG_VF || p->section == CONFIG_NIC) {
		p->vf->wish.set |= 1u << row->index;
		p->vf->wish.line[row->index] = line;
		if (!*value)
			p->vf->wish.emptied |= 1u << row->index;
	}
	int r = *value ? section_table[p->section].parse(p, row->index, value) : 0;
	return r == -EINVAL ? 0 : r;
}

struct vfprep_config *config_new(void)
{
	return calloc(1, sizeof(struct vfprep_config));
}

void config_free(struct vfprep_config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_rules; i++)
		rule_clear(&c->rules[i]);
	for (size_t i = 0; i < c->n_faulty; i++)
		rule_clear(&c->faulty[i]);
	free(c->site_id);
	free(c->site_file);
	free(c->rules);
	free(c->faulty);
	free(c);
}

/* One site for all files. */
static int take_site(struct vfprep_config *c, struct config_parser *p)
{
	if (!p->site_id)
		return 0;
	if (c->site_id && strcmp(c->site_id, p->site_id) != 0) {
		(void)ini_fault(p->problems, p->file, p->site_line, "change one of them",
				"the site is '%s', but '%s' in %s:%u", p->site_id, c->site_id,
				c->site_file, c->site_line);
		return 0;
	}
	if (c->site_id)
		return 0;
	if (text_replace(&c->site_file, p->file) < 0)
		return -ENOMEM;
	c->site_id = TAKE_PTR(p->site_id);
	c->site_line = p->site_line;
	return 0;
}

int config_add_file(struct vfprep_config *c, const char *file, const char *text, size_t size,
		    const struct names *names, struct vfprep_problems *p)
{
	static const struct ini_reader reader = { .section = on_section, .key = on_key };
	autoproblems found = vfprep_problems_new();
	CLEANUP(parser_clear)
	struct config_parser parser = {
		.file = file,
		.names = names,
		.problems = found,
		.rule.bring_up = true,
		.section = CONFIG_SECTION_COUNT,
	};

	if (!found || text_replace(&parser.rule.file, file) < 0)
		return -ENOMEM;
	int r = ini_read(file, text, size, &reader, &parser, found);
	if (r < 0)
		return r;
	leave_section(&parser);
	r = config_check_rule(&parser);
	if (r == 0)
		r = take_site(c, &parser);
	if (r < 0)
		return r;
	if (p)
		problem_add_all(p, found);
	if (!parser.section_line[CONFIG_MATCH] && !problems_any(found))
		return 0; /* it has [Site] alone */
	struct rule *rule = problems_any(found) ? array_add(&c->faulty, &c->n_faulty, sizeof(*rule))
						: array_add(&c->rules, &c->n_rules, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	*rule = parser.rule;
	parser.rule = (struct rule){ 0 };
	return 0;
}

const char *config_section_name(enum config_section section)
{
	return section_table[section].name;
}

const char *config_key_name(enum config_section section, size_t i)
{
	for (size_t j = 0; j < ARRAY_SIZE(key_table); j++) {
		if (key_table[j].section == section && i-- == 0)
			return key_table[j].name;
	}
	return NULL;
}
