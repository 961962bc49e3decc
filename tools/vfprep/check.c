/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep check: is the configuration right, and is the host fit? */
#include "core/host-check.h"
#include "host/fd.h"
#include "host/host-read.h"
#include "tools/common/checks.h"
#include "tools/vfprep/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static int check_config_only(struct cli *cli)
{
	autoconfig config = NULL;

	if (cli->machine_file)
		return cli_usage("check takes --config-only or --machine, not both");
	int r = cli_read_config(cli, &config);
	if (cli->given & OPTION_JSON)
		return cli_print_result(cli, NULL, NULL);
	if (r == 0 && !(cli->given & OPTION_QUIET))
		printf("%zu configuration file%s, no faults\n", config->n_rules,
		       config->n_rules == 1 ? "" : "s");
	return 0;
}

/* The facts of this host; none of the machine in a file. */
static int read_facts(struct cli *cli, struct host_facts **ret)
{
	const char *root = cli->machine_file ? NULL : cli->source->root;
	autoclose int fd = root ? open(root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!root)
		return 0;
	int r = fd < 0 ? -errno : host_read_facts(fd, ret);
	return r < 0 ? problem_add(cli->problems, r, VFPREP_SYSTEM, root, NULL,
				   "cannot be read: %s", strerror(-r))
		     : 0;
}

/* Of those that the files are for, and of those that were prepared without one. */
static uint64_t largest_guest(const struct vfprep_config *config,
			      const struct vfprep_machine *machine)
{
	uint64_t largest = config ? config_largest_guest(config) : 0;

	for (size_t i = 0; machine && i < machine->n_teams; i++) {
		if (machine->teams[i].guest_memory > largest)
			largest = machine->teams[i].guest_memory;
	}
	return largest;
}

static int run_check(struct cli *cli)
{
	CLEANUP(checks_clear) struct checks checks = { 0 };
	autoconfig config = NULL;
	automachine machine = NULL;
	autofacts facts = NULL;

	if (cli->given & OPTION_CONFIG_ONLY)
		return check_config_only(cli);
	/* What one of them tells does not hang on the others. */
	(void)cli_read_config(cli, &config);
	(void)cli_read_machine(cli, &machine);
	(void)read_facts(cli, &facts);
	struct check_input in = { facts, machine, config, largest_guest(config, machine) };
	int r = host_check(&in, &checks, cli->problems);
	if (r < 0)
		(void)problem_add(cli->problems, r, VFPREP_SYSTEM, NULL, NULL, "%s", strerror(-r));
	return checks_report(&checks, cli->problems, cli->given & OPTION_JSON,
			     cli->given & OPTION_QUIET);
}

const struct command command_check = {
	.name = "check",
	.operands = "",
	.summary = "Check the configuration and this host",
	.options = OPTION_CONFIG_ONLY | OPTION_JSON | OPTION_MACHINE | OPTION_CONFDIR |
		   OPTION_RUNDIR | OPTION_QUIET,
	.run = run_check,
};
