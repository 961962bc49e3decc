/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfteam: what the host has prepared, as libvirt in a container wants it. */
#include "tools/vfteam/cli.h"

#include <limits.h>

static const struct command *const commands[] = {
	&command_list, &command_hostdev, &command_interface, &command_inject, &command_check,
};

/* virtio's host_mtu (linux/virtio_net.h, struct virtio_net_config) and the queues of a tap
 * (drivers/net/tun.c, MAX_TAP_QUEUES). */
enum { MTU_MIN = 68, MTU_MAX = 65535, QUEUES_MAX = 256 };

static const struct option_row option_table[] = {
	{ OPTION_JSON, "json", 0, NULL, "print JSON for programs" },
	{ OPTION_PERSISTENT, "persistent", 0, "HINT", "the virtio side, as bridge:br0" },
	{ OPTION_MTU, "mtu", 0, "BYTES", "the MTU of the virtio side" },
	{ OPTION_QUEUES, "queues", 0, "NUMBER", "the queues of the virtio side" },
	{ OPTION_ONTO, "onto", 0, "ALIAS", "that interface becomes the virtio side" },
	{ OPTION_SPARE_PORTS, "spare-ports", 0, NULL, "root ports to plug VFs in later" },
	{ OPTION_MEMORY, "memory", 0, "SIZE", "of the largest guest, as 4G" },
	{ OPTION_PID, "pid", 0, "PID", "the process that will start QEMU, or QEMU's" },
	{ OPTION_RUNNING, "running", 0, "DOMAIN", "check one that runs: name or UUID" },
	{ OPTION_LOG, "log", 0, "FILE", "the log of that domain" },
	{ OPTION_TEAMS, "teams", 0, "DIR", "the teams are there (" TEAMS_DIR ")" },
	{ OPTION_OUTPUT, "output", 'o', "FILE", "write there, whole or not at all" },
	SHARED_OPTION_ROWS,
};

const struct program program = {
	.name = "vfteam",
	.operands = "[TEAM|FILE...]",
	.summary = "Turns network cards that a host has prepared into libvirt's XML.",
	.exit_codes = "Exit: 0 done, 1 failed, 2 usage, 3 configuration or domain, 4 absent,\n"
		      "      8 check found something.",
	.see = "vfteam(1)",
	.section = 1,
	.commands = commands,
	.n_commands = ARRAY_SIZE(commands),
	.options = option_table,
	.n_options = ARRAY_SIZE(option_table),
};

static int take_number(const char *option, const char *value, unsigned min, unsigned max,
		       unsigned *ret)
{
	return text_to_unsigned(value, 10, min, max, ret) < 0
		       ? cli_usage("--%s takes a number from %u to %u, not '%s'", option, min, max,
				   value)
		       : 0;
}

static int take_persistent(struct cli *cli, const char *value)
{
	CLEANUP(hint_clear) struct hint hint = { 0 };
	const char *why = "out of memory";

	if (hint_parse(value, &hint, &why) < 0)
		return cli_usage("--persistent='%s': %s", value, why);
	cli->persistent = value;
	return 0;
}

/* 1 MiB is less than any guest has, 1 EiB more. */
static int take_memory(struct cli *cli, const char *value)
{
	return text_to_size(value, 1ull << 20, 1ull << 60, &cli->guest_memory) < 0
		       ? cli_usage("--memory takes bytes, with K, M or G behind them, not '%s'",
				   value)
		       : 0;
}

static int take_argument(struct cli *cli, const struct option_row *o, const char *value)
{
	switch ((enum option_bit)o->bit) {
	case OPTION_TEAMS:
		cli->teams_dir = value;
		return 0;
	case OPTION_PERSISTENT:
		return take_persistent(cli, value);
	case OPTION_MTU:
		return take_number(o->name, value, MTU_MIN, MTU_MAX, &cli->tuning.mtu);
	case OPTION_QUEUES:
		return take_number(o->name, value, 1, QUEUES_MAX, &cli->tuning.queues);
	case OPTION_ONTO:
		cli->onto = value;
		return 0;
	case OPTION_OUTPUT:
		cli->output = value;
		return 0;
	case OPTION_MEMORY:
		return take_memory(cli, value);
	case OPTION_RUNNING:
		cli->running = value;
		return 0;
	case OPTION_LOG:
		cli->log = value;
		return 0;
	case OPTION_PID:
		return take_number(o->name, value, 1, INT_MAX, &cli->pid);
	case OPTION_JSON:
	case OPTION_SPARE_PORTS:
		break;
	}
	return 0;
}

int main(int argc, char **argv)
{
	autoproblems problems = vfprep_problems_new();
	struct cli cli = { .teams_dir = TEAMS_DIR, .problems = problems };
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
	return program_finish(r, problems, call.given & OPTION_QUIET, VFPREP_DONE, false, NULL);
}
