/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rivals: the list of them, and for which devices one is. */
#include "core/rival.h"

#include <errno.h>
#include <string.h>

#include "core/lines.h"

void rival_clear(struct rival *r)
{
	free(r->file);
	free(r->value);
	for (unsigned key = 0; key < MATCH_COUNT; key++) {
		for (size_t i = 0; i < r->match[key].n; i++)
			free(r->match[key].items[i]);
		free(r->match[key].items);
	}
	*r = (struct rival){ 0 };
}

void rivals_clear(struct rivals *list)
{
	for (size_t i = 0; i < list->n; i++)
		rival_clear(&list->items[i]);
	free(list->items);
	*list = (struct rivals){ 0 };
}

struct rival *rivals_add(struct rivals *list, enum rival_kind kind, const char *file, unsigned line)
{
	autofree char *copy = strdup(file);
	struct rival *r = copy ? array_add(&list->items, &list->n, sizeof(*r)) : NULL;
	if (r)
		*r = (struct rival){ .kind = kind, .file = TAKE_PTR(copy), .line = line };
	return r;
}

int rivals_take(struct rivals *list, struct rival *r)
{
	if (!r->file)
		return 0;
	struct rival *room = array_add(&list->items, &list->n, sizeof(*room));
	if (!room)
		return -ENOMEM;
	*room = *r;
	*r = (struct rival){ 0 };
	return 0;
}

static bool is_plain(const char *value)
{
	for (const char *c = value; *c; c++) {
		if (*c <= ' ' || *c > '~' || *c == '$')
			return false;
	}
	return *value;
}

static int add_glob(struct rival *r, enum match_key key, const char *value)
{
	char mac_text[MAC_TEXT];
	uint8_t mac[6];

	if (!is_plain(value) || strchr("!&|", *value)) {
		r->partly = true;
		return 0;
	}
	if (key == MATCH_PERMANENT_MAC) {
		if (mac_parse(value, mac) < 0) {
			r->partly = true;
			return 0;
		}
		value = mac_format(mac, mac_text);
	}
	char **room = array_add(&r->match[key].items, &r->match[key].n, sizeof(*room));
	if (!room)
		return -ENOMEM;
	*room = strdup(value);
	return *room ? 0 : -ENOMEM;
}

int rival_add_match(struct rival *r, enum match_key key, const char *values, const char *separators)
{
	autofree char *copy = strdup(values);
	if (!copy)
		return -ENOMEM;
	char *rest = copy;
	for (char *value = strsep(&rest, separators); value; value = strsep(&rest, separators)) {
		value = line_unquote(value);
		int res = *value ? add_glob(r, key, value) : 0;
		if (res < 0)
			return res;
	}
	return 0;
}
