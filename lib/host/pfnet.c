/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interfaces are a PF's own. */
#include "host/pfnet.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/fd.h"
#include "host/sysfs.h"

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
bool pfnet_is_representor(const char *port_name)
{
	const char *at = port_name;

	if (*at == 'c')
		at = skip_number(at + 1);
	if (!at || strncmp(at, "pf", 2) != 0)
		return false;
	at = skip_number(at + 2);
	return at && (strncmp(at, "vf", 2) == 0 || strncmp(at, "sf", 2) == 0);
}

static int compare(const void *a, const void *b)
{
	const struct pfnet *x = a, *y = b;

	if (x->port_name != y->port_name)
		return x->port_name < y->port_name ? -1 : 1;
	if (x->dev_port != y->dev_port)
		return x->dev_port < y->dev_port ? -1 : 1;
	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

/* Return: 1, or 0 when the interface is none of the PF's or went away. */
static int read_interface(int net_fd, const char *name, struct pfnet *ret)
{
	struct pfnet one = { .port_name = 1 };
	autofree char *port_name = NULL;
	autoclose int fd = -1;

	if (sysfs_open_dir(net_fd, name, &fd) < 0 ||
	    sysfs_read_unsigned(fd, "ifindex", 10, &one.ifindex) < 0 ||
	    sysfs_inode(fd, &one.inode) < 0)
		return 0;
	if (sysfs_read(fd, "phys_port_name", &port_name) == 0) {
		if (pfnet_is_representor(port_name))
			return 0;
		one.port_name = is_uplink(port_name) ? 0 : 2;
	}
	if (sysfs_read_unsigned(fd, "dev_port", 10, &one.dev_port) < 0)
		one.dev_port = 0;
	*ret = one;
	return 1;
}

void pfnet_list_clear(struct pfnet_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i].name);
	free(l->items);
	*l = (struct pfnet_list){ 0 };
}

int pfnet_list(int pf_fd, struct pfnet_list *ret)
{
	autopfnets l = { 0 };
	autoclose int net_fd = -1;
	autonames all = { 0 };
	int r = sysfs_open_dir(pf_fd, "net", &net_fd);

	if (r == 0)
		r = sysfs_list(net_fd, ".", &all);
	if (r < 0)
		return r;
	l.empty = all.n == 0;
	for (size_t i = 0; i < all.n; i++) {
		struct pfnet one, *room = NULL;

		if (read_interface(net_fd, all.names[i], &one) == 0)
			continue;
		room = array_add(&l.items, &l.n, sizeof(*room));
		if (!room)
			return -ENOMEM;
		*room = one;
		room->name = TAKE_PTR(all.names[i]);
	}
	if (l.n > 0)
		qsort(l.items, l.n, sizeof(*l.items), compare);
	*ret = (struct pfnet_list){ TAKE_PTR(l.items), l.n, l.empty };
	l.n = 0;
	return 0;
}
