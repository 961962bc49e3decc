/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep on the machine that it runs on. */
#include "tools/vfprep/cli.h"

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &kernel_linux_source);
}
