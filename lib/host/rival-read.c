/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other programs have been told to do with VFs: where their files are. */
#include <errno.h>
#include <string.h>

#include "host/file-list.h"
#include "host/files.h"
#include "host/host-read.h"
#include "host/sysfs.h"

#define FILE_MAX (1024 * 1024)
#define DIRS_MAX 5
#define DROP_INS ".d"

/* Directories below "/", the first being the strongest, and what is in them. */
struct place {
	enum rival_kind kind;
	const char *dirs[DIRS_MAX]; /* the last may be NULL */
	const char *suffix;
	bool replaced; /* by a file of the same name in an earlier directory */
	int (*read)(struct rivals *list, const char *file, const char *text); /* NULL: INI */
	enum rival_ini ini;
	bool has_drop_ins;
};

#define SYSTEMD_DIRS                                                                               \
	{ "etc/systemd/network", "run/systemd/network", "usr/local/lib/systemd/network",           \
	  "usr/lib/systemd/network" }

static const struct place places[] = {
	/* What is replaced here goes by the UUID in the files, so all of them are told. */
	{ .kind = RIVAL_NETWORKMANAGER,
	  .dirs = { "etc/NetworkManager/system-connections",
		    "run/NetworkManager/system-connections",
		    "usr/lib/NetworkManager/system-connections" },
	  .suffix = "",
	  .ini = RIVAL_INI_KEYFILE },
	{ .kind = RIVAL_SYSTEMD,
	  .dirs = SYSTEMD_DIRS,
	  .suffix = ".link",
	  .replaced = true,
	  .ini = RIVAL_INI_LINK,
	  .has_drop_ins = true },
	{ .kind = RIVAL_SYSTEMD,
	  .dirs = SYSTEMD_DIRS,
	  .suffix = ".network",
	  .replaced = true,
	  .ini = RIVAL_INI_NETWORK,
	  .has_drop_ins = true },
	{ .kind = RIVAL_NETPLAN,
	  .dirs = { "run/netplan", "etc/netplan", "lib/netplan" },
	  .suffix = ".yaml",
	  .replaced = true,
	  .read = rival_read_netplan },
	{ .kind = RIVAL_UDEV,
	  .dirs = { "etc/udev/rules.d", "run/udev/rules.d", "usr/local/lib/udev/rules.d",
		    "usr/lib/udev/rules.d" },
	  .suffix = ".rules",
	  .replaced = true,
	  .read = rival_read_udev },
	{ .kind = RIVAL_MODULE,
	  .dirs = { "etc/modprobe.d", "run/modprobe.d", "usr/local/lib/modprobe.d",
		    "usr/lib/modprobe.d", "lib/modprobe.d" },
	  .suffix = ".conf",
	  .replaced = true,
	  .read = rival_read_modprobe },
	{ .kind = RIVAL_SCRIPT,
	  .dirs = { "etc/systemd/system", "run/systemd/system" },
	  .suffix = ".service",
	  .replaced = true,
	  .read = rival_read_script },
	{ .kind = RIVAL_SCRIPT,
	  .dirs = { "etc/network/interfaces.d" },
	  .suffix = "",
	  .read = rival_read_script },
};

static const char *const scripts[] = { "etc/rc.local", "etc/rc.d/rc.local",
				       "etc/network/interfaces" };

static int add_unread(struct host_facts *f, enum rival_kind kind, const char *path)
{
	autofree char *copy = text_format("/%s", path);
	struct unread *u = copy ? array_add(&f->unread, &f->n_unread, sizeof(*u)) : NULL;
	if (!u)
		return -ENOMEM;
	*u = (struct unread){ kind, TAKE_PTR(copy) };
	return 0;
}

/* What is not there, and what is no regular file (a link to /dev/null masks it), says nothing:
 * *RET stays NULL. */
static int read_file(int root_fd, struct host_facts *f, enum rival_kind kind, const char *path,
		     char **ret)
{
	size_t size;
	int r = file_read(root_fd, path, FILE_MAX, ret, &size);

	if (r == 0 || r == -ENOMEM)
		return r;
	if (r == -ENOENT || r == -ENOTDIR || r == -EINVAL || r == -ENXIO)
		return 0;
	return add_unread(f, kind, path);
}

/* What the listing of a directory returned: not there is fine, not readable is a fact. */
static int listed(struct host_facts *f, enum rival_kind kind, const char *path, int r)
{
	if (r == 0 || r == -ENOMEM)
		return r;
	return r == -ENOENT || r == -ENOTDIR ? 0 : add_unread(f, kind, path);
}

/* What editors leave does not count, nor do vfprep's own rules and units. */
static bool is_skipped(enum rival_kind kind, const char *base)
{
	return base[strlen(base) - 1] == '~' ||
	       ((kind == RIVAL_UDEV || kind == RIVAL_SCRIPT) && strstr(base, "vfprep"));
}

/* The files of a place, in the order in which they are read. UNDER: a directory in each of the
 * place's; NULL: those themselves. */
static int find_files(int root_fd, struct host_facts *f, const struct place *place,
		      const char *under, const char *suffix, struct file_list *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < DIRS_MAX && place->dirs[i]; i++) {
		const char *dir = place->dirs[i];
		autofree char *path =
			text_format("%s%s%s", dir, under ? "/" : "", under ? under : "");
		if (!path)
			return -ENOMEM;
		r = listed(f, place->kind, path,
			   file_list_add(ret, root_fd, dir, under, suffix, place->replaced));
	}
	file_list_sort(ret);
	return r;
}

static int read_ini(int root_fd, struct host_facts *f, const struct place *place, const char *path,
		    struct rival *r)
{
	autofree char *text = NULL;
	autofree char *shown = text_format("/%s", path);
	int res = shown ? read_file(root_fd, f, place->kind, path, &text) : -ENOMEM;

