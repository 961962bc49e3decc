/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the configuration share: a host's users and groups, and files of the tree. */
#ifndef TESTS_CONFIG_FILES_H
#define TESTS_CONFIG_FILES_H

#include "core/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MATCH "[Match]\nAddress=0000:01:00.0\n"

/* The users and groups of the host that the tests are about. */
static inline int find_user(const char *name, unsigned *ret)
{
	if (strcmp(name, "broken") == 0)
		return -EIO;
	if (strcmp(name, "libvirt-qemu") != 0)
		return -ENOENT;
	*ret = 64055;
	return 0;
}

static inline int find_group(const char *name, unsigned *ret)
{
	if (strcmp(name, "kvm") != 0)
		return -ENOENT;
	*ret = 104;
	return 0;
}

static const struct names host = { find_user, find_group };

/* The content of a file of the source tree; its size in RET, which may be NULL. */
static inline char *read_source(const char *name, size_t *ret)
{
	const char *root = getenv("VFPREP_SOURCE");
	autofree char *path = text_format("%s/%s", root ? root : ".", name);
	autostrbuf b = { 0 };
	char part[4096];
	size_t n;

	FILE *f = fopen(path, "re");
	if (!f)
		fail_msg("cannot open %s; is VFPREP_SOURCE the source tree?", path);
	do {
		n = fread(part, 1, sizeof(part), f);
		strbuf_add_bytes(&b, part, n);
	} while (n == sizeof(part));
	assert_int_equal(fclose(f), 0);
	if (ret)
		*ret = b.len;
	return strbuf_take(&b);
}

static inline void add_text(struct vfprep_config *c, const char *file, const char *text,
			    struct vfprep_problems *p)
{
	assert_int_equal(config_add_file(c, file, text, strlen(text), &host, p), 0);
}

#endif
