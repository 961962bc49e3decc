/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a file as a whole, and between files. */
#include "core/config-parse.h"
#include "core/team.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Reports against a line of the file that has been read. */
#define fault_at(parser, line, advice, ...)                                                        \
	(void)ini_fault((parser)->problems, (parser)->file, line, advice, __VA_ARGS__)

static bool has_globs(const struct rule *rule)
{
	for (unsigned i = 0; i < MATCH_COUNT; i++) {
		if (rule->match[i].n)
			return true;
	}
	return false;
}

static bool has_site_alone(const struct config_parser *p)
{
	return p->section_line[CONFIG_SITE] && p->n_sections == 1;
}

static void check_match(const struct config_parser *p)
{
	static const char advice[] =
		"say which PFs the file is for, as Address=0000:01:00.0, or Address=* for all";

	if (has_site_alone(p))
		return;
	/* A text without any section that was read has findings of its own already. */
	if (!p->section_line[CONFIG_MATCH] && (p->n_sections || !problems_any(p->problems)))
		fault_at(p, 1, advice, "no [Match] section");
	else if (p->section_line[CONFIG_MATCH] && !p->match_faults && !has_globs(&p->rule))
		fault_at(p, p->section_line[CONFIG_MATCH], advice, "[Match] has no key");
}

/* The sections that name each VF; one finding for a section that names another's. */
static int check_overlap(const struct config_parser *p)
{
	const struct rule *rule = &p->rule;

	if (!rule->n_sections)
		return 0;
	autofree unsigned *taken = calloc(NUMVFS_LIMIT, sizeof(*taken));
	if (!taken)
		return -ENOMEM;
	for (size_t i = 0; i < rule->n_sections; i++) {
		const struct vf_section *s = &rule->sections[i];
		unsigned other = 0;
		for (size_t j = 0; j < s->n_ranges && !other; j++) {
			unsigned vf = s->ranges[j].first;
			for (; vf <= s->ranges[j].last && !taken[vf]; vf++)
				taken[vf] = s->line;
			if (vf > s->ranges[j].last)
				continue;
			other = taken[vf];
			if (other == s->line)
				fault_at(p, s->line, NULL, "VF %u twice in this section", vf);
			else
				fault_at(p, s->line, "name each VF in one section",
					 "VF %u is named by the section in line %u too", vf, other);
		}
	}
	return 0;
}

static void check_beyond(const struct config_parser *p, const struct vf_section *s)
{
	const struct rule *rule = &p->rule;
	unsigned last = 0;

	for (size_t i = 0; i < s->n_ranges; i++)
		last = s->ranges[i].last > last ? s->ranges[i].last : last;
	if (rule->numvfs_wish != NUMVFS_COUNT || !s->n_ranges || last < rule->numvfs)
		return;
	fault_at(p, s->line,
		 rule->numvfs ? "VFs count from 0" : "raise it, or take the section out",
		 "VF %u is beyond VirtualFunctions=%u in line %u", last, rule->numvfs,
		 rule->numvfs_line);
}

bool vf_section_sets(const struct vf_section *s, enum vf_key key)
{
	return s->wish.set & ~s->wish.emptied & 1u << key;
}

/* A team beside a value of KEY that no team can have, in what a section, or [VF] itself, comes to.
 * What [VF] says alone is reported there and not for every section that takes it over. */
static void fault_team_with(const struct config_parser *p, const struct vf_section *s,
			    const struct vf_wish *wish, enum vf_key key, const char *value,
			    const char *advice)
{
	if (vf_section_sets(s, key))
		fault_at(p, wish->line[key], advice, "%s for a VF with Team=%s in line %u", value,
			 wish->team, wish->line[VF_KEY_TEAM]);
	else if (vf_section_sets(s, VF_KEY_TEAM))
		fault_at(p, wish->line[VF_KEY_TEAM], advice, "Team=%s for a VF with %s in line %u",
			 wish->team, value, wish->line[key]);
}

static void check_team(const struct config_parser *p, const struct vf_section *s)
{
	struct vf_wish wish;

	vf_wish_resolve(&p->rule, s, &wish);
	bool by_team = wish.set & 1u << VF_KEY_MAC && wish.mac_wish == MAC_TEAM;
	if (!wish.team && by_team && s != &p->rule.defaults)
		fault_at(p, wish.line[VF_KEY_MAC], "name the team, or write auto",
			 "MACAddress=team for a VF without Team");
	if (!wish.team)
		return;
	if (text_equal(wish.driver, "none"))
		fault_team_with(p, s, &wish, VF_KEY_DRIVER, "Driver=none",
				"a team needs a driver such as vfio-pci; an empty Team= unsets it");
	if (wish.set & 1u << VF_KEY_MAC && wish.mac_wish == MAC_NONE)
		fault_team_with(p, s, &wish, VF_KEY_MAC, "MACAddress=none",
				"guests pair NICs by their MAC; write an address, or auto");
}

