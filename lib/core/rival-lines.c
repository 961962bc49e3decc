/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* udev rules, module options, the kernel's command line and scripts: lines that make VFs. */
#include "core/rival.h"

#include <errno.h>
#include <string.h>

#include "core/lines.h"

#define NUMVFS "sriov_numvfs"

/* The part of a path in WORDS before "/sriov_numvfs" or "/device/sriov_numvfs": the address, or the
 * name of the interface. */
int rival_add_path(struct rival *r, const char *words)
{
	autofree char *copy = strdup(words);
	if (!copy)
		return -ENOMEM;
	char *end = strstr(copy, "/" NUMVFS), *to = copy;
	if (!end) {
		r->partly = true;
		return 0;
	}
	*end = '\0';
	for (const char *from = copy; *from; from++) /* "0000\:01\:00.0", as shells are given it */
		if (*from != '\\')
			*to++ = *from;
	*to = '\0';
	if (to - copy > 7 && strcmp(to - 7, "/device") == 0)
		to[-7] = '\0';
	char *slash = strrchr(copy, '/');
	if (!slash || !slash[1]) {
		r->partly = true;
		return 0;
	}
	return rival_add_match(r, strchr(slash, ':') ? MATCH_ADDRESS : MATCH_NAME, slash + 1, "\n");
}

/* "ip link set [dev] eth0 vf 0 mac ...": the name. False: it is no such line. */
static bool find_vf_of(const char *line, char **ret_name)
{
	const char *at = strstr(line, "link set "), *vf = at ? strstr(at, " vf ") : NULL;
	if (!vf)
		return false;
	at += strlen("link set ");
	at += strspn(at, " ");
	if (strncmp(at, "dev ", 4) == 0)
		at += 4;
	at += strspn(at, " ");
	*ret_name = strndup(at, strcspn(at, " "));
	return true;
}

int rival_read_script(struct rivals *list, const char *file, const char *text)
{
	autolines l = { .at = text, .joined = true };

	while (lines_next(&l)) {
		autofree char *name = NULL;
		const char *line = line_trim(l.line);
		bool makes = strstr(line, NUMVFS) && (strchr(line, '>') || strstr(line, "tee "));
		if (*line == '#' || (!makes && !find_vf_of(line, &name)))
			continue;
		struct rival *r = rivals_add(list, RIVAL_SCRIPT, file, l.number);
		int res = r && (makes || name) ? 0 : -ENOMEM;
		if (res == 0)
			res = makes ? rival_add_path(r, line)
				    : rival_add_match(r, MATCH_NAME, name, "\n");
		if (res < 0)
			return res;
	}
	return l.failed ? -ENOMEM : 0;
}

/* Modules and their drivers differ in '-' and '_' only. */
int rival_add_max_vfs(struct rivals *list, const char *file, unsigned line, const char *module,
		      const char *value)
{
	autofree char *dashed = strdup(module);
	if (!dashed)
		return -ENOMEM;
	if (!strpbrk(value, "123456789"))
		return 0;
	for (char *c = dashed; *c; c++)
		*c = *c == '_' ? '-' : *c;
	struct rival *r = rivals_add(list, RIVAL_MODULE, file, line);
	if (!r || rival_add_match(r, MATCH_DRIVER, module, "\n") < 0 ||
	    rival_add_match(r, MATCH_DRIVER, dashed, "\n") < 0)
		return -ENOMEM;
	return 0;
}

int rival_read_modprobe(struct rivals *list, const char *file, const char *text)
{
	static const char max_vfs[] = "max_vfs=";
	autolines l = { .at = text, .joined = true };
	int r = 0;

	while (r == 0 && lines_next(&l)) {
		char *rest = line_trim(l.line);
		const char *command = strsep(&rest, " \t");
		rest = rest ? line_trim(rest) : NULL;
		const char *module = strsep(&rest, " \t");
		if (strcmp(command, "options") != 0 || !module)
			continue;
		for (char *word = strsep(&rest, " \t"); r == 0 && word; word = strsep(&rest, " \t"))
			if (strncmp(word, max_vfs, strlen(max_vfs)) == 0)
				r = rival_add_max_vfs(list, file, l.number, module,
						      word + strlen(max_vfs));
	}
	return l.failed ? -ENOMEM : r;
}

int rival_read_cmdline(struct rivals *list, const char *file, const char *text)
{
	static const char max_vfs[] = ".max_vfs=";
	autofree char *copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	char *rest = copy;
	int r = 0;
	for (char *word = strsep(&rest, " \n"); r == 0 && word; word = strsep(&rest, " \n")) {
		char *at = strstr(word, max_vfs);
		if (!at)
			continue;
		*at = '\0';
		r = rival_add_max_vfs(list, file, 0, word, at + strlen(max_vfs));
	}
	return r;
}

/* One KEY{ATTRIBUTE}=="VALUE" of a rule, udev(7). */
struct token {
	const char *key, *attribute, *value;
	bool compares; /* "==" */
	bool excludes; /* "!=" */
};

