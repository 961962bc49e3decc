/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a host fit for vfprep and for guests with VFs? */
#ifndef CORE_HOST_CHECK_H
#define CORE_HOST_CHECK_H

#include "core/checks.h"
#include "core/host-facts.h"
#include "core/machine.h"

/* What is checked. Each may be NULL: not known; then what depends on it is unknown. */
struct check_input {
	const struct host_facts *facts;
	const struct vfprep_machine *machine;
	const struct vfprep_config *config;
	uint64_t guest_memory; /* of the largest guest with a team, in bytes; 0: not known */
};

/* Adds a verdict for each area and PF to RET, and to P what is wrong, as VFPREP_HOST, and what is
 * worth knowing, as VFPREP_NOTE. Return: -ENOMEM. */
int host_check(const struct check_input *in, struct checks *ret, struct vfprep_problems *p);

#endif
