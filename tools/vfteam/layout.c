/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a domain's text is laid out: what is added has the indentation of its neighbours. */
#include "tools/vfteam/layout.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t layout_line_start(const struct domain *d, size_t at)
{
	size_t i = at;

	while (i > 0 && is_blank(d->text[i - 1]))
		i--;
	if (i == 0 || d->text[i - 1] != '\n')
		return at;
	i--;
	return i > 0 && d->text[i - 1] == '\r' ? i - 1 : i;
}

/* The line break and blanks before an element that begins its line; "" for one that does not. */
static char *break_before(const struct domain *d, size_t at)
{
	size_t start = layout_line_start(d, at);
	return strndup(d->text + start, at - start);
}

/* The line break before a child, and one step of indentation; both "" in a text without lines. */
static bool steps(const struct domain *d, const struct element *parent, char **ret_break,
		  char **ret_unit)
{
	const struct element *child = domain_child(d, parent, NULL, NULL);
	autofree char *outer = break_before(d, parent->begin);
	autofree char *inner = child ? break_before(d, child->begin) : NULL;
	size_t n = outer ? strlen(outer) : 0;

	if (!outer || (child && !inner))
		return false;
	if (!child) /* nothing shows how children are indented */
		inner = n ? text_format("%s  ", outer) : strdup("");
	bool extends = inner && n && strlen(inner) > n && strncmp(inner, outer, n) == 0;
	*ret_unit = inner && *inner ? strdup(extends ? inner + n : "  ") : strdup("");
	*ret_break = TAKE_PTR(inner);
	return *ret_break && *ret_unit;
}

static char *layout_text(const struct domain *d, const struct element *parent, const char *xml)
{
	autofree char *line_break = NULL, *unit = NULL;
	autostrbuf b = { 0 };

	if (!steps(d, parent, &line_break, &unit))
		return NULL;
	while (*xml) {
		size_t indent = strspn(xml, " "), length = strcspn(xml, "\n");
		strbuf_add(&b, line_break);
		for (size_t i = 0; i + 1 < indent; i += 2)
			strbuf_add(&b, unit);
		strbuf_add_bytes(&b, xml + indent, length - indent);
		xml += length + (xml[length] == '\n');
	}
	return strbuf_take(&b);
}

void layout_add(const struct domain *d, const struct element *parent, const struct element *after,
		const struct element *before, const char *xml, struct splices *s)
{
	if (!after && !before)
		after = domain_last_child(d, parent, NULL);
	if (after)
		splices_add(s, after->end, 0, layout_text(d, parent, xml));
	else if (before)
		splices_add(s, layout_line_start(d, before->begin), 0, layout_text(d, parent, xml));
	else
		splices_add(s, parent->content, 0, layout_text(d, parent, xml));
}

void layout_open(const struct domain *d, const struct element *e, struct splices *s)
{
	autofree char *line_break = break_before(d, e->begin);
	bool is_empty_tag = e->close == e->end;

	if (!line_break)
		s->failed = true;
	else if (is_empty_tag) /* it ends in "/>" */
		splices_add(s, e->end - 2, 2, text_format(">%s</%s>", line_break, e->name));
	else if (layout_line_start(d, e->close) == e->close)
		splices_add(s, e->close, 0, strdup(line_break));
}
