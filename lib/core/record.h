/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records: the originals of what vfprep changed, and whether they are still about this machine. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/plan.h"

/* Drops from the PF's record what is not about this machine any more: all about VFs and the count
 * where the boot id differs or the interface is another one, a single VF where its directory is.
 * An interface that cannot be seen just now (ifindex 0) is no other one. Once the count is written,
 * `making` is resolved: exactly so many VFs are ours; while the PF is busy it stays. */
int record_reconcile(struct pf *pf, const char *boot_id);

/* Adds to the PF's record (made when it has none) the present value of everything that the plan's
 * steps are going to change there and that it does not hold yet. MADE: only for the VFs that the
 * plan has made, which the first call cannot know. *RET_CHANGED: it differs from what was saved. */
int record_extend(struct pf *pf, const char *boot_id, const struct vfprep_plan *plan, bool made,
		  bool *ret_changed);

/* Notes in the PF's record which of its VFs are to be parked, by what is wanted of the PF: while
 * their teams are not published nothing else says so. Return: true when something was noted. */
bool record_parking(struct pf *pf, const struct pf *want);

/* Right after the count was written: marks the VFs as ours, and takes their inodes and the
 * interface that they are of. */
int record_made(struct pf *pf);

/* Drops from the record what has its original value again, VFs that are gone included. True when
 * nothing is left in it. */
bool record_shrink(struct pf *pf);

/* Did vfprep make all VFs that the PF has? */
bool record_owns_vfs(const struct pf *pf);

/* Is there an original for VF INDEX; NULL: no. */
struct vf *record_find_vf(const struct pf *pf, unsigned index);

#endif
