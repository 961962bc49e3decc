/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of verdicts, as the programs' check commands show them. */
#ifndef CORE_CHECKS_H
#define CORE_CHECKS_H

#include "core/problem.h"

enum check_result { CHECK_OK, CHECK_PROBLEM, CHECK_UNKNOWN, CHECK_RESULT_COUNT };
const char *check_result_name(enum check_result result);

/* The verdict on one area. */
struct check {
	const char *name;
	char *subject; /* a PF's address, a team; NULL: the host */
	enum check_result result;
	char *detail;
};

/* What a check has come to. WHY: what is wrong, with ADVICE what to do about it; NULL: nothing is,
 * and DETAIL says what there is. IS_UNKNOWN: that cannot be known, and either says why. */
struct check_verdict {
	char *why, *detail;
	const char *advice;
	bool is_unknown;
};
void check_verdict_clear(struct check_verdict *v);
#define autoverdict CLEANUP(check_verdict_clear) struct check_verdict

/* Start from {0}. */
struct checks {
	struct check *items;
	size_t n;
};
void checks_clear(struct checks *c);

/* Adds a verdict; SUBJECT may be NULL. Return: -ENOMEM. */
int checks_add(struct checks *c, const char *name, const char *subject, enum check_result result,
	       const char *detail, ...) FORMAT(5, 6);
int checks_vadd(struct checks *c, const char *name, const char *subject, enum check_result result,
		const char *detail, va_list args) FORMAT(5, 0);

/* Adds what V says, and to P what is wrong, as VFPREP_HOST. Return: -ENOMEM, also when V says
 * nothing. */
int checks_add_verdict(struct checks *c, const char *name, const char *subject,
		       const struct check_verdict *v, struct vfprep_problems *p);

#endif
