/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options, the machine and the configuration: what the commands share. */
#include "tools/vfprep/cli.h"

#include "core/machine-json.h"
#include "host/config-load.h"
#include "host/fd.h"
#include "host/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
	&command_list,    &command_check,   &command_plan,     &command_apply,
	&command_prepare, &command_release, &command_verify,   &command_park,
	&command_unpark,  &command_cdi,     &command_oci_hook, &command_udev_query,
};

static const struct option_row option_table[] = {
	{ OPTION_JSON, "json", 0, NULL, "print JSON for programs" },
	{ OPTION_TEAM, "team", 0, "NAME", "publish it under that name" },
	{ OPTION_MAC, "mac", 0, "MAC", "an address, auto or none" },
	{ OPTION_DRIVER, "driver", 0, "NAME", "bind it to that driver (vfio-pci), auto or none" },
	{ OPTION_OWNER, "owner", 0, "USER", "who gets the group's device node" },
	{ OPTION_GROUP, "group", 0, "GROUP", "which group gets it" },
	{ OPTION_MODE, "mode", 0, "MODE", "its permissions, as 0660" },
	{ OPTION_PERSISTENT, "persistent", 0, "HINT", "the virtio side, as bridge:br0" },
	{ OPTION_CONTAINER_OWNER, "container-owner", 0, "USER", "who has the node in a container" },
	{ OPTION_CONTAINER_GROUP, "container-group", 0, "GROUP", "which group has it there" },
	{ OPTION_GUEST_MEMORY, "guest-memory", 0, "SIZE", "of its guest, as 4G" },
	{ OPTION_MACHINE, "machine", 0, "FILE", "work on the output of list --json" },
	{ OPTION_EXIT_CODE, "exit-code", 0, NULL, "exit 10 when something is to do" },
	{ OPTION_HOOK_FILE, "hook-file", 0, NULL, "print a file for hooks.d instead" },
	{ OPTION_RUN_OPTIONS, "run-options", 0, NULL, "print options for podman run instead" },
	{ OPTION_CONFIG_ONLY, "config-only", 0, NULL, "check the configuration files alone" },
	{ OPTION_DRY_RUN, "dry-run", 'n', NULL, "print the steps and do nothing" },
	{ OPTION_ALL, "all", 0, NULL, "everything that vfprep changed" },
	{ OPTION_FORCE, "force", 0, NULL, "also VFs that uio or another driver has" },
	{ OPTION_LIVE, "live", 0, NULL, "change settings of VFs in use, nothing else" },
	{ OPTION_PRUNE, "prune", 0, NULL, "also put back PFs that no file is for any more" },
	{ OPTION_WAIT, "wait", 0, "SECONDS", "wait that long for another vfprep" },
	{ OPTION_WAIT_DEVICES, "wait-devices", 0, "SECONDS",
	  "and that long for PFs that files name" },
	{ OPTION_TIMEOUT, "timeout", 0, "PERCENT", "scale every deadline (100)" },
	{ OPTION_CONFDIR, "confdir", 0, "DIR", "read the configuration there" },
	{ OPTION_RUNDIR, "rundir", 0, "DIR", "keep state there (" HOST_RUNDIR ")" },
	{ OPTION_VERBOSE, "verbose", 'v', NULL,
	  "say which file is for which PF, and what it waits for" },
	SHARED_OPTION_ROWS,
};

const struct program program = {
	.name = "vfprep",
	.operands = "[NAME...]",
	.summary = "Prepares SR-IOV network cards for virtual machines.",
	.exit_codes = "Exit: 0 done, 1 failed, 2 usage, 3 configuration, 4 absent or unsupported,\n"
		      "      5 busy, 6 failed and undone, 7 failed and something is left,\n"
		      "      8 drift or an unfit host, 10 to do.",
	.see = "vfprep(8), vfprep.conf(5)",
	.section = 8,
	.commands = commands,
	.n_commands = ARRAY_SIZE(commands),
	.options = option_table,
	.n_options = ARRAY_SIZE(option_table),
};

static int take_seconds(const struct option_row *o, const char *value, unsigned *ret_ms)
{
	unsigned seconds;

	if (text_to_unsigned(value, 10, 0, 86400, &seconds) < 0)
		return cli_usage("--%s takes seconds from 0 to 86400, not '%s'", o->name, value);
	*ret_ms = seconds * 1000;
	return 0;
}

