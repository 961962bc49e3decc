/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the command line of a QEMU, and behind an empty argument as its log. */
#include "core/qemu-log.h"
#include "replay.h"

#include <assert.h>
#include <string.h>

static void check_warning(const char *log, const struct qemu_device *vf)
{
	autofree char *warning = NULL;

	if (qemu_log_warning(log, vf, &warning) <= 0)
		return;
	for (const char *c = warning; *c; c++)
		assert((unsigned char)*c >= ' ');
	assert(strlen(warning) <= strlen(log));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(qemu_args_clear) struct qemu_args args = { 0 };
	const char *bytes = (const char *)data;
	const char *end = size ? memmem(bytes, size, "\0\0", 2) : NULL;
	size_t n = end ? (size_t)(end - bytes) + 1 : size;
	autofree char *log = text_format("%.*s", (int)(end ? size - n - 1 : 0), end ? end + 2 : "");

	if (!data || qemu_args_read(bytes, n, &args) < 0)
		return 0;
	for (size_t i = 0; i < args.n; i++) {
		const struct qemu_device *d = &args.devices[i];
		const struct qemu_device *nic = qemu_args_pair(&args, d);
		assert(!d->is_nic || !d->pair);
		assert(!nic || (nic->is_nic && text_equal(nic->id, d->pair)));
		if (log && !d->is_nic)
			check_warning(log, d);
	}
	return 0;
}
