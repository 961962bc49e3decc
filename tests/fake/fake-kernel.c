/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in memory, and the operations on it. */
#include "fake-rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/desire.h"
#include "core/step.h"
#include "host/files.h"

/* Counts an operation. Return: 0, or why it does not happen. */
static int begin(struct fake *f, const struct step *step)
{
	if (f->die_at && f->ops >= f->die_at)
		return -EIO;
	f->ops++;
	if (!f->fail_at || (f->ops != f->fail_at && !(f->fail_on && f->ops > f->fail_at)))
		return 0;
	if (step && f->ops == f->fail_at)
		f->failed_step = step_line(step);
	return -f->fail_errno;
}

/* What /proc shows; not while a run is under way. */
static void see_holders(const struct fake *f, struct pf *pf)
{
	for (size_t i = 0; i < pf_count(pf); i++) {
		struct vf *vf = pf_at(pf, i);
		bool held = f->held[vf->function.group] && !f->hidden;
		(void)vf_set_use(vf, held ? USE_PROCESS : USE_FREE, held ? 812 : 0,
				 held ? "sleep" : NULL);
	}
}

/* A NIC that its driver has not has no interface. */
static void hide_interface(struct pf *pf)
{
	if (text_equal(pf->driver, fake_pf_driver))
		return;
	pf->has &= ~(unsigned)(PF_LINK | PF_ADDR_GEN_MODE | PF_MAC | PF_PERMANENT_MAC);
	pf->ifindex = pf->mtu = 0;
	(void)text_replace(&pf->name, NULL);
}

/* The operations */

static int op_read(void *kernel, const struct pci_address *only, struct vfprep_machine **ret,
		   struct vfprep_problems *p)
{
	struct fake *f = kernel;
	automachine copy = machine_new();
	char address[PCI_ADDRESS_TEXT];

	f->counts.reads++;
	int r = begin(f, NULL);
	if (r < 0)
		return problem_add(p, r, VFPREP_SYSTEM,
				   only ? pci_address_format(*only, address) : "machine", NULL,
				   "cannot be read");
	(void)text_replace(&copy->boot_id, f->machine->boot_id);
	copy->has_vfio_pci = f->machine->has_vfio_pci;
	for (size_t i = 0; i < f->machine->n_variants; i++)
		(void)machine_add_driver(copy, f->machine->variants[i]);
	for (size_t i = 0; i < f->machine->n_pfs; i++) {
		const struct pf *pf = &f->machine->pfs[i];
		if (only && pci_address_compare(*only, pf->address) != 0)
			continue;
		struct pf *seen = machine_add_pf(copy, pf->address);
		(void)pf_copy(pf, seen);
		if (!only)
			see_holders(f, seen);
		hide_interface(seen);
		seen->lists_vfs = !f->lists_nothing;
		seen->numvfs += only && f->miscounts;
		if (only && f->late_reads)
			f->late_reads--;
		for (size_t k = 0; only && f->late_reads && k < seen->n_vfs; k++)
			memset(seen->vfs[k].settings.mac, 0, sizeof(seen->vfs[k].settings.mac));
		bool hole = only && f->hole_reads && f->hole_reads--;
		for (size_t k = 0; (f->lists_nothing || hole) && k < seen->n_vfs; k++)
			seen->vfs[k].settings.present = 0;
	}
	*ret = TAKE_PTR(copy);
	return 0;
}

static int act_on_vf(struct fake *f, struct pf *pf, struct vf *vf, const struct step *s)
{
	struct function *fn = &vf->function;

	switch (s->kind) {
	case STEP_SETTING:
		return fake_set_setting(f, pf, s->vf, s->setting, &s->value);
	case STEP_OVERRIDE:
		return text_replace(&fn->override, s->name);
	case STEP_DRIVER:
		if (fn->driver && fake_unbind(f, pf, fn) < 0)
			return -ETIMEDOUT;
		return s->name ? fake_bind(f, pf, fn, s->name) : 0;
	case STEP_NODE:
		return fake_set_node(fn, &s->node);
	case STEP_DRIVERS_PROBE:
		fake_probe(f, pf, fn);
		return 0;
	case STEP_MODULE:
	case STEP_WITHDRAW:
	case STEP_PARK:
	case STEP_ADDR_GEN_MODE:
	case STEP_LINK:
	case STEP_AUTOPROBE:
	case STEP_NUMVFS:
	case STEP_PUBLISH:
	case STEP_COUNT:
		break;
	}
	return -EINVAL;
}

