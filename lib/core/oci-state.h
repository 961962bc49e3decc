/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container runtime tells a hook on standard input: the state of the container
 * (https://github.com/opencontainers/runtime-spec, runtime.md). */
#ifndef CORE_OCI_STATE_H
#define CORE_OCI_STATE_H

#include "core/problem.h"

/* Bounded before it is parsed: annotations may be long. */
#define OCI_STATE_MAX (1024 * 1024)

struct oci_state {
	unsigned pid; /* of the container's first process, in the host's numbers */
	char **teams; /* that the annotation names */
	size_t n_teams;
};

void oci_state_clear(struct oci_state *s);

/* Reads it; keys that nobody asks for are ignored. Return: -EINVAL, also when it has no process of
 * the host's; a finding says why. */
int oci_state_read(const char *text, size_t size, struct oci_state *ret, struct vfprep_problems *p);

#endif
