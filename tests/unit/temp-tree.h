/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory that stands for "/" in tests: files, links and directories made by path. */
#ifndef TEST_TEMP_TREE_H
#define TEST_TEMP_TREE_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Never compiled out, as assert() may be. */
static inline void tree_must(int ok)
{
	if (!ok)
		abort();
}

struct tree {
	char path[64];
	int fd;
};

static inline void tree_new(struct tree *t)
{
	strcpy(t->path, "/tmp/vfprep-tree-XXXXXX");
	tree_must(mkdtemp(t->path) != NULL);
	t->fd = open(t->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	tree_must(t->fd >= 0);
}

/* The directories that lead to PATH. */
static inline void tree_add_parents(const struct tree *t, const char *path)
{
	char copy[256];

	tree_must(strlen(path) < sizeof(copy));
	strcpy(copy, path);
	for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdirat(t->fd, copy, 0755); /* or it is there */
		*slash = '/';
	}
}

static inline void tree_add_dir(const struct tree *t, const char *path)
{
	tree_add_parents(t, path);
	(void)mkdirat(t->fd, path, 0755); /* or it is there */
}

static inline void tree_add_file(const struct tree *t, const char *path, const char *text)
{
	int fd;

	tree_add_parents(t, path);
	fd = openat(t->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	tree_must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static inline void tree_add_link(const struct tree *t, const char *path, const char *target)
{
	tree_add_parents(t, path);
	tree_must(symlinkat(target, t->fd, path) == 0);
}

static inline int tree_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline void tree_free(struct tree *t)
{
	close(t->fd);
	(void)nftw(t->path, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
