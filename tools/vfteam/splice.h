/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of a text that leave all the rest of it byte for byte. */
#ifndef VFTEAM_SPLICE_H
#define VFTEAM_SPLICE_H

#include "core/text.h"

struct splice {
	size_t at, remove; /* in the text as it was */
	char *text;
};

/* Start from {0}. */
struct splices {
	struct splice *items;
	size_t n;
	bool failed; /* memory ran out */
};

void splices_clear(struct splices *s);
#define autosplices CLEANUP(splices_clear) struct splices

/* Adds one; TEXT is taken over, and NULL is a failure. What is added at the same place comes out
 * in the order of adding. No two may remove the same byte. */
void splices_add(struct splices *s, size_t at, size_t remove, char *text);

/* The text with all of them, with a NUL behind it; the caller frees it. NULL when memory ran out.
 */
char *splices_apply(struct splices *s, const char *text, size_t size, size_t *ret_size);

/* Where the byte at OFFSET of the result, after splices_apply(), was in the text.
 * Return: false when it was not there. */
bool splices_origin(const struct splices *s, size_t offset, size_t *ret);

#endif
