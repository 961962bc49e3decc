/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which known word a mistyped one may stand for. */
#ifndef CORE_SPELLING_H
#define CORE_SPELLING_H

#include <limits.h>

#define SPELLING_FAR UINT_MAX

/* How many letters differ between TYPED and KNOWN, letter case aside; SPELLING_FAR when it is not
 * worth proposing one for the other. */
unsigned spelling_distance(const char *typed, const char *known);

#endif
