/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock of a PF on which a blocking write is under way. */
#include "host/busy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "host/fd.h"

#define CONTENT_MAX 512

static char *lock_path(struct pci_address pf)
{
	char address[PCI_ADDRESS_TEXT];
	return text_format("state/%s.busy", pci_address_format(pf, address));
}

static int open_lock_file(int rundir_fd, struct pci_address pf, int flags)
{
	autofree char *path = lock_path(pf);
	int fd;

	if (!path)
		return -ENOMEM;
	fd = openat(rundir_fd, path, flags | O_CLOEXEC | O_NOFOLLOW, 0644);
	return fd < 0 ? -errno : fd;
}

/* A lock of the open file, which its copy in the child keeps; and one that can be asked for without
 * taking it, so that a list does not get in the way of an apply. */
int busy_lock(int rundir_fd, struct pci_address pf, int *ret_fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autoclose int fd = -1;

	if (rundir_fd < 0) {
		*ret_fd = -1;
		return 0;
	}
	fd = open_lock_file(rundir_fd, pf, O_RDWR | O_CREAT);
	if (fd == -ENOENT && (mkdirat(rundir_fd, "state", 0755) == 0 || errno == EEXIST))
		fd = open_lock_file(rundir_fd, pf, O_RDWR | O_CREAT);
	if (fd < 0)
		return fd;
	(void)fchmod(fd, 0644); /* whatever the umask: everybody may ask who has it */
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
	if (ftruncate(fd, 0) < 0) /* who had it before is of no interest */
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void busy_remove(int rundir_fd, struct pci_address pf)
{
	autofree char *path = rundir_fd < 0 ? NULL : lock_path(pf);
	if (path)
		(void)unlinkat(rundir_fd, path, 0); /* a file that stays does no harm */
}

static int read_words(int fd, char **ret_text, uint64_t *ret_deadline)
{
	char content[CONTENT_MAX];
	ssize_t n = pread(fd, content, sizeof(content) - 1, 0);
	char *line = NULL, *text = NULL;

	if (n < 0)
		return -errno;
	content[n] = '\0';
	line = strchr(content, '\n');
	if (line)
		*line++ = '\0';
	text = strdup(n > 0 ? content : "another process");
	if (!text)
		return -ENOMEM;
	if (ret_deadline) {
		*ret_deadline = 0;
		if (line) {
			line[strcspn(line, "\n")] = '\0';
			(void)text_to_u64(line, 10, 0, UINT64_MAX, ret_deadline); /* else 0 */
		}
	}
	if (ret_text)
		*ret_text = TAKE_PTR(text);
	free(text);
	return 1;
}

int busy_holder(int rundir_fd, struct pci_address pf, char **ret_text, uint64_t *ret_deadline)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autoclose int fd = rundir_fd < 0 ? -ENOENT : open_lock_file(rundir_fd, pf, O_RDONLY);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
		return -errno;
	return lock.l_type == F_UNLCK ? 0 : read_words(fd, ret_text, ret_deadline);
}
