/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of findings, and the exit code that it comes to. */
#ifndef CORE_PROBLEM_H
#define CORE_PROBLEM_H

#include "core/text.h"
#include "vfprep.h"

#define autoproblems CLEANUP(vfprep_problems_freep) struct vfprep_problems *
DEFINE_CLEANUP(struct vfprep_problems, vfprep_problems_free)

/* Exit codes of the programs; docs/vfprep.8.scd lists them. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_OTHER = 1,
	EXIT_USAGE = 2,
	EXIT_CONFIG = 3,
	EXIT_UNSUPPORTED = 4,
	EXIT_BUSY = 5,
	EXIT_UNDONE = 6,
	EXIT_LEFT = 7,
	EXIT_DRIFT = 8,
	EXIT_TO_DO = 10,
};

/* Adds a finding, unless the list has it; SUBJECT and ADVICE may be NULL, and so may P. It never
 * fails: where memory is short, the list says at its end that findings were lost. Returns R, so
 * that a function can add and return in one statement. */
int problem_add(struct vfprep_problems *p, int r, enum vfprep_fault fault, const char *subject,
		const char *advice, const char *message, ...) FORMAT(6, 7);

/* Adds all findings of FROM to P. */
void problem_add_all(struct vfprep_problems *p, const struct vfprep_problems *from);

/* Are there findings of that kind; findings that are no mere notes. */
bool problems_have(const struct vfprep_problems *p, enum vfprep_fault fault);
bool problems_any(const struct vfprep_problems *p);

/* The name of a fault in --json: "config", "busy". */
const char *fault_name(enum vfprep_fault fault);

/* The first that applies of 7,6,5,4,3,8,1,10, else 0. */
enum exit_code problems_exit_code(const struct vfprep_problems *p, enum vfprep_outcome outcome,
				  bool to_do);

#endif
