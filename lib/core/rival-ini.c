/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keyfiles of NetworkManager, and systemd's *.link and *.network files: do they set VFs, and whose?
 * nm-settings-keyfile(5), systemd.link(5), systemd.network(5). */
#include "core/rival.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/lines.h"

struct ini_match {
	const char *section, *key;
	enum match_key match;
};

#define MATCHES_MAX 7

static const struct format {
	enum rival_kind kind;
	const char *separators;    /* between values */
	const char *match_section; /* another key in there is a condition that we do not follow */
	const char *hit_section;   /* sets VFs */
	const char *hit_in, *hit_key; /* so does that key there; NULL: none */
	struct ini_match matches[MATCHES_MAX];
} format_table[] = {
	[RIVAL_INI_KEYFILE] = {
		.kind = RIVAL_NETWORKMANAGER,
		.separators = ";",
		.match_section = "match",
		/* Where it is present, NetworkManager enforces the number of VFs, also 0. */
		.hit_section = "sriov",
		.matches = {
			{ "connection", "interface-name", MATCH_NAME },
			{ "ethernet", "mac-address", MATCH_PERMANENT_MAC },
			{ "802-3-ethernet", "mac-address", MATCH_PERMANENT_MAC },
			{ "match", "interface-name", MATCH_NAME },
			{ "match", "driver", MATCH_DRIVER },
			{ "match", "path", MATCH_PATH },
		},
	},
	[RIVAL_INI_LINK] = {
		.kind = RIVAL_SYSTEMD,
		.separators = " \t",
		.match_section = "Match",
		.hit_section = "SR-IOV",
		.hit_in = "Link",
		.hit_key = "SR-IOVVirtualFunctions",
		.matches = {
			{ "Match", "OriginalName", MATCH_NAME },
			{ "Match", "MACAddress", MATCH_PERMANENT_MAC },
			{ "Match", "PermanentMACAddress", MATCH_PERMANENT_MAC },
			{ "Match", "Path", MATCH_PATH },
			{ "Match", "Driver", MATCH_DRIVER },
		},
	},
	[RIVAL_INI_NETWORK] = {
		.kind = RIVAL_SYSTEMD,
		.separators = " \t",
		.match_section = "Match",
		.hit_section = "SR-IOV",
		.matches = {
			{ "Match", "Name", MATCH_NAME },
			{ "Match", "MACAddress", MATCH_PERMANENT_MAC },
			{ "Match", "PermanentMACAddress", MATCH_PERMANENT_MAC },
			{ "Match", "Path", MATCH_PATH },
			{ "Match", "Driver", MATCH_DRIVER },
		},
	},
};
static_assert(ARRAY_SIZE(format_table) == RIVAL_INI_NETWORK + 1, "a row per format");

/* The first place in a file that sets VFs is the one to tell. */
static int hit(struct rival *r, const struct format *f, const char *file, unsigned line)
{
	if (r->file)
		return 0;
	r->kind = f->kind;
	r->line = line;
	return text_replace(&r->file, file);
}

static int take_key(struct rival *r, const struct format *f, const char *section, const char *key,
		    const char *value)
{
	for (size_t i = 0; i < MATCHES_MAX && f->matches[i].section; i++) {
		const struct ini_match *m = &f->matches[i];
		if (strcmp(m->section, section) == 0 && strcmp(m->key, key) == 0)
			return rival_add_match(r, m->match, value, f->separators);
	}
	/* Type=ether is true of every PF that can have a team. */
	if (strcmp(section, f->match_section) == 0 && strcmp(value, "ether") != 0)
		r->partly = true;
	return 0;
}

int rival_read_ini(struct rival *r, enum rival_ini format, const char *file, const char *text)
{
	const struct format *f = &format_table[format];
	autolines l = { .at = text, .joined = format != RIVAL_INI_KEYFILE };
	autofree char *section = strdup("");
	int res = section ? 0 : -ENOMEM;

	while (res == 0 && lines_next(&l)) {
		char *line = line_trim(l.line), *end = strchr(line, ']'), *equals = NULL;
		if (*line == '#' || *line == ';')
			continue;
		if (*line == '[' && end) {
			*end = '\0';
			res = text_replace(&section, line + 1);
			if (res == 0 && strcmp(section, f->hit_section) == 0)
				res = hit(r, f, file, l.number);
			continue;
		}
		equals = strchr(line, '=');
		if (!equals)
			continue;
		*equals = '\0';
		const char *key = line_trim(line);
		bool sets = f->hit_key && strcmp(section, f->hit_in) == 0 &&
			    strcmp(key, f->hit_key) == 0;
		res = sets ? hit(r, f, file, l.number)
			   : take_key(r, f, section, key, line_trim(equals + 1));
	}
	return l.failed ? -ENOMEM : res;
}
