/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must not be done. */
#ifndef CORE_REFUSE_H
#define CORE_REFUSE_H

#include "core/plan.h"

/* Must the PF be left alone as a whole? Then a finding says why. */
bool refuse_pf(const struct pf *want, const struct pf *have, const struct vfprep_machine *wanted,
	       enum plan_aim aim, struct vfprep_problems *p);

/* Must VF WANT be left alone, whoever has it? HAVE is NULL when it is yet to be made. */
bool refuse_vf(const struct vf *want, const struct vf *have, const struct pf *pf,
	       const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
	       enum plan_aim aim, struct vfprep_problems *p);

/* Must VF HAVE, as it was made or found, not be given to a guest because of its IOMMU group:
 * another member has a driver of the host's, or belongs to another team? */
bool refuse_group(const struct vf *want, const struct vf *have, const struct pf *pf,
		  const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
		  struct vfprep_problems *p);

/* May the rest of an IOMMU group have that driver while a guest has one of it? NULL: none. */
bool driver_is_harmless(const char *driver);

/* Is VF HAVE in use, as far as that counts for what is wanted? */
bool refuse_use(const struct vfprep_machine *wanted, const struct vf *have);

/* Says that a VF is in use, and by whom. */
void report_in_use(const struct pf *pf, const struct vf *vf, const char *consequence,
		   struct vfprep_problems *p);

#endif
