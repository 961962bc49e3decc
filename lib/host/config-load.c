/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration directories to one configuration. */
#include "host/config-load.h"

#include "core/ini.h"
#include "host/file-list.h"
#include "host/files.h"

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

static int add_dir(struct file_list *files, const char *dir, bool required,
		   struct vfprep_problems *p)
{
	int r = file_list_add(files, AT_FDCWD, dir, NULL, ".conf", true);
	if (r == 0 || (r == -ENOENT && !required))
		return 0;
	return problem_add(p, r == -ENOMEM ? r : 0, VFPREP_CONFIG, dir, NULL, "cannot be read: %s",
			   strerror(-r));
}

const struct names host_names = { lookup_user, lookup_group };

/* A link to /dev/null, by which an administrator switches a file of the vendor's off. */
static bool is_masked(const char *path)
{
	struct stat file, null;
	return stat(path, &file) == 0 && S_ISCHR(file.st_mode) && stat("/dev/null", &null) == 0 &&
	       file.st_rdev == null.st_rdev;
}

static int add_file(struct vfprep_config *config, const struct listed_file *file,
		    struct vfprep_problems *p)
{
	autofree char *path = text_format("%s/%s", file->dir, file->base);
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
	autofiles files = { 0 };
	autoconfig config = config_new();

	int r = config ? 0 : -ENOMEM;
	if (r == 0 && confdir)
		r = add_dir(&files, confdir, true, p);
	for (size_t i = 0; r == 0 && !confdir && i < ARRAY_SIZE(default_dirs); i++)
		r = add_dir(&files, default_dirs[i], false, p);
	file_list_sort(&files);
	for (size_t i = 0; r == 0 && i < files.n; i++)
		r = add_file(config, &files.items[i], p);
	if (r < 0)
		return r;
	config_check(config, p);
	if (files.n == 0 && !problems_any(p))
		(void)problem_add(p, 0, VFPREP_NOTE, confdir ? confdir : default_dirs[0],
				  "see vfprep.conf(5)", "there is no configuration file");
	*ret_config = TAKE_PTR(config);
	return 0;
}
