/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the drivers of PFs have of their own: settings that they lack, and what their refusals mean.
 * Drivers change, so what stands here explains a refusal and warns of one; it refuses only what
 * would end in a wait for nothing or in a success that is none. */
#ifndef CORE_DRIVER_RULE_H
#define CORE_DRIVER_RULE_H

#include "core/plan.h"

/* The kernel's own number for "not supported", which has no place in errno.h. */
#define ERROR_NOT_SUPPORTED 524

/* What an errno means for a step; error 0 ends a list. */
struct meaning {
	int error;
	enum vfprep_fault fault;
	const char *words, *advice;
};

/* The settings, as bits, that the driver has no operation for; 0 for a driver that is not known. */
unsigned driver_lacks(const char *driver);

/* Why the PF's driver answered ERROR (positive) to a setting of a VF; NULL: no more is known than
 * what that errno means in general. *RET is valid as long as the program. */
const struct meaning *driver_meaning(const struct pf *pf, const struct step *s, int error);

/* Does it make VFs only while its PF is up, and says that it did otherwise? */
bool driver_needs_up(const char *driver);

/* The settings, as bits, for which it says EAGAIN as long as its PF is down. */
unsigned driver_sets_when_up(const char *driver);

/* Does the card go on to send a VF the frames for its MAC when nobody has it? False where that is
 * not known. */
bool driver_keeps_macs(const char *driver);

#endif
