/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line as both programs have it: commands, options, help, findings, exit codes. */
#include "tools/common/program.h"

#include "core/json.h"
#include "core/spelling.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Whose help says more; NULL: that of the program. */
static const struct command *called;

int cli_usage(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)fprintf(stderr, "%s: ", program.name); /* nowhere to say it if this fails */
	(void)vfprintf(stderr, format, args);
	(void)fprintf(stderr, "; see %s %s%s--help\n", program.name, called ? called->name : "",
		      called ? " " : "");
	va_end(args);
	return EXIT_USAGE;
}

static void print_options(unsigned bits)
{
	for (size_t i = 0; i < program.n_options; i++) {
		const struct option_row *o = &program.options[i];
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
		printf("Usage: %s %s [OPTION...]%s%s\n\n%s\n\n", program.name, command->name,
		       *command->operands ? " " : "", command->operands, command->summary);
		print_options(command->options);
		printf("\nSee %s-%s(%u).\n", program.name, command->name, program.section);
		return;
	}
	printf("Usage: %s COMMAND [OPTION...] %s\n\n%s\n\n", program.name, program.operands,
	       program.summary);
	for (size_t i = 0; i < program.n_commands; i++)
		printf("  %-10s %s\n", program.commands[i]->name, program.commands[i]->summary);
	printf("\n%s COMMAND --help tells its options.\n%s\nSee %s.\n", program.name,
	       program.exit_codes, program.see);
}

/* getopt's tables from ours; the index of a row is what getopt_long() returns. */
static struct option *long_options(int first)
{
	struct option *longs = calloc(program.n_options + 1, sizeof(*longs));

	for (size_t i = 0; longs && i < program.n_options; i++) {
		longs[i].name = program.options[i].name;
		longs[i].has_arg = program.options[i].argument ? required_argument : no_argument;
		longs[i].val = first + (int)i;
	}
	return longs;
}

static char *short_options(void)
{
	autostrbuf b = { 0 };

	strbuf_add(&b, ":");
	for (size_t i = 0; i < program.n_options; i++) {
		const struct option_row *o = &program.options[i];
		if (o->letter)
			strbuf_addf(&b, "%c%s", o->letter, o->argument ? ":" : "");
	}
	return strbuf_take(&b);
}

static const struct option_row *find_option(int c, int first)
{
	for (size_t i = 0; i < program.n_options; i++) {
		if (c == first + (int)i || (c != '?' && c == program.options[i].letter))
			return &program.options[i];
	}
	return NULL;
}

static int unknown_command(const char *word)
{
	const char *known = NULL;
	unsigned least = SPELLING_FAR;

	for (size_t i = 0; i < program.n_commands; i++) {
		unsigned distance = spelling_distance(word, program.commands[i]->name);
		if (distance < least) {
			least = distance;
			known = program.commands[i]->name;
		}
	}
	return known ? cli_usage("unknown command '%s' (did you mean '%s'?)", word, known)
		     : cli_usage("unknown command '%s'", word);
}

/* WORD as it was typed, perhaps with a value. */
static int unknown_option(const char *word, unsigned allowed)
{
	bool is_long = strncmp(word, "--", 2) == 0;
	autofree char *typed = is_long ? strndup(word + 2, strcspn(word + 2, "=")) : NULL;
	const char *known = NULL;
	unsigned least = SPELLING_FAR;

	for (size_t i = 0; typed && i < program.n_options; i++) {
		const struct option_row *o = &program.options[i];
		unsigned distance =
			allowed & o->bit ? spelling_distance(typed, o->name) : SPELLING_FAR;
		if (distance < least) {
			least = distance;
			known = o->name;
		}
	}
	return known ? cli_usage("unknown option '%s' (did you mean --%s?)", word, known)
		     : cli_usage("unknown option '%s'", word);
}

static int parse_options(int argc, char **argv, unsigned allowed,
			 int (*take)(struct cli *, const struct option_row *, const char *),
			 struct cli *cli, struct call *call)
{
	const char *command = call->command ? call->command->name : NULL;
	const int first = UCHAR_MAX + 1;
	autofree struct option *longs = long_options(first);
	autofree char *shorts = short_options();

