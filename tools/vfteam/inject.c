/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Teams into a whole domain; whatever else is in its XML stays byte for byte. */
#include "tools/vfteam/inject.h"

#include "tools/vfteam/domain-rules.h"
#include "tools/vfteam/layout.h"

#include <errno.h>
#include <string.h>

/* A domain and its text. */
struct document {
	char *text;
	struct domain d;
};

static void document_clear(struct document *doc)
{
	domain_clear(&doc->d);
	free(doc->text);
	*doc = (struct document){ 0 };
}
#define autodocument CLEANUP(document_clear) struct document

static int no_memory(const struct cli *cli)
{
	return problem_add(cli->problems, -ENOMEM, VFPREP_SYSTEM, NULL, NULL, "out of memory");
}

/* The document with the edits made. */
static int apply(const struct cli *cli, const struct document *from, const char *name,
		 struct splices *s, struct document *to)
{
	size_t size;

	to->text = splices_apply(s, from->text, from->d.size, &size);
	if (!to->text)
		return no_memory(cli);
	return domain_read(to->text, size, name, &to->d, cli->problems);
}

/* What is at fault is told by the lines of the text that the user gave. */
static void keep_lines(const struct domain *from, const struct splices *s, struct domain *to)
{
	size_t k = 0, origin;

	for (size_t i = 0; i < to->n; i++) {
		struct element *e = &to->elements[i];
		e->line = 0;
		if (!splices_origin(s, e->begin, &origin))
			continue;
		while (k < from->n && from->elements[k].begin < origin)
			k++;
		if (k < from->n && from->elements[k].begin == origin)
			e->line = from->elements[k].line;
	}
}

/* <devices/> becomes an element that has room for children. */
static int open_devices(const struct cli *cli, const char *name, struct document *doc)
{
	const struct element *devices = domain_devices(&doc->d);
	autosplices s = { 0 };
	autodocument opened = { 0 };

	if (domain_child(&doc->d, devices, NULL, NULL))
		return 0;
	layout_open(&doc->d, devices, &s);
	int r = apply(cli, doc, name, &s, &opened);
	if (r < 0)
		return r;
	document_clear(doc);
	*doc = opened;
	opened = (struct document){ 0 };
	return 0;
}

/* Both sides of each team; and what libvirt and QEMU ask of that. */
static int add_sides(const struct cli *cli, const char *name, const struct teams *teams,
		     const struct document *from, struct document *to)
{
	autosplices s = { 0 };

	int r = inject_teams(cli, &from->d, name, teams, &s);
	if (r == 0)
		r = apply(cli, from, name, &s, to);
	if (r < 0)
		return r;
	keep_lines(&from->d, &s, &to->d);
	domain_rules_check(&to->d, name, cli->problems);
	domain_rules_session(&to->d, name, false, cli->problems);
	return problems_any(cli->problems) ? -EINVAL : 0;
}

static int finish(const struct cli *cli, const char *name, const struct teams *teams,
		  const struct document *from, struct document *to)
{
	autosplices s = { 0 };

	inject_order(&from->d, teams, &s);
	if (cli->given & OPTION_SPARE_PORTS)
		inject_spare_ports(&from->d, teams->n, &s);
	return apply(cli, from, name, &s, to);
}

int inject(const struct cli *cli, const char *text, size_t size, const char *name,
	   const struct teams *teams, char **ret, size_t *ret_size)
{
	autosplices none = { 0 };
	autodocument given = { .text = splices_apply(&none, text, size, &size) };
	autodocument sides = { 0 }, result = { 0 };

	if (!given.text)
		return no_memory(cli);
	int r = domain_read(given.text, size, name, &given.d, cli->problems);
	if (r == 0)
		r = open_devices(cli, name, &given);
	if (r == 0)
		r = add_sides(cli, name, teams, &given, &sides);
	if (r == 0)
		r = finish(cli, name, teams, &sides, &result);
	if (r < 0)
		return r;
	*ret_size = result.d.size;
	*ret = TAKE_PTR(result.text);
	return 0;
}