bool rule_section_sets(const struct rule *rule, enum vf_key key)
{
	for (size_t i = 0; i < rule->n_sections; i++) {
		if (vf_section_sets(&rule->sections[i], key))
			return true;
	}
	return false;
}

/* Keys that are of use only where something is published. */
static const enum vf_key published_keys[] = { VF_KEY_PERSISTENT, VF_KEY_CONTAINER_OWNER,
					      VF_KEY_CONTAINER_GROUP, VF_KEY_GUEST_MEMORY };

static void check_published(const struct config_parser *p, const struct vf_section *s,
			    enum vf_key key)
{
	struct vf_wish wish;

	if (!vf_section_sets(s, key))
		return;
	vf_wish_resolve(&p->rule, s, &wish);
	/* In [VF] it is a default, of use to the sections that name a team. */
	if (wish.set & 1u << VF_KEY_TEAM ||
	    (s == &p->rule.defaults && rule_section_sets(&p->rule, VF_KEY_TEAM)))
		return;
	fault_at(p, wish.line[key], "name the team, as Team=web%i",
		 "%s without Team: nothing would be published", config_key_name(CONFIG_VF, key));
}

/* How many VFs take Team from [VF]; UINT32_MAX: as many as there will be. */
static unsigned count_default_team(const struct rule *rule)
{
	unsigned n = rule->numvfs;

	if (rule->numvfs_wish != NUMVFS_COUNT)
		return UINT32_MAX;
	/* A file whose sections overlap or are beyond the count has findings for that. */
	for (size_t i = 0; i < rule->n_sections; i++) {
		unsigned own = vf_section_count(&rule->sections[i]);
		if (rule->sections[i].wish.set & 1u << VF_KEY_TEAM)
			n -= own < n ? own : n;
	}
	return n;
}

static void check_team_repeats(const struct config_parser *p, const struct vf_section *s)
{
	static const char advice[] = "write %i where the number of the VF is to be, as in web%i";
	const char *team = s->wish.team;

	if (!team || strstr(team, "%i"))
		return;
	bool is_default = s == &p->rule.defaults;
	unsigned n = p->rule.nic  ? 1
		     : is_default ? count_default_team(&p->rule)
				  : vf_section_count(s);
	if (n == UINT32_MAX)
		fault_at(p, s->wish.line[VF_KEY_TEAM], advice,
			 "team '%s' would come out once for every VF", team);
	else if (n > 1)
		fault_at(p, s->wish.line[VF_KEY_TEAM], advice,
			 "team '%s' would come out for %u VFs", team, n);
}

static void check_wishes(const struct config_parser *p, const struct vf_section *s)
{
	check_team(p, s);
	for (size_t i = 0; i < ARRAY_SIZE(published_keys); i++)
		check_published(p, s, published_keys[i]);
	check_team_repeats(p, s);
	config_check_settings(p, s);
}

int config_check_rule(const struct config_parser *p)
{
	const struct rule *rule = &p->rule;

	check_match(p);
	if (rule->nic &&
	    (rule->n_sections || p->section_line[CONFIG_PF] || p->section_line[CONFIG_VF]))
		fault_at(p, p->section_line[CONFIG_NIC],
			 "write one file for NICs and another one for PFs and their VFs",
			 "[NIC] beside [PF] or [VF]");
	int r = check_overlap(p);
	if (r < 0)
		return r;
	check_wishes(p, &rule->defaults);
	for (size_t i = 0; i < rule->n_sections; i++) {
		check_beyond(p, &rule->sections[i]);
		check_wishes(p, &rule->sections[i]);
	}
	return 0;
}

/* A team or a MAC that comes out wherever its rule is used. */
struct claim {
	char text[TEAM_NAME_MAX + 1]; /* a MAC is shorter, and no team's name has a ':' */
	const char *what;
	const char *file;
	unsigned line;
	size_t position;           /* in the order of files and lines */
	const struct claim *first; /* has the same text */
};
static_assert(MAC_TEXT <= TEAM_NAME_MAX + 1, "a claim holds either");

struct claims {
	struct claim *items;
	size_t n;
};

static void claims_clear(struct claims *c)
{
	free(c->items);
}

