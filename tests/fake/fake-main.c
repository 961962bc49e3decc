/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep on a machine in memory that the file FAKE_MACHINE keeps, and on a host whose files are
 * below FAKE_ROOT; `raw` and `state` beside its commands do what tests/lab/raw.sh and machine.sh do
 * on the emulated machine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fake-kernel.h"
#include "tools/vfprep/cli.h"

static int open_kernel(int rundir_fd, unsigned timeout_percent, const struct log *log,
		       void **ret_kernel)
{
	const char *fail_at = getenv("FAKE_FAIL_AT"), *die_at = getenv("FAKE_DIE_AT");
	const char *error = getenv("FAKE_ERRNO");
	struct fake *f = fake_load(getenv("FAKE_MACHINE"));

	(void)rundir_fd; /* blocking writes do not block here */
	(void)timeout_percent;
	(void)log;
	f->fail_at = fail_at ? (unsigned)atoi(fail_at) : 0;
	f->die_at = die_at ? (unsigned)atoi(die_at) : 0;
	f->fail_errno = error ? atoi(error) : EIO;
	*ret_kernel = f;
	return 0;
}

static void close_kernel(void *kernel)
{
	struct fake *f = kernel;
	fake_save(f, getenv("FAKE_MACHINE"));
	fake_free(f);
}

static int raw_main(int argc, char **argv)
{
	CLEANUP(fake_freep) struct fake *f = fake_load(getenv("FAKE_MACHINE"));

	if (strcmp(argv[1], "state") == 0) {
		autofree char *text = fake_state(f);
		(void)fputs(text, stdout);
		return 0;
	}
	int r = fake_raw(f, (const char *const *)argv + 2, (size_t)(argc - 2));
	printf("%s\n", r < 0 ? strerror(-r) : "ok");
	fake_save(f, getenv("FAKE_MACHINE"));
	return 0;
}

int main(int argc, char **argv)
{
	const struct kernel_source source = { &fake_ops, open_kernel, close_kernel,
					      getenv("FAKE_ROOT") };

	if (!getenv("FAKE_MACHINE"))
		return 1;
	if (argc > 1 && (strcmp(argv[1], "raw") == 0 || strcmp(argv[1], "state") == 0))
		return raw_main(argc, argv);
	return cli_main(argc, argv, &source);
}
