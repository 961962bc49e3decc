/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep plan, apply and release: what would be done, and doing it. */
#include "tools/vfprep/act.h"

static int run_plan_or_apply(struct cli *cli, bool dry)
{
	autoconfig config = NULL;

	if (cli_read_config(cli, &config) < 0)
		return act_print_nothing(cli);
	const struct wish wish = {
		.aim = AIM_APPLY,
		.config = config,
		.names = cli->operands,
		.n_names = cli->n_operands,
	};
	return act(cli, &wish, dry);
}

static int run_plan(struct cli *cli)
{
	return run_plan_or_apply(cli, true);
}

static int run_apply(struct cli *cli)
{
	if (cli->devices_wait_ms && cli->n_operands)
		return cli_usage("apply --wait-devices takes no '%s': it is for all PFs",
				 cli->operands[0]);
	return run_plan_or_apply(cli, cli->given & OPTION_DRY_RUN);
}

static int run_release(struct cli *cli)
{
	bool all = cli->given & OPTION_ALL, dry = cli->given & OPTION_DRY_RUN;

	if (all && cli->n_operands)
		return cli_usage("release takes names or --all, not both");
	if (!all && !cli->n_operands)
		return cli_usage("release needs the name of a PF, VF or team, or --all");
	const struct wish wish = {
		.aim = AIM_RELEASE,
		.names = cli->operands,
		.n_names = cli->n_operands,
	};
	return act(cli, &wish, dry);
}

const struct command command_plan = {
	.name = "plan",
	.operands = "[PF...]",
	.summary = "Show the steps that apply would take",
	.options = OPTION_JSON | OPTION_MACHINE | OPTION_EXIT_CODE | OPTION_FORCE | OPTION_LIVE |
		   OPTION_PRUNE | OPTION_CONFDIR | OPTION_RUNDIR | OPTION_VERBOSE | OPTION_QUIET,
	.takes_operands = true,
	.run = run_plan,
};

const struct command command_apply = {
	.name = "apply",
	.operands = "[PF...]",
	.summary = "Make this machine what the configuration asks for",
	.options = OPTION_JSON | OPTION_DRY_RUN | OPTION_FORCE | OPTION_LIVE | OPTION_PRUNE |
		   OPTION_WAIT | OPTION_WAIT_DEVICES | OPTION_TIMEOUT | OPTION_CONFDIR |
		   OPTION_RUNDIR | OPTION_VERBOSE | OPTION_QUIET,
	.takes_operands = true,
	.run = run_apply,
};

const struct command command_release = {
	.name = "release",
	.operands = "[PF|VF|TEAM...]",
	.summary = "Put back what was there before vfprep",
	.options = OPTION_JSON | OPTION_ALL | OPTION_DRY_RUN | OPTION_FORCE | OPTION_WAIT |
		   OPTION_TIMEOUT | OPTION_RUNDIR | OPTION_VERBOSE | OPTION_QUIET,
	.takes_operands = true,
	.run = run_release,
};
