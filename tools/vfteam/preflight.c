/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this container shows of its teams' VFs: nodes, sysfs, limits. */
#include "tools/vfteam/preflight.h"

#include "core/cmdline.h"
#include "core/lines.h"
#include "host/fd.h"
#include "host/files.h"
#include "host/sysfs.h"
#include "tools/vfteam/versions.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <linux/vfio.h>

#define GROUPS_DIR "/sys/kernel/iommu_groups"

/* "242:3" as a device's file `dev` in sysfs has it; 0: it is not known. */
static uint64_t read_number(const char *path)
{
	autofree char *text = NULL;
	unsigned major, minor;

	if (sysfs_read(AT_FDCWD, path, &text) < 0)
		return 0;
	char *colon = strchr(text, ':');
	if (!colon)
		return 0;
	*colon = '\0';
	if (text_to_unsigned(text, 10, 0, UINT32_MAX, &major) < 0 ||
	    text_to_unsigned(colon + 1, 10, 0, UINT32_MAX, &minor) < 0)
		return 0;
	return (uint64_t)major << 32 | minor;
}

static void read_node(const char *path, const char *number_path, struct preflight_node *ret)
{
	struct stat st;

	*ret = (struct preflight_node){ .error = -1, .wanted = read_number(number_path) };
	if (stat(path, &st) < 0)
		return;
	ret->exists = true;
	ret->is_device = S_ISCHR(st.st_mode);
	ret->number = (uint64_t)major(st.st_rdev) << 32 | minor(st.st_rdev);
	ret->uid = st.st_uid;
	ret->gid = st.st_gid;
	ret->mode = st.st_mode & 07777;
}

/* Only a node that is what it has to be is opened. */
static int open_node(const char *path, struct preflight_node *n)
{
	if (!n->is_device || (n->wanted && n->wanted != n->number))
		return -1;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	n->error = fd < 0 ? errno : 0;
	return fd;
}

static void read_vfio(struct preflight_host *h)
{
	const char *path = "/dev/vfio/vfio";

	read_node(path, "/sys/class/misc/vfio/dev", &h->vfio);
	autoclose int fd = open_node(path, &h->vfio);
	if (fd < 0)
		return;
	h->has_api = ioctl(fd, VFIO_GET_API_VERSION) == VFIO_API_VERSION;
	h->has_type1 = ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1_IOMMU) > 0 ||
		       ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) > 0;
}

static char *read_name(const char *pid)
{
	autofree char *path = text_format("/proc/%s/comm", pid);
	char *name = NULL;

	return path && sysfs_read(AT_FDCWD, path, &name) == 0 ? name : NULL;
}

static void read_limit(struct preflight_host *h)
{
	autofree char *path = text_format("/proc/%u/limits", h->pid);
	autofree char *text = NULL;

	if (path && sysfs_read(AT_FDCWD, path, &text) == 0)
		h->has_limit = memlock_from_limits(text, &h->limit) == 0;
}

/* The first number behind KEY in the process's status. */
static bool read_status(unsigned pid, const char *key, unsigned *ret)
{
	autofree char *path = text_format("/proc/%u/status", pid);
	autofree char *text = NULL;
	autolines l = { .at = "" };

	if (!path || sysfs_read(AT_FDCWD, path, &text) < 0)
		return false;
	l.at = text;
	while (lines_next(&l)) {
		if (strncmp(l.line, key, strlen(key)) != 0)
			continue;
		char *word = line_trim(l.line + strlen(key));
		word[strcspn(word, "\t ")] = '\0';
		return text_to_unsigned(word, 10, 0, UINT32_MAX, ret) == 0;
	}
	return false;
}

/* By its real user: /proc itself is root's where a process may not be looked into. */
static bool is_of_user(unsigned pid)
{
	unsigned uid;

	return read_status(pid, "Uid:", &uid) ? uid != 0 : getuid() != 0;
}

/* Has it started this process? The shell that goes on to start QEMU may name the VF in what it was
 * given to do. */
static bool is_ancestor(unsigned pid)
{
	unsigned at = (unsigned)getpid();

	while (at > 1 && read_status(at, "PPid:", &at)) {
		if (at == pid)
			return true;
	}
	return false;
}

/* The daemon that starts QEMU; 0: none is seen. */
static unsigned find_daemon(const struct name_list *processes)
{
	unsigned pid = 0;

	for (size_t i = 0; !pid && i < processes->n; i++) {
		if (text_to_unsigned(processes->names[i], 10, 1, INT_MAX, &pid) < 0)
			continue;
		autofree char *name = read_name(processes->names[i]);
		if (!text_equal(name, "libvirtd") && !text_equal(name, "virtqemud"))
			pid = 0;
	}
	return pid;
}

/* The domain's own, or one on the path; a name without a path is none to libvirt. */
static int read_qemu(const char *emulator, struct preflight_host *h)
{
	bool has_path = emulator && *emulator == '/';

	if (has_path && text_replace(&h->emulator, emulator) < 0)
		return -ENOMEM;
	int r = version_of_qemu(h->emulator, &h->qemu);
	h->has_emulator = has_path && r == 0;
	return r == -ENOENT ? 0 : r;
}

