/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts as a table, and as JSON. */
#ifndef COMMON_CHECKS_H
#define COMMON_CHECKS_H

#include "core/checks.h"
#include "core/problem.h"

/* Prints them as a table, unless QUIET; or, with JSON, PROBLEMS too, as program_print_json() does,
 * with the key "checks": [{"check":...,"subject":...,"result":...,"detail":...}]. Return: 0, or an
 * exit code when memory ran out. */
int checks_report(const struct checks *checks, const struct vfprep_problems *problems, bool json,
		  bool quiet);

#endif
