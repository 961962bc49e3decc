/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep verify: is the machine still what was published? */
#include "core/verify.h"

#include "core/json.h"
#include "core/step.h"
#include "tools/vfprep/cli.h"

#include <errno.h>
#include <stdio.h>

static void print_verdicts(const struct verdicts *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct verdict *verdict = &v->items[i];
		printf("%s: %s\n", verdict->team->name,
		       verdict->good ? "as published" : "not as published");
		for (size_t k = 0; k < verdict->n; k++) {
			autofree char *line = plan_line(v->plan, verdict->first + k);
			printf("  %s\n", line ? line : "out of memory");
		}
	}
}

static int verdict_to_object(const struct verdicts *v, const struct verdict *verdict,
			     struct json_object **ret)
{
	const struct vfprep_plan part = { .steps = v->plan->steps + verdict->first,
					  .n = verdict->n };
	autojson o = json_object_new_object();
	struct json_object *steps;

	if (!o || json_add_text(o, "team", verdict->team->name) < 0 ||
	    json_add_bool(o, "as_published", verdict->good) < 0 ||
	    plan_steps_to_object(&part, &steps) < 0 || json_add(o, "steps", steps) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(o);
	return 0;
}

static int verdicts_to_object(const struct verdicts *v, struct json_object **ret)
{
	autojson list = json_object_new_array();

	for (size_t i = 0; list && i < v->n; i++) {
		struct json_object *o;
		if (verdict_to_object(v, &v->items[i], &o) < 0 ||
		    json_object_array_add(list, o) < 0)
			return -ENOMEM;
	}
	if (!list)
		return -ENOMEM;
	*ret = TAKE_PTR(list);
	return 0;
}

static int run_verify(struct cli *cli)
{
	CLEANUP(verdicts_clear) struct verdicts v = { 0 };
	automachine actual = NULL;
	autojson teams = NULL;

	int r = cli_read_machine(cli, &actual);
	if (r == 0)
		r = verify_teams(actual, cli->operands, cli->n_operands, &v, cli->problems);
	if (r == -ENOMEM)
		(void)problem_add(cli->problems, r, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	if (r == 0 && actual->n_teams == 0)
		(void)problem_add(cli->problems, 0, VFPREP_NOTE, NULL, NULL,
				  "no team is published");
	if (cli->given & OPTION_JSON)
		return verdicts_to_object(&v, &teams) < 0 ? EXIT_OTHER
							  : cli_print_result(cli, "teams", teams);
	if (!(cli->given & OPTION_QUIET))
		print_verdicts(&v);
	return 0;
}

const struct command command_verify = {
	.name = "verify",
	.operands = "[TEAM...]",
	.summary = "Compare the machine with what is published",
	.options = OPTION_JSON | OPTION_MACHINE | OPTION_RUNDIR | OPTION_QUIET,
	.takes_operands = true,
	.run = run_verify,
};
