/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep park and unpark: another MAC for the VFs of teams, and the teams' back. */
#include "tools/vfprep/act.h"

static int run_parking(struct cli *cli, bool parked)
{
	const struct wish wish = {
		.aim = AIM_PARK,
		.names = cli->operands,
		.n_names = cli->n_operands,
		.parked = parked,
	};

	if (!cli->n_operands)
		return cli_usage("%s needs the name of a team", parked ? "park" : "unpark");
	return act(cli, &wish, cli->given & OPTION_DRY_RUN);
}

static int run_park(struct cli *cli)
{
	return run_parking(cli, true);
}

static int run_unpark(struct cli *cli)
{
	return run_parking(cli, false);
}

#define PARKING_OPTIONS                                                                            \
	OPTION_JSON | OPTION_DRY_RUN | OPTION_WAIT | OPTION_TIMEOUT | OPTION_RUNDIR |              \
		OPTION_VERBOSE | OPTION_QUIET

const struct command command_park = {
	.name = "park",
	.operands = "TEAM...",
	.summary = "Put another MAC on a team's VF while it is unplugged",
	.options = PARKING_OPTIONS,
	.takes_operands = true,
	.run = run_park,
};

const struct command command_unpark = {
	.name = "unpark",
	.operands = "TEAM...",
	.summary = "Put the team's MAC back on its VF",
	.options = PARKING_OPTIONS,
	.takes_operands = true,
	.run = run_unpark,
};
