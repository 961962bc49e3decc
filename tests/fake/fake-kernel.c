/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in memory: the operations, and the kernel's rules behind them. */
#include "fake-kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/desire.h"
#include "core/step.h"
#include "host/files.h"

static const char *const net_driver = "igbvf", *const pf_driver = "igb";

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

static void make_vf(struct fake *f, struct pf *pf, unsigned index)
{
	struct vf *vf = pf_add_vf(pf, index);
	size_t pf_index = (size_t)(pf - f->machine->pfs);

	vf->function.address = pci_address_of_vf(pf->address, pf->offset, pf->stride, index);
	vf->function.has = FUNCTION_DRIVER | FUNCTION_OVERRIDE | FUNCTION_NODE;
	vf->function.group = (int)(10 + pf_index * 10 + index);
	vf->function.inode = f->next_inode++;
	vf->settings.present = 1u << SETTING_MAC | 1u << SETTING_VLAN | 1u << SETTING_TRUST |
			       1u << SETTING_RATE | 1u << SETTING_SPOOFCHECK |
			       1u << SETTING_LINK_STATE;
	vf->settings.spoofcheck = true;
	(void)text_replace(&vf->function.auto_driver,
			   f->new_vfs_are_for ? f->new_vfs_are_for : pf->vf_auto_driver);
}

static void set_driver(struct function *f, const char *driver)
{
	(void)text_replace(&f->driver, driver);
	/* The group's node comes and goes with vfio-pci, as root's. */
	f->node = (struct node){ .exists = driver_is_vfio(driver), .mode = driver ? 0600 : 0 };
	if (!f->node.exists)
		f->node.mode = 0;
}

/* Is it a NIC as a whole, with the driver of PFs? */
static bool is_self(const struct pf *pf, const struct function *fn)
{
	return pf->self && fn == &pf->self->function;
}

/* With its driver a NIC loses its interface, and gets another one with the same name. */
static void set_driver_of_nic(struct pf *pf)
{
	(void)text_replace(&pf->driver, pf->self->function.driver);
	pf->up = pf->carrier = false;
	pf->addr_gen_mode = ADDR_GEN_EUI64;
	if (text_equal(pf->driver, pf_driver))
		pf->ifindex += 100;
}

static int bind(struct fake *f, struct pf *pf, struct function *fn, const char *driver)
{
	const char *own = is_self(pf, fn) ? pf_driver : net_driver;
	bool vfio = driver_is_vfio(driver);
	char address[PCI_ADDRESS_TEXT];

	if (text_equal(f->fails_to_bind, pci_address_format(fn->address, address)))
		return -EIO;
	if (strcmp(driver, own) != 0 && !(vfio && machine_has_driver(f->machine, driver)))
		return -ENOENT;
	if (fn->override ? strcmp(fn->override, driver) != 0 : vfio)
		return -ENODEV;
	if (fn->driver)
		return -EBUSY;
	if (!fn->override && !pf->autoprobe && !is_self(pf, fn))
		return -ENODEV;
	set_driver(fn, driver);
	if (is_self(pf, fn))
		set_driver_of_nic(pf);
	return 0;
}

static int unbind(struct fake *f, struct pf *pf, struct function *fn)
{
	if (!fn->driver)
		return -ENOENT;
	if (f->held[fn->group])
		return -ETIMEDOUT; /* the real one waits for ever */
	set_driver(fn, NULL);
	if (is_self(pf, fn))
		set_driver_of_nic(pf);
	return 0;
}

static void probe(struct fake *f, struct pf *pf, struct function *fn)
{
	if (!fn->driver)
		(void)bind(f, pf, fn,
			   fn->override ? fn->override : net_driver); /* or it stays so */
}

static int set_numvfs(struct fake *f, struct pf *pf, unsigned n)
{
	if (n > pf->totalvfs)
		return -ERANGE;
	if (!text_equal(pf->driver, pf_driver))
		return -ENOENT;
	if (n == pf->n_vfs)
		return 0;
	if (n && pf->n_vfs)
		return -EBUSY;
	for (size_t i = 0; i < pf->n_vfs; i++) {
		if (f->held[pf->vfs[i].function.group])
			return -ETIMEDOUT;
	}
	while (pf->n_vfs)
		vf_clear(&pf->vfs[--pf->n_vfs]);
	unsigned made = f->makes_at_most && n > f->makes_at_most ? f->makes_at_most : n;
	for (unsigned i = 0; i < made; i++)
		make_vf(f, pf, i);
	for (unsigned i = 0; i < made && pf->autoprobe; i++)
		probe(f, pf, &pf->vfs[i].function);
	pf->numvfs = made;
	return made < n ? -EREMOTEIO : 0; /* as kernel-linux.c finds out by counting */
}

