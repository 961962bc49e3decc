/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a team.json, which a container reads without trusting whoever wrote it. */
#include "core/fragment.h"
#include "core/team.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "replay.h"

/* One finding says what is wrong, in one line that a terminal can show. */
static void check_finding(const struct vfprep_problems *p)
{
	assert(vfprep_problems_count(p) == 1);
	struct vfprep_problem f = vfprep_problems_get(p, 0);
	assert(strcmp(f.subject, "team.json") == 0);
	for (const char *c = f.message; *c; c++)
		assert((unsigned char)*c >= ' ');
}

/* What is written again reads as the same team. */
static void check_round_trip(const struct team *t)
{
	autofree char *text = team_to_json(t);
	autoteam back = { 0 };

	assert(text);
	if (strlen(text) > TEAM_JSON_MAX)
		return; /* letters that were one byte may have become an escape of six */
	assert(team_from_json(text, strlen(text), t->boot_id, "team.json", &back, NULL) == 0);
	assert(team_equal(t, &back));
	assert(team_from_json(text, strlen(text), "another", "team.json", &back, NULL) ==
	       (strcmp(t->boot_id, "another") ? -ESTALE : 0));
}

/* No text of the file closes a quote or an element of the XML. */
static void check_xml(const char *xml, unsigned lines, unsigned quotes)
{
	for (const char *c = xml; *c; c++) {
		assert((unsigned char)*c >= ' ' || *c == '\n');
		lines -= *c == '\n';
		quotes -= *c == '\'';
		assert(*c != '<' || c == xml || c[-1] == '\n' || c[-1] == ' ');
	}
	assert(lines == 0);
	assert(quotes == 0);
}

static void check_fragments(const struct team *t)
{
	CLEANUP(hint_clear) struct hint hint = { 0 };
	const char *why = NULL;
	autofree char *hostdev = fragment_hostdev(t);

	check_xml(hostdev, 7, 20);
	if (!t->hint)
		return;
	int r = hint_parse(t->hint, &hint, &why);
	autofree char *interface = fragment_interface(t, t->hint, NULL);
	assert((r == 0) == (interface != NULL));
	assert((r == 0) == (why == NULL));
	if (r < 0)
		return;
	bool has_source = hint.kind != HINT_USER;
	bool has_two = hint.kind == HINT_ETHERNET || hint.kind == HINT_DIRECT;
	check_xml(interface, 6 + has_source, 10 + 2 * has_source + 2 * has_two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoproblems p = vfprep_problems_new();
	autoteam t = { 0 };

	int r = team_from_json((const char *)data, size, NULL, "team.json", &t, p);
	if (r < 0) {
		assert(r == -EINVAL || r == -EPROTONOSUPPORT);
		assert(!t.name);
		check_finding(p);
		return 0;
	}
	assert(team_name_valid(t.name));
	assert(t.transient.group >= -1);
	check_round_trip(&t);
	check_fragments(&t);
	return 0;
}
