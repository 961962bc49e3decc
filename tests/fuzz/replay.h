/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Included by a fuzz target: with FUZZ_REPLAY a main() that feeds it the files named. */
#ifndef TESTS_FUZZ_REPLAY_H
#define TESTS_FUZZ_REPLAY_H

#include "core/text.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef FUZZ_REPLAY
static int replay(const char *path)
{
	autostrbuf b = { 0 };
	char part[4096];
	size_t n;

	FILE *f = fopen(path, "re");
	if (!f) {
		perror(path);
		return -1;
	}
	do {
		n = fread(part, 1, sizeof(part), f);
		strbuf_add_bytes(&b, part, n);
	} while (n == sizeof(part));
	(void)fclose(f); /* it was only read */
	return LLVMFuzzerTestOneInput((const uint8_t *)b.data, b.len);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (replay(argv[i]) < 0)
			return 1;
	}
	return argc > 1 ? 0 : 1;
}
#endif

#endif
