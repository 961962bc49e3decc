/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of vfteam share: options, and the teams that they are about. */
#ifndef VFTEAM_CLI_H
#define VFTEAM_CLI_H

#include "core/fragment.h"
#include "tools/common/program.h"
#include "tools/vfteam/teams.h"

/* One bit per option; a command names those that it takes. */
enum option_bit {
	OPTION_JSON = 1 << 0,
	OPTION_TEAMS = 1 << 1,
	OPTION_PERSISTENT = 1 << 2,
	OPTION_MTU = 1 << 3,
	OPTION_QUEUES = 1 << 4,
	OPTION_ONTO = 1 << 5,
	OPTION_SPARE_PORTS = 1 << 6,
	OPTION_OUTPUT = 1 << 7,
	OPTION_MEMORY = 1 << 8,
	OPTION_PID = 1 << 9,
	OPTION_RUNNING = 1 << 10,
	OPTION_LOG = 1 << 11,
};

struct cli {
	unsigned given; /* enum option_bit, enum shared_option */
	const char *teams_dir;
	const char *persistent; /* --persistent: a hint; NULL: that of the team */
	struct interface_tuning tuning;
	const char *onto;      /* --onto: an alias; NULL: not given */
	const char *output;    /* --output: a file; NULL: stdout */
	uint64_t guest_memory; /* --memory, in bytes; 0: not given */
	unsigned pid;          /* --pid; 0: not given */
	const char *running;   /* --running: a domain's name or UUID; NULL: not given */
	const char *log;       /* --log: a file; NULL: not given */
	const char *const *operands;
	size_t n_operands;
	struct vfprep_problems *problems;
};

extern const struct command command_list, command_hostdev, command_interface, command_inject,
	command_check;

/* The element for the persistent side of a team, by --persistent or else its hint, with --mtu and
 * --queues; notes where it is no fit stand-in for the VF. Return: -EINVAL, -ENOMEM. */
int cli_make_interface(const struct cli *cli, const struct team *t, char **ret_xml);

/* A note, if the VF has not got its own MAC at the moment. */
void cli_note_parked(const struct cli *cli, const struct team *t);

/* The text of the domain that an operand names, "-" being stdin; and its name in findings.
 * Return: a negative errno, with a finding. */
int cli_read_domain(const struct cli *cli, const char *operand, char **ret, size_t *ret_size);
const char *cli_domain_name(const char *operand);

/* TEXT to stdout, or to the file that --output names: written whole or not at all. */
int cli_write(const struct cli *cli, const char *text, size_t size);

#endif
