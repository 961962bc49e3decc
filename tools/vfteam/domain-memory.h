/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a domain's QEMU has to be allowed to lock. */
#ifndef VFTEAM_DOMAIN_MEMORY_H
#define VFTEAM_DOMAIN_MEMORY_H

#include "core/memlock.h"
#include "tools/vfteam/domain.h"

/* A size as libvirt reads it: UNIT is KiB when it is NULL or empty; b, byte, bytes; of k, M, G, T,
 * P and E the letter alone and with iB count by 1024, with B by 1000, in any case.
 * Return: -EINVAL; -ERANGE: above 256 TiB. */
int domain_size(const char *text, const char *unit, uint64_t *ret);

/* What the domain says of it. A size that does not read is as one that is not there: libvirt has
 * its own say on that. */
struct memlock_guest domain_memory(const struct domain *d);

#endif
