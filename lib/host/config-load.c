/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration directories to one configuration. */
#include "host/config-load.h"

#include "core/ini.h"
#include "host/fd.h"
#include "host/files.h"
#include "host/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

static const char *const default_dirs[] = { "/etc/vfprep", "/run/vfprep/conf.d",
					    "/usr/lib/vfprep" };

/* Room for any entry of the user and group databases. */
#define ENTRY_MAX (1024 * 1024)

static int lookup_user(const char *name, unsigned *ret_uid)
{
	autofree char *room = malloc(ENTRY_MAX);
	struct passwd entry, *found;
	if (!room)
		return -ENOMEM;
	int r = getpwnam_r(name, &entry, room, ENTRY_MAX, &found);
	if (r || !found)
		return -ENOENT;
	*ret_uid = found->pw_uid;
	return 0;
}

static int lookup_group(const char *name, unsigned *ret_gid)
{
	autofree char *room = malloc(ENTRY_MAX);
	struct group entry, *found;
	if (!room)
		return -ENOMEM;
	int r = getgrnam_r(name, &entry, room, ENTRY_MAX, &found);
	if (r || !found)
		return -ENOENT;
	*ret_gid = found->gr_gid;
	return 0;
}

struct source {
	char *base;
	const char *dir;
};

struct sources {
	struct source *items;
	size_t n;
};

static void sources_clear(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i].base);
	free(s->items);
}

static int by_base(const void *a, const void *b)
{
	const struct source *x = a, *y = b;
	return strcmp(x->base, y->base);
}

static bool has_base(const struct sources *s, const char *base)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->items[i].base, base) == 0)
			return true;
	}
	return false;
}

static int add_dir(struct sources *s, const char *dir, bool required, struct vfprep_problems *p)
{
	autonames names = { 0 };

	int r = sysfs_list(AT_FDCWD, dir, &names);
	if (r == -ENOENT && !required)
		return 0;
	if (r < 0)
		return problem_add(p, r == -ENOMEM ? r : 0, VFPREP_CONFIG, dir, NULL,
				   "cannot be read: %s", strerror(-r));
	for (size_t i = 0; i < names.n; i++) {
		size_t length = strlen(names.names[i]);
		if (names.names[i][0] == '.' || length <= strlen(".conf") ||
		    strcmp(names.names[i] + length - strlen(".conf"), ".conf") != 0 ||
		    has_base(s, names.names[i]))
			continue;
		struct source *source = array_add(&s->items, &s->n, sizeof(*source));
		if (!source || text_replace(&source->base, names.names[i]) < 0)
			return -ENOMEM;
		source->dir = dir;
	}
	return 0;
}

const struct names host_names = { lookup_user, lookup_group };

/* A link to /dev/null, by which an administrator switches a file of the vendor's off. */
static bool is_masked(const char *path)
{
	struct stat file, null;
	return stat(path, &file) == 0 && S_ISCHR(file.st_mode) && stat("/dev/null", &null) == 0 &&
	       file.st_rdev == null.st_rdev;
}

static int add_file(struct vfprep_config *config, const struct source *source,
		    struct vfprep_problems *p)
{
	autofree char *path = text_format("%s/%s", source->dir, source->base);
	autofree char *text = NULL;
	size_t size;

	if (!path)
		return -ENOMEM;
	if (is_masked(path))
		return 0;
	int r = file_read(AT_FDCWD, path, INI_SIZE_MAX, &text, &size);
	if (r == -EINVAL)
		return problem_add(p, 0, VFPREP_CONFIG, path, NULL, "is no regular file");
	if (r < 0)
		return problem_add(p, r == -ENOMEM ? r : 0, VFPREP_CONFIG, path, NULL,
				   "cannot be read: %s", strerror(-r));
	return config_add_file(config, path, text, size, &host_names, p);
}

int config_load(const char *confdir, struct vfprep_config **ret_config, struct vfprep_problems *p)
{
	CLEANUP(sources_clear) struct sources sources = { 0 };
	autoconfig config = config_new();

	int r = config ? 0 : -ENOMEM;
	if (r == 0 && confdir)
		r = add_dir(&sources, confdir, true, p);
	for (size_t i = 0; r == 0 && !confdir && i < ARRAY_SIZE(default_dirs); i++)
		r = add_dir(&sources, default_dirs[i], false, p);
	if (sources.n)
		qsort(sources.items, sources.n, sizeof(sources.items[0]), by_base);
	for (size_t i = 0; r == 0 && i < sources.n; i++)
		r = add_file(config, &sources.items[i], p);
	if (r < 0)
		return r;
	config_check(config, p);
	if (sources.n == 0 && !problems_any(p))
		(void)problem_add(p, 0, VFPREP_NOTE, confdir ? confdir : default_dirs[0],
				  "see vfprep.conf(5)", "there is no configuration file");
	*ret_config = TAKE_PTR(config);
	return 0;
}
