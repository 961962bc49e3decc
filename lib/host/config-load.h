/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration directories to one configuration. */
#ifndef HOST_CONFIG_LOAD_H
#define HOST_CONFIG_LOAD_H

#include "core/config.h"

/* Users and groups of this host. */
extern const struct names host_names;

/* Reads *.conf of /etc/vfprep, /run/vfprep/conf.d and /usr/lib/vfprep, sorted by base name; a name
 * in an earlier directory replaces the same one in a later, and a link to /dev/null masks it.
 * CONFDIR: that directory instead. All that is wrong is added to P.
 * Return: 0, also when files are at fault; -ENOMEM. */
int config_load(const char *confdir, struct vfprep_config **ret_config, struct vfprep_problems *p);

#endif
