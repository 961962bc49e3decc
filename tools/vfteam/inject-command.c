/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfteam inject: the domain and the teams that are named, and where the result goes. */
#include "tools/vfteam/inject.h"

#include <errno.h>
#include <string.h>

/* Files of two hosts may disagree. */
static int check_teams(const struct cli *cli, const struct teams *teams)
{
	int first = 0;

	for (size_t i = 0; i < teams->n; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct team *a = &teams->items[k].team, *b = &teams->items[i].team;
			const char *what = strcmp(a->name, b->name) == 0                 ? "name"
					   : memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 ? "MAC"
					   : pci_address_compare(a->transient.address,
								 b->transient.address) == 0
						   ? "VF"
						   : NULL;
			if (what)
				first = problem_add(cli->problems, -EINVAL, VFPREP_CONFIG,
						    teams->items[i].file, NULL,
						    "it has the %s of the team in %s", what,
						    teams->items[k].file);
		}
	}
	return first;
}

static int read_teams(const struct cli *cli, struct teams *teams)
{
	size_t skip = cli->n_operands ? 1 : 0;

	int r = teams_read(cli->teams_dir, cli->operands + skip, cli->n_operands - skip, teams,
			   cli->problems);
	if (r < 0)
		return r;
	if (teams->n == 0)
		return problem_add(cli->problems, -ENOENT, VFPREP_ABSENT, cli->teams_dir,
				   "run vfprep apply on the host", "no team is published here");
	if (cli->onto && teams->n != 1)
		return problem_add(cli->problems, -EINVAL, VFPREP_CONFIG, NULL, "name one team",
				   "--onto is for one team, and there are %zu", teams->n);
	return check_teams(cli, teams);
}

static int run_inject(struct cli *cli)
{
	const char *operand = cli->n_operands ? cli->operands[0] : "-";
	const char *name = cli_domain_name(operand);
	autofree char *domain = NULL, *result = NULL;
	size_t size, result_size;
	autoteams teams = { 0 };

	if (cli->onto && !alias_is_kept(cli->onto))
		return cli_usage(
			"--onto takes an alias that libvirt keeps, such as ua-net0, not '%s'",
			cli->onto);
	if (cli->onto && cli->given & (OPTION_PERSISTENT | OPTION_MTU | OPTION_QUEUES))
		return cli_usage("--onto takes an interface as it is, without --persistent, --mtu "
				 "and --queues");
	/* What one of them tells does not hang on the other. */
	int r = cli_read_domain(cli, operand, &domain, &size);
	int teams_r = read_teams(cli, &teams);
	if (r < 0 || teams_r < 0)
		return 0;
	if (inject(cli, domain, size, name, &teams, &result, &result_size) < 0)
		return 0;
	if (result_size == size && memcmp(result, domain, size) == 0)
		(void)problem_add(cli->problems, 0, VFPREP_NOTE, NULL, NULL, "nothing to do");
	(void)cli_write(cli, result, result_size); /* what is wrong is a finding */
	return 0;
}

const struct command command_inject = {
	.name = "inject",
	.operands = "[DOMAIN.xml|- [TEAM|FILE...]]",
	.summary = "Print a domain with both sides of its teams",
	.options = OPTION_PERSISTENT | OPTION_MTU | OPTION_QUEUES | OPTION_ONTO |
		   OPTION_SPARE_PORTS | OPTION_TEAMS | OPTION_OUTPUT | OPTION_QUIET,
	.takes_operands = true,
	.run = run_inject,
};
