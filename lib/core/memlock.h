/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much memory a process may lock, and what a guest needs of it. The kernel counts what VFIO
 * pins against the limit of the process that maps it (vfio_lock_acct() in
 * drivers/vfio/vfio_iommu_type1.c, __account_locked_vm() in mm/util.c). */
#ifndef CORE_MEMLOCK_H
#define CORE_MEMLOCK_H

#include "core/text.h"

#define MEMLOCK_UNLIMITED UINT64_MAX

/* In bytes. */
struct memlock {
	uint64_t soft, hard;
};

/* What the guest's process has to be allowed to lock. */
uint64_t memlock_need(uint64_t guest_memory);

/* What of a domain decides how much libvirt lets its QEMU lock. */
struct memlock_guest {
	uint64_t memory;     /* in bytes; 0: not known */
	unsigned times;      /* that libvirt counts it; 0: once */
	uint64_t hard_limit; /* in bytes; 0: the domain has none */
	bool locked;         /* <memoryBacking> has <locked/> */
};

/* The limit that libvirt sets for that QEMU, to which it cannot raise its own; 0: not known. */
uint64_t memlock_of_guest(const struct memlock_guest *g);
/* What that is made of: "its memory and 1 GiB". NULL when memory ran out; the caller frees it. */
char *memlock_reason(const struct memlock_guest *g);

/* HAVE raised to NEED where it is lower; no limit of it is ever lowered. */
struct memlock memlock_raise(struct memlock have, uint64_t need);
bool memlock_equal(struct memlock a, struct memlock b);

/* Is the limit enough as it is? A process may raise its soft limit to the hard one by itself, and
 * libvirt does. */
bool memlock_suffices(struct memlock have, uint64_t need);

/* The limits in the text of /proc/PID/limits. Return: -EINVAL when it has none. */
int memlock_from_limits(const char *limits, struct memlock *ret);

/* "8388608:unlimited". NULL when memory ran out; the caller frees it. */
char *memlock_text(struct memlock m);

#endif
