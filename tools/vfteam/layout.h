/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a domain's text is laid out, so that what is added to it looks like the rest. */
#ifndef VFTEAM_LAYOUT_H
#define VFTEAM_LAYOUT_H

#include "tools/vfteam/domain.h"
#include "tools/vfteam/splice.h"

/* Where line breaks and blanks begin that stand before the byte AT and nothing else does on its
 * line; AT itself where something else does. */
size_t layout_line_start(const struct domain *d, size_t at);

/* Adds XML (elements, each line of them ended by a newline and indented by twos) as a child of
 * PARENT: behind its child AFTER; before its child BEFORE; both NULL: behind the last child, or as
 * the first in an element that layout_open() has opened. */
void layout_add(const struct domain *d, const struct element *parent, const struct element *after,
		const struct element *before, const char *xml, struct splices *s);

/* Makes room for children in an element that has none: <devices/>. */
void layout_open(const struct domain *d, const struct element *e, struct splices *s);

#endif
