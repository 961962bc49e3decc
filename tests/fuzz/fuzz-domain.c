/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a domain into which two teams are to be put. */
#include "tools/vfteam/domain-memory.h"
#include "tools/vfteam/domain-rules.h"
#include "tools/vfteam/domain-teams.h"
#include "tools/vfteam/inject.h"

#include <assert.h>
#include <string.h>

#include "replay.h"

/* Each element lies in its parent, and each value between its quotes. */
static void check_places(const struct domain *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct element *e = &d->elements[i], *parent = &d->elements[e->parent];
		assert(e->begin < e->content && e->content <= e->close && e->close <= e->end);
		assert(e->end <= d->size && d->text[e->begin] == '<');
		assert(d->text[e->content - 1] == '>' && d->text[e->end - 1] == '>');
		assert(strncmp(d->text + e->begin + 1, e->name, strlen(e->name)) == 0);
		assert(i == 0 ||
		       (e->parent < i && e->begin >= parent->content && e->end <= parent->close));
		for (size_t k = 0; k < e->n_attributes; k++) {
			const struct attribute *a = &e->attributes[k];
			assert(a->begin <= a->end && a->end < e->content);
			assert(d->text[a->begin - 1] == d->text[a->end]);
		}
	}
}

static void check_findings(const struct vfprep_problems *p, const char *name)
{
	for (size_t i = 0; i < vfprep_problems_count(p); i++) {
		struct vfprep_problem f = vfprep_problems_get(p, i);
		assert(f.fault == VFPREP_CONFIG || f.fault == VFPREP_ABSENT ||
		       f.fault == VFPREP_NOTE);
		assert(f.fault == VFPREP_NOTE || strncmp(f.subject, name, strlen(name)) == 0);
		for (const char *c = f.message; *c; c++)
			assert((unsigned char)*c >= ' ');
	}
}

/* A second run finds nothing to do. */
static void check_again(struct cli *cli, const struct teams *teams, const char *text, size_t size)
{
	autoproblems p = vfprep_problems_new();
	autofree char *again = NULL;
	size_t again_size;

	cli->problems = p;
	assert(inject(cli, text, size, "result", teams, &again, &again_size) == 0);
	assert(again_size == size && memcmp(again, text, size) == 0);
}

/* As vfteam check looks at it: the teams that it leaves are of those that were published. */
static void check_check(const struct domain *d, const struct teams *published)
{
	autoproblems p = vfprep_problems_new();
	struct memlock_guest guest = domain_memory(d);
	struct teams teams = { 0 };

	assert(guest.hard_limit || guest.locked ||
	       memlock_of_guest(&guest) >= guest.memory * (guest.times ? guest.times : 1));
	for (size_t i = 0; i < published->n; i++) {
		struct found_team *t = array_add(&teams.items, &teams.n, sizeof(*t));
		assert(t && team_copy(&published->items[i].team, &t->team) == 0);
	}
	domain_rules_session(d, "domain", true, p);
	bool is_unknown = domain_teams_check(d, "domain", false, &teams, p);
	assert(teams.n <= published->n);
	/* A domain without teams is told of. */
	assert(teams.n || problems_any(p));
	assert(!is_unknown || problems_any(p));
	check_findings(p, "domain");
	for (size_t i = 0; i < teams.n; i++)
		team_clear(&teams.items[i].team);
	free(teams.items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char web0[] = "web0", db1[] = "db1", driver[] = "vfio-pci", file[] = "team.json";
	static char hint[] = "bridge:br100";
	struct found_team items[] = {
		{ { .name = web0,
		    .mac = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 },
		    .transient = { { 0, 1, 0x10, 0 }, driver, 6 },
		    .hint = hint },
		  file },
		{ { .name = db1,
		    .mac = { 0x02, 0x9c, 0x11, 0x7a, 0x40, 0xd3 },
		    .transient = { { 0, 1, 0x10, 2 }, driver, 7 },
		    .hint = hint },
		  file },
	};
	struct teams teams = { items, 2 };
	autoproblems p = vfprep_problems_new();
	struct cli cli = { .given = OPTION_SPARE_PORTS, .problems = p };
	autofree char *text = text_format("%.*s", (int)size, (const char *)data);
	autofree char *result = NULL;
	autodomain d = { 0 };
	size_t result_size;

	if (!data || strlen(text) != size) /* an empty file, or zero bytes */
		return 0;
	if (domain_read(text, size, "domain", &d, NULL) == 0) {
		check_places(&d);
		check_check(&d, &teams);
	}
	/* How long it is says which of the teams, and onto what. */
	teams.n = size % 2 ? 2 : 1;
	cli.onto = size % 4 == 2 ? "ua-net" : NULL;
	int r = inject(&cli, text, size, "domain", &teams, &result, &result_size);
	assert((r == 0) == !problems_any(p));
	check_findings(p, "domain");
	if (r == 0)
		check_again(&cli, &teams, result, result_size);
	return 0;
}
