/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lies on top of a PF's interfaces: bridges, bonds, VLANs, macvlans, as sysfs links them. */
#include "host/upper.h"

#include <errno.h>
#include <string.h>

#include "host/sysfs.h"

/* To follow more would take too long for what it is. */
#define UPPERS_MAX 1024

/* In switchdev mode the interface is a port of the card's own switch, which has an id then, and
 * frames go by its rules, not by the MACs of VFs (net/core/net-sysfs.c, phys_switch_id_show()). */
static bool is_switchdev(int root_fd, const char *name)
{
	autofree char *path = text_format("sys/class/net/%s/phys_switch_id", name);
	autofree char *id = NULL;

	return path && sysfs_read(root_fd, path, &id) == 0 && *id;
}

static int add_upper(struct pf *pf, const char *name)
{
	for (size_t i = 0; i < pf->n_uppers; i++) {
		if (strcmp(pf->uppers[i], name) == 0)
			return 0; /* by another way: a bond of two, or somebody's loop */
	}
	if (pf->n_uppers == UPPERS_MAX)
		return -E2BIG;
	char **upper = array_add(&pf->uppers, &pf->n_uppers, sizeof(*upper));
	return upper ? text_replace(upper, name) : -ENOMEM;
}

/* Each has a link upper_NAME in its directory (net/core/dev.c, __netdev_adjacent_dev_insert()).
 * One that went away meanwhile has none. */
static int add_uppers_of(int root_fd, const char *name, struct pf *pf)
{
	static const char prefix[] = "upper_";
	autofree char *path = text_format("sys/class/net/%s", name);
	autonames names = { 0 };
	int r = path ? sysfs_list(root_fd, path, &names) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (strncmp(names.names[i], prefix, strlen(prefix)) == 0)
			r = add_upper(pf, names.names[i] + strlen(prefix));
	}
	return r == -ENOMEM || r == -E2BIG ? r : 0;
}

int upper_read(int root_fd, struct pf *pf)
{
	if (!pf->name || is_switchdev(root_fd, pf->name))
		return 0;
	int r = add_uppers_of(root_fd, pf->name, pf);
	/* The card switches between its functions by MAC, too. */
	for (size_t i = 0; r == 0 && i < pf->n_vfs; i++) {
		if (pf->vfs[i].function.netdev)
			r = add_uppers_of(root_fd, pf->vfs[i].function.netdev, pf);
	}
	for (size_t i = 0; r == 0 && i < pf->n_uppers; i++) { /* it grows on the way */
		autofree char *name = strdup(pf->uppers[i]);
		r = name ? add_uppers_of(root_fd, name, pf) : -ENOMEM;
	}
	pf->knows_uppers = r == 0;
	return r == -E2BIG ? 0 : r;
}
