/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libvirt and QEMU ask of a domain with teams. */
#ifndef VFTEAM_DOMAIN_RULES_H
#define VFTEAM_DOMAIN_RULES_H

#include "tools/vfteam/domain.h"

/* Adds a finding for each thing about the teams of a domain that libvirt or QEMU would refuse, or
 * that would silently cost the guest its VF. What has nothing to do with teaming is not looked at.
 * NAME is that of the domain's file. */
void domain_rules_check(const struct domain *d, const char *name, struct vfprep_problems *p);

/* What libvirt in session mode, as an ordinary user's, asks beside that; SURE: it is that which
 * will start the domain, and what it would refuse is no mere note. */
void domain_rules_session(const struct domain *d, const char *name, bool sure,
			  struct vfprep_problems *p);

/* Adds a finding about an element, as NAME:LINE. Return: -EINVAL. */
int domain_fault(struct vfprep_problems *p, const char *name, const struct element *e,
		 const char *advice, const char *message, ...) FORMAT(5, 6);

#endif
