/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Showing the steps of a plan, or taking them and telling of each. */
#include "tools/vfprep/act.h"

#include "core/json.h"
#include "core/step.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* What the steps came to, for --json. */
struct report {
	struct journal *journal;
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
	journal_note_step(report->journal, s);
	if (report->steps) {
		report_json(report, phase, s, r);
		return;
	}
	autofree char *entry = journal_step_entry(phase, s, r);
	if (journal_send(report->journal, STDOUT_FILENO, entry))
		return;
	autofree char *line = step_line(s);
	printf("%s%s%s\n", phase == RUN_UNDO ? "undo: " : "", line ? line : "out of memory",
	       run_result_words(r));
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
static int show(struct cli *cli, const struct wish *wish, struct json_object **ret_steps)
{
	automachine actual = NULL;
	autoplan plan = NULL;

	int r = cli_read_machine(cli, &actual);
	if (r == 0)
		r = wish_plan(wish, actual, &plan, cli->problems);
	if (r < 0 || !plan)
		return r;
	print_plan(cli, plan);
	if (plan->n == 0)
		note_nothing(cli);
	cli->to_do = plan->n && cli->given & OPTION_EXIT_CODE;
	(void)plan_steps_to_object(plan, ret_steps); /* without them the caller knows */
	return 0;
}

static int take_steps(struct cli *cli, const struct wish *wish, struct json_object **ret_steps)
{
	autojson steps = json_object_new_array();
	struct report report = {
		.journal = &cli->journal,
		.steps = cli->given & OPTION_JSON ? steps : NULL,
	};
	struct run_request request = {
		.wish = wish,
		.step = report_step,
		.step_user = &report,
		.lock_wait_ms = cli->wait_ms,
		.settings_wait_ms = SETTINGS_WAIT_MS * cli->timeout_percent / 100,
		.devices_wait_ms = cli->devices_wait_ms,
		.look_again = wish->config != NULL,
	};

	int r = cli_open(cli, true);
	if (r == 0)
		r = run(&cli->host, &request, &cli->outcome, cli->problems);
	if (r == 0 && report.n == 0)
		note_nothing(cli);
	if (steps && !report.failed)
		*ret_steps = TAKE_PTR(steps);
	return r;
}

static int print_steps(const struct cli *cli, struct json_object *steps)
{
	autojson none = json_object_new_array();

	return cli->given & OPTION_JSON ? cli_print_result(cli, "steps", steps ? steps : none) : 0;
}

int act_print_nothing(const struct cli *cli)
{
	return print_steps(cli, NULL);
}

int act(struct cli *cli, const struct wish *wish, bool dry)
{
	autojson steps = NULL;
	struct wish whole = *wish;

	whole.force = cli->given & OPTION_FORCE;
	whole.live = cli->given & OPTION_LIVE;
	whole.prune = cli->given & OPTION_PRUNE;
	whole.verbose = cli->given & OPTION_VERBOSE;
	int r = dry ? show(cli, &whole, &steps) : take_steps(cli, &whole, &steps);
	/* What else went wrong is told by the findings. */
	return r == -ENOTUNIQ ? EXIT_USAGE : print_steps(cli, steps);
}
