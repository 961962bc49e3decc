/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the XML goes: stdout, or a file that is written whole or not at all. */
#include "host/fd.h"
#include "host/files.h"
#include "tools/vfteam/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A domain may hold passwords: who could read the file before can read it now, and no one else. */
static int keep_access(int fd, const struct stat *old)
{
	struct stat now;

	if (fstat(fd, &now) < 0)
		return -errno;
	if ((now.st_uid != old->st_uid || now.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid) < 0)
		return -errno;
	return fchmod(fd, old->st_mode & 07777) < 0 ? -errno : 0;
}

/* Return: with the name of the file that was made in *RET_TEMPORARY, also on failure. */
static int write_beside(const char *path, const struct stat *old, const char *text, size_t size,
			char **ret_temporary)
{
	autofree char *temporary = text_format("%s.XXXXXX", path);
	if (!temporary)
		return -ENOMEM;
	autoclose int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_temporary = TAKE_PTR(temporary);
	mode_t mask = umask(0);
	(void)umask(mask);
	int r = old ? keep_access(fd, old) : fchmod(fd, 0666 & ~mask) < 0 ? -errno : 0;
	return r < 0 ? r : fd_write(fd, text, size);
}

static int replace(const char *path, const char *text, size_t size)
{
	autofree char *target = realpath(path, NULL); /* a link stays a link */
	autofree char *temporary = NULL;
	struct stat old;
	bool is_there = target && stat(target, &old) == 0;

	if (is_there && !S_ISREG(old.st_mode))
		return -EINVAL;
	if (is_there && file_holds(AT_FDCWD, target, text, size))
		return 0;
	const char *name = target ? target : path;
	int r = write_beside(name, is_there ? &old : NULL, text, size, &temporary);
	if (r == 0 && rename(temporary, name) < 0)
		r = -errno;
	if (r < 0 && temporary)
		(void)unlink(temporary); /* the first error is the one to tell */
	return r;
}

int cli_write(const struct cli *cli, const char *text, size_t size)
{
	if (!cli->output) {
		(void)fwrite(text, 1, size, stdout); /* looked at when the program ends */
		return 0;
	}
	int r = replace(cli->output, text, size);
	if (r == -EINVAL)
		return problem_add(cli->problems, r, VFPREP_SYSTEM, cli->output, NULL,
				   "cannot be replaced: not a regular file");
	return r < 0 ? problem_add(cli->problems, r,
				   r == -EACCES || r == -EPERM ? VFPREP_PERMISSION : VFPREP_SYSTEM,
				   cli->output, NULL, "cannot be written: %s", strerror(-r))
		     : 0;
}