static int add_claim(struct claims *claims, const struct rule *rule, const char *what,
		     const char *text, unsigned line)
{
	struct claim *c = array_add(&claims->items, &claims->n, sizeof(*c));

	if (!c)
		return -ENOMEM;
	*c = (struct claim){ .what = what, .file = rule->file, .line = line };
	c->position = claims->n;
	memcpy(c->text, text, strlen(text) + 1); /* team_name_valid() or mac_format() bound it */
	return 0;
}

static int claim_wish(struct claims *claims, const struct rule *rule, const struct vf_wish *wish)
{
	char mac[MAC_TEXT];
	int r = 0;

	if (wish->team && !strchr(wish->team, '%'))
		r = add_claim(claims, rule, "team", wish->team, wish->line[VF_KEY_TEAM]);
	if (r == 0 && setting_has(&wish->settings, SETTING_MAC))
		r = add_claim(claims, rule, "MAC", mac_format(wish->settings.mac, mac),
			      wish->line[VF_KEY_MAC]);
	return r;
}

static bool same_globs(const struct globs *a, const struct globs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

/* Does an earlier file fit whatever rule I fits? Then that one never counts. */
static bool is_shadowed(const struct rule *rules, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		bool same = true;
		for (unsigned key = 0; key < MATCH_COUNT; key++)
			same = same && same_globs(&rules[i].match[key], &rules[j].match[key]);
		if (same)
			return true;
	}
	return false;
}

static int claim_all(struct claims *claims, const struct rule *rules, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct rule *rule = &rules[i];
		if (is_shadowed(rules, i))
			continue;
		r = claim_wish(claims, rule, &rule->defaults.wish);
		for (size_t j = 0; j < rule->n_sections && r == 0; j++)
			r = claim_wish(claims, rule, &rule->sections[j].wish);
	}
	return r;
}

static int compare_text(const void *a, const void *b)
{
	const struct claim *x = *(struct claim *const *)a, *y = *(struct claim *const *)b;
	int r = strcmp(x->text, y->text);

	return r ? r : x->position < y->position ? -1 : x->position > y->position;
}

/* Marks each claim whose text another made before. */
static int find_twins(struct claims *claims)
{
	autofree struct claim **sorted = calloc(claims->n + 1, sizeof(struct claim *));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < claims->n; i++)
		sorted[i] = &claims->items[i];
	qsort(sorted, claims->n, sizeof(struct claim *), compare_text);
	for (size_t i = 1; i < claims->n; i++) {
		const struct claim *before = sorted[i - 1];
		if (strcmp(before->text, sorted[i]->text) == 0)
			sorted[i]->first = before->first ? before->first : before;
	}
	return 0;
}

/* MACAddress=team without a site. */
static void check_site(const struct vfprep_config *c, const struct rule *rule,
		       const struct vf_section *s, struct vfprep_problems *p)
{
	if (!c->site_id && vf_section_sets(s, VF_KEY_MAC) && s->wish.mac_wish == MAC_TEAM)
		(void)ini_fault(p, rule->file, s->wish.line[VF_KEY_MAC],
				"write [Site] and Id=NAME into one file, the same on every host",
				"MACAddress=team, and no file has a [Site]");
}

static void check_sites(const struct vfprep_config *c, const struct rule *rules, size_t n,
			struct vfprep_problems *p)
{
	for (size_t i = 0; i < n; i++) {
		check_site(c, &rules[i], &rules[i].defaults, p);
		for (size_t k = 0; k < rules[i].n_sections; k++)
			check_site(c, &rules[i], &rules[i].sections[k], p);
	}
}

void config_check(const struct vfprep_config *c, struct vfprep_problems *p)
{
	CLEANUP(claims_clear) struct claims claims = { 0 };

	check_sites(c, c->rules, c->n_rules, p);
	check_sites(c, c->faulty, c->n_faulty, p);
	if (claim_all(&claims, c->rules, c->n_rules) < 0 ||
	    claim_all(&claims, c->faulty, c->n_faulty) < 0 || find_twins(&claims) < 0) {
		(void)problem_add(p, -ENOMEM, VFPREP_SYSTEM, NULL, NULL,
				  "out of memory, the files were not checked against each other");
		return;
	}
	for (size_t i = 0; i < claims.n; i++) {
		const struct claim *claim = &claims.items[i];
		if (claim->first)
			(void)ini_fault(p, claim->file, claim->line, "change one of them",
					"%s '%s' is taken: %s:%u has it too", claim->what,
					claim->text, claim->first->file, claim->first->line);
	}
}
