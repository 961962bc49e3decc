/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep plan, apply and release: what would be done, and doing it. */
#include "core/desire.h"
#include "core/json.h"
#include "core/step.h"
#include "tools/vfprep/cli.h"

#include <errno.h>
#include <stdio.h>

/* What is wanted: by configuration (NULL: the originals), for the operands. */
struct wish {
	const struct vfprep_config *config;
	const char *const *names;
	size_t n_names;
	bool verbose, force, live;
	int usage; /* -ENOTUNIQ: an operand fits two things */
};

static int desire_pfs(struct wish *wish, const struct vfprep_machine *actual,
		      struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	autofree struct pci_address *pfs = calloc(wish->n_names + 1, sizeof(*pfs));
	size_t n = 0;

	if (!pfs)
		return -ENOMEM;
	if (wish->verbose)
		config_tell_matches(wish->config, actual, p);
	for (size_t i = 0; i < wish->n_names; i++) {
		int r = operand_find_pf(actual, wish->names[i], &pfs[n], p);
		if (r == 0)
			n++;
		if (r == -ENOTUNIQ)
			return r;
	}
	return desire_from_config(wish->config, actual, wish->n_names ? pfs : NULL, n, ret_wanted,
				  p);
}

static int desire(void *user, const struct vfprep_machine *actual,
		  struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	struct wish *wish = user;
	automachine wanted = NULL;

	int r = wish->config ? desire_pfs(wish, actual, &wanted, p)
			     : desire_originals(actual, wish->names, wish->n_names, &wanted, p);
	wish->usage = r == -ENOTUNIQ ? r : 0;
	if (r < 0)
		return r;
	wanted->force = wish->force;
	wanted->live = wish->live;
	*ret_wanted = TAKE_PTR(wanted);
	return 0;
}

/* What the steps came to, for --json. */
struct report {
	struct json_object *steps; /* NULL: print lines */
	bool failed;               /* memory ran out */
	size_t n;
};

static const char *result_word(int r)
{
	return r < 0 ? "failed" : r == RUN_STAYS ? "refused" : r ? "already" : "done";
}

static void report_json(struct report *report, enum run_phase phase, const struct step *s, int r)
{
	autojson o = json_object_new_object();
	if (!o || json_add_text(o, "subject", s->subject) < 0 ||
	    json_add_text(o, "what", s->what) < 0 || json_add_text(o, "old", s->old_text) < 0 ||
	    json_add_text(o, "new", s->new_text) < 0 ||
	    json_add_text(o, "result", result_word(r)) < 0 ||
	    (phase == RUN_UNDO && json_add_bool(o, "undo", true) < 0) ||
	    json_object_array_add(report->steps, json_object_get(o)) < 0)
		report->failed = true;
}

static void report_step(void *user, enum run_phase phase, const struct step *s, int r)
{
	struct report *report = user;

	report->n++;
	if (report->steps) {
		report_json(report, phase, s, r);
		return;
	}
	autofree char *line = step_line(s);
	printf("%s%s%s\n", phase == RUN_UNDO ? "undo: " : "", line ? line : "out of memory",
	       r < 0            ? " (failed)"
	       : r == RUN_STAYS ? " (refused by the driver, stays)"
	       : r              ? " (already)"
				: "");
	/* Whoever waits for a slow card sees how far it is; a full disk shows at the end. */
	(void)fflush(stdout);
}

static void print_plan(struct cli *cli, const struct vfprep_plan *plan)
{
	if (cli->given & OPTION_JSON)
		return;
	for (size_t i = 0; i < plan->n; i++) {
		autofree char *line = plan_line(plan, i);
		printf("%s\n", line ? line : "out of memory");
	}
}

static void note_nothing(struct cli *cli)
{
	if (!problems_any(cli->problems))
		(void)problem_add(cli->problems, 0, VFPREP_NOTE, NULL, NULL, "nothing to do");
}

/* Plans and prints, and touches nothing. */
static void show(struct cli *cli, struct wish *wish, enum plan_aim aim,
		 struct json_object **ret_steps)
{
	automachine actual = NULL;
	automachine wanted = NULL;
	autoplan plan = NULL;

	int r = cli_read_machine(cli, &actual);
	if (r == 0)
		r = desire(wish, actual, &wanted, cli->problems);
	if (r == 0)
		r = plan_make(wanted, actual, aim, &plan, cli->problems);
	if (r == -ENOMEM)
		(void)problem_add(cli->problems, r, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	if (r < 0)
		return;
	print_plan(cli, plan);
	if (plan->n == 0)
		note_nothing(cli);
	cli->to_do = plan->n && cli->given & OPTION_EXIT_CODE;
	(void)plan_steps_to_object(plan, ret_steps); /* without them the caller knows */
}

static void act(struct cli *cli, struct wish *wish, enum plan_aim aim,
		struct json_object **ret_steps)
{
	autojson steps = json_object_new_array();
	struct report report = {
		.steps = cli->given & OPTION_JSON ? steps : NULL,
	};
	struct run_request request = {
		.aim = aim,
		.desire = desire,
		.desire_user = wish,
		.step = report_step,
		.step_user = &report,
		.lock_wait_ms = cli->wait_ms,
	};

	if (cli_open(cli, true) == 0 &&
	    run(&cli->host, &request, &cli->outcome, cli->problems) == 0 && report.n == 0)
		note_nothing(cli);
	if (steps && !report.failed)
		*ret_steps = TAKE_PTR(steps);
}

/* For --json; without STEPS (NULL) there were none. */
static int print_result(const struct cli *cli, struct json_object *steps)
{
	autojson none = json_object_new_array();

	return cli->given & OPTION_JSON ? cli_print_result(cli, "steps", steps ? steps : none) : 0;
}

static int show_or_act(struct cli *cli, struct wish *wish, enum plan_aim aim, bool dry)
{
	autojson steps = NULL;

	if (dry)
		show(cli, wish, aim, &steps);
	else
		act(cli, wish, aim, &steps);
	if (wish->usage)
		return EXIT_USAGE;
	return print_result(cli, steps);
}

static int run_plan_or_apply(struct cli *cli, bool dry)
{
	autoconfig config = NULL;
	struct wish wish = {
		.names = cli->operands,
		.n_names = cli->n_operands,
		.verbose = cli->given & OPTION_VERBOSE,
		.force = cli->given & OPTION_FORCE,
		.live = cli->given & OPTION_LIVE,
	};

	if (cli_read_config(cli, &config) < 0)
		return print_result(cli, NULL);
	wish.config = config;
	return show_or_act(cli, &wish, AIM_APPLY, dry);
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
	struct wish wish = {
		.names = cli->operands,
		.n_names = cli->n_operands,
		.force = cli->given & OPTION_FORCE,
	};
	bool all = cli->given & OPTION_ALL;

	if (all && cli->n_operands)
		return cli_usage("release takes names or --all, not both");
	if (!all && !cli->n_operands)
		return cli_usage("release needs the name of a PF, VF or team, or --all");
	return show_or_act(cli, &wish, AIM_RELEASE, cli->given & OPTION_DRY_RUN);
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
