/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep check: is the configuration right? */
#include "core/json.h"
#include "tools/vfprep/cli.h"

#include <stdio.h>

static int run_check(struct cli *cli)
{
	autoconfig config = NULL;

	if (!(cli->given & OPTION_CONFIG_ONLY))
		return cli_usage("check needs --config-only: this version checks no host yet");
	int r = cli_read_config(cli, &config);
	if (cli->given & OPTION_JSON)
		return cli_print_result(cli, NULL, NULL);
	if (r == 0 && !(cli->given & OPTION_QUIET))
		printf("%zu configuration file%s, no faults\n", config->n_rules,
		       config->n_rules == 1 ? "" : "s");
	return 0;
}

const struct command command_check = {
	.name = "check",
	.operands = "",
	.summary = "Check the configuration",
	.options = OPTION_CONFIG_ONLY | OPTION_JSON | OPTION_CONFDIR | OPTION_QUIET,
	.run = run_check,
};
