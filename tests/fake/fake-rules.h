/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operations of a machine in memory and what changes it by other means have in common: the
 * changes themselves. They return what the kernel says, as -errno. */
#ifndef FAKE_RULES_H
#define FAKE_RULES_H

#include "fake-kernel.h"

extern const char *const fake_pf_driver; /* the network driver of its PFs */

int fake_bind(struct fake *f, struct pf *pf, struct function *fn, const char *driver);
int fake_unbind(struct fake *f, struct pf *pf, struct function *fn);
void fake_probe(struct fake *f, struct pf *pf, struct function *fn);
int fake_set_numvfs(struct fake *f, struct pf *pf, unsigned n);
int fake_set_setting(struct fake *f, struct pf *pf, unsigned index, enum setting setting,
		     const struct settings *value);
int fake_set_node(struct function *fn, const struct node *node);

#endif
