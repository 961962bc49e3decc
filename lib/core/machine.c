/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine in memory: PFs, VFs and teams, found, copied and freed. */
#include "core/machine.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const char *const addr_gen_names[] = { [ADDR_GEN_EUI64] = "eui64",
					      [ADDR_GEN_NONE] = "none",
					      [ADDR_GEN_STABLE_PRIVACY] = "stable_secret",
					      [ADDR_GEN_RANDOM] = "random" };
static_assert(ARRAY_SIZE(addr_gen_names) == ADDR_GEN_COUNT, "a name per mode");

const char *addr_gen_mode_name(enum addr_gen_mode m)
{
	return addr_gen_names[m];
}

int addr_gen_mode_parse(const char *text, enum addr_gen_mode *ret)
{
	for (unsigned i = 0; i < ADDR_GEN_COUNT; i++) {
		if (strcmp(addr_gen_names[i], text) == 0) {
			*ret = (enum addr_gen_mode)i;
			return 0;
		}
	}
	return -EINVAL;
}

static const char *const use_names[] = {
	[USE_UNKNOWN] = "unknown",     [USE_FREE] = "free",     [USE_PROCESS] = "process",
	[USE_INTERFACE] = "interface", [USE_DRIVER] = "driver", [USE_CLOSED] = "closed"
};
static_assert(ARRAY_SIZE(use_names) == USE_COUNT, "a name per kind");

const char *use_kind_name(enum use_kind kind)
{
	return use_names[kind];
}

int use_kind_parse(const char *text, enum use_kind *ret)
{
	for (unsigned i = 0; i < USE_COUNT; i++) {
		if (strcmp(use_names[i], text) == 0) {
			*ret = (enum use_kind)i;
			return 0;
		}
	}
	return -EINVAL;
}

char *use_text(const struct use *use)
{
	switch (use->kind) {
	case USE_PROCESS:
		if (!use->pid)
			return strdup("a process that could not be found");
		return text_format("pid %u (%s)", use->pid, use->what ? use->what : "?");
	case USE_INTERFACE:
		return text_format("the host: %s", use->what);
	case USE_DRIVER:
		return text_format("the driver %s", use->what);
	case USE_CLOSED:
	case USE_UNKNOWN:
	case USE_FREE:
	case USE_COUNT:
		break;
	}
	return strdup("nobody");
}

int vf_set_use(struct vf *vf, enum use_kind kind, unsigned pid, const char *what)
{
	int r = text_replace(&vf->use.what, what);
	if (r < 0)
		return r;
	vf->use.kind = kind;
	vf->use.pid = pid;
	return 0;
}

struct vfprep_machine *machine_new(void)
{
	return calloc(1, sizeof(struct vfprep_machine));
}

void machine_free(struct vfprep_machine *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_pfs; i++)
		pf_clear(&m->pfs[i]);
	for (size_t i = 0; i < m->n_teams; i++)
		team_clear(&m->teams[i]);
	for (size_t i = 0; i < m->n_groups; i++)
		group_clear(&m->groups[i]);
	for (size_t i = 0; i < m->n_variants; i++)
		free(m->variants[i]);
	free(m->variants);
	free(m->groups);
	free(m->pfs);
	free(m->teams);
	free(m->boot_id);
	free(m->rundir);
	free(m);
}

void group_clear(struct group *g)
{
	for (size_t i = 0; i < g->n_members; i++)
		free(g->members[i].driver);
	free(g->members);
	*g = (struct group){ 0 };
}

void function_clear(struct function *f)
{
	free(f->driver);
	free(f->override);
	free(f->netdev);
	free(f->auto_driver);
	*f = (struct function){ .group = -1 };
}

void vf_clear(struct vf *vf)
{
	function_clear(&vf->function);
	free(vf->port.name);
	free(vf->use.what);
	free(vf->team);
	free(vf->persistent);
	*vf = (struct vf){ .function.group = -1 };
}

void pf_clear(struct pf *pf)
{
	pf_drop_self(pf);
	for (size_t i = 0; i < pf->n_vfs; i++)
		vf_clear(&pf->vfs[i]);
	for (size_t i = 0; i < pf->n_altnames; i++)
		free(pf->altnames[i]);
	for (size_t i = 0; i < pf->n_uppers; i++)
		free(pf->uppers[i]);
	free(pf->vfs);
	free(pf->altnames);
	free(pf->uppers);
	free(pf->driver);
	free(pf->name);
	free(pf->path);
	free(pf->busy);
	elsewhere_clear(&pf->elsewhere);
	free(pf->auto_macs);
	free(pf->vf_auto_driver);
	record_free(pf->record);
	*pf = (struct pf){ 0 };
}

