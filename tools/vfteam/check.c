/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfteam check: will a guest in this container get its VFs? */
#include "tools/common/checks.h"
#include "tools/vfteam/cli.h"
#include "tools/vfteam/domain-memory.h"
#include "tools/vfteam/domain-rules.h"
#include "tools/vfteam/domain-teams.h"
#include "tools/vfteam/preflight.h"
#include "tools/vfteam/running.h"

#include <errno.h>
#include <string.h>

/* A domain and its text; NAME NULL: none is given. */
struct document {
	const char *name;
	char *text;
	struct domain d;
};

static void document_clear(struct document *doc)
{
	domain_clear(&doc->d);
	free(doc->text);
}

/* What is wrong with a published team or a domain is a fault of the container here, like all else;
 * AS NOTE: it has nothing to do with the domain. */
static void tell(const struct vfprep_problems *found, enum vfprep_fault as,
		 struct vfprep_problems *p)
{
	for (size_t i = 0; i < vfprep_problems_count(found); i++) {
		struct vfprep_problem f = vfprep_problems_get(found, i);
		(void)problem_add(p, 0, f.fault == VFPREP_NOTE ? f.fault : as, f.subject, f.advice,
				  "%s", f.message);
	}
}

static bool is_domain(const char *operand)
{
	size_t n = strlen(operand);

	return strcmp(operand, "-") == 0 || (n >= 4 && strcmp(operand + n - 4, ".xml") == 0);
}

static int read_domain(const struct cli *cli, struct document *doc)
{
	size_t size;

	doc->name = cli_domain_name(cli->operands[0]);
	int r = cli_read_domain(cli, cli->operands[0], &doc->text, &size);
	return r < 0 ? r : domain_read(doc->text, size, doc->name, &doc->d, cli->problems);
}

/* That the host's configuration names. */
static uint64_t largest_guest(const struct teams *teams)
{
	uint64_t largest = 0;

	for (size_t i = 0; i < teams->n; i++) {
		uint64_t memory = teams->items[i].team.guest_memory;
		largest = memory > largest ? memory : largest;
	}
	return largest;
}

static int read_host(const struct cli *cli, const struct document *doc, struct preflight_host *ret)
{
	const struct element *emulator =
		doc->name ? domain_child(&doc->d, domain_devices(&doc->d), "emulator", NULL) : NULL;
	int r = preflight_read_host(cli->pid, emulator ? element_text(emulator) : NULL, ret);

	if (r < 0)
		return r;
	if (doc->name)
		ret->guest = domain_memory(&doc->d);
	if (cli->guest_memory)
		ret->guest.memory = cli->guest_memory;
	return 0;
}

static char *names_of(const struct teams *teams)
{
	autostrbuf b = { 0 };

	for (size_t i = 0; i < teams->n; i++)
		strbuf_addf(&b, "%s%s", i ? ", " : "", teams->items[i].team.name);
	return b.len || b.failed ? strbuf_take(&b) : strdup("no team");
}

/* The rules, and the teams; leaves those that are in it. FOUND: what reading them has told. */
static int check_domain(const struct cli *cli, const struct document *doc, bool is_user,
			struct vfprep_problems *found, struct teams *teams, struct checks *ret)
{
	autoproblems faults = vfprep_problems_new();
	size_t n = 0;

	if (!faults)
		return -ENOMEM;
	domain_rules_check(&doc->d, doc->name, faults);
	if (is_user)
		domain_rules_session(&doc->d, doc->name, true, faults);
	bool is_unknown =
		domain_teams_check(&doc->d, doc->name, cli->n_operands > 1, teams, faults);
	/* A team that does not read has nothing to do with a domain whose teams all do. */
	bool concerns = is_unknown || cli->n_operands > 1 || !teams->n;
	tell(found, concerns ? VFPREP_HOST : VFPREP_NOTE, cli->problems);
	tell(faults, VFPREP_HOST, cli->problems);
	for (size_t i = 0; i < vfprep_problems_count(faults); i++)
		n += vfprep_problems_get(faults, i).fault != VFPREP_NOTE;
	autofree char *names = names_of(teams);
	if (!names)
		return -ENOMEM;
	return n ? checks_add(ret, "domain", NULL, CHECK_PROBLEM, "%s: %zu finding%s", names, n,
			      n == 1 ? "" : "s")
		 : checks_add(ret, "domain", NULL, CHECK_OK, "%s", names);
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

static int check_all(const struct cli *cli, const struct document *doc, struct teams *teams,
		     struct vfprep_problems *found, struct checks *ret)
{
	CLEANUP(preflight_host_clear) struct preflight_host host = { 0 };
	int r = read_host(cli, doc, &host);

	if (r == 0 && doc->name)
		r = check_domain(cli, doc, host.is_user, found, teams, ret);
	else if (r == 0)
		tell(found, VFPREP_HOST, cli->problems);
	if (!host.guest.memory)
		host.guest.memory = largest_guest(teams);
	if (r == 0 && !teams->n && !problems_any(cli->problems))
		(void)problem_add(cli->problems, 0, VFPREP_HOST, cli->teams_dir,
				  "run vfprep apply on the host, and mount the directory",
				  "no team is published");
	return r < 0 ? r : check_teams(cli, &host, teams, ret);
}

static int run_check(struct cli *cli)
{
	CLEANUP(document_clear) struct document doc = { 0 };
	CLEANUP(checks_clear) struct checks checks = { 0 };
	autoproblems found = vfprep_problems_new();
	autoteams teams = { 0 };
	bool given = cli->n_operands && is_domain(cli->operands[0]);
	size_t skip = given && !cli->running ? 1 : 0;

	if (!found)
		return EXIT_OTHER;
	for (size_t i = skip; i < cli->n_operands; i++) {
		if (is_domain(cli->operands[i]))
			return cli->running ? cli_usage("--running takes no domain's file")
					    : cli_usage("one domain comes first, then teams");
	}
	if (cli->log && !cli->running)
		return cli_usage("--log goes with --running");
	int r = given ? read_domain(cli, &doc) : 0;
	/* Those that can be read are looked at all the same. */
	if (r == 0)
		(void)teams_read(cli->teams_dir, cli->operands + skip, cli->n_operands - skip,
				 &teams, found);
	if (r == 0 && cli->running) {
		tell(found, VFPREP_NOTE, cli->problems); /* they are only to compare with */
		r = check_running(cli, &teams, &checks);
	} else if (r == 0) {
		r = check_all(cli, &doc, &teams, found, &checks);
	}
	if (r == -EEXIST)
		return cli_usage("several QEMUs run the domain '%s': name one by --pid",
				 cli->running);
	if (r == -ESRCH)
		return cli_usage("there is no process %u", cli->pid);
	if (r == -ENOMEM)
		(void)problem_add(cli->problems, r, VFPREP_SYSTEM, NULL, NULL, "%s", strerror(-r));
	return checks_report(&checks, cli->problems, cli->given & OPTION_JSON,
			     cli->given & OPTION_QUIET);
}

const struct command command_check = {
	.name = "check",
	.operands = "[DOMAIN.xml|-] [TEAM|FILE...]",
	.summary = "Check that guests here will get their VFs",
	.options = OPTION_JSON | OPTION_MEMORY | OPTION_PID | OPTION_RUNNING | OPTION_LOG |
		   OPTION_TEAMS | OPTION_QUIET,
	.takes_operands = true,
	.run = run_check,
};
