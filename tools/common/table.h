/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns for people. */
#ifndef COMMON_TABLE_H
#define COMMON_TABLE_H

#include "core/text.h"

/* Start from {0} with the number of columns. */
struct table {
	size_t columns;
	char **cells; /* row by row */
	size_t n;
	bool failed; /* memory ran out */
};

/* Adds the next cell; NULL shows as "-". */
void table_add(struct table *t, const char *text);
/* The same, for text that the table is to free; NULL is a failure. */
void table_take(struct table *t, char *text);
/* Prints it, each column as wide as it has to be. */
void table_print(const struct table *t);
void table_clear(struct table *t);

#endif
