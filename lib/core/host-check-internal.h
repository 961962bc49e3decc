/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the checks of a host share. */
#ifndef CORE_HOST_CHECK_INTERNAL_H
#define CORE_HOST_CHECK_INTERNAL_H

#include "core/host-check.h"

struct checker {
	const struct check_input *in;
	struct checks *checks;
	struct vfprep_problems *problems;
};

/* Adds a verdict; SUBJECT may be NULL. Return: -ENOMEM. */
int checker_add(struct checker *c, const char *name, const char *subject, enum check_result result,
		const char *detail, ...) FORMAT(5, 6);

/* The rule for a PF that has one. */
const struct rule *checker_rule(const struct checker *c, const struct pf *pf);

/* How many VFs a PF is to have by its rule. */
unsigned checker_wanted_vfs(const struct rule *rule, const struct pf *pf);

/* One for each area. Return: -ENOMEM. */
int check_iommu(struct checker *c);
int check_vfio(struct checker *c);
int check_variants(struct checker *c);
int check_pfs(struct checker *c);
int check_groups(struct checker *c);
int check_layouts(struct checker *c);
int check_memory(struct checker *c);
int check_rivals(struct checker *c);

#endif
