/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options, help and findings: what the commands share. */
#include "tools/vfprep/cli.h"

#include "core/json.h"
#include "core/machine-json.h"
#include "host/config-load.h"
#include "host/fd.h"
#include "host/files.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
	&command_list,    &command_check,  &command_plan, &command_apply,    &command_prepare,
	&command_release, &command_verify, &command_cdi,  &command_oci_hook,
};

static const struct option_row {
	enum option_bit bit;
	const char *name;
	char letter; /* 0: it has none */
	const char *argument, *help;
} option_table[] = {
	{ OPTION_JSON, "json", 0, NULL, "print JSON for programs" },
	{ OPTION_TEAM, "team", 0, "NAME", "publish it under that name" },
	{ OPTION_MAC, "mac", 0, "MAC", "an address, auto or none" },
	{ OPTION_DRIVER, "driver", 0, "NAME", "bind it to that driver (vfio-pci), or none" },
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
	{ OPTION_WAIT, "wait", 0, "SECONDS", "wait that long for another vfprep" },
	{ OPTION_TIMEOUT, "timeout", 0, "PERCENT", "scale every deadline (100)" },
	{ OPTION_CONFDIR, "confdir", 0, "DIR", "read the configuration there" },
	{ OPTION_RUNDIR, "rundir", 0, "DIR", "keep state there (" HOST_RUNDIR ")" },
	{ OPTION_VERBOSE, "verbose", 'v', NULL,
	  "say which file is for which PF, and what it waits for" },
	{ OPTION_QUIET, "quiet", 'q', NULL, "no notes, faults only" },
	{ OPTION_HELP, "help", 'h', NULL, "this text" },
	{ OPTION_VERSION, "version", 0, NULL, "print the version" },
};

int cli_usage(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)fputs("vfprep: ", stderr); /* nowhere to say it if this fails */
	(void)vfprintf(stderr, format, args);
	(void)fputs("; see vfprep --help\n", stderr);
	va_end(args);
	return EXIT_USAGE;
}

static void print_options(unsigned bits)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_table); i++) {
		const struct option_row *o = &option_table[i];
		if (!(bits & o->bit))
			continue;
		autofree char *name = text_format("--%s%s%s", o->name, o->argument ? "=" : "",
						  o->argument ? o->argument : "");
		char letter[] = { '-', o->letter, ',', '\0' };
		printf("  %3s %-20s %s\n", o->letter ? letter : "", name ? name : "?", o->help);
	}
}