int preflight_read_host(unsigned pid, const char *emulator, struct preflight_host *ret)
{
	struct preflight_host h = { .uid = getuid() };
	autonames processes = { 0 }, groups = { 0 };

	if (sysfs_list(AT_FDCWD, "/proc", &processes) == -ENOMEM ||
	    sysfs_list(AT_FDCWD, GROUPS_DIR, &groups) == -ENOMEM)
		return -ENOMEM;
	h.has_groups = groups.n > 0;
	h.pid = pid ? pid : find_daemon(&processes);
	if (!h.pid)
		h.pid = (unsigned)getpid();
	autofree char *number = text_format("%u", h.pid);
	h.process = number ? read_name(number) : NULL;
	if (pid && !h.process)
		return -ESRCH;
	read_limit(&h);
	h.is_user = is_of_user(h.pid);
	read_vfio(&h);
	int r = version_of_libvirt(&h.libvirt);
	if (r == 0)
		r = read_qemu(emulator, &h);
	if (r < 0)
		preflight_host_clear(&h);
	else
		*ret = h;
	return r;
}

/* Does the process have that device open? */
static bool has_open(const char *pid, const struct preflight_node *n)
{
	autofree char *path = text_format("/proc/%s/fd", pid);
	autonames names = { 0 };
	autoclose int fds = -1;

	if (!path || sysfs_open_dir(AT_FDCWD, path, &fds) < 0 || sysfs_list(fds, ".", &names) < 0)
		return false;
	for (size_t i = 0; i < names.n; i++) {
		struct stat st;
		if (fstatat(fds, names.names[i], &st, 0) == 0 && S_ISCHR(st.st_mode) &&
		    ((uint64_t)major(st.st_rdev) << 32 | minor(st.st_rdev)) == n->number)
			return true;
	}
	return false;
}

/* Does the command line of the process name the VF? */
static bool has_named(const char *pid, struct pci_address address)
{
	autofree char *path = text_format("/proc/%s/cmdline", pid);
	CLEANUP(addresses_clear) struct addresses named = { 0 };
	autofree char *text = NULL;
	size_t size;

	if (!path || file_read(AT_FDCWD, path, CMDLINE_MAX, &text, &size) < 0)
		return false;
	(void)cmdline_addresses(text, size, &named); /* what fits is there */
	for (size_t i = 0; i < named.n; i++) {
		if (pci_address_compare(named.items[i], address) == 0)
			return true;
	}
	return false;
}

static int find_holder(struct pci_address address, struct preflight_vf *v)
{
	autonames processes = { 0 };
	unsigned pid;

	if (sysfs_list(AT_FDCWD, "/proc", &processes) == -ENOMEM)
		return -ENOMEM;
	for (size_t i = 0; i < processes.n; i++) {
		const char *process = processes.names[i];
		if (text_to_unsigned(process, 10, 1, INT_MAX, &pid) < 0 ||
		    pid == (unsigned)getpid())
			continue;
		bool has = v->node.is_device && has_open(process, &v->node);
		v->names = !has && has_named(process, address) && !is_ancestor(pid);
		if (!has && !v->names)
			continue;
		autofree char *name = read_name(process);
		v->holder = text_format("pid %u (%s)", pid, name ? name : "?");
		return v->holder ? 0 : -ENOMEM;
	}
	return 0;
}

static int read_group(const struct team *t, struct preflight_vf *v)
{
	int group = t->transient.group;
	autofree char *path = text_format("/dev/vfio/%d", group);
	autofree char *number = text_format("/sys/class/vfio/%d/dev", group);
	struct vfio_group_status status = { .argsz = sizeof(status) };

	if (!path || !number)
		return -ENOMEM;
	read_node(path, number, &v->node);
	int r = find_holder(t->transient.address, v);
	if (r < 0 || v->holder)
		return r;
	autoclose int fd = open_node(path, &v->node);
	if (fd >= 0)
		v->viable = ioctl(fd, VFIO_GROUP_GET_STATUS, &status) == 0 &&
			    status.flags & VFIO_GROUP_FLAGS_VIABLE;
	return 0;
}

static void read_device(struct preflight_vf *v, int fd)
{
	unsigned class;
	struct stat st;

	v->there = true;
	(void)sysfs_read_link(fd, "driver", &v->driver); /* NULL is none */
	(void)sysfs_read_group(fd, &v->group);           /* else it has none */
	if (sysfs_read_unsigned(fd, "class", 16, &class) == 0)
		v->class = class >> 8;
	if (fstatat(fd, "config", &st, 0) == 0)
		v->config_size = (uint64_t)st.st_size;
}

int preflight_read_vf(const struct team *t, struct preflight_vf *ret)
{
	struct preflight_vf v = { .group = -1 };
	autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int fd = -1;

	if (root >= 0 && sysfs_open_function(root, t->transient.address, &fd) == 0)
		read_device(&v, fd);
	int r = read_group(t, &v);
	if (r < 0)
		preflight_vf_clear(&v);
	else
		*ret = v;
	return r;
}
