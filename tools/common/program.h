/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line as both programs have it: commands, options, help, findings, exit codes. */
#ifndef COMMON_PROGRAM_H
#define COMMON_PROGRAM_H

#include "core/problem.h"

/* Options of both programs; each has its own in the bits below these. */
enum shared_option {
	OPTION_QUIET = 1 << 28,
	OPTION_HELP = 1 << 29,
	OPTION_VERSION = 1 << 30,
};

/* A row per option, in the order of --help; SHARED_OPTION_ROWS end the table. */
struct option_row {
	unsigned bit;
	const char *name;
	char letter; /* 0: it has none */
	const char *argument, *help;
};

#define SHARED_OPTION_ROWS                                                                         \
	{ OPTION_QUIET, "quiet", 'q', NULL, "no notes, faults only" },                             \
		{ OPTION_HELP, "help", 'h', NULL, "this text" },                                   \
		{ OPTION_VERSION, "version", 0, NULL, "print the version" }

struct cli; /* each program's own: what its commands work on */

struct command {
	const char *name, *operands, *summary;
	unsigned options;
	bool takes_operands;
	/* Prints what is for stdout. Return: 0, or the exit code of wrong usage; everything else is
	 * told by the findings. */
	int (*run)(struct cli *cli);
};

struct program {
	const char *name, *operands, *summary;
	const char *exit_codes, *see; /* the end of --help, each a line or more */
	unsigned section;             /* of the manual */
	const struct command *const *commands;
	size_t n_commands;
	const struct option_row *options;
	size_t n_options;
};

/* The program that this is. */
extern const struct program program;

/* One command line, parsed. */
struct call {
	const struct command *command;
	unsigned given; /* bits of options */
	const char *const *operands;
	size_t n_operands;
};

/* One specific line, exit 2. */
int cli_usage(const char *format, ...) FORMAT(1, 2);

/* Parses the command line; TAKE is called for each option that has a value, and returns 0 or the
 * exit code of wrong usage. Return: whether there is a command to be run; if not, the usage was
 * wrong, or help or version are printed, and *RET_EXIT is the exit code. */
bool program_parse(int argc, char **argv,
		   int (*take)(struct cli *cli, const struct option_row *o, const char *value),
		   struct cli *cli, struct call *ret, int *ret_exit);

/* Where findings go in place of stderr. */
struct finding_taker {
	bool (*take)(void *user, const struct vfprep_problem *f); /* false: print it */
	void *user;
};

/* Prints the findings, without notes when QUIET; what stdout did not take is one. R is what the
 * command returned, TAKER is offered each and may be NULL. Return: the exit code. */
int program_finish(int r, struct vfprep_problems *problems, bool quiet, enum vfprep_outcome outcome,
		   bool to_do, const struct finding_taker *taker);

/* Prints {"version":1,KEY:VALUE,"outcome":...,"problems":[...]} for --json; VALUE may be NULL.
 * Return: an exit code when memory ran out, else 0. */
struct json_object;
int program_print_json(const struct vfprep_problems *problems, enum vfprep_outcome outcome,
		       const char *key, struct json_object *value);

#endif
