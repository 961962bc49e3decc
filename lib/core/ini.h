/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* INI text to sections and keys with their lines; strict. */
#ifndef CORE_INI_H
#define CORE_INI_H

#include "core/problem.h"

#define INI_SIZE_MAX 1048576 /* 1 MiB */
#define INI_LINE_MAX 4096

/* What a reader is called back with. Each returns 0, or a negative errno that ends the reading;
 * findings about the content are added by them and do not end it. The strings live during the
 * call only. */
struct ini_reader {
	int (*section)(void *user, const char *name, unsigned line);
	/* The value is without blanks at either end; "" where there is none. */
	int (*key)(void *user, const char *key, const char *value, unsigned line);
};

/* Reads SIZE bytes of TEXT. Whole-line comments start with '#' or ';'. Text outside a section, a
 * line that is neither section nor key, a control character, bytes that are not UTF-8, a NUL, a
 * line longer than INI_LINE_MAX, one that ends in a backslash, a byte order mark and line ends with
 * CR (once) are findings with FILE:LINE, a text larger than INI_SIZE_MAX is one with FILE; all of
 * them are reported. Keys behind a section header that is at fault are not read.
 * Return: 0 also then; -errno only from the reader or -ENOMEM. */
int ini_read(const char *file, const char *text, size_t size, const struct ini_reader *reader,
	     void *user, struct vfprep_problems *p);

/* Adds a finding of VFPREP_CONFIG about a line, with "FILE:LINE" as subject. Return: -EINVAL. */
int ini_fault(struct vfprep_problems *p, const char *file, unsigned line, const char *advice,
	      const char *message, ...) FORMAT(5, 6);

#endif
