/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of files that others wrote, with their numbers. Nothing is an error here: what vfprep does
 * not understand in the files of other programs is not its business. */
#ifndef CORE_LINES_H
#define CORE_LINES_H

#include "core/text.h"

/* Start with `at` at the text, which ends at its first NUL. */
struct lines {
	const char *at;
	bool joined;     /* a backslash at its end joins a line with the next */
	char *line;      /* for the caller to change; the next call frees it */
	unsigned number; /* of the line, or of the first of those that were joined */
	unsigned seen;
	bool failed; /* memory ran out */
};

/* False behind the last line, and when memory ran out. */
bool lines_next(struct lines *l);
void lines_clear(struct lines *l);
#define autolines CLEANUP(lines_clear) struct lines

/* TEXT without the blanks at either end; in place. */
char *line_trim(char *text);
/* The same without one pair of quotes around it. */
char *line_unquote(char *text);

#endif
