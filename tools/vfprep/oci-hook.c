/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep oci-hook: called by a container runtime, before a container starts that gets teams. */
#include "host/oci-hook.h"

#include "core/oci-state.h"
#include "host/fd.h"
#include "host/files.h"
#include "tools/vfprep/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static int read_state(struct cli *cli, struct oci_state *ret)
{
	autofree char *text = NULL;
	size_t size;

	int r = fd_read(STDIN_FILENO, OCI_STATE_MAX, &text, &size);
	if (r < 0)
		return problem_add(cli->problems, r, VFPREP_SYSTEM, "standard input", NULL,
				   "the state of the container cannot be read: %s", strerror(-r));
	return oci_state_read(text, size, ret, cli->problems);
}

static int print_change(unsigned pid, struct memlock old, struct memlock new)
{
	autofree char *was = memlock_text(old);
	autofree char *is = memlock_text(new);

	if (!was || !is)
		return -ENOMEM;
	if (!memlock_equal(old, new))
		printf("pid %u: memlock %s -> %s\n", pid, was, is);
	return 0;
}

static int call(struct cli *cli, const struct oci_hook_request *request)
{
	struct memlock old = { 0 }, new = { 0 };

	int r = cli_open(cli, false);
	if (r == 0)
		r = oci_hook(&cli->host, request, &old, &new, cli->problems);
	return r < 0 ? r : print_change(request->pid, old, new);
}

static int run_oci_hook(struct cli *cli)
{
	CLEANUP(oci_state_clear) struct oci_state state = { 0 };
	const char *root = cli->source->root ? cli->source->root : "/";
	autoclose int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	int r = read_state(cli, &state);
	if (r == 0 && root_fd < 0)
		r = problem_add(cli->problems, -errno, VFPREP_SYSTEM, root, NULL,
				"cannot be opened");
	bool named = cli->n_operands;
	struct oci_hook_request request = {
		.root_fd = root_fd,
		.teams = named ? cli->operands : (const char *const *)state.teams,
		.n_teams = named ? cli->n_operands : state.n_teams,
		.pid = state.pid,
	};
	if (r == 0 && request.n_teams == 0)
		return cli_usage("oci-hook needs a team, by its name or by an annotation of the "
				 "container");
	if (r == 0)
		r = call(cli, &request);
	if (r == -ENOMEM)
		(void)problem_add(cli->problems, r, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	return 0;
}

const struct command command_oci_hook = {
	.name = "oci-hook",
	.operands = "[TEAM...]",
	.summary = "Ready a container for its teams, as an OCI hook",
	.options = OPTION_RUNDIR | OPTION_QUIET,
	.takes_operands = true,
	.run = run_oci_hook,
};
