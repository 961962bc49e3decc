/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files of several directories. */
#include "host/file-list.h"

#include <errno.h>
#include <string.h>

#include "host/sysfs.h"

void file_list_clear(struct file_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i].base);
	free(l->items);
	*l = (struct file_list){ 0 };
}

static bool counts(const struct file_list *l, const char *name, const char *suffix, bool replaced)
{
	size_t length = strlen(name), end = strlen(suffix);

	if (*name == '.' || length <= end || strcmp(name + length - end, suffix) != 0)
		return false;
	for (size_t i = 0; replaced && i < l->n; i++) {
		if (strcmp(l->items[i].base, name) == 0)
			return false;
	}
	return true;
}

int file_list_add(struct file_list *l, int dir_fd, const char *dir, const char *under,
		  const char *suffix, bool replaced)
{
	autofree char *path = text_format("%s%s%s", dir, under ? "/" : "", under ? under : "");
	autonames names = { 0 };
	int r = path ? sysfs_list(dir_fd, path, &names) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (!counts(l, names.names[i], suffix, replaced))
			continue;
		struct listed_file *file = array_add(&l->items, &l->n, sizeof(*file));
		if (!file)
			return -ENOMEM;
		*file = (struct listed_file){ TAKE_PTR(names.names[i]), dir };
	}
	return r;
}

static int by_base(const void *a, const void *b)
{
	const struct listed_file *x = a, *y = b;
	return strcmp(x->base, y->base);
}

void file_list_sort(struct file_list *l)
{
	if (l->n)
		qsort(l->items, l->n, sizeof(l->items[0]), by_base);
}
