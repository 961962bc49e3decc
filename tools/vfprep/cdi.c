/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep cdi: what is published, as container engines take it. */
#include "core/cdi.h"

#include "tools/vfprep/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct selection {
	const struct team **teams;
	size_t n;
};

static void selection_clear(struct selection *s)
{
	free((void *)s->teams);
}

/* Return: -ENODEV, -ESTALE; -ENOMEM. */
static int select_team(struct cli *cli, const struct vfprep_machine *m, const struct team *t,
		       bool named, struct selection *s)
{
	if (!text_equal(t->boot_id, m->boot_id))
		return problem_add(cli->problems, -ESTALE, VFPREP_DRIFT, t->name,
				   "run vfprep apply, or vfprep release",
				   "it was published before the last boot");
	if (!cdi_has_device(t))
		return problem_add(cli->problems, named ? -ENODEV : 0,
				   named ? VFPREP_UNSUPPORTED : VFPREP_NOTE, t->name, NULL,
				   "it has no VFIO group, so there is nothing to give to a "
				   "container");
	const struct team **slot = array_add(&s->teams, &s->n, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = t;
	return 0;
}

/* The teams that are named, or all; each once. */
static int select_teams(struct cli *cli, const struct vfprep_machine *m, struct selection *s)
{
	int r = 0;

	for (size_t i = 0; i < cli->n_operands; i++) {
		if (!machine_find_team(m, cli->operands[i]))
			r = problem_add(cli->problems, -ENODEV, VFPREP_ABSENT, cli->operands[i],
					"see vfprep list", "no team is published under that name");
	}
	for (size_t i = 0; i < m->n_teams; i++) {
		bool named = false;
		for (size_t k = 0; k < cli->n_operands; k++)
			named = named || strcmp(cli->operands[k], m->teams[i].name) == 0;
		if (cli->n_operands && !named)
			continue;
		int one = select_team(cli, m, &m->teams[i], named, s);
		r = one < 0 ? one : r;
	}
	return r;
}

/* It is a list of options, in which a path must not come apart. */
static int check_path(struct cli *cli, const char *rundir)
{
	if (!rundir[strcspn(rundir, " \t\n,\"\\")])
		return 0;
	return problem_add(cli->problems, -EINVAL, VFPREP_CONFIG, rundir, "use CDI",
			   "--mount takes no such path");
}

static int print_teams(struct cli *cli)
{
	CLEANUP(selection_clear) struct selection s = { 0 };
	automachine m = NULL;
	autofree char *text = NULL;

	int r = cli_open(cli, false);
	if (r == 0)
		r = host_read_teams(&cli->host, &m, cli->problems);
	if (r == 0)
		r = select_teams(cli, m, &s);
	bool options = cli->given & OPTION_RUN_OPTIONS;
	if (r == 0 && options)
		r = check_path(cli, cli->host.realpath);
	if (r < 0)
		return r;
	if (s.n == 0)
		return problem_add(cli->problems, 0, VFPREP_NOTE, NULL, NULL,
				   "no team is published, so there is no spec");
	text = options ? cdi_run_options(s.teams, s.n, cli->host.realpath)
		       : cdi_spec(s.teams, s.n, cli->host.realpath);
	if (!text)
		return -ENOMEM;
	(void)fputs(text, stdout); /* whether it was taken is looked at at the end */
	return 0;
}

static int print_hook_file(struct cli *cli)
{
	int r = cli_open(cli, false);

	if (r < 0)
		return r;
	autofree char *text = cdi_hook_file(cli->host.realpath);
	if (!text)
		return -ENOMEM;
	(void)fputs(text, stdout); /* as above */
	return 0;
}

static int run_cdi(struct cli *cli)
{
	bool hook = cli->given & OPTION_HOOK_FILE;

	if (hook && cli->given & OPTION_RUN_OPTIONS)
		return cli_usage("cdi takes --hook-file or --run-options, not both");
	if (hook && cli->n_operands)
		return cli_usage("cdi --hook-file takes no '%s': it is for all teams",
				 cli->operands[0]);
	if (cli->given & OPTION_RUN_OPTIONS && !cli->n_operands)
		return cli_usage("cdi --run-options needs the teams of the container");
	int r = hook ? print_hook_file(cli) : print_teams(cli);
	if (r == -ENOMEM)
		(void)problem_add(cli->problems, r, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	return 0;
}

const struct command command_cdi = {
	.name = "cdi",
	.operands = "[TEAM...]",
	.summary = "Print what is published for container engines",
	.options = OPTION_HOOK_FILE | OPTION_RUN_OPTIONS | OPTION_RUNDIR | OPTION_QUIET,
	.takes_operands = true,
	.run = run_cdi,
};
