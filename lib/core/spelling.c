/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which known word a mistyped one may stand for. */
#include "core/spelling.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 40 /* no word that we know is longer */

static int lower(char c)
{
	return tolower((unsigned char)c);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters to put in, take out, replace or swap with their neighbour ("optimal string alignment"),
 * a row of the usual matrix at a time. */
unsigned spelling_distance(const char *typed, const char *known)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];
	size_t n = strlen(typed), m = strlen(known);

	if (n > WORD_MAX || m > WORD_MAX)
		return SPELLING_FAR;
	for (unsigned j = 0; j <= m; j++)
		row[j] = j;
	for (unsigned i = 1; i <= n; i++) {
		unsigned *spare = before;
		before = above;
		above = row;
		row = spare;
		row[0] = i;
		for (unsigned j = 1; j <= m; j++) {
			int a = lower(typed[i - 1]), b = lower(known[j - 1]);
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a != b));
			if (i > 1 && j > 1 && a == lower(known[j - 2]) && b == lower(typed[i - 2]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[m] <= 2 && (size_t)row[m] * 2 < m ? row[m] : SPELLING_FAR;
}