	if (!longs || !shorts)
		return EXIT_OTHER;
	opterr = 0;
	optind = 0; /* as glibc wants it for a fresh start */
	for (;;) {
		int c = getopt_long(argc, argv, shorts, longs, NULL);
		if (c < 0)
			break;
		const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
		if (c == ':')
			return cli_usage("%s needs a value", word);
		const struct option_row *o = find_option(c, first);
		if (!o)
			return unknown_option(word, allowed);
		if (!(allowed & o->bit) && !command)
			return cli_usage("--%s has to stand behind a command", o->name);
		if (!(allowed & o->bit))
			return cli_usage("%s takes no --%s", command, o->name);
		call->given |= o->bit;
		if (o->argument && !*optarg)
			return cli_usage("--%s needs a value", o->name);
		int r = o->argument ? take(cli, o, optarg) : 0;
		if (r)
			return r;
	}
	call->operands = (const char *const *)argv + optind;
	call->n_operands = (size_t)(argc - optind);
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

int program_print_json(const struct vfprep_problems *problems, enum vfprep_outcome outcome,
		       const char *key, struct json_object *value)
{
	static const char *const outcomes[] = {
		[VFPREP_DONE] = "done", [VFPREP_UNDONE] = "undone", [VFPREP_LEFT] = "left"
	};
	autojson o = json_object_new_object();
	struct json_object *list;
	bool incomplete = outcome == VFPREP_DONE && problems_any(problems);

	if (!o || json_add_unsigned(o, "version", 1) < 0 ||
	    (value && json_add(o, key, json_object_get(value)) < 0) ||
	    json_add_text(o, "outcome", incomplete ? "incomplete" : outcomes[outcome]) < 0 ||
	    problems_to_json(problems, &list) < 0 || json_add(o, "problems", list) < 0)
		return EXIT_OTHER;
	autofree char *text = json_text(o, true);
	if (!text)
		return EXIT_OTHER;
	printf("%s", text);
	return 0;
}

static void print_problems(const struct vfprep_problems *p, bool quiet,
			   const struct finding_taker *taker)
{
	for (size_t i = 0; i < vfprep_problems_count(p); i++) {
		struct vfprep_problem f = vfprep_problems_get(p, i);
		if ((f.fault == VFPREP_NOTE && quiet) || (taker && taker->take(taker->user, &f)))
			continue;
		(void)fprintf(stderr, "%s: %s%s%s%s\n", program.name,
			      f.fault == VFPREP_NOTE ? "note: " : "", f.subject,
			      *f.subject ? ": " : "", f.message);
		if (*f.advice)
			(void)fprintf(stderr, "%s:   to do: %s\n", program.name, f.advice);
	}
}

/* What stdout did not take was not said. */
static bool output_was_taken(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	(void)fprintf(stderr, "%s: cannot write the output\n",
		      program.name); /* errno may be older */
	return false;
}

int program_finish(int r, struct vfprep_problems *problems, bool quiet, enum vfprep_outcome outcome,
		   bool to_do, const struct finding_taker *taker)
{
	if (fflush(stdout) != 0 || ferror(stdout)) /* what it did not take was not said */
		(void)problem_add(problems, 0, VFPREP_SYSTEM, NULL, NULL,
				  "cannot write the output"); /* errno may be older */
	print_problems(problems, quiet, taker);
	return r ? r : (int)problems_exit_code(problems, outcome, to_do);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < program.n_commands; i++) {
		if (strcmp(program.commands[i]->name, name) == 0)
			return program.commands[i];
	}
	return NULL;
}

/* Help or the version, which need no command. Return: the exit code, or -EAGAIN: neither was asked
 * for. */
static int print_about(const struct call *call)
{
	if (call->given & OPTION_VERSION)
		printf("%s %s\n", program.name, VFPREP_VERSION);
	else if (call->given & OPTION_HELP)
		print_help(call->command);
	else
		return -EAGAIN;
	return output_was_taken() ? EXIT_DONE : EXIT_OTHER;
}

bool program_parse(int argc, char **argv,
		   int (*take)(struct cli *cli, const struct option_row *o, const char *value),
		   struct cli *cli, struct call *ret, int *ret_exit)
{
	const unsigned always = OPTION_HELP | OPTION_VERSION;
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
	struct call call = { .command = command };
	int skip = command ? 1 : 0;

	called = command;
	if (!command && argc > 1 && argv[1][0] != '-')
		*ret_exit = unknown_command(argv[1]);
	else
		*ret_exit =
			parse_options(argc - skip, argv + skip,
				      always | (command ? command->options : 0), take, cli, &call);
	if (*ret_exit)
		return false;
	*ret_exit = print_about(&call);
	if (*ret_exit >= 0)
		return false;
	if (!command) {
		*ret_exit = cli_usage("no command is given");
		return false;
	}
	if (call.n_operands && !command->takes_operands) {
		*ret_exit = cli_usage("%s takes no '%s'", command->name, call.operands[0]);
		return false;
	}
	*ret = call;
	return true;
}
