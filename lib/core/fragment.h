/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A team as libvirt XML: one <hostdev> for the VF, one <interface> for its persistent side. */
#ifndef CORE_FRAGMENT_H
#define CORE_FRAGMENT_H

#include "core/team.h"

/* What the persistent side is connected to, as Persistent= names it. */
enum hint_kind {
	HINT_USER,     /* user */
	HINT_PASST,    /* passt */
	HINT_BRIDGE,   /* bridge:NAME */
	HINT_NETWORK,  /* network:NAME */
	HINT_ETHERNET, /* ethernet:TAP, a tap device that is ready */
	HINT_DIRECT,   /* direct:INTERFACE, macvtap */
	HINT_COUNT,
};

struct hint {
	enum hint_kind kind;
	char *target; /* NULL for user and passt */
};

void hint_clear(struct hint *h);

/* Parses a hint. Return: -EINVAL, and in *RET_WHY what is wrong with it, in words. */
int hint_parse(const char *text, struct hint *ret, const char **ret_why);

/* What the host's administrator need not say of the persistent side; 0: not said. */
struct interface_tuning {
	unsigned mtu, queues;
};

/* The element, ended by a newline. NULL when memory ran out (or, for the interface, when the hint
 * does not parse); the caller frees it. TUNING may be NULL. */
char *fragment_hostdev(const struct team *t);
char *fragment_interface(const struct team *t, const char *hint,
			 const struct interface_tuning *tuning);
/* The same with another persistent side than the team's own, by its alias. */
char *fragment_hostdev_of(const struct team *t, const char *persistent);

#endif
