/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this container shows of its teams' VFs. */
#ifndef VFTEAM_PREFLIGHT_H
#define VFTEAM_PREFLIGHT_H

#include "core/preflight.h"

/* PID 0: of libvirt's daemon, or if there is none of this process. What cannot be found out is left
 * as not known. Return: -ENOMEM; -ESRCH when there is no process PID. */
int preflight_read_host(unsigned pid, struct preflight_host *ret);

/* Opens the group's node for a moment, unless a process that can be seen has it: to a guest that
 * starts just then its VF would be closed. Return: -ENOMEM. */
int preflight_read_vf(const struct team *t, struct preflight_vf *ret);

#endif
