/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this container shows of its teams' VFs. */
#ifndef VFTEAM_PREFLIGHT_H
#define VFTEAM_PREFLIGHT_H

#include "core/preflight.h"

/* PID 0: of libvirt's daemon, or if there is none of this process. EMULATOR: the QEMU that the
 * domain names, or NULL. What cannot be found out is left
 * as not known. Return: -ENOMEM; -ESRCH when there is no process PID. */
int preflight_read_host(unsigned pid, const char *emulator, struct preflight_host *ret);

/* Opens the group's node for a moment, unless a process that can be seen has it or names its VF on
 * its command line, as that of a guest that boots: to one that asks for it just then its VF would
 * be closed. Return: -ENOMEM. */
int preflight_read_vf(const struct team *t, struct preflight_vf *ret);

#endif