static void print_help(const struct command *command)
{
	if (command) {
		printf("Usage: vfprep %s [OPTION...]%s%s\n\n%s\n\n", command->name,
		       *command->operands ? " " : "", command->operands, command->summary);
		print_options(command->options);
		printf("\nSee vfprep-%s(8).\n", command->name);
		return;
	}
	printf("Usage: vfprep COMMAND [OPTION...] [NAME...]\n\n"
	       "Prepares SR-IOV network cards for virtual machines.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
	printf("\nvfprep COMMAND --help tells its options.\n"
	       "Exit: 0 done, 1 failed, 2 usage, 3 configuration, 4 absent or unsupported,\n"
	       "      5 busy, 6 failed and undone, 7 failed and something is left,\n"
	       "      8 drift or an unfit host, 10 to do.\n"
	       "See vfprep(8), vfprep.conf(5).\n");
}

static int take_argument(struct cli *cli, const struct option_row *o, const char *value)
{
	if (o->argument && !*value)
		return cli_usage("--%s needs a value", o->name);
	switch (o->bit) {
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
		if (text_to_unsigned(value, 10, 0, 86400, &cli->wait_ms) < 0)
			return cli_usage("--wait takes seconds from 0 to 86400, not '%s'", value);
		cli->wait_ms *= 1000;
		return 0;
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
	case OPTION_VERBOSE:
	case OPTION_QUIET:
	case OPTION_HELP:
	case OPTION_VERSION:
		break;
	}
	return 0;
}

/* getopt's tables from ours; the index of a row is what getopt_long() returns. */
static int parse_options(struct cli *cli, int argc, char **argv, unsigned allowed,
			 const char *command)
{
	struct option longs[ARRAY_SIZE(option_table) + 1] = { 0 };
	const int first = UCHAR_MAX + 1;

	for (size_t i = 0; i < ARRAY_SIZE(option_table); i++) {
		longs[i].name = option_table[i].name;
		longs[i].has_arg = option_table[i].argument ? required_argument : no_argument;
		longs[i].val = first + (int)i;
	}
	opterr = 0;
	optind = 0; /* as glibc wants it for a fresh start */
	for (;;) {
		int c = getopt_long(argc, argv, ":hvqn", longs, NULL);
		if (c < 0)
			break;
		const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
		if (c == ':')
			return cli_usage("%s needs a value", word);
		const struct option_row *o = NULL;
		for (size_t i = 0; i < ARRAY_SIZE(option_table); i++) {
			if (c == first + (int)i || (c != '?' && c == option_table[i].letter))
				o = &option_table[i];
		}
		if (!o)
			return cli_usage("unknown option '%s'", word);
		if (!(allowed & o->bit) && !command)
			return cli_usage("--%s has to stand behind a command", o->name);
		if (!(allowed & o->bit))
			return cli_usage("%s takes no --%s", command, o->name);
		cli->given |= o->bit;
		int r = take_argument(cli, o, optarg);
		if (r)
			return r;
	}
	cli->operands = (const char *const *)argv + optind;
	cli->n_operands = (size_t)(argc - optind);
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
	return host_open(&cli->host, cli->source, cli->rundir, create, cli->timeout_percent,
			 cli->problems);
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

static int problems_to_json(const struct vfprep_problems *p, struct json_object **ret)
{
	autojson list = json_object_new_array();
	for (size_t i = 0; list && i < vfprep_problems_count(p); i++) {
		struct vfprep_problem f = vfprep_problems_get(p, i);
		autojson o = json_object_new_object();
		if (!o || json_add_text(o, "fault", fault_name(f.fault)) < 0 ||
		    json_add_text(o, "subject", f.subject) < 0 ||
		    json_add_text(o, "message", f.message) < 0 ||
		    json_add_text(o, "advice", f.advice) < 0 ||
		    json_object_array_add(list, json_object_get(o)) < 0)
			return -ENOMEM;
	}
	if (!list)
		return -ENOMEM;
	*ret = TAKE_PTR(list);
	return 0;
}

int cli_print_result(const struct cli *cli, const char *key, struct json_object *value)
{
	static const char *const outcomes[] = {
		[VFPREP_DONE] = "done", [VFPREP_UNDONE] = "undone", [VFPREP_LEFT] = "left"
	};
	autojson o = json_object_new_object();
	struct json_object *problems;
	bool incomplete = cli->outcome == VFPREP_DONE && problems_any(cli->problems);

	if (!o || json_add_unsigned(o, "version", 1) < 0 ||
	    (value && json_add(o, key, json_object_get(value)) < 0) ||
	    json_add_text(o, "outcome", incomplete ? "incomplete" : outcomes[cli->outcome]) < 0 ||
	    problems_to_json(cli->problems, &problems) < 0 || json_add(o, "problems", problems) < 0)
		return EXIT_OTHER;
	autofree char *text = json_text(o, true);
	if (!text)
		return EXIT_OTHER;
	printf("%s", text);
	return 0;
}

static void print_problems(const struct cli *cli)
{
	for (size_t i = 0; i < vfprep_problems_count(cli->problems); i++) {
		struct vfprep_problem f = vfprep_problems_get(cli->problems, i);
		if (f.fault == VFPREP_NOTE && cli->given & OPTION_QUIET)
			continue;
		(void)fprintf(stderr, "vfprep: %s%s%s%s\n", f.fault == VFPREP_NOTE ? "note: " : "",
			      f.subject, *f.subject ? ": " : "", f.message);
		if (*f.advice)
			(void)fprintf(stderr, "vfprep:   to do: %s\n", f.advice);
	}
}

/* What stdout did not take was not said. */
static bool output_was_taken(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	(void)fputs("vfprep: cannot write the output\n", stderr); /* errno may be older */
	return false;
}

static int run_command(struct cli *cli, const struct command *command)
{
	int r = command->run(cli);
	if (fflush(stdout) != 0 || ferror(stdout)) /* what it did not take was not said */
		(void)problem_add(cli->problems, 0, VFPREP_SYSTEM, NULL, NULL,
				  "cannot write the output"); /* errno may be older */
	print_problems(cli);
	return r ? r : (int)problems_exit_code(cli->problems, cli->outcome, cli->to_do);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static int main_with(struct cli *cli, int argc, char **argv)
{
	const unsigned always = OPTION_HELP | OPTION_VERSION;
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	if (!command && argc > 1 && argv[1][0] != '-')
		return cli_usage("unknown command '%s'", argv[1]);
	int skip = command ? 1 : 0;
	int r = parse_options(cli, argc - skip, argv + skip,
			      always | (command ? command->options : 0),
			      command ? command->name : NULL);
	if (r)
		return r;
	if (cli->given & OPTION_VERSION) {
		printf("vfprep %s\n", VFPREP_VERSION);
		return output_was_taken() ? EXIT_DONE : EXIT_OTHER;
	}
	if (cli->given & OPTION_HELP) {
		print_help(command);
		return output_was_taken() ? EXIT_DONE : EXIT_OTHER;
	}
	if (!command)
		return cli_usage("no command is given");
	if (cli->n_operands && !command->takes_operands)
		return cli_usage("%s takes no '%s'", command->name, cli->operands[0]);
	return run_command(cli, command);
}

int cli_main(int argc, char **argv, const struct kernel_source *source)
{
	autoproblems problems = vfprep_problems_new();
	struct cli cli = {
		.source = source,
		.timeout_percent = 100,
		.host = HOST_NONE,
		.problems = problems,
	};

	if (!problems)
		return EXIT_OTHER;
	int r = main_with(&cli, argc, argv);
	host_close(&cli.host, source);
	return r;
}
