/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which VFIO driver is the best for a device: what Driver=auto stands for. */
#ifndef CORE_VARIANT_H
#define CORE_VARIANT_H

#include "core/text.h"

/* The fields of a modalias, v d sv sd bc sc i; file2alias.c, do_pci_entry(). */
#define MODALIAS_FIELDS 7

/* A field in the text of the one who parsed it. */
struct modalias_field {
	const char *at;
	size_t length;
};

struct modalias {
	struct modalias_field fields[MODALIAS_FIELDS];
};

/* A line "alias vfio_pci:PATTERN MODULE". */
struct variant {
	char *text; /* PATTERN */
	struct modalias pattern;
	char *module;
};

/* The variants of a kernel, in the order of its modules.alias. */
struct variants {
	bool known; /* there is such a file; else nobody can say */
	struct variant *items;
	size_t n;
};
void variants_clear(struct variants *v);
#define autovariants CLEANUP(variants_clear) struct variants

/* Takes the variants from SIZE bytes of a modules.alias; whatever is no such line is passed over.
 * Return: -ENOMEM. */
int variants_read(struct variants *v, const char *text, size_t size);

/* The module whose line fits MODALIAS ("pci:v00008086d...", a newline behind it is fine) with the
 * fewest "*", the first of equals; "vfio_pci" where none fits. A field "?" in MODALIAS is not
 * known: only a "*" fits it. NULL: it is not known what the kernel has, or MODALIAS is none. */
const char *variants_find(const struct variants *v, const char *modalias);

/* The modalias of a VF that is yet to be made. NULL when memory ran out; the caller frees it. */
char *modalias_of_vf_to_come(unsigned vendor, unsigned device);

/* What the driver is called that MODULE brings, while it is not loaded and cannot be asked. */
const char *module_driver_name(const char *module);

#endif
