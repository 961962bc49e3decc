/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that others read: written whole or not at all. */
#ifndef HOST_FILES_H
#define HOST_FILES_H

#include "core/text.h"

/* Opens a directory, made with its parents when CREATE. Return: -ENOENT when it is not there. */
int dir_open(const char *path, bool create, int *ret_fd);

/* Makes the file at PATH below DIR_FD hold TEXT: a temporary file beside it, fsync, rename; missing
 * directories are made. A file that holds it already is not touched. Return: 1 then. */
int file_write(int dir_fd, const char *path, const char *text);

/* Removes the file, or the empty directory, at PATH. Not there is fine: 1. */
int file_remove(int dir_fd, const char *path);

/* The whole of a regular file of at most MAX bytes, with a NUL behind it; the caller frees it.
 * Return: -ENOENT, -EFBIG. */
int file_read(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size);

/* Does the regular file hold just that already? */
bool file_holds(int dir_fd, const char *path, const char *text, size_t size);

/* All that can be read from FD, at most MAX bytes. */
int fd_read(int fd, size_t max, char **ret, size_t *ret_size);

/* Writes all of TEXT, to the disk. */
int fd_write(int fd, const char *text, size_t size);

#endif
