/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink messages of tests/recorded, and those derived of them. */
#ifndef TESTS_RECORDED_H
#define TESTS_RECORDED_H

#include <stdio.h>
#include <stdlib.h>

#include <linux/netlink.h>

#include "core/text.h"

#define LONGEST_MESSAGE ((size_t)256 * 1024)

/* The message in the file DIR BELOW / NAME; free() frees it. */
static inline struct nlmsghdr *load_message(const char *dir, const char *below, const char *name)
{
	autostrbuf path = { 0 };
	struct nlmsghdr *h = malloc(LONGEST_MESSAGE), *exact = NULL;
	size_t size;
	FILE *f;

	assert_non_null(h);
	assert_non_null(dir);
	strbuf_addf(&path, "%s%s/%s", dir, below, name);
	f = fopen(strbuf_text(&path), "re");
	if (!f)
		fail_msg("%s is not there", strbuf_text(&path));
	size = fread(h, 1, LONGEST_MESSAGE, f);
	(void)fclose(f);
	assert_in_range(size, sizeof(*h), LONGEST_MESSAGE - 1);
	assert_int_equal(h->nlmsg_len, size);
	exact = realloc(h, size); /* so that ASan sees whoever reads beyond it */
	assert_non_null(exact);
	return exact;
}

#endif