static int take_argument(struct cli *cli, const struct option_row *o, const char *value)
{
	switch ((enum option_bit)o->bit) {
	case OPTION_MACHINE:
		cli->machine_file = value;
		return 0;
	case OPTION_CONFDIR:
		cli->confdir = value;
		return 0;
	case OPTION_RUNDIR:
		cli->rundir = value;
		return 0;
	case OPTION_TIMEOUT:
		if (text_to_unsigned(value, 10, 1, 10000, &cli->timeout_percent) < 0)
			return cli_usage("--timeout takes a percentage from 1 to 10000, not '%s'",
					 value);
		return 0;
	case OPTION_WAIT:
		return take_seconds(o, value, &cli->wait_ms);
	case OPTION_WAIT_DEVICES:
		return take_seconds(o, value, &cli->devices_wait_ms);
	case OPTION_TEAM:
	case OPTION_MAC:
	case OPTION_DRIVER:
	case OPTION_OWNER:
	case OPTION_GROUP:
	case OPTION_MODE:
	case OPTION_PERSISTENT:
	case OPTION_CONTAINER_OWNER:
	case OPTION_CONTAINER_GROUP:
	case OPTION_GUEST_MEMORY:
		for (unsigned i = 0; i < PREPARE_COUNT; i++) {
			if (o->bit == (unsigned)OPTION_TEAM << i)
				cli->values[i] = value;
		}
		return 0;
	case OPTION_JSON:
	case OPTION_EXIT_CODE:
	case OPTION_CONFIG_ONLY:
	case OPTION_HOOK_FILE:
	case OPTION_RUN_OPTIONS:
	case OPTION_DRY_RUN:
	case OPTION_ALL:
	case OPTION_FORCE:
	case OPTION_LIVE:
	case OPTION_PRUNE:
	case OPTION_VERBOSE:
		break;
	}
	return 0;
}

/* What is waited for; the steps are on stdout. */
static void tell_wait(void *user, int priority, const char *line)
{
	(void)user; /* it goes to stderr */
	if (priority == LOG_DEBUG)
		(void)fprintf(stderr, "vfprep: %s\n", line);
}

int cli_open(struct cli *cli, bool create)
{
	if (cli->given & OPTION_VERBOSE)
		cli->host.log.line = tell_wait;
	return host_open(&cli->host, cli->source, cli->rundir, create ? RUNDIR_WRITE : RUNDIR_READ,
			 cli->timeout_percent, cli->problems);
}

static int read_machine_file(struct cli *cli, struct vfprep_machine **ret)
{
	autofree char *text = NULL;
	size_t size;
	const char *path = cli->machine_file;

	if (strcmp(path, "-") == 0)
		path = "/dev/stdin";
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return problem_add(cli->problems, -errno, VFPREP_ABSENT, path, NULL,
				   "cannot be opened: %s", strerror(errno));
	int r = fd_read(fd, MACHINE_JSON_MAX, &text, &size);
	if (r < 0)
		return problem_add(cli->problems, r, VFPREP_SYSTEM, path, NULL,
				   "cannot be read: %s", strerror(-r));
	return machine_from_json(text, size, path, ret, cli->problems);
}

int cli_read_machine(struct cli *cli, struct vfprep_machine **ret)
{
	if (cli->machine_file)
		return read_machine_file(cli, ret);
	int r = cli_open(cli, false);
	return r < 0 ? r : host_read(&cli->host, NULL, ret, cli->problems);
}

int cli_read_config(struct cli *cli, struct vfprep_config **ret)
{
	autoconfig config = NULL;
	int r = config_load(cli->confdir, &config, cli->problems);
	if (r < 0)
		return r;
	if (problems_have(cli->problems, VFPREP_CONFIG))
		return -EINVAL;
	*ret = TAKE_PTR(config);
	return 0;
}

int cli_print_result(const struct cli *cli, const char *key, struct json_object *value)
{
	return program_print_json(cli->problems, cli->outcome, key, value);
}

static bool send_to_journal(void *user, const struct vfprep_problem *f)
{
	const struct journal *journal = user;
	autofree char *entry = journal_problem_entry(journal, f);

	return journal_send(journal, STDERR_FILENO, entry);
}

int cli_main(int argc, char **argv, const struct kernel_source *source)
{
	autoproblems problems = vfprep_problems_new();
	struct cli cli = {
		.source = source,
		.timeout_percent = 100,
		.host = HOST_NONE,
		.journal.stream = getenv("JOURNAL_STREAM"),
		.problems = problems,
	};
	struct call call;
	int r;

	if (!problems)
		return EXIT_OTHER;
	if (!program_parse(argc, argv, take_argument, &cli, &call, &r))
		return r;
	cli.given = call.given;
	cli.operands = call.operands;
	cli.n_operands = call.n_operands;
	r = call.command->run(&cli);
	const struct finding_taker taker = { send_to_journal, &cli.journal };
	r = program_finish(r, problems, call.given & OPTION_QUIET, cli.outcome, cli.to_do, &taker);
	journal_clear(&cli.journal);
	host_close(&cli.host, source);
	return r;
}
