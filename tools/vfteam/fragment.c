/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfteam hostdev and interface: one element each for libvirt. */
#include "tools/vfteam/cli.h"

#include <errno.h>
#include <string.h>

static int make_hostdev(const struct cli *cli, const struct team *t, char **ret_xml)
{
	cli_note_parked(cli, t);
	char *xml = fragment_hostdev(t);
	if (!xml)
		return problem_add(cli->problems, -ENOMEM, VFPREP_SYSTEM, t->name, NULL,
				   "out of memory");
	*ret_xml = xml;
	return 0;
}

/* Reads the one team that is named and writes what MAKE makes of it. */
static int run_fragment(struct cli *cli, const char *command,
			int (*make)(const struct cli *, const struct team *, char **))
{
	autoteams teams = { 0 };
	autofree char *xml = NULL;

	if (cli->n_operands != 1)
		return cli_usage("%s needs one team, or its file", command);
	int r = teams_read(cli->teams_dir, cli->operands, 1, &teams, cli->problems);
	if (r == 0)
		r = make(cli, &teams.items[0].team, &xml);
	if (r == 0 && xml)
		(void)cli_write(cli, xml, strlen(xml)); /* what is wrong is a finding */
	return 0;
}

static int run_hostdev(struct cli *cli)
{
	return run_fragment(cli, "hostdev", make_hostdev);
}

static int run_interface(struct cli *cli)
{
	return run_fragment(cli, "interface", cli_make_interface);
}

const struct command command_hostdev = {
	.name = "hostdev",
	.operands = "TEAM|FILE",
	.summary = "Print the <hostdev> of a team's VF",
	.options = OPTION_TEAMS | OPTION_OUTPUT | OPTION_QUIET,
	.takes_operands = true,
	.run = run_hostdev,
};

const struct command command_interface = {
	.name = "interface",
	.operands = "TEAM|FILE",
	.summary = "Print the <interface> of a team's persistent side",
	.options = OPTION_PERSISTENT | OPTION_MTU | OPTION_QUEUES | OPTION_TEAMS | OPTION_OUTPUT |
		   OPTION_QUIET,
	.takes_operands = true,
	.run = run_interface,
};
