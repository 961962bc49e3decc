/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine as JSON: what `list --json` prints, what --machine reads, what records are saved
 * as. One format, and it round-trips. docs/machine.schema.json describes it. */
#ifndef CORE_MACHINE_JSON_H
#define CORE_MACHINE_JSON_H

#include "core/machine.h"

#define MACHINE_VERSION  1
#define MACHINE_JSON_MAX (16 * 1024 * 1024)
#define RECORD_JSON_MAX  (4 * 1024 * 1024)

/* NULL when memory ran out; the caller frees it. */
char *machine_to_json(const struct vfprep_machine *m);
char *record_to_json(const struct record *r);

/* SUBJECT names the text in findings. Return: -EINVAL not such a text, -EPROTONOSUPPORT another
 * version of it, -ENOMEM. */
int machine_from_json(const char *text, size_t size, const char *subject,
		      struct vfprep_machine **ret, struct vfprep_problems *p);
int record_from_json(const char *text, size_t size, const char *subject, struct record **ret,
		     struct vfprep_problems *p);

#endif
