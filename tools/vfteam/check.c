/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfteam check: will a guest in this container get its VFs? */
#include "tools/common/checks.h"
#include "tools/vfteam/cli.h"
#include "tools/vfteam/preflight.h"

#include <errno.h>
#include <string.h>

/* What is wrong with a published team is a fault of the container here, like all else. */
static void tell(const struct vfprep_problems *found, struct vfprep_problems *p)
{
	for (size_t i = 0; i < vfprep_problems_count(found); i++) {
		struct vfprep_problem f = vfprep_problems_get(found, i);
		(void)problem_add(p, 0, f.fault == VFPREP_NOTE ? f.fault : VFPREP_HOST, f.subject,
				  f.advice, "%s", f.message);
	}
}

static int check_teams(const struct cli *cli, const struct preflight_host *h,
		       const struct teams *teams, struct checks *ret)
{
	int r = preflight_check_host(h, ret, cli->problems);

	for (size_t i = 0; r == 0 && i < teams->n; i++) {
		CLEANUP(preflight_vf_clear) struct preflight_vf v = { .group = -1 };
		const struct team *t = &teams->items[i].team;
		r = preflight_read_vf(t, &v);
		if (r == 0)
			r = preflight_check_team(h, &v, t, ret, cli->problems);
	}
	return r;
}

static int run_check(struct cli *cli)
{
	CLEANUP(preflight_host_clear) struct preflight_host host = { 0 };
	CLEANUP(checks_clear) struct checks checks = { 0 };
	autoproblems found = vfprep_problems_new();
	autoteams teams = { 0 };

	if (!found)
		return EXIT_OTHER;
	int r = preflight_read_host(cli->pid, &host);
	if (r == -ESRCH)
		return cli_usage("there is no process %u", cli->pid);
	/* Those that can be read are looked at all the same. */
	(void)teams_read(cli->teams_dir, cli->operands, cli->n_operands, &teams, found);
	tell(found, cli->problems);
	if (!teams.n && !problems_any(cli->problems))
		(void)problem_add(cli->problems, 0, VFPREP_HOST, cli->teams_dir,
				  "run vfprep apply on the host, and mount the directory",
				  "no team is published");
	host.guest.memory = cli->guest_memory;
	for (size_t i = 0; !cli->guest_memory && i < teams.n; i++) {
		uint64_t memory = teams.items[i].team.guest_memory;
		host.guest.memory = memory > host.guest.memory ? memory : host.guest.memory;
	}
	if (r == 0)
		r = check_teams(cli, &host, &teams, &checks);
	if (r < 0)
		(void)problem_add(cli->problems, r, VFPREP_SYSTEM, NULL, NULL, "%s", strerror(-r));
	return checks_report(&checks, cli->problems, cli->given & OPTION_JSON,
			     cli->given & OPTION_QUIET);
}

const struct command command_check = {
	.name = "check",
	.operands = "[TEAM|FILE...]",
	.summary = "Check that guests here will get their VFs",
	.options = OPTION_JSON | OPTION_MEMORY | OPTION_PID | OPTION_TEAMS | OPTION_QUIET,
	.takes_operands = true,
	.run = run_check,
};
