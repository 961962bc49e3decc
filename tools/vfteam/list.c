/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfteam list: the teams that the host has published. */
#include "core/json.h"
#include "tools/common/table.h"
#include "tools/vfteam/cli.h"

#include <errno.h>
#include <stdio.h>

static const char *const head[] = { "TEAM", "MAC", "ADDRESS", "DRIVER",    "GROUP",
				    "VLAN", "MTU", "STATE",   "PERSISTENT" };

static const char *state_word(const struct team *t)
{
	return t->parked ? "parked" : t->verified ? "verified" : "not verified";
}

static void add_team(struct table *table, const struct team *t)
{
	char mac[MAC_TEXT], address[PCI_ADDRESS_TEXT];
	bool has_vlan = setting_has(&t->settings, SETTING_VLAN) && t->settings.vlan.id;

	table_add(table, t->name);
	table_add(table, mac_format(t->mac, mac));
	table_add(table, pci_address_format(t->transient.address, address));
	table_add(table, t->transient.driver);
	table_take(table, t->transient.group >= 0 ? text_format("%d", t->transient.group)
						  : text_format("-"));
	table_take(table, has_vlan ? text_format("%u", t->settings.vlan.id) : text_format("-"));
	table_take(table, t->pf.mtu ? text_format("%u", t->pf.mtu) : text_format("-"));
	table_add(table, state_word(t));
	table_add(table, t->hint);
}

static void print_table(const struct teams *teams)
{
	CLEANUP(table_clear) struct table table = { .columns = ARRAY_SIZE(head) };

	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_add(&table, head[i]);
	for (size_t i = 0; i < teams->n; i++)
		add_team(&table, &teams->items[i].team);
	table_print(&table);
}

static int teams_to_json(const struct teams *teams, struct json_object **ret)
{
	autojson list = json_object_new_array();

	for (size_t i = 0; list && i < teams->n; i++) {
		struct json_object *o;
		if (team_to_object(&teams->items[i].team, &o) < 0)
			return -ENOMEM;
		if (json_object_array_add(list, o) < 0) {
			json_object_put(o);
			return -ENOMEM;
		}
		if (json_add_text(o, "file", teams->items[i].file) < 0)
			return -ENOMEM;
	}
	if (!list)
		return -ENOMEM;
	*ret = TAKE_PTR(list);
	return 0;
}

static int run_list(struct cli *cli)
{
	autoteams teams = { 0 };
	autojson list = NULL;

	int r = teams_read(cli->teams_dir, cli->operands, cli->n_operands, &teams, cli->problems);
	if (cli->given & OPTION_JSON) {
		if (teams_to_json(&teams, &list) < 0)
			return EXIT_OTHER;
		return program_print_json(cli->problems, VFPREP_DONE, "teams", list);
	}
	if (teams.n)
		print_table(&teams);
	else if (r == 0)
		(void)problem_add(cli->problems, 0, VFPREP_NOTE, cli->teams_dir,
				  "run vfprep apply on the host", "no team is published here");
	return 0;
}

const struct command command_list = {
	.name = "list",
	.operands = "[TEAM|FILE...]",
	.summary = "Show the teams that the host has published",
	.options = OPTION_JSON | OPTION_TEAMS | OPTION_QUIET,
	.takes_operands = true,
	.run = run_list,
};
