/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep prepare: one VF or NIC, by options in place of a file. */
#include "core/prepare.h"

#include "host/config-load.h"
#include "tools/vfprep/act.h"

static int run_prepare(struct cli *cli)
{
	struct prepare_request request = { .names = &host_names };

	if (cli->n_operands != 1)
		return cli_usage("prepare needs one VF or NIC, by its address");
	request.name = cli->operands[0];
	for (unsigned i = 0; i < PREPARE_COUNT; i++)
		request.values[i] = cli->values[i];
	const struct wish wish = { .aim = AIM_APPLY, .prepare = &request };
	return act(cli, &wish, cli->given & OPTION_DRY_RUN);
}

const struct command command_prepare = {
	.name = "prepare",
	.operands = "ADDRESS",
	.summary = "Prepare one VF or NIC, without a configuration file",
	.options = OPTION_TEAM | OPTION_MAC | OPTION_DRIVER | OPTION_OWNER | OPTION_GROUP |
		   OPTION_MODE | OPTION_PERSISTENT | OPTION_CONTAINER_OWNER |
		   OPTION_CONTAINER_GROUP | OPTION_GUEST_MEMORY | OPTION_JSON | OPTION_DRY_RUN |
		   OPTION_FORCE | OPTION_WAIT | OPTION_TIMEOUT | OPTION_RUNDIR | OPTION_VERBOSE |
		   OPTION_QUIET,
	.takes_operands = true,
	.run = run_prepare,
};
