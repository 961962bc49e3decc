/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of vfprep share: options, the machine, output. */
#ifndef VFPREP_CLI_H
#define VFPREP_CLI_H

#include "core/config.h"
#include "core/prepare.h"
#include "host/run.h"
#include "tools/common/program.h"
#include "tools/vfprep/journal.h"

/* One bit per option; a command names those that it takes. */
enum option_bit {
	OPTION_JSON = 1 << 0,
	OPTION_MACHINE = 1 << 1,
	OPTION_CONFDIR = 1 << 2,
	OPTION_RUNDIR = 1 << 3,
	OPTION_TIMEOUT = 1 << 4,
	OPTION_WAIT = 1 << 5,
	OPTION_EXIT_CODE = 1 << 6,
	OPTION_CONFIG_ONLY = 1 << 7,
	OPTION_DRY_RUN = 1 << 8,
	OPTION_ALL = 1 << 9,
	OPTION_FORCE = 1 << 10,
	OPTION_LIVE = 1 << 11,
	OPTION_VERBOSE = 1 << 12,
	OPTION_PRUNE = 1 << 13,
	OPTION_WAIT_DEVICES = 1 << 14,
	OPTION_TEAM = 1 << 16, /* from here on in the order of enum prepare_value */
	OPTION_MAC = 1 << 17,
	OPTION_DRIVER = 1 << 18,
	OPTION_OWNER = 1 << 19,
	OPTION_GROUP = 1 << 20,
	OPTION_MODE = 1 << 21,
	OPTION_PERSISTENT = 1 << 22,
	OPTION_CONTAINER_OWNER = 1 << 23,
	OPTION_CONTAINER_GROUP = 1 << 24,
	OPTION_GUEST_MEMORY = 1 << 25,
	OPTION_HOOK_FILE = 1 << 26,
	OPTION_RUN_OPTIONS = 1 << 27,
};

struct cli {
	const struct kernel_source *source;
	unsigned given;                    /* enum option_bit */
	const char *machine_file;          /* --machine */
	const char *values[PREPARE_COUNT]; /* --team and the like; NULL: not given */
	const char *confdir, *rundir;
	unsigned timeout_percent, wait_ms, devices_wait_ms;
	const char *const *operands;
	size_t n_operands;
	struct host host;
	struct journal journal;
	struct vfprep_problems *problems;
	enum vfprep_outcome outcome;
	bool to_do; /* plan --exit-code found something */
};

extern const struct command command_list, command_check, command_plan, command_apply,
	command_prepare, command_release, command_verify, command_park, command_unpark, command_cdi,
	command_oci_hook, command_udev_query;

/* The whole program. Return: its exit code. */
int cli_main(int argc, char **argv, const struct kernel_source *source);

/* The kernel and the run directory; CREATE: made when it is not there. */
int cli_open(struct cli *cli, bool create);
/* The machine, or what --machine names. */
int cli_read_machine(struct cli *cli, struct vfprep_machine **ret);
/* The configuration; -EINVAL when it is at fault. */
int cli_read_config(struct cli *cli, struct vfprep_config **ret);
/* As program_print_json(). */
int cli_print_result(const struct cli *cli, const char *key, struct json_object *value);

#endif