static int act_on_pf(struct fake *f, struct pf *pf, const struct step *s)
{
	switch (s->kind) {
	case STEP_ADDR_GEN_MODE:
		pf->addr_gen_mode = s->number;
		return 0;
	case STEP_LINK:
		pf->up = pf->carrier = s->number;
		return 0;
	case STEP_AUTOPROBE:
		pf->autoprobe = s->number;
		return 0;
	case STEP_NUMVFS:
		return fake_set_numvfs(f, pf, s->number);
	case STEP_MODULE:
	case STEP_WITHDRAW:
	case STEP_PARK:
	case STEP_SETTING:
	case STEP_OVERRIDE:
	case STEP_DRIVER:
	case STEP_NODE:
	case STEP_DRIVERS_PROBE:
	case STEP_PUBLISH:
	case STEP_COUNT:
		break;
	}
	return -EINVAL;
}

/* A setting goes by the index of the interface alone. */
static struct pf *pf_of_step(const struct fake *f, const struct step *s)
{
	for (size_t i = 0; !s->of_pf && i < f->machine->n_pfs; i++) {
		if (f->machine->pfs[i].ifindex == s->ifindex)
			return &f->machine->pfs[i];
	}
	return machine_find_pf(f->machine, s->pf);
}

static int op_act(void *kernel, const struct step *s, char **ret_detail)
{
	struct fake *f = kernel;

	(void)ret_detail; /* this kernel says nothing */
	f->counts.acts[s->kind]++;
	int r = begin(f, s);
	if (r < 0)
		return r;
	if (step_is_done(s, f->machine))
		return 1;
	if (s->kind == STEP_MODULE)
		return text_equal(s->name, f->lacks_module)
			       ? -ENOENT
			       : machine_add_driver(f->machine, s->name);
	struct pf *pf = pf_of_step(f, s);
	if (!pf)
		return -ENODEV;
	if (!s->of_vf)
		return act_on_pf(f, pf, s);
	struct vf *vf = pf_find_vf(pf, s->vf);
	return vf ? act_on_vf(f, pf, vf, s) : s->kind == STEP_SETTING ? -EINVAL : -ENODEV;
}

static int op_claim(void *kernel, int group)
{
	struct fake *f = kernel;

	f->counts.claims++;
	int r = begin(f, NULL);
	if (r < 0)
		return r;
	f->claims++;
	if (f->held[group] || f->closed[group])
		return f->held[group] ? -EBUSY : -EACCES;
	f->claimed[group] = true;
	return 0;
}

static void op_unclaim(void *kernel)
{
	struct fake *f = kernel;
	memset(f->claimed, 0, sizeof(f->claimed));
}

static int op_enter(void *kernel, struct pci_address pf, char **ret_detail)
{
	(void)kernel; /* nothing is ever left behind here */
	(void)pf;
	(void)ret_detail;
	return 0;
}

static int op_store(void *kernel, int dir_fd, const char *path, const char *text)
{
	struct fake *f = kernel;

	f->counts.stores++;
	int r = begin(f, NULL);
	if (r < 0)
		return r;
	return text ? file_write(dir_fd, path, text) : file_remove(dir_fd, path);
}

static int op_list(void *kernel, unsigned ifindex, struct vf_list *ret)
{
	struct fake *f = kernel;
	autovflist l = { .listed = !f->lists_nothing };

	f->counts.lists++;
	int r = begin(f, NULL);
	if (r < 0)
		return r;
	for (size_t i = 0; i < f->machine->n_pfs; i++) {
		const struct pf *pf = &f->machine->pfs[i];
		if (pf->ifindex != ifindex)
			continue;
		l.announced = (unsigned)pf->n_vfs;
		(void)snprintf(l.name, sizeof(l.name), "%s", pf->name);
		for (size_t k = 0; l.listed && k < pf->n_vfs; k++) {
			struct vf_entry *entry = array_add(&l.entries, &l.n, sizeof(*entry));
			entry->index = pf->vfs[k].index;
			entry->settings = pf->vfs[k].settings;
			if (f->late_reads)
				memset(entry->settings.mac, 0, sizeof(entry->settings.mac));
		}
		if (f->late_reads)
			f->late_reads--;
		if (f->hole_reads && l.n && pf->vfs[0].settings.trust) {
			f->hole_reads--;
			l.entries[0] = l.entries[--l.n];
		}
		*ret = l;
		l = (struct vf_list){ 0 };
		return 0;
	}
	return -ENODEV;
}

