/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is the persistent side a fit stand-in for the VF? */
#ifndef CORE_PERSISTENT_H
#define CORE_PERSISTENT_H

#include "core/fragment.h"

/* Notes in P where the guest would not be on the VF's network segment, or have another MTU, while
 * the VF is away. TUNING may be NULL. Return: -EINVAL: libvirt refuses TUNING with that kind. */
int persistent_check(const struct team *t, const struct hint *hint,
		     const struct interface_tuning *tuning, struct vfprep_problems *p);

#endif
