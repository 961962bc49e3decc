/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns for people. */
#include "tools/common/table.h"

#include "tools/common/program.h"

#include <stdio.h>
#include <string.h>

void table_take(struct table *t, char *text)
{
	char **cell = text ? array_add(&t->cells, &t->n, sizeof(*cell)) : NULL;
	if (!cell) {
		free(text);
		t->failed = true;
		return;
	}
	*cell = text_make_printable(text);
}

void table_add(struct table *t, const char *text)
{
	table_take(t, strdup(text ? text : "-"));
}

static size_t width(const struct table *t, size_t column)
{
	size_t most = 0;
	for (size_t i = column; i < t->n; i += t->columns) {
		size_t n = strlen(t->cells[i]);
		most = n > most ? n : most;
	}
	return most;
}

/* Is there nothing behind cell I in its row? */
static bool rest_is_empty(const struct table *t, size_t i)
{
	while (++i % t->columns) {
		if (*t->cells[i])
			return false;
	}
	return true;
}

void table_print(const struct table *t)
{
	if (t->failed) {
		(void)fprintf(stderr, "%s: out of memory\n", program.name);
		return;
	}
	for (size_t i = 0; i < t->n; i++) {
		size_t column = i % t->columns;
		if (column + 1 == t->columns)
			printf("%s\n", t->cells[i]);
		else if (rest_is_empty(t, i)) /* no blanks before nothing */
			printf("%s", t->cells[i]);
		else
			printf("%-*s  ", (int)width(t, column), t->cells[i]);
	}
}

void table_clear(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	*t = (struct table){ 0 };
}
