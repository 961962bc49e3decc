/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts as a table, and as JSON. */
#ifndef COMMON_CHECKS_H
#define COMMON_CHECKS_H

#include "core/checks.h"

void checks_print(const struct checks *checks);

/* [{"check":...,"subject":...,"result":...,"detail":...}]. Return: -ENOMEM. */
struct json_object;
int checks_to_json(const struct checks *checks, struct json_object **ret);

#endif
