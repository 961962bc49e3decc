/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IOMMU groups and their nodes. */
#include "host/group.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "host/deadline.h"
#include "host/fd.h"
#include "host/sysfs.h"
#include "host/udev.h"

#define NAP_MS 5

static char *node_path(int group)
{
	return text_format("dev/vfio/%d", group);
}

int group_read_node(int root_fd, int group, struct node *ret, uint64_t *ret_number)
{
	autofree char *path = node_path(group);
	struct node node = { 0 };
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!S_ISCHR(st.st_mode))
			return -ENOTTY;
		node = (struct node){
			.exists = true,
			.uid = st.st_uid,
			.gid = st.st_gid,
			.mode = st.st_mode & 07777,
		};
		if (ret_number)
			*ret_number = st.st_rdev;
	} else if (errno != ENOENT && errno != ENOTDIR) {
		return -errno;
	}
	*ret = node;
	return 0;
}

int group_wait_node(int root_fd, int group, unsigned timeout_ms)
{
	uint64_t deadline = deadline_in(timeout_ms);
	struct node node = { 0 };

	for (;;) {
		int r = group_read_node(root_fd, group, &node, NULL);

		if (r < 0 || node.exists)
			return r;
		if (!deadline_nap(deadline, NAP_MS))
			return -ETIMEDOUT;
	}
}

/* Is it what sysfs says the group's node is? /dev is writable for whoever holds root in a container
 * that shares it. */
static int check_node(int root_fd, int group, const struct stat *st, char **ret_detail)
{
	autofree char *path = text_format("sys/class/vfio/%d/dev", group);
	autofree char *number = text_format("%u:%u", major(st->st_rdev), minor(st->st_rdev));
	autofree char *want = NULL;
	int r = path && number ? sysfs_read(root_fd, path, &want) : -ENOMEM;

	if (r < 0)
		return r;
	if (S_ISCHR(st->st_mode) && text_equal(number, want))
		return 0;
	*ret_detail = text_format("/dev/vfio/%d is not the device %s", group, want);
	return -EREMOTEIO;
}

int group_check_node(int root_fd, int group, char **ret_detail)
{
	autofree char *path = node_path(group);
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return check_node(root_fd, group, &st, ret_detail);
}

/* First the owner, so that the old one never has the new mode; by the descriptor, so that it is the
 * node that was looked at. An O_PATH descriptor does not open the group, and chmod of one goes by
 * /proc before Linux 6.6. */
static int change_node(int fd, const struct node *want)
{
	autofree char *path = text_format("/proc/self/fd/%d", fd);

	if (!path)
		return -ENOMEM;
	if (fchownat(fd, "", want->uid, want->gid, AT_EMPTY_PATH) < 0)
		return -errno;
	return fchmodat(AT_FDCWD, path, want->mode, 0) < 0 ? -errno : 0;
}

int group_set_node(int root_fd, int group, const struct node *want, unsigned timeout_ms,
		   char **ret_detail)
{
	autofree char *path = node_path(group);
	autoclose int fd = path ? openat(root_fd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;
	struct stat st;
	int r;

	if (!path)
		return -ENOMEM;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	r = check_node(root_fd, group, &st, ret_detail);
	if (r < 0)
		return r;
	/* A udev rule for vfio nodes would have the last word; one that is too late is seen when
	 * the machine is read again. */
	(void)udev_wait_node(root_fd, major(st.st_rdev), minor(st.st_rdev), timeout_ms);
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid == want->uid && st.st_gid == want->gid && (st.st_mode & 07777) == want->mode)
		return 1;
	return change_node(fd, want);
}

static bool is_same_file(int fd, int root_fd, const char *path)
{
	struct stat held, now;

	return fstat(fd, &held) == 0 && fstatat(root_fd, path, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       held.st_ino == now.st_ino && held.st_rdev == now.st_rdev;
}

int claims_add(struct claims *c, int root_fd, int group)
{
	autofree char *path = node_path(group);
	autoclose int fd = -1;
	struct claim *claim = NULL;

	if (!path)
		return -ENOMEM;
	for (size_t i = 0; i < c->n && !claim; i++)
		if (c->claims[i].group == group)
			claim = &c->claims[i];
	/* After a new bind the group has a new node, and the old claim locks nothing any more. */
	if (claim && claim->fd >= 0 && is_same_file(claim->fd, root_fd, path))
		return 0;
	fd = openat(root_fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT || errno == ENODEV || errno == ENXIO ? 0 : -errno;
	if (!claim)
		claim = array_add(&c->claims, &c->n, sizeof(*claim));
	else if (claim->fd >= 0)
		(void)close(claim->fd); /* it was only kept open */
	if (!claim)
		return -ENOMEM;
	*claim = (struct claim){ .group = group, .fd = TAKE_FD(fd) };
	return 0;
}

void claims_clear(struct claims *c)
{
	for (size_t i = 0; i < c->n; i++)
		(void)close(c->claims[i].fd); /* it was only kept open */
	free(c->claims);
	*c = (struct claims){ 0 };
}

static int add_member(int root_fd, const char *name, struct group *group)
{
	autoclose int fd = -1;
	autofree char *driver = NULL;
	struct pci_address address;

	if (pci_address_parse(name, &address) < 0)
		return 0; /* no PCI device */
	if (sysfs_open_function(root_fd, address, &fd) == 0 &&
	    sysfs_read_link(fd, "driver", &driver) == -ENOMEM)
		return -ENOMEM;
	struct group_member *member =
		array_add(&group->members, &group->n_members, sizeof(*member));
	if (!member)
		return -ENOMEM;
	member->address = address;
	member->driver = TAKE_PTR(driver);
	return 0;
}

static int read_shared(int root_fd, int number, struct vfprep_machine *m)
{
	autofree char *path = text_format("sys/kernel/iommu_groups/%d/devices", number);
	autonames names = { 0 };

	if (!path)
		return -ENOMEM;
	if (sysfs_list(root_fd, path, &names) < 0 || names.n < 2)
		return 0;
	struct group *group = array_add(&m->groups, &m->n_groups, sizeof(*group));
	if (!group)
		return -ENOMEM;
	group->number = number;
	int r = 0;
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = add_member(root_fd, names.names[i], group);
	return r;
}

int group_read_shared(int root_fd, struct vfprep_machine *m)
{
	for (size_t i = 0; i < m->n_pfs; i++) {
		const struct pf *pf = &m->pfs[i];
		for (size_t k = 0; k < pf_count(pf); k++) {
			int number = pf_at(pf, k)->function.group;
			int r = number < 0 || machine_find_group(m, number)
					? 0
					: read_shared(root_fd, number, m);
			if (r < 0)
				return r;
		}
	}
	return 0;
}
