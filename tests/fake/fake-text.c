/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine in memory as text: kept between processes, and as scenarios compare it. */
#include "fake-kernel.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/machine-json.h"
#include "host/files.h"

struct fake *fake_load(const char *path)
{
	autofree char *text = NULL;
	size_t size;

	if (file_read(AT_FDCWD, path, MACHINE_JSON_MAX, &text, &size) < 0)
		return fake_new();
	struct fake *f = calloc(1, sizeof(*f));
	/* What JSON does not hold stands before it, on a line of its own. */
	char *held = strtok(text, "\n");
	char *json = held + strlen(held) + 1;
	for (size_t i = 0; i < FAKE_GROUPS; i++)
		f->held[i] = held[i] == 'h';
	f->next_inode = strtoull(held + FAKE_GROUPS, NULL, 10);
	if (machine_from_json(json, strlen(json), path, &f->machine, NULL) < 0)
		abort();
	return f;
}

void fake_save(const struct fake *f, const char *path)
{
	autofree char *json = machine_to_json(f->machine);
	FILE *file = fopen(path, "we");

	if (!json || !file)
		abort();
	for (size_t i = 0; i < FAKE_GROUPS; i++)
		(void)fputc(f->held[i] ? 'h' : '.', file);
	(void)fprintf(file, "%llu\n%s", (unsigned long long)f->next_inode, json);
	if (fclose(file) != 0)
		abort();
}

static const char *or_none(const char *text)
{
	return text ? text : "none";
}

static void function_state(const struct function *f, struct strbuf *b)
{
	char address[PCI_ADDRESS_TEXT];

	strbuf_addf(b, "%s: driver %s override %s node ", pci_address_format(f->address, address),
		    or_none(f->driver), or_none(f->override));
	if (f->node.exists)
		strbuf_addf(b, "%u:%u %04o\n", f->node.uid, f->node.gid, f->node.mode);
	else
		strbuf_add(b, "none\n");
}

static void vf_state(const struct pf *pf, const struct vf *vf, struct strbuf *b)
{
	char pf_address[PCI_ADDRESS_TEXT], mac[MAC_TEXT];

	strbuf_addf(b, "%s vf %u: mac %s\n", pci_address_format(pf->address, pf_address), vf->index,
		    mac_format(vf->settings.mac, mac));
	function_state(&vf->function, b);
}

char *fake_state(const struct fake *f)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < f->machine->n_pfs; i++) {
		const struct pf *pf = &f->machine->pfs[i];
		char address[PCI_ADDRESS_TEXT];
		bool has_net = text_equal(pf->driver, "igb");
		strbuf_addf(&b, "%s: numvfs %zu autoprobe %d link %s addr_gen_mode %s\n",
			    pci_address_format(pf->address, address), pf->n_vfs, pf->autoprobe,
			    has_net ? (pf->up ? "up" : "down") : "none",
			    has_net ? addr_gen_mode_name(pf->addr_gen_mode) : "none");
		if (!has_net || pf->self->function.override)
			function_state(&pf->self->function, &b);
		for (size_t k = 0; k < pf->n_vfs; k++)
			vf_state(pf, &pf->vfs[k], &b);
	}
	return strbuf_take(&b);
}
