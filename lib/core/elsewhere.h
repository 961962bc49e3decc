/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a PF's interface is that is in another network namespace. */
#ifndef CORE_ELSEWHERE_H
#define CORE_ELSEWHERE_H

#include "core/text.h"

struct json_object;

struct elsewhere {
	bool is;         /* else the rest is nothing */
	char *interface; /* as it is called there; NULL: it is not known where it is */
	bool up;
	char *netns;   /* as ip(8) calls it, or its path where ip does not look; NULL: no name */
	unsigned pid;  /* of a process in it; 0: none is known */
	char *command; /* of that process; NULL: not known */
};
void elsewhere_clear(struct elsewhere *e);
/* Into *RET, whose old content is overwritten. Return: -ENOMEM. */
int elsewhere_copy(const struct elsewhere *from, struct elsewhere *ret);

/* "its interface 'eth1' is in network namespace 'blue' (pid 812, sleep)". NULL when memory ran out;
 * the caller frees it. */
char *elsewhere_text(const struct elsewhere *e);
/* What brings it back, likewise. */
char *elsewhere_advice(const struct elsewhere *e);

/* Its object under the key "elsewhere" of a PF, if it is. Return: -ENOMEM, -EINVAL. */
int elsewhere_to_object(const struct elsewhere *e, struct json_object *pf);
int elsewhere_from_object(struct json_object *pf, struct elsewhere *ret);

#endif
