/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The teams that the host has published: directories that are mounted, or files that are named. */
#include "tools/vfteam/teams.h"

#include "host/fd.h"
#include "host/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_MAX  64

void teams_clear(struct teams *teams)
{
	for (size_t i = 0; i < teams->n; i++) {
		team_clear(&teams->items[i].team);
		free(teams->items[i].file);
	}
	free(teams->items);
	*teams = (struct teams){ 0 };
}

/* A container has its host's. */
static int read_boot_id(char **ret, struct vfprep_problems *p)
{
	autofree char *text = NULL;
	size_t size;
	int r = file_read(AT_FDCWD, BOOT_ID_FILE, BOOT_ID_MAX, &text, &size);

	if (r < 0)
		return problem_add(p, r, VFPREP_SYSTEM, BOOT_ID_FILE,
				   "mount /proc; group numbers change from boot to boot",
				   "cannot be read: %s", strerror(-r));
	text[strcspn(text, "\n")] = '\0';
	*ret = TAKE_PTR(text);
	return 0;
}

static int cannot_read(const char *path, int r, struct vfprep_problems *p)
{
	enum vfprep_fault fault = r == -ENOENT || r == -ENOTDIR ? VFPREP_ABSENT
				  : r == -EACCES || r == -EPERM ? VFPREP_PERMISSION
								: VFPREP_SYSTEM;
	return problem_add(p, r, fault, path, NULL, "cannot be read: %s",
			   r == -EINVAL ? "not a regular file" : strerror(-r));
}

/* NAME: that of its directory, if it is one of many; NULL: any is fine. Return: -ENOENT without a
 * finding. */
static int read_team(const char *path, const char *name, const char *boot_id, struct teams *teams,
		     struct vfprep_problems *p)
{
	autofree char *text = NULL, *file = strdup(path);
	autoteam team = { .transient.group = -1 };
	size_t size;

	if (!file)
		return -ENOMEM;
	/* It is a link, or a mount, in many a container. */
	int r = file_read(AT_FDCWD, path, TEAM_JSON_MAX, &text, &size);
	if (r == -ENOENT)
		return r;
	if (r < 0)
		return cannot_read(path, r, p);
	r = team_from_json(text, size, boot_id, path, &team, p);
	if (r < 0)
		return r;
	if (name && strcmp(name, team.name) != 0)
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, path, NULL,
				   "it is that of the team '%s'", team.name);
	struct found_team *found = array_add(&teams->items, &teams->n, sizeof(*found));
	if (!found)
		return -ENOMEM;
	*found = (struct found_team){ team, TAKE_PTR(file) };
	team = (struct team){ .transient.group = -1 };
	return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_team(const struct dirent *entry)
{
	return team_name_valid(entry->d_name);
}

static int read_all(const char *dir, const char *boot_id, struct teams *teams,
		    struct vfprep_problems *p)
{
	struct dirent **entries = NULL;
	int first = 0;

	int n = scandir(dir, &entries, is_team, by_name);
	if (n < 0 && errno == ENOENT)
		return problem_add(p, -ENOENT, VFPREP_ABSENT, dir,
				   "mount the host's " TEAMS_DIR ", or name another by --teams",
				   "there is no such directory");
	if (n < 0)
		return cannot_read(dir, -errno, p);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		autofree char *path = text_format("%s/%s/team.json", dir, name);
		int r = path ? read_team(path, name, boot_id, teams, p) : -ENOMEM;
		/* One without is not published, or just being withdrawn. */
		if (r < 0 && r != -ENOENT && first == 0)
			first = r;
		free(entries[i]);
	}
	free(entries);
	return first;
}

static int read_named(const char *dir, const char *name, const char *boot_id, struct teams *teams,
		      struct vfprep_problems *p)
{
	bool is_name = team_name_valid(name);
	struct stat st;
	bool is_dir = is_name || (stat(name, &st) == 0 && S_ISDIR(st.st_mode));
	autofree char *path = text_format("%s%s%s%s", is_name ? dir : "", is_name ? "/" : "", name,
					  is_dir ? "/team.json" : "");
	int r = path ? read_team(path, is_name ? name : NULL, boot_id, teams, p) : -ENOMEM;

	if (r != -ENOENT)
		return r;
	return is_name ? problem_add(p, r, VFPREP_ABSENT, name,
				     "vfteam list shows those that are; a file is named with a '/'",
				     "no such team is published in %s", dir)
		       : cannot_read(path, r, p);
}

int teams_read(const char *dir, const char *const *names, size_t n, struct teams *teams,
	       struct vfprep_problems *p)
{
	autofree char *boot_id = NULL;
	int first = read_boot_id(&boot_id, p);

	if (first == 0 && n == 0)
		first = read_all(dir, boot_id, teams, p);
	for (size_t i = 0; boot_id && i < n; i++) {
		int r = read_named(dir, names[i], boot_id, teams, p);
		first = first ? first : r;
	}
	if (first == -ENOMEM)
		(void)problem_add(p, 0, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	return first;
}