static int op_settle(void *kernel, unsigned ifindex)
{
	(void)ifindex; /* carrier comes back at once */
	return begin(kernel, NULL);
}

static int op_identify(void *kernel, struct pf *pf)
{
	struct fake *f = kernel;
	const struct pf *is = machine_find_pf(f->machine, pf->address);
	int r = begin(f, NULL);

	if (r < 0)
		return r;
	if (!is || !is->driver)
		return -ENOENT;
	pf->ifindex = is->ifindex;
	return text_replace(&pf->driver, is->driver);
}

const struct kernel_ops fake_ops = {
	.read = op_read,
	.identify = op_identify,
	.act = op_act,
	.claim = op_claim,
	.unclaim = op_unclaim,
	.enter = op_enter,
	.store = op_store,
	.list = op_list,
	.settle = op_settle,
};

/* The machine */

static void make_room(struct pf *pf, unsigned totalvfs)
{
	static const uint8_t machine_id[16] = {
		0x5f, 0x1e, 0x0c, 0x2a, 0xb7, 0xd9, 0x4c, 0x6f,
		0x8a, 0x3b, 0x2d, 0x1c, 0x0e, 0x9f, 0x8a, 0x7b,
	}; /* that of the emulated machine */

	pf->totalvfs = totalvfs;
	while (pf->n_auto_macs < totalvfs) {
		unsigned index = (unsigned)pf->n_auto_macs;
		uint8_t(*auto_mac)[6] =
			array_add(&pf->auto_macs, &pf->n_auto_macs, sizeof(*auto_mac));
		mac_derive_auto(machine_id, pf->permanent_mac, index, *auto_mac);
	}
}

static void add_pf(struct fake *f, const char *address, const char *name, unsigned ifindex,
		   const char *mac)
{
	struct pci_address a;

	(void)pci_address_parse(address, &a);
	struct pf *pf = machine_add_pf(f->machine, a);
	pf->has = PF_NUMVFS | PF_AUTOPROBE | PF_LINK | PF_ADDR_GEN_MODE | PF_MAC | PF_PERMANENT_MAC;
	(void)mac_parse(mac, pf->mac);
	(void)mac_parse(mac, pf->permanent_mac);
	(void)text_replace(&pf->name, name);
	(void)text_replace(&pf->driver, "igb");
	pf->ifindex = ifindex;
	pf->autoprobe = true;
	pf->lists_vfs = true;
	pf->knows_uppers = true;
	pf->offset = 128;
	pf->stride = 2;
	pf->vendor = 0x8086;
	pf->device = 0x10c9;
	pf->mtu = 1500;
	(void)text_replace(&pf->vf_auto_driver, "vfio-pci");
	struct vf *self = pf_add_vf(pf, VF_SELF);
	self->function.address = a;
	self->function.has = FUNCTION_DRIVER | FUNCTION_OVERRIDE | FUNCTION_NODE;
	self->function.group = (int)ifindex;
	self->function.inode = 900 + ifindex;
	(void)text_replace(&self->function.driver, "igb");
	(void)text_replace(&self->function.auto_driver, "vfio-pci");
	make_room(pf, 7);
}

struct fake *fake_new(void)
{
	struct fake *f = calloc(1, sizeof(*f));

	f->machine = machine_new();
	f->next_inode = 1000;
	(void)text_replace(&f->machine->boot_id, "3f1d7c2e-0000-4000-8000-000000000001");
	add_pf(f, "0000:01:00.0", "eth0", 2, "52:54:00:aa:00:01");
	add_pf(f, "0000:02:00.0", "eth1", 3, "52:54:00:aa:00:02");
	return f;
}

void fake_grow(struct fake *f, unsigned totalvfs)
{
	/* The addresses of many VFs reach over that of the second one. */
	while (f->machine->n_pfs > 1)
		pf_clear(&f->machine->pfs[--f->machine->n_pfs]);
	make_room(f->machine->pfs, totalvfs);
}

void fake_free(struct fake *f)
{
	if (!f)
		return;
	machine_free(f->machine);
	free(f->failed_step);
	free(f);
}
