/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Teams into a domain, as edits of its text. */
#ifndef VFTEAM_INJECT_H
#define VFTEAM_INJECT_H

#include "tools/vfteam/cli.h"
#include "tools/vfteam/domain.h"
#include "tools/vfteam/splice.h"

/* Adds the edits by which the domain has both sides of the teams; none for a team whose sides it
 * has. NAME is that of the domain's file. Return: -EINVAL, -ENOENT: the domain does not allow it,
 * and a finding says why. */
int inject_teams(const struct cli *cli, const struct domain *d, const char *name,
		 const struct teams *teams, struct splices *s);

/* The edits that follow those: a VF that stands before its persistent side goes behind it. */
void inject_order(const struct domain *d, const struct teams *teams, struct splices *s);

/* Root ports, until N are free when all devices are placed. */
void inject_spare_ports(const struct domain *d, size_t n, struct splices *s);

/* All of it: TEXT with both sides of the teams. NAME names it in findings. What libvirt and QEMU
 * ask of a domain with teams, it fulfils. Return: -EINVAL, -ENOENT. */
int inject(const struct cli *cli, const char *text, size_t size, const char *name,
	   const struct teams *teams, char **ret, size_t *ret_size);

#endif
