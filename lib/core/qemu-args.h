/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of a QEMU: which domain it is, and the two sides of its teams. */
#ifndef CORE_QEMU_ARGS_H
#define CORE_QEMU_ARGS_H

#include "core/address.h"
#include "core/text.h"

/* One -device that may have to do with teams: a virtio NIC, or a VF. */
struct qemu_device {
	bool is_nic;
	bool failover; /* of a NIC: it hides the VF that names it */
	char *id;      /* NULL: it has none */
	char *mac;     /* of a NIC, as it is written; NULL: it has none */
	char *pair;    /* of a VF: failover_pair_id, the id of its NIC; NULL: it has none */
	bool has_address;
	struct pci_address address; /* of a VF, on the host */
};

struct qemu_args {
	char *name, *uuid; /* NULL: it is not given */
	bool is_qemu;      /* there is what every QEMU has on its command line */
	struct qemu_device *devices;
	size_t n;
};
void qemu_args_clear(struct qemu_args *a);

/* Reads SIZE bytes of arguments, a NUL behind each: -name guest=NAME, -uuid UUID and -device, both
 * as key=value and as JSON (which libvirt writes since 7.9.0). What does not read is left out.
 * Return: -ENOMEM. */
int qemu_args_read(const char *bytes, size_t size, struct qemu_args *ret);

/* The NIC that a VF names; NULL: there is none. */
const struct qemu_device *qemu_args_pair(const struct qemu_args *a, const struct qemu_device *vf);

#endif
