/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that make a wish of the rules share. */
#ifndef CORE_DESIRE_INTERNAL_H
#define CORE_DESIRE_INTERNAL_H

#include "core/desire.h"

/* What WISH wants of the driver of VF, whose team is known: driver, override and node. TO_COME: the
 * VF that is there makes room for another. Return: as want_auto_driver(). */
int want_driver(const struct vf_wish *wish, const struct pf *pf, bool to_come, struct vf *vf,
		struct vfprep_problems *p);

/* What Driver=auto stands for on VF, which keeps a note of it. Return: -ENOMEM, -EOPNOTSUPP when
 * nobody knows, or when it is nothing that a guest could have. */
int want_auto_driver(const struct pf *pf, bool to_come, struct vf *vf, const char **ret,
		     struct vfprep_problems *p);

#endif
