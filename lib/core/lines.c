/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of files that others wrote, with their numbers. */
#include "core/lines.h"

#include <string.h>

#define BLANKS " \t\r"

void lines_clear(struct lines *l)
{
	free(TAKE_PTR(l->line));
}

bool lines_next(struct lines *l)
{
	autostrbuf b = { 0 };
	bool more = true;

	lines_clear(l);
	if (l->failed || !*l->at)
		return false;
	l->number = l->seen + 1;
	while (more && *l->at) {
		size_t length = strcspn(l->at, "\n");
		const char *end = l->at + length;
		more = l->joined && length && end[-1] == '\\';
		strbuf_add_bytes(&b, l->at, more ? length - 1 : length);
		l->seen++;
		l->at = *end ? end + 1 : end;
	}
	l->line = strbuf_take(&b);
	l->failed = !l->line;
	return l->line;
}

char *line_trim(char *text)
{
	text += strspn(text, BLANKS);
	size_t length = strlen(text);
	while (length && strchr(BLANKS, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

char *line_unquote(char *text)
{
	text = line_trim(text);
	size_t length = strlen(text);
	if (length < 2 || (*text != '"' && *text != '\'') || text[length - 1] != *text)
		return text;
	text[length - 1] = '\0';
	return text + 1;
}
