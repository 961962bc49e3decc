/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which way a team's persistent side leads: docs/layouts.md. */
#ifndef CORE_LAYOUT_H
#define CORE_LAYOUT_H

#include "core/machine.h"

enum layout {
	LAYOUT_ELSEWHERE, /* not over its own PF, or not by that PF's MACs */
	LAYOUT_OWN_PF,
	LAYOUT_UNKNOWN,
};

/* Where the persistent side HINT (NULL: there is none) of a team of that PF leads. */
enum layout layout_find(const struct vfprep_machine *m, const struct pf *pf, const char *hint);

/* The interface that a hint names, within the hint; NULL: it names none. */
const char *layout_interface(const char *hint);

/* A note that the persistent sides HINT of team WHO and MORE others lead over their own PF. */
void layout_note(const struct pf *pf, const char *hint, const char *who, size_t more,
		 struct vfprep_problems *p);

#endif
