/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Team directories, the contract between host and container, and the CDI devices that lead there.
 */
#include "core/cdi.h"
#include "core/fragment.h"
#include "host/state.h"
#include "host/sysfs.h"

#include <errno.h>
#include <string.h>

static int put(const struct store *store, const char *team, const char *file, const char *text)
{
	autofree char *path = text_format("teams/%s%s%s", team, *file ? "/" : "", file);
	if (!path)
		return -ENOMEM;
	int r = store->ops->store(store->kernel, store->rundir_fd, path, text);
	return r < 0 ? r : 0;
}

/* TEXT NULL: removed. */
static int put_cdi(const struct store *store, const char *team, const char *text)
{
	autofree char *name = cdi_file(team);
	if (!name)
		return -ENOMEM;
	int r = store->ops->store(store->kernel, store->cdi_fd, name, text);
	return r < 0 ? r : 0;
}

int publish_team(const struct store *store, const struct team *team, bool keep_directory)
{
	autofree char *hostdev = fragment_hostdev(team);
	autofree char *interface = team->hint ? fragment_interface(team, team->hint, NULL) : NULL;
	autofree char *json = team_to_json(team);
	bool device = cdi_has_device(team);
	autofree char *cdi = device ? cdi_spec(&team, 1, store->rundir) : NULL;

	if (!hostdev || !json || (team->hint && !interface) || (device && !cdi))
		return -ENOMEM;
	int r = put(store, team->name, "hostdev.xml", hostdev);
	/* One that was there before is gone: with the team that it was about, or swept. */
	if (r == 0 && interface)
		r = put(store, team->name, "interface.xml", interface);
	if (r == 0)
		r = put(store, team->name, "team.json", json);
	if (r == 0)
		r = put_cdi(store, team->name, cdi);
	if (r < 0)
		(void)publish_withdraw(store, team->name, keep_directory); /* that r is told */
	return r;
}

int publish_parking(const struct store *store, const struct team *team)
{
	autofree char *json = team_to_json(team);

	return json ? put(store, team->name, "team.json", json) : -ENOMEM;
}

int publish_withdraw(const struct store *store, const char *name, bool keep_directory)
{
	static const char *const files[] = { "team.json", "interface.xml", "hostdev.xml", "" };

	int r = put_cdi(store, name, NULL);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(files) - keep_directory; i++) {
		r = put(store, name, files[i], NULL);
		if (r == -ENOTEMPTY)
			return 0; /* a file of somebody else's; team.json is gone, which counts */
		if (r < 0)
			return r;
	}
	return 0;
}

/* Records that were written and did not get their name any more. */
static void sweep_state(const struct store *store)
{
	autonames names = { 0 };

	if (sysfs_list(store->rundir_fd, "state", &names) < 0)
		return; /* nothing was ever recorded */
	for (size_t i = 0; i < names.n; i++) {
		size_t length = strlen(names.names[i]);
		if (length < strlen(".new") ||
		    strcmp(names.names[i] + length - strlen(".new"), ".new") != 0)
			continue;
		autofree char *path = text_format("state/%s", names.names[i]);
		if (path)
			(void)store->ops->store(store->kernel, store->rundir_fd, path, NULL);
	}
}

static bool is_published(const struct store *store, const char *team)
{
	autofree char *path = text_format("teams/%s/team.json", team);
	return !path || sysfs_exists(store->rundir_fd, path); /* in doubt the next run sweeps */
}

/* CDI files without a team, and those that did not get their name. */
static void sweep_cdi(const struct store *store)
{
	autonames names = { 0 };

	if (sysfs_list(store->cdi_fd, ".", &names) < 0)
		return; /* nothing was ever published */
	for (size_t i = 0; i < names.n; i++) {
		autofree char *team = cdi_file_team(names.names[i]);
		bool complete = strstr(names.names[i], ".new") == NULL;
		if (team && !(complete && is_published(store, team)))
			(void)store->ops->store(store->kernel, store->cdi_fd, names.names[i], NULL);
	}
}

void publish_sweep(const struct store *store)
{
	autonames names = { 0 };

	sweep_state(store);
	sweep_cdi(store);
	if (sysfs_list(store->rundir_fd, "teams", &names) < 0)
		return; /* nothing was ever published */
	for (size_t i = 0; i < names.n; i++) {
		if (!is_published(store, names.names[i]))
			(void)publish_withdraw(store, names.names[i], false); /* or the next run */
	}
}
