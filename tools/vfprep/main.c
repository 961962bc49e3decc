/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep on the machine that it runs on. */
#include "host/fd.h"
#include "tools/vfprep/cli.h"

#include <errno.h>
#include <fcntl.h>

static int open_kernel(int rundir_fd, unsigned timeout_percent, void **ret_kernel)
{
	struct kernel_linux *kernel = NULL;
	autoclose int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return -errno;
	int r = kernel_linux_new(root_fd, rundir_fd, timeout_percent, &kernel);
	if (r == 0)
		*ret_kernel = kernel;
	return r;
}

static void close_kernel(void *kernel)
{
	kernel_linux_free(kernel);
}

int main(int argc, char **argv)
{
	static const struct kernel_source source = { &kernel_linux_ops, open_kernel, close_kernel,
						     "/" };
	return cli_main(argc, argv, &source);
}
