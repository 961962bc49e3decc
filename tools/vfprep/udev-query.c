/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep udev-query: what udev's rules ask while they handle an event. */
#include "host/udev-query.h"

#include "host/fd.h"
#include "tools/vfprep/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static int query(const struct cli *cli, int root_fd, const char *name, struct node *ret)
{
	struct pci_address address;
	unsigned group;

	if (text_to_unsigned(name, 10, 0, INT_MAX, &group) == 0)
		return udev_query_group(root_fd, cli->host.rundir_fd, group, ret);
	int r = pci_address_parse(name, &address);
	return r < 0 ? r : udev_query_function(root_fd, cli->host.rundir_fd, address, ret);
}

/* udev takes a program that fails as "no". */
static int run_udev_query(struct cli *cli)
{
	const char *root = cli->source->root ? cli->source->root : "/";
	const char *name = cli->n_operands == 1 ? cli->operands[0] : NULL;
	autoclose int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct node node = { 0 };

	if (!name)
		return cli_usage("udev-query needs the number of an IOMMU group or the address of "
				 "a VF or NIC");
	int r = cli_open(cli, false);
	if (r < 0)
		return 0;
	r = root_fd < 0 ? -errno : query(cli, root_fd, name, &node);
	if (r == -EINVAL)
		return cli_usage("'%s' is neither the number of an IOMMU group nor an address",
				 name);
	if (r == -ENOENT)
		(void)problem_add(cli->problems, r, VFPREP_ABSENT, name, NULL,
				  "it is not prepared, or not all of it");
	else if (r < 0)
		(void)problem_add(cli->problems, r, VFPREP_SYSTEM, name, NULL, "cannot be read: %s",
				  strerror(-r));
	else
		printf("VFPREP_PREPARED=1\nVFPREP_UID=%u\nVFPREP_GID=%u\nVFPREP_MODE=%04o\n",
		       node.uid, node.gid, node.mode);
	return 0;
}

const struct command command_udev_query = {
	.name = "udev-query",
	.operands = "GROUP|ADDRESS",
	.summary = "Tell udev whose a prepared VF is",
	.options = OPTION_RUNDIR | OPTION_QUIET,
	.takes_operands = true,
	.run = run_udev_query,
};
