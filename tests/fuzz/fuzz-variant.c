/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first line as the modalias of a device, the rest as a modules.alias. */
#include "core/variant.h"
#include "replay.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autovariants v = { 0 };
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t length = end ? (size_t)(end - data) : size;
	autofree char *modalias = strndup((const char *)data, length);

	if (!modalias || (end && variants_read(&v, (const char *)end, size - length) < 0))
		return 0;
	const char *module = variants_find(&v, modalias);
	assert(!module || (end && *module && !strpbrk(module, "/. \n")));
	assert(!module || *module_driver_name(module));
	return 0;
}