	if (res < 0)
		return res;
	return text ? rival_read_ini(r, place->ini, shown, text) : 0;
}

/* A file with its drop-ins, which belong to no file when it is masked. */
static int read_with_drop_ins(int root_fd, struct host_facts *f, const struct place *place,
			      const char *path, const char *base)
{
	autofiles drop_ins = { 0 };
	autorival rival = { 0 };
	autofree char *dir = text_format("%s" DROP_INS, base);
	autofree char *text = NULL;
	int r = dir ? read_file(root_fd, f, place->kind, path, &text) : -ENOMEM;

	if (r < 0 || !text)
		return r;
	r = read_ini(root_fd, f, place, path, &rival);
	if (r == 0 && place->has_drop_ins)
		r = find_files(root_fd, f, place, dir, ".conf", &drop_ins);
	for (size_t i = 0; r == 0 && i < drop_ins.n; i++) {
		autofree char *drop_in =
			text_format("%s/%s/%s", drop_ins.items[i].dir, dir, drop_ins.items[i].base);
		r = drop_in ? read_ini(root_fd, f, place, drop_in, &rival) : -ENOMEM;
	}
	return r < 0 ? r : rivals_take(&f->rivals, &rival);
}

static int read_lines(int root_fd, struct host_facts *f, enum rival_kind kind, const char *path,
		      int (*read)(struct rivals *list, const char *file, const char *text))
{
	autofree char *text = NULL;
	autofree char *shown = text_format("/%s", path);
	int r = shown ? read_file(root_fd, f, kind, path, &text) : -ENOMEM;

	return r < 0 || !text ? r : read(&f->rivals, shown, text);
}

static int read_place(int root_fd, struct host_facts *f, const struct place *place)
{
	autofiles files = { 0 };
	int r = find_files(root_fd, f, place, NULL, place->suffix, &files);

	for (size_t i = 0; r == 0 && i < files.n; i++) {
		const struct listed_file *s = &files.items[i];
		if (is_skipped(place->kind, s->base))
			continue;
		autofree char *path = text_format("%s/%s", s->dir, s->base);
		if (!path)
			return -ENOMEM;
		r = place->read ? read_lines(root_fd, f, place->kind, path, place->read)
				: read_with_drop_ins(root_fd, f, place, path, s->base);
	}
	return r;
}

/* Parameters as they are; igb and ixgbe do not show theirs. */
static int read_parameters(int root_fd, struct host_facts *f)
{
	autonames modules = { 0 };
	int r = listed(f, RIVAL_MODULE, "sys/module", sysfs_list(root_fd, "sys/module", &modules));

	for (size_t i = 0; r == 0 && i < modules.n; i++) {
		autofree char *value = NULL;
		autofree char *path =
			text_format("/sys/module/%s/parameters/max_vfs", modules.names[i]);
		if (!path)
			return -ENOMEM;
		if (sysfs_read(root_fd, path + 1, &value) == 0)
			r = rival_add_max_vfs(&f->rivals, path, 0, modules.names[i], value);
	}
	return r;
}

/* Files that are named after an address: PREFIX, then the address. */
static int read_addresses(int root_fd, struct host_facts *f, enum rival_kind kind, const char *dir,
			  const char *prefix)
{
	autonames names = { 0 };
	int r = listed(f, kind, dir, sysfs_list(root_fd, dir, &names));

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		const char *name = names.names[i];
		struct pci_address address;
		if (strncmp(name, prefix, strlen(prefix)) == 0)
			name += strlen(prefix);
		if (pci_address_parse(name, &address) < 0)
			continue;
		autofree char *path = text_format("/%s/%s", dir, names.names[i]);
		struct rival *rival = path ? rivals_add(&f->rivals, kind, path, 0) : NULL;
		if (!rival)
			return -ENOMEM;
		r = rival_add_match(rival, MATCH_ADDRESS, name, "\n");
		if (kind == RIVAL_DRIVERCTL && sysfs_read(root_fd, path + 1, &rival->value) < 0)
			rival->value = NULL; /* which driver is not known */
	}
	return r;
}

/* pkg/consts/constants.go of k8snetworkplumbingwg/sriov-network-operator: what it keeps of each PF
 * that it has set, and the units of its systemd mode. */
static int read_operator(int root_fd, struct host_facts *f)
{
	static const char *const units[] = {
		"/etc/systemd/system/sriov-config.service",
		"/etc/systemd/system/sriov-config-post-network.service",
	};
	for (size_t i = 0; i < ARRAY_SIZE(units) && !f->operator_by; i++) {
		if (sysfs_exists(root_fd, units[i] + 1) &&
		    text_replace(&f->operator_by, units[i]) < 0)
			return -ENOMEM;
	}
	return read_addresses(root_fd, f, RIVAL_OPERATOR, "etc/sriov-operator/pci", "");
}

int host_read_rivals(int root_fd, struct host_facts *f)
{
	int r = f->cmdline ? rival_read_cmdline(&f->rivals, "/proc/cmdline", f->cmdline) : 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(places); i++)
		r = read_place(root_fd, f, &places[i]);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(scripts); i++)
		r = read_lines(root_fd, f, RIVAL_SCRIPT, scripts[i], rival_read_script);
	if (r == 0)
		r = read_parameters(root_fd, f);
	if (r == 0)
		r = read_operator(root_fd, f);
	/* "pci-0000:01:10.0"; old versions of driverctl wrote the address alone. */
	if (r == 0)
		r = read_addresses(root_fd, f, RIVAL_DRIVERCTL, "etc/driverctl.d", "pci-");
	return r;
}
