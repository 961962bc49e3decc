/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes below a directory that is already open. */
#include "host/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "host/fd.h"

#define ATTRIBUTE_MAX 65536 /* sysfs itself stops at a page */
#define TARGET_MAX    4096
#define LIST_BYTES    32768

static int read_error(int error)
{
	/* An attribute that has nothing to say: phys_port_name without ndo_get_phys_port_name
	 * (EOPNOTSUPP), speed of a link that is down; ENODEV: the device went away. */
	return error == ENODEV || error == EOPNOTSUPP ? -ENOENT : -error;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_all(int fd, struct strbuf *b)
{
	char part[4096];

	for (;;) {
		ssize_t n = read(fd, part, sizeof(part));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return read_error(errno);
		if (n == 0)
			return 0;
		strbuf_add_bytes(b, part, (size_t)n);
		if (b->len > ATTRIBUTE_MAX)
			return -EFBIG;
	}
}

int sysfs_open_dir(int dir_fd, const char *path, int *ret_fd)
{
	int fd = openat(dir_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int sysfs_open_function(int root_fd, struct pci_address address, int *ret_fd)
{
	char text[PCI_ADDRESS_TEXT];
	autofree char *path =
		text_format("sys/bus/pci/devices/%s", pci_address_format(address, text));

	return path ? sysfs_open_dir(root_fd, path, ret_fd) : -ENOMEM;
}

bool sysfs_exists(int dir_fd, const char *path)
{
	return faccessat(dir_fd, path, F_OK, AT_EACCESS) == 0;
}

int sysfs_read(int dir_fd, const char *path, char **ret)
{
	autostrbuf b = { 0 };
	autoclose int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	int r;

	if (fd < 0)
		return read_error(errno);
	r = read_all(fd, &b);
	if (r < 0)
		return r;
	if (b.len > 0 && b.data[b.len - 1] == '\n')
		b.data[b.len - 1] = '\0';
	text = strbuf_take(&b);
	if (!text)
		return -ENOMEM;
	*ret = text;
	return 0;
}

int sysfs_read_unsigned(int dir_fd, const char *path, int base, unsigned *ret)
{
	autofree char *text = NULL;
	const char *digits = NULL;
	int r = sysfs_read(dir_fd, path, &text);

	if (r < 0)
		return r;
	digits = base == 16 && strncmp(text, "0x", 2) == 0 ? text + 2 : text;
	return text_to_unsigned(digits, base, 0, UINT32_MAX, ret);
}

int sysfs_read_link(int dir_fd, const char *path, char **ret)
{
	char target[TARGET_MAX];
	ssize_t n = readlinkat(dir_fd, path, target, sizeof(target));
	const char *last = NULL;
	char *text = NULL;

	if (n < 0)
		return read_error(errno);
	if ((size_t)n == sizeof(target))
		return -ENAMETOOLONG;
	target[n] = '\0';
	last = strrchr(target, '/');
	text = strdup(last ? last + 1 : target);
	if (!text)
		return -ENOMEM;
	*ret = text;
	return 0;
}

int sysfs_read_group(int function_fd, int *ret_group)
{
	autofree char *name = NULL;
	unsigned group = 0;
	int r = sysfs_read_link(function_fd, "iommu_group", &name);

	if (r == 0)
		r = text_to_unsigned(name, 10, 0, INT_MAX, &group);
	if (r < 0)
		return r;
	*ret_group = (int)group;
	return 0;
}

void name_list_clear(struct name_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->names[i]);
	free(l->names);
	*l = (struct name_list){ 0 };
}

static int add_name(struct name_list *l, const char *name)
{
	char **room = NULL;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	room = array_add(&l->names, &l->n, sizeof(*room));
	if (!room)
		return -ENOMEM;
	*room = strdup(name);
	return *room ? 0 : -ENOMEM;
}

/* The names among SIZE bytes of what getdents64() gave. */
static int add_names(struct name_list *l, const char *entries, size_t size)
{
	for (size_t at = 0; at < size;) {
		const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
		int r = add_name(l, entry->d_name);

		if (r < 0)
			return r;
		at += entry->d_reclen;
	}
	return 0;
}

/* Without opendir(), which asks of each descriptor what is known here. */
int sysfs_list(int dir_fd, const char *path, struct name_list *ret)
{
	autoclose int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(struct dirent64) char entries[LIST_BYTES];
	autonames l = { 0 };

	if (fd < 0)
		return read_error(errno);
	for (;;) {
		ssize_t n = getdents64(fd, entries, sizeof(entries));
		int r = n < 0 ? read_error(errno) : add_names(&l, entries, (size_t)n);

		if (r < 0)
			return r;
		if (n == 0)
			break;
	}
	if (l.n > 0)
		qsort(l.names, l.n, sizeof(*l.names), compare_names);
	*ret = l;
	l = (struct name_list){ 0 };
	return 0;
}

int sysfs_open_to_write(int dir_fd, const char *path, int *ret_fd)
{
	int fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int sysfs_write(int dir_fd, const char *path, const char *value)
{
	autoclose int fd = -1;
	size_t size = strlen(value);
	ssize_t n;
	int r = sysfs_open_to_write(dir_fd, path, &fd);

	if (r < 0)
		return r;
	do
		n = write(fd, value, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

int sysfs_inode(int dir_fd, uint64_t *ret)
{
	struct stat st;

	if (fstat(dir_fd, &st) < 0)
		return -errno;
	*ret = st.st_ino;
	return 0;
}
