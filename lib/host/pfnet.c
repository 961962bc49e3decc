/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of its interfaces is the PF's own. */
#include "host/pfnet.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "host/fd.h"
#include "host/sysfs.h"

/* How an interface compares to the others: less is better, field by field. */
struct rank {
	unsigned port_name; /* 0: that of an uplink, 1: none, 2: another */
	unsigned dev_port;
	unsigned ifindex;
};

static const char *skip_number(const char *text)
{
	const char *at = text;

	while (isdigit((unsigned char)*at))
		at++;
	return at == text ? NULL : at;
}

/* "p0", on multi-host cards "p0s1" (include/net/devlink.h; __devlink_port_phys_port_name_get). */
static bool is_uplink(const char *name)
{
	const char *at = *name == 'p' ? skip_number(name + 1) : NULL;

	if (at && *at == 's')
		at = skip_number(at + 1);
	return at && *at == '\0';
}

/* "pf0vf1", "pf0sf1", with the controller "c1pf0vf0": stands for somebody else's function. */
static bool is_representor(const char *name)
{
	const char *at = name;

	if (*at == 'c')
		at = skip_number(at + 1);
	if (!at || strncmp(at, "pf", 2) != 0)
		return false;
	at = skip_number(at + 2);
	return at && (strncmp(at, "vf", 2) == 0 || strncmp(at, "sf", 2) == 0);
}

static bool is_better(const struct rank *a, const struct rank *b)
{
	if (a->port_name != b->port_name)
		return a->port_name < b->port_name;
	if (a->dev_port != b->dev_port)
		return a->dev_port < b->dev_port;
	return a->ifindex < b->ifindex;
}

/* Return: 1, or 0 when the interface is none of the PF's or went away. */
static int read_rank(int net_fd, const char *name, struct rank *ret)
{
	struct rank rank = { .port_name = 1 };
	autofree char *port_name = NULL;
	autoclose int fd = -1;

	if (sysfs_open_dir(net_fd, name, &fd) < 0 ||
	    sysfs_read_unsigned(fd, "ifindex", 10, &rank.ifindex) < 0)
		return 0;
	if (sysfs_read(fd, "phys_port_name", &port_name) == 0) {
		if (is_representor(port_name))
			return 0;
		rank.port_name = is_uplink(port_name) ? 0 : 2;
	}
	if (sysfs_read_unsigned(fd, "dev_port", 10, &rank.dev_port) < 0)
		rank.dev_port = 0;
	*ret = rank;
	return 1;
}

int pfnet_find(int pf_fd, char **ret_name, unsigned *ret_ifindex)
{
	struct rank best = { .port_name = UINT_MAX };
	const char *best_name = NULL;
	autoclose int net_fd = -1;
	autonames all = { 0 };
	char *name = NULL;
	int r = sysfs_open_dir(pf_fd, "net", &net_fd);

	if (r == 0)
		r = sysfs_list(net_fd, ".", &all);
	if (r < 0)
		return r;
	for (size_t i = 0; i < all.n; i++) {
		struct rank rank;

		if (read_rank(net_fd, all.names[i], &rank) == 0 || !is_better(&rank, &best))
			continue;
		best = rank;
		best_name = all.names[i];
	}
	if (!best_name)
		return -ENOENT;
	name = strdup(best_name);
	if (!name)
		return -ENOMEM;
	*ret_name = name;
	*ret_ifindex = best.ifindex;
	return 0;
}
