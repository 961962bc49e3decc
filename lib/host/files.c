/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that others read: written whole or not at all. */
#include "host/files.h"

#include "host/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* Makes the directories that PATH below DIR_FD has before its last '/'. */
static int make_parents(int dir_fd, const char *path)
{
	autofree char *copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		/* A strict umask must not hide from the container what is public. */
		int r = mkdirat(dir_fd, copy, 0755);
		if (r == 0)
			r = fchmodat(dir_fd, copy, 0755, 0);
		if (r < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

int dir_open(const char *path, bool create, int *ret_fd)
{
	if (create) {
		autofree char *inside = text_format("%s/", path);
		int r = inside ? make_parents(AT_FDCWD, inside) : -ENOMEM;
		if (r < 0)
			return r;
	}
	int fd = open(path, DIR_FLAGS);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int fd_read(int fd, size_t max, char **ret, size_t *ret_size)
{
	autostrbuf b = { 0 };
	char block[4096];

	for (;;) {
		ssize_t n = read(fd, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		strbuf_add_bytes(&b, block, (size_t)n);
		if (b.len > max)
			return -EFBIG;
	}
	size_t size = b.len;
	char *text = strbuf_take(&b);
	if (!text)
		return -ENOMEM;
	*ret = text;
	*ret_size = size;
	return 0;
}

int file_read(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_size)
{
	struct stat st;

	/* O_NONBLOCK: a FIFO in its place must not hold us up. */
	autoclose int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? fd_read(fd, max, ret, ret_size) : -EINVAL;
}

bool file_holds(int dir_fd, const char *path, const char *text, size_t size)
{
	autofree char *now = NULL;
	size_t now_size;

	return file_read(dir_fd, path, size, &now, &now_size) == 0 && now_size == size &&
	       memcmp(now, text, size) == 0;
}

int fd_write(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		size -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* Return: a descriptor. */
static int create(int dir_fd, const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir_fd, path, flags, 0644);

	if (fd < 0 && errno == ENOENT) {
		int r = make_parents(dir_fd, path);
		if (r < 0)
			return r;
		fd = openat(dir_fd, path, flags, 0644);
	}
	return fd < 0 ? -errno : fd;
}

int file_write(int dir_fd, const char *path, const char *text)
{
	const size_t size = strlen(text);

	if (file_holds(dir_fd, path, text, size))
		return 1;
	/* One writer at a time holds the lock, so one name is enough; one that a killed run left is
	 * overwritten. */
	autofree char *temporary = text_format("%s.new", path);
	if (!temporary)
		return -ENOMEM;
	autoclose int fd = create(dir_fd, temporary);
	if (fd < 0)
		return fd;
	/* A strict umask must not hide from the container what is public. */
	int r = fchmod(fd, 0644) < 0 ? -errno : fd_write(fd, text, size);
	if (r == 0 && renameat(dir_fd, temporary, dir_fd, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir_fd, temporary, 0); /* the first error is the one to tell */
	return r;
}

int file_remove(int dir_fd, const char *path)
{
	autofree char *temporary = text_format("%s.new", path);
	if (!temporary)
		return -ENOMEM;
	(void)unlinkat(dir_fd, temporary, 0); /* a run that was killed may have left it */
	if (unlinkat(dir_fd, path, 0) == 0)
		return 0;
	if (errno == EISDIR || errno == EPERM) {
		if (unlinkat(dir_fd, path, AT_REMOVEDIR) == 0)
			return 0;
	}
	return errno == ENOENT ? 1 : -errno;
}
