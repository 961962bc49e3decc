/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interfaces lead out of the host: the default routes of the main table, by /proc/net. */
#include "host/route.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "host/fd.h"

static void free_linep(char **line)
{
	free(*line);
}

/* Where words stand in a line, counted from 0; proc(5) and net/ipv4/fib_trie.c,
 * net/ipv6/route.c. */
struct layout {
	const char *path;
	unsigned name, destination, mask;
	const char *zero, *zero_mask;
};

static const struct layout layouts[] = {
	{ "proc/net/route", 0, 1, 7, "00000000", "00000000" },
	{ "proc/net/ipv6_route", 9, 0, 1, "00000000000000000000000000000000", "00" },
};

/* The interface when the line is a default route; else NULL. LINE is taken apart. */
static const char *find_default(const struct layout *layout, char *line)
{
	const char *words[10] = { NULL };
	char *rest = NULL;
	size_t n = 0;

	for (char *word = strtok_r(line, " \t\n", &rest); word && n < ARRAY_SIZE(words);
	     word = strtok_r(NULL, " \t\n", &rest))
		words[n++] = word;
	/* IPv6's table ends with routes to nowhere, by lo. */
	if (!text_equal(words[layout->destination], layout->zero) ||
	    !text_equal(words[layout->mask], layout->zero_mask) ||
	    text_equal(words[layout->name], "lo"))
		return NULL;
	return words[layout->name];
}

static int read_lines(FILE *f, const struct layout *layout, struct name_list *ret)
{
	CLEANUP(free_linep) char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, f) > 0) {
		const char *name = find_default(layout, line);
		char **entry = name ? array_add(&ret->names, &ret->n, sizeof(*entry)) : NULL;
		if (name && (!entry || text_replace(entry, name) < 0))
			return -ENOMEM;
	}
	return 0;
}

static int read_table(int root_fd, const struct layout *layout, struct name_list *ret)
{
	autoclose int fd = openat(root_fd, layout->path, O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (!f)
		return 0;
	(void)TAKE_FD(fd); /* it is the stream's now */
	int r = read_lines(f, layout, ret);
	(void)fclose(f); /* it was only read */
	return r;
}

int route_read_defaults(int root_fd, struct name_list *ret)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(layouts); i++)
		r = read_table(root_fd, &layouts[i], ret);
	return r;
}