void record_free(struct record *r)
{
	if (!r)
		return;
	pf_clear(&r->original);
	free(r->boot_id);
	free(r);
}

int function_copy(const struct function *from, struct function *ret)
{
	struct function f = *from;
	f.driver = f.override = f.netdev = f.auto_driver = NULL;
	if (text_replace(&f.driver, from->driver) < 0 ||
	    text_replace(&f.override, from->override) < 0 ||
	    text_replace(&f.netdev, from->netdev) < 0 ||
	    text_replace(&f.auto_driver, from->auto_driver) < 0) {
		function_clear(&f);
		return -ENOMEM;
	}
	*ret = f;
	return 0;
}

int port_replace(struct port *to, const struct port *from)
{
	if (text_replace(&to->name, from->name) < 0)
		return -ENOMEM;
	to->ifindex = from->ifindex;
	to->mtu = from->mtu;
	to->up = from->up;
	return 0;
}

int vf_copy(const struct vf *from, struct vf *ret)
{
	struct vf vf = *from;
	vf.function = (struct function){ .group = -1 };
	vf.port.name = vf.use.what = vf.team = vf.persistent = NULL;
	if (function_copy(&from->function, &vf.function) < 0 ||
	    port_replace(&vf.port, &from->port) < 0 ||
	    text_replace(&vf.use.what, from->use.what) < 0 ||
	    text_replace(&vf.team, from->team) < 0 ||
	    text_replace(&vf.persistent, from->persistent) < 0) {
		vf_clear(&vf);
		return -ENOMEM;
	}
	*ret = vf;
	return 0;
}

