/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which PCI devices a command line names, as QEMU's does: host=01:10.0, "host":"0000:01:10.0". */
#ifndef CORE_CMDLINE_H
#define CORE_CMDLINE_H

#include "core/address.h"
#include "core/text.h"

/* Bytes; more than the kernel lets an exec have by default. */
#define CMDLINE_MAX (4 * 1024 * 1024)

struct addresses {
	struct pci_address *items;
	size_t n;
};

static inline void addresses_clear(struct addresses *a)
{
	free(a->items);
}

/* One of them, with or without its domain. Return: -EINVAL. */
int cmdline_address(const char *word, struct pci_address *ret);

/* Adds the addresses that SIZE bytes of arguments, NULs between them, name. A domain that is not
 * written is 0, as QEMU has it (hw/core/qdev-properties-system.c, set_pci_host_devaddr).
 * Return: -ENOMEM. */
int cmdline_addresses(const char *bytes, size_t size, struct addresses *to);

#endif
