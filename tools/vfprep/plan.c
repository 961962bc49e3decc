/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep plan, apply and release: what would be done, and doing it. */
#include "core/desire.h"
#include "tools/vfprep/act.h"

#include <errno.h>

/* What is wanted by the configuration, of the PFs that are named. */
struct wish {
	const struct vfprep_config *config;
	const struct cli *cli;
};

static int desire_config(void *user, const struct vfprep_machine *actual,
			 struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	const struct wish *wish = user;
	const struct cli *cli = wish->cli;
	autofree struct pci_address *pfs = calloc(cli->n_operands + 1, sizeof(*pfs));
	size_t n = 0;

	if (!pfs)
		return -ENOMEM;
	if (cli->given & OPTION_VERBOSE)
		config_tell_matches(wish->config, actual, p);
	for (size_t i = 0; i < cli->n_operands; i++) {
		int r = operand_find_pf(actual, cli->operands[i], &pfs[n], p);
		if (r == 0)
			n++;
		if (r == -ENOTUNIQ)
			return r;
	}
	return desire_from_config(wish->config, actual, cli->n_operands ? pfs : NULL, n, ret_wanted,
				  p);
}

static int desire_release(void *user, const struct vfprep_machine *actual,
			  struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	const struct cli *cli = user;
	return desire_originals(actual, cli->operands, cli->n_operands, ret_wanted, p);
}

static int run_plan_or_apply(struct cli *cli, bool dry)
{
	autoconfig config = NULL;

	if (cli_read_config(cli, &config) < 0)
		return act_print_nothing(cli);
	struct wish wish = { config, cli };
	return act(cli, &(struct task){ AIM_APPLY, dry, desire_config, &wish });
}

static int run_plan(struct cli *cli)
{
	return run_plan_or_apply(cli, true);
}

static int run_apply(struct cli *cli)
{
	return run_plan_or_apply(cli, cli->given & OPTION_DRY_RUN);
}

static int run_release(struct cli *cli)
{
	bool all = cli->given & OPTION_ALL, dry = cli->given & OPTION_DRY_RUN;

	if (all && cli->n_operands)
		return cli_usage("release takes names or --all, not both");
	if (!all && !cli->n_operands)
		return cli_usage("release needs the name of a PF, VF or team, or --all");
	return act(cli, &(struct task){ AIM_RELEASE, dry, desire_release, cli });
}

const struct command command_plan = {
	.name = "plan",
	.operands = "[PF...]",
	.summary = "Show the steps that apply would take",
	.options = OPTION_JSON | OPTION_MACHINE | OPTION_EXIT_CODE | OPTION_FORCE | OPTION_LIVE |
		   OPTION_CONFDIR | OPTION_RUNDIR | OPTION_VERBOSE | OPTION_QUIET,
	.takes_operands = true,
	.run = run_plan,
};

const struct command command_apply = {
	.name = "apply",
	.operands = "[PF...]",
	.summary = "Make this machine what the configuration asks for",
	.options = OPTION_JSON | OPTION_DRY_RUN | OPTION_FORCE | OPTION_LIVE | OPTION_WAIT |
		   OPTION_TIMEOUT | OPTION_CONFDIR | OPTION_RUNDIR | OPTION_VERBOSE | OPTION_QUIET,
	.takes_operands = true,
	.run = run_apply,
};

const struct command command_release = {
	.name = "release",
	.operands = "[PF|VF|TEAM...]",
	.summary = "Put back what was there before vfprep",
	.options = OPTION_JSON | OPTION_ALL | OPTION_DRY_RUN | OPTION_FORCE | OPTION_WAIT |
		   OPTION_TIMEOUT | OPTION_RUNDIR | OPTION_QUIET,
	.takes_operands = true,
	.run = run_release,
};
