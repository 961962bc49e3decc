/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files of several directories, of which earlier ones go before later ones. */
#ifndef HOST_FILE_LIST_H
#define HOST_FILE_LIST_H

#include "core/text.h"

struct listed_file {
	char *base;
	const char *dir; /* as it was given to file_list_add() */
};

struct file_list {
	struct listed_file *items;
	size_t n;
};
void file_list_clear(struct file_list *l);
#define autofiles CLEANUP(file_list_clear) struct file_list

/* Adds the files of DIR/UNDER (UNDER may be NULL) below DIR_FD whose names end in SUFFIX and have
 * more than that; hidden ones do not count. REPLACED: nor does one whose name is in the list
 * already. DIR is borrowed. Return: what sysfs_list() says. */
int file_list_add(struct file_list *l, int dir_fd, const char *dir, const char *under,
		  const char *suffix, bool replaced);
/* By base name, the order in which they are read. */
void file_list_sort(struct file_list *l);

#endif
