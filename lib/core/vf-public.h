/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public form of a VF's settings. */
#ifndef CORE_VF_PUBLIC_H
#define CORE_VF_PUBLIC_H

#include "core/setting.h"
#include "vfprep.h"

/* Return: -EINVAL when a value is out of range; *RET_WHY then says which, and is not to be freed.
 */
int settings_from_vf(const struct vfprep_vf *vf, struct settings *ret, const char **ret_why);
void settings_to_vf(const struct settings *s, unsigned index, struct vfprep_vf *ret);

#endif