static int copy_names(char *const *from, size_t n_from, char ***to, size_t *n_to)
{
	for (size_t i = 0; i < n_from; i++) {
		char **name = array_add(to, n_to, sizeof(*name));
		if (!name || text_replace(name, from[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int pf_copy_lists(const struct pf *from, struct pf *pf)
{
	if (copy_names(from->altnames, from->n_altnames, &pf->altnames, &pf->n_altnames) < 0 ||
	    copy_names(from->uppers, from->n_uppers, &pf->uppers, &pf->n_uppers) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < from->n_auto_macs; i++) {
		uint8_t(*mac)[6] = array_add(&pf->auto_macs, &pf->n_auto_macs, sizeof(*mac));
		if (!mac)
			return -ENOMEM;
		memcpy(*mac, from->auto_macs[i], sizeof(*mac));
	}
	for (size_t i = 0; i < pf_count(from); i++) {
		struct vf *vf = pf_add_vf(pf, pf_at(from, i)->index);
		if (!vf || vf_copy(pf_at(from, i), vf) < 0)
			return -ENOMEM;
	}
	return 0;
}

int pf_copy(const struct pf *from, struct pf *ret)
{
	struct pf pf = *from;
	pf.driver = pf.name = pf.path = pf.busy = pf.vf_auto_driver = NULL;
	pf.elsewhere = (struct elsewhere){ 0 };
	pf.altnames = pf.uppers = NULL;
	pf.auto_macs = NULL;
	pf.record = NULL;
	pf.vfs = pf.self = NULL;
	pf.n_altnames = pf.n_uppers = pf.n_auto_macs = pf.n_vfs = 0;
	if (text_replace(&pf.driver, from->driver) < 0 || text_replace(&pf.name, from->name) < 0 ||
	    text_replace(&pf.path, from->path) < 0 || text_replace(&pf.busy, from->busy) < 0 ||
	    text_replace(&pf.vf_auto_driver, from->vf_auto_driver) < 0 ||
	    elsewhere_copy(&from->elsewhere, &pf.elsewhere) < 0 ||
	    (from->record && !(pf.record = record_dup(from->record))) ||
	    pf_copy_lists(from, &pf) < 0) {
		pf_clear(&pf);
		return -ENOMEM;
	}
	*ret = pf;
	return 0;
}

struct record *record_dup(const struct record *from)
{
	CLEANUP(record_freep) struct record *r = calloc(1, sizeof(*r));
	if (!r || text_replace(&r->boot_id, from->boot_id) < 0 ||
	    pf_copy(&from->original, &r->original) < 0)
		return NULL;
	r->ifindex = from->ifindex;
	r->net_inode = from->net_inode;
	r->making = from->making;
	r->to_probe = from->to_probe;
	return TAKE_PTR(r);
}

struct pf *machine_add_pf(struct vfprep_machine *m, struct pci_address address)
{
	struct pf *pf = array_add(&m->pfs, &m->n_pfs, sizeof(*pf));
	if (pf)
		pf->address = address;
	return pf;
}

struct vf *pf_add_vf(struct pf *pf, unsigned index)
{
	struct vf *vf = NULL;
	if (index == VF_SELF)
		vf = pf->self = calloc(1, sizeof(*vf));
	else
		vf = array_add(&pf->vfs, &pf->n_vfs, sizeof(*vf));
	if (vf) {
		vf->index = index;
		vf->function.group = -1;
	}
	return vf;
}

struct pf *machine_find_pf(const struct vfprep_machine *m, struct pci_address address)
{
	for (size_t i = 0; i < m->n_pfs; i++) {
		if (pci_address_compare(m->pfs[i].address, address) == 0)
			return &m->pfs[i];
	}
	return NULL;
}

struct vf *machine_find_vf(const struct vfprep_machine *m, struct pci_address address,
			   struct pf **ret_pf)
{
	for (size_t i = 0; i < m->n_pfs; i++) {
		for (size_t k = 0; k < pf_count(&m->pfs[i]); k++) {
			struct vf *vf = pf_at(&m->pfs[i], k);
			if (pci_address_compare(vf->function.address, address) == 0) {
				*ret_pf = &m->pfs[i];
				return vf;
			}
		}
	}
	return NULL;
}

void pf_drop_vfs(struct pf *pf)
{
	while (pf->n_vfs)
		vf_clear(&pf->vfs[--pf->n_vfs]);
}

void pf_drop_self(struct pf *pf)
{
	if (pf->self)
		vf_clear(pf->self);
	free(pf->self);
	pf->self = NULL;
}

size_t pf_count(const struct pf *pf)
{
	return pf->n_vfs + (pf->self != NULL);
}

struct vf *pf_at(const struct pf *pf, size_t i)
{
	return i < pf->n_vfs ? &pf->vfs[i] : pf->self;
}

char *vf_subject(const struct pf *pf, unsigned index)
{
	char text[PCI_ADDRESS_TEXT];
	pci_address_format(pf->address, text);
	return index == VF_SELF ? strdup(text) : text_format("%s vf %u", text, index);
}

struct vf *pf_find_vf(const struct pf *pf, unsigned index)
{
	if (index == VF_SELF)
		return pf->self;
	/* Where none is missing they stand at their places: looking for each of many is cheap. */
	if (index < pf->n_vfs && pf->vfs[index].index == index)
		return &pf->vfs[index];
	for (size_t i = 0; i < pf->n_vfs; i++) {
		if (pf->vfs[i].index == index)
			return &pf->vfs[i];
	}
	return NULL;
}

struct group *machine_find_group(const struct vfprep_machine *m, int number)
{
	for (size_t i = 0; i < m->n_groups; i++) {
		if (m->groups[i].number == number)
			return &m->groups[i];
	}
	return NULL;
}

struct team *machine_find_team(const struct vfprep_machine *m, const char *name)
{
	for (size_t i = 0; i < m->n_teams; i++) {
		if (strcmp(m->teams[i].name, name) == 0)
			return &m->teams[i];
	}
	return NULL;
}

struct team *machine_team_of_vf(const struct vfprep_machine *m, struct pci_address pf,
				unsigned index)
{
	for (size_t i = 0; i < m->n_teams; i++) {
		if (m->teams[i].pf.vf == index &&
		    pci_address_compare(m->teams[i].pf.address, pf) == 0)
			return &m->teams[i];
	}
	return NULL;
}

struct pci_address pf_vf_address(const struct pf *pf, unsigned index)
{
	struct vf *vf = pf_find_vf(pf, index);
	return index == VF_SELF ? pf->address
	       : vf             ? vf->function.address
				: pci_address_of_vf(pf->address, pf->offset, pf->stride, index);
}
