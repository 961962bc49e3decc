/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the command line of a process. */
#include "core/cmdline.h"
#include "replay.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(addresses_clear) struct addresses found = { 0 };

	if (cmdline_addresses((const char *)data, size, &found) < 0)
		return 0;
	assert(found.n <= size / 8); /* "host=" and what follows it */
	for (size_t i = 0; i < found.n; i++)
		assert(found.items[i].device < 32 && found.items[i].function < 8);
	return 0;
}
