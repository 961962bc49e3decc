/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netplan's YAML, as far as it is about VFs: block mappings by their indentation. What it merges
 * from several files, and mappings in braces, are not followed. netplan-yaml(5). */
#include "core/rival.h"

#include <errno.h>
#include <string.h>

#include "core/lines.h"

#define DEPTH_MAX 8

/* network: ethernets: ID: KEY: SUBKEY: */
enum level { LEVEL_NETWORK, LEVEL_TYPE, LEVEL_ID, LEVEL_KEY, LEVEL_SUBKEY };

struct device {
	char *id;
	unsigned line; /* where it asks for VFs; 0: it does not */
	char *link;    /* the PF that it is a VF of, by its id; NULL: it is none */
	unsigned link_line;
	struct rival match;
};

struct netplan {
	struct device *devices;
	size_t n_devices;
	struct {
		size_t indent;
		char *key;
	} path[DEPTH_MAX];
	size_t depth;
};

static void netplan_clear(struct netplan *n)
{
	for (size_t i = 0; i < n->n_devices; i++) {
		free(n->devices[i].id);
		free(n->devices[i].link);
		rival_clear(&n->devices[i].match);
	}
	free(n->devices);
	while (n->depth)
		free(n->path[--n->depth].key);
}

/* Splits "  key: value  # comment". False: there is no key. */
static bool split(char *line, size_t *ret_indent, char **ret_key, char **ret_value)
{
	size_t indent = strspn(line, " ");
	char *comment = strstr(line, " #");

	if (comment)
		*comment = '\0';
	if (line[indent] == '#' || line[indent] == '-')
		return false;
	for (char *colon = strchr(line, ':'); colon; colon = strchr(colon + 1, ':')) {
		if (colon[1] && !strchr(" \t\r", colon[1]))
			continue;
		*colon = '\0';
		*ret_indent = indent;
		*ret_key = line_unquote(line);
		*ret_value = line_unquote(colon + 1);
		return **ret_key;
	}
	return false;
}

/* Sets the path to where a key of that indentation stands. */
static int enter(struct netplan *n, size_t indent, const char *key)
{
	while (n->depth && n->path[n->depth - 1].indent >= indent)
		free(n->path[--n->depth].key);
	if (n->depth == DEPTH_MAX)
		return 0; /* nothing of ours is that deep */
	char *copy = strdup(key);
	if (!copy)
		return -ENOMEM;
	n->path[n->depth].indent = indent;
	n->path[n->depth++].key = copy;
	return 0;
}

static bool is_at(const struct netplan *n, enum level level, const char *key)
{
	return n->depth > (size_t)level && strcmp(n->path[level].key, key) == 0;
}

static struct device *find_device(const struct netplan *n, const char *id)
{
	for (size_t i = 0; i < n->n_devices; i++) {
		if (strcmp(n->devices[i].id, id) == 0)
			return &n->devices[i];
	}
	return NULL;
}

static struct device *get_device(struct netplan *n, const char *id)
{
	struct device *device = find_device(n, id);
	char *copy = device ? NULL : strdup(id);
	if (device || !copy)
		return device;
	device = array_add(&n->devices, &n->n_devices, sizeof(*device));
	if (!device)
		free(copy);
	else
		device->id = copy;
	return device;
}

static int take_match(struct device *device, const char *key, const char *value)
{
	static const struct {
		const char *key;
		enum match_key match;
	} keys[] = {
		{ "name", MATCH_NAME },
		{ "macaddress", MATCH_PERMANENT_MAC },
		{ "driver", MATCH_DRIVER },
	};
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].key, key) == 0 && *value)
			return rival_add_match(&device->match, keys[i].match, value, "[], ");
	}
	device->match.partly = true; /* a list of drivers, for one */
	return 0;
}

static int take_line(struct netplan *n, const char *value, unsigned line)
{
	if (!is_at(n, LEVEL_NETWORK, "network") || !is_at(n, LEVEL_TYPE, "ethernets") ||
	    n->depth <= LEVEL_ID)
		return 0;
	struct device *device = get_device(n, n->path[LEVEL_ID].key);
	if (!device)
		return -ENOMEM;
	if (n->depth == LEVEL_SUBKEY + 1 && is_at(n, LEVEL_KEY, "match"))
		return take_match(device, n->path[LEVEL_SUBKEY].key, value);
	if (n->depth != LEVEL_KEY + 1)
		return 0;
	if (is_at(n, LEVEL_KEY, "virtual-function-count") ||
	    is_at(n, LEVEL_KEY, "embedded-switch-mode"))
		device->line = device->line ? device->line : line;
	if (!is_at(n, LEVEL_KEY, "link"))
		return 0;
	device->link_line = line;
	return text_replace(&device->link, value);
}

/* A device is what its `match` says, else the interface of that name. */
static int copy_match(const struct netplan *n, const char *id, struct rival *r)
{
	const struct device *device = find_device(n, id);
	bool any = device && device->match.partly;

	for (unsigned key = 0; device && key < MATCH_COUNT; key++) {
		const struct globs *globs = &device->match.match[key];
		for (size_t i = 0; i < globs->n; i++) {
			any = true;
			if (rival_add_match(r, key, globs->items[i], "\n") < 0)
				return -ENOMEM;
		}
	}
	r->partly = device && device->match.partly;
	return any ? 0 : rival_add_match(r, MATCH_NAME, id, "\n");
}

static int add(struct rivals *list, const struct netplan *n, const char *id, const char *file,
	       unsigned line)
{
	struct rival *r = rivals_add(list, RIVAL_NETPLAN, file, line);
	return r ? copy_match(n, id, r) : -ENOMEM;
}

int rival_read_netplan(struct rivals *list, const char *file, const char *text)
{
	CLEANUP(netplan_clear) struct netplan n = { 0 };
	autolines l = { .at = text };
	char *key, *value;
	size_t indent;
	int r = 0;

	while (r == 0 && lines_next(&l)) {
		if (!split(l.line, &indent, &key, &value))
			continue;
		r = enter(&n, indent, key);
		if (r == 0)
			r = take_line(&n, value, l.number);
	}
	for (size_t i = 0; r == 0 && i < n.n_devices; i++) {
		const struct device *device = &n.devices[i];
		if (device->line)
			r = add(list, &n, device->id, file, device->line);
		if (r == 0 && device->link)
			r = add(list, &n, device->link, file, device->link_line);
	}
	return l.failed ? -ENOMEM : r;
}
