/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfprep list: the PFs, their VFs and their teams. */
#include "core/machine-json.h"
#include "tools/common/table.h"
#include "tools/vfprep/cli.h"

#include <errno.h>
#include <stdio.h>

/* What a run left behind, what there is to release, where its interface is. */
static char *notes_cell(const struct pf *pf)
{
	autofree char *where = pf->elsewhere.is ? elsewhere_text(&pf->elsewhere) : NULL;
	const char *state = pf->busy ? pf->busy : pf->record ? "changed by vfprep" : "";

	if (pf->elsewhere.is && !where)
		return NULL;
	return text_format("%s%s%s", state, where && *state ? "; " : "", where ? where : "");
}

static void add_pf(struct table *t, const struct pf *pf)
{
	char address[PCI_ADDRESS_TEXT], mac[MAC_TEXT];

	table_add(t, pci_address_format(pf->address, address));
	table_add(t, pf->name);
	table_add(t, pf->driver);
	table_add(t, !(pf->has & PF_LINK) ? NULL
		     : !pf->up            ? "down"
		     : pf->carrier        ? "up"
					  : "no carrier");
	table_take(t, text_format("%zu/%u", pf->n_vfs, pf->totalvfs));
	table_add(t, pf->has & PF_MAC ? mac_format(pf->mac, mac) : NULL);
	table_take(t, notes_cell(pf));
	table_add(t, "");
}

static char *node_cell(const struct function *f)
{
	if (!(f->has & FUNCTION_NODE) || !f->node.exists)
		return text_format("-");
	return text_format("%u:%u %04o", f->node.uid, f->node.gid, f->node.mode);
}

static void add_use(struct table *t, const struct vf *vf)
{
	if (vf_in_use(vf))
		table_take(t, use_text(&vf->use));
	else
		table_add(t, "");
}

static void add_vf(struct table *t, const struct vfprep_machine *m, const struct pf *pf,
		   const struct vf *vf)
{
	const struct function *f = &vf->function;
	const struct team *team = machine_team_of_vf(m, pf->address, vf->index);
	char address[PCI_ADDRESS_TEXT], mac[MAC_TEXT], pf_address[PCI_ADDRESS_TEXT];
	bool has_mac = setting_has(&vf->settings, SETTING_MAC);

	table_take(t,
		   text_format("%s vf %u", pci_address_format(pf->address, pf_address), vf->index));
	table_add(t, pci_address_format(f->address, address));
	table_add(t, has_mac ? mac_format(vf->settings.mac, mac) : NULL);
	table_add(t, f->driver);
	table_take(t, f->group >= 0 ? text_format("%d", f->group) : text_format("-"));
	table_take(t, node_cell(f));
	table_take(t, text_format("%s%s", team ? team->name : "-",
				  team && team->parked ? " (parked)" : ""));
	add_use(t, vf);
}

/* A NIC that can make no VFs, or that is a guest's as a whole. */
static bool is_for_guests(const struct vfprep_machine *m, const struct pf *pf)
{
	return pf->self && (!pf->totalvfs || machine_team_of_vf(m, pf->address, VF_SELF) ||
			    driver_is_vfio(pf->driver));
}

static void add_nic(struct table *t, const struct vfprep_machine *m, const struct pf *pf)
{
	const struct function *f = &pf->self->function;
	const struct team *team = machine_team_of_vf(m, pf->address, VF_SELF);
	char address[PCI_ADDRESS_TEXT], mac[MAC_TEXT];

	table_add(t, pci_address_format(pf->address, address));
	table_add(t, pf->name);
	table_add(t, pf->has & PF_PERMANENT_MAC ? mac_format(pf->permanent_mac, mac) : NULL);
	table_add(t, f->driver);
	table_take(t, f->group >= 0 ? text_format("%d", f->group) : text_format("-"));
	table_take(t, node_cell(f));
	table_add(t, team ? team->name : "-");
	add_use(t, pf->self);
}

#define COLUMNS 8

static void print_table(const char *const head[static COLUMNS], const struct table *rows,
			bool *printed)
{
	CLEANUP(table_clear) struct table t = { .columns = COLUMNS };

	if (rows->n == 0)
		return;
	if (*printed)
		printf("\n");
	for (size_t i = 0; i < COLUMNS; i++)
		table_add(&t, head[i]);
	for (size_t i = 0; i < rows->n; i++)
		table_add(&t, rows->cells[i]);
	t.failed = t.failed || rows->failed;
	table_print(&t);
	*printed = true;
}

/* Return: whether there was anything. */
static bool print_machine(const struct vfprep_machine *m)
{
	static const char *const pf_head[COLUMNS] = { "PF",  "NAME", "DRIVER", "LINK",
						      "VFS", "MAC",  "",       "" };
	static const char *const vf_head[COLUMNS] = { "VF",    "ADDRESS", "MAC",  "DRIVER",
						      "GROUP", "NODE",    "TEAM", "IN USE BY" };
	static const char *const nic_head[COLUMNS] = { "NIC",   "NAME", "MAC",  "DRIVER",
						       "GROUP", "NODE", "TEAM", "IN USE BY" };
	CLEANUP(table_clear) struct table pfs = { .columns = COLUMNS };
	CLEANUP(table_clear) struct table vfs = { .columns = COLUMNS };
	CLEANUP(table_clear) struct table nics = { .columns = COLUMNS };
	bool printed = false;

	for (size_t i = 0; i < m->n_pfs; i++) {
		const struct pf *pf = &m->pfs[i];
		if (pf->totalvfs)
			add_pf(&pfs, pf);
		if (is_for_guests(m, pf))
			add_nic(&nics, m, pf);
		for (size_t k = 0; k < pf->n_vfs; k++)
			add_vf(&vfs, m, pf, &pf->vfs[k]);
	}
	print_table(pf_head, &pfs, &printed);
	print_table(vf_head, &vfs, &printed);
	print_table(nic_head, &nics, &printed);
	return printed;
}

static int run_list(struct cli *cli)
{
	automachine m = NULL;

	if (cli_read_machine(cli, &m) < 0)
		return 0;
	if (cli->given & OPTION_JSON) {
		autofree char *text = machine_to_json(m);
		if (!text)
			(void)problem_add(cli->problems, 0, VFPREP_SYSTEM, NULL, NULL,
					  "out of memory");
		else
			printf("%s", text);
		return 0;
	}
	if (!print_machine(m))
		(void)problem_add(
			cli->problems, 0, VFPREP_NOTE, NULL,
			"see that SR-IOV is switched on in the firmware, and the driver loaded",
			"this machine has no device that can make VFs");
	return 0;
}

const struct command command_list = {
	.name = "list",
	.operands = "",
	.summary = "Show the PFs, their VFs and their teams",
	.options = OPTION_JSON | OPTION_MACHINE | OPTION_RUNDIR | OPTION_QUIET,
	.run = run_list,
};
