/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interfaces lead out of the host. */
#ifndef HOST_ROUTE_H
#define HOST_ROUTE_H

#include "host/sysfs.h"

/* Adds the interfaces that have a default route, IPv4's or IPv6's, each as often as it has one.
 * What cannot be read has none. Return: -ENOMEM. */
int route_read_defaults(int root_fd, struct name_list *ret);

#endif