static int set_setting(struct fake *f, struct pf *pf, unsigned index, enum setting setting,
		       const struct settings *value)
{
	struct vf *vf = pf_find_vf(pf, index);

	if (!vf)
		return -EINVAL;
	if (!f->takes_everything) {
		if (setting == SETTING_LINK_STATE || setting == SETTING_RSS_QUERY ||
		    setting == SETTING_NODE_GUID || setting == SETTING_PORT_GUID)
			return -EOPNOTSUPP;
		if (setting == SETTING_VLAN && value->vlan.protocol != VLAN_8021Q)
			return -EPROTONOSUPPORT;
		if (setting == SETTING_RATE && value->rate.min_mbps)
			return -EINVAL;
	}
	if (setting == SETTING_MAC &&
	    (value->mac[0] & 1 || (f->refuses_zero_mac && mac_is_zero(value->mac))))
		return -EINVAL;
	if (!(setting == SETTING_MAC && f->loses_macs))
		setting_copy(setting, &vf->settings, value);
	if (f->chooses_macs && mac_is_zero(vf->settings.mac))
		memcpy(vf->settings.mac, (const uint8_t[]){ 2, 0, 0, 0, 0, 0xcc }, 6);
	return 0;
}

static int set_node(struct function *fn, const struct node *node)
{
	if (!fn->node.exists)
		return -ENOENT;
	fn->node = *node;
	fn->node.exists = true;
	return 0;
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
	if (text_equal(pf->driver, pf_driver))
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
		return set_setting(f, pf, s->vf, s->setting, &s->value);
	case STEP_OVERRIDE:
		return text_replace(&fn->override, s->name);
	case STEP_DRIVER:
		if (fn->driver && unbind(f, pf, fn) < 0)
			return -ETIMEDOUT;
		return s->name ? bind(f, pf, fn, s->name) : 0;
	case STEP_NODE:
		return set_node(fn, &s->node);
	case STEP_DRIVERS_PROBE:
		probe(f, pf, fn);
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
		return set_numvfs(f, pf, s->number);
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

/* By other means than vfprep */

static int raw_vf(struct fake *f, const char *verb, struct pf *pf, struct function *fn,
		  const char *value, const char *mode)
{
	if (strcmp(verb, "override") == 0)
		return text_replace(&fn->override, strcmp(value, "none") == 0 ? NULL : value);
	if (strcmp(verb, "bind") == 0)
		return bind(f, pf, fn, value);
	if (strcmp(verb, "unbind") == 0)
		return unbind(f, pf, fn);
	if (strcmp(verb, "probe") == 0) {
		probe(f, pf, fn);
		return 0;
	}
	if (strcmp(verb, "chown") == 0) {
		struct node node = { .exists = true };
		char *colon = NULL;
		node.uid = (unsigned)strtoul(value, &colon, 10);
		node.gid = (unsigned)strtoul(colon + 1, NULL, 10);
		node.mode = (unsigned)strtoul(mode, NULL, 8);
		return set_node(fn, &node);
	}
	if (strcmp(verb, "hold") == 0) {
		if (!fn->node.exists)
			return -ENOENT;
		if (f->held[fn->group])
			return -EBUSY;
		f->held[fn->group] = true;
		return 0;
	}
	if (strcmp(verb, "drop") == 0) {
		f->held[fn->group] = false;
		return 0;
	}
	return -EOPNOTSUPP;
}

static int raw_pf(struct fake *f, const char *verb, struct pf *pf, const char *value,
		  const char *more)
{
	if (strcmp(verb, "numvfs") == 0)
		return set_numvfs(f, pf, (unsigned)strtoul(value, NULL, 10));
	if (strcmp(verb, "autoprobe") == 0)
		pf->autoprobe = *value == '1';
	else if (strcmp(verb, "link") == 0)
		pf->up = pf->carrier = strcmp(value, "up") == 0;
	else if (strcmp(verb, "upper") == 0) {
		char **upper = array_add(&pf->uppers, &pf->n_uppers, sizeof(*upper));
		return text_replace(upper, value);
	} else if (strcmp(verb, "addrgen") == 0)
		return addr_gen_mode_parse(value, &pf->addr_gen_mode);
	else if (strcmp(verb, "mac") == 0) {
		struct settings s = { .present = 1u << SETTING_MAC };
		if (mac_parse(more, s.mac) < 0)
			return -EINVAL;
		return set_setting(f, pf, (unsigned)strtoul(value, NULL, 10), SETTING_MAC, &s);
	} else if (strcmp(verb, "variant") == 0) {
		for (size_t i = 0; i < pf_count(pf); i++)
			(void)text_replace(&pf_at(pf, i)->function.auto_driver, value);
		return text_replace(&pf->vf_auto_driver, value);
	} else
		return -EOPNOTSUPP;
	return 0;
}

int fake_raw(struct fake *f, const char *const *words, size_t n)
{
	struct pci_address address;
	struct pf *pf;

	if (n == 2 && strcmp(words[0], "module") == 0)
		return machine_add_driver(f->machine, words[1]);
	if (n < 2 || pci_address_parse(words[1], &address) < 0)
		return -EINVAL;
	const char *value = n > 2 ? words[2] : "", *more = n > 3 ? words[3] : "";
	struct vf *vf = machine_find_vf(f->machine, address, &pf);
	if (vf && vf->index != VF_SELF)
		return raw_vf(f, words[0], pf, &vf->function, value, more);
	pf = machine_find_pf(f->machine, address);
	if (!pf)
		return -ENOENT;
	int r = raw_pf(f, words[0], pf, value, more);
	return r == -EOPNOTSUPP ? raw_vf(f, words[0], pf, &pf->self->function, value, more) : r;
}