/* Cuts the next token off *REST. False: there is none, or what is there is no token. */
static bool next_token(char **rest, struct token *ret)
{
	char *at = *rest + strspn(*rest, " \t,");
	struct token t = { .key = at, .attribute = "" };

	at += strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	char *key_end = at, *attribute_end = NULL;
	if (*at == '{') {
		t.attribute = ++at;
		attribute_end = strchr(at, '}');
		if (!attribute_end)
			return false;
		at = attribute_end + 1;
	}
	at += strspn(at, " \t");
	size_t operator= strspn(at, "=!+-:");
	if (!operator|| key_end == t.key)
		return false;
	t.compares = strncmp(at, "==", 2) == 0;
	t.excludes = strncmp(at, "!=", 2) == 0;
	at += operator;
	at += strspn(at, " \t");
	bool escaped = *at == 'e' && at[1] == '"';
	at += escaped ? 1 : 0;
	char *end = *at == '"' ? at + 1 : NULL;
	while (end && *end && *end != '"') /* a quote is written \" */
		end += *end == '\\' && end[1] ? 2 : 1;
	if (!end || !*end)
		return false;
	t.value = at + 1;
	*end = *key_end = '\0';
	if (attribute_end)
		*attribute_end = '\0';
	*rest = end + 1;
	*ret = t;
	return true;
}

/* What a rule says of vendor and device, which are one condition of ours. */
struct ids {
	const char *vendor, *device;
};

static bool take_id(struct ids *ids, const struct token *t)
{
	const char *digits = strncmp(t->value, "0x", 2) == 0 ? t->value + 2 : t->value;
	bool vendor = strcmp(t->attribute, "vendor") == 0;

	if (!t->compares || strncmp(t->key, "ATTR", 4) != 0 ||
	    (!vendor && strcmp(t->attribute, "device") != 0))
		return false;
	*(vendor ? &ids->vendor : &ids->device) = digits;
	return true;
}

static int add_ids(struct rival *r, const struct ids *ids)
{
	if (!ids->vendor && !ids->device)
		return 0;
	autofree char *glob = text_format("%s:%s", ids->vendor ? ids->vendor : "*",
					  ids->device ? ids->device : "*");
	return glob ? rival_add_match(r, MATCH_DEVICE, glob, "\n") : -ENOMEM;
}

/* A condition on the device; one that we do not follow makes it `partly`. */
static int take_condition(struct rival *r, struct ids *ids, const struct token *t)
{
	static const struct {
		const char *key, *attribute;
		enum match_key match;
	} keys[] = {
		{ "NAME", "", MATCH_NAME },
		{ "ENV", "INTERFACE", MATCH_NAME },
		{ "ENV", "ID_NET_NAME", MATCH_NAME },
		{ "ENV", "ID_NET_DRIVER", MATCH_DRIVER },
		{ "ENV", "ID_PATH", MATCH_PATH },
		{ "ENV", "PCI_SLOT_NAME", MATCH_ADDRESS },
		{ "DRIVER", "", MATCH_DRIVER },
		{ "DRIVERS", "", MATCH_DRIVER },
		{ "ATTR", "address", MATCH_PERMANENT_MAC },
		{ "ATTRS", "address", MATCH_PERMANENT_MAC },
	};
	if (strcmp(t->key, "ACTION") == 0 || strcmp(t->key, "SUBSYSTEM") == 0 ||
	    strcmp(t->key, "SUBSYSTEMS") == 0 || strstr(t->attribute, NUMVFS))
		return 0;
	if (strncmp(t->key, "KERNEL", 6) == 0 && t->compares)
		return rival_add_match(r, strchr(t->value, ':') ? MATCH_ADDRESS : MATCH_NAME,
				       t->value, "|");
	if (take_id(ids, t))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(keys) && t->compares; i++) {
		if (strcmp(keys[i].key, t->key) == 0 &&
		    strcmp(keys[i].attribute, t->attribute) == 0)
			return rival_add_match(r, keys[i].match, t->value, "|");
	}
	r->partly = true;
	return 0;
}

static int take_rule(struct rival *r, char *line, const char *file, unsigned number)
{
	struct ids ids = { 0 };
	struct token t;

	while (next_token(&line, &t)) {
		bool runs = strcmp(t.key, "RUN") == 0 || strcmp(t.key, "PROGRAM") == 0 ||
			    strcmp(t.key, "IMPORT") == 0;
		int res = 0;
		if (runs && strstr(t.value, NUMVFS)) {
			res = text_replace(&r->file, file);
			if (res == 0 && !strstr(t.value, "%") && !strchr(t.value, '$'))
				res = rival_add_path(r, t.value);
		} else if (!runs && !t.compares && !t.excludes && strstr(t.attribute, NUMVFS)) {
			res = text_replace(&r->file, file);
		} else if (t.compares || t.excludes) {
			res = take_condition(r, &ids, &t);
		}
		if (res < 0)
			return res;
	}
	r->kind = RIVAL_UDEV;
	r->line = number;
	return add_ids(r, &ids);
}

int rival_read_udev(struct rivals *list, const char *file, const char *text)
{
	autolines l = { .at = text, .joined = true };

	while (lines_next(&l)) {
		autorival r = { 0 };
		char *line = line_trim(l.line);
		if (*line == '#' || !strstr(line, NUMVFS))
			continue;
		if (take_rule(&r, line, file, l.number) < 0 || rivals_take(list, &r) < 0)
			return -ENOMEM;
	}
	return l.failed ? -ENOMEM : 0;
}
