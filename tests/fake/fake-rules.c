/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's rules: what each change does to a machine in memory, and why it may not be. */
#include "fake-rules.h"

#include <errno.h>
#include <string.h>

const char *const fake_pf_driver = "igb";
static const char *const net_driver = "igbvf";

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
	if (text_equal(pf->driver, fake_pf_driver))
		pf->ifindex += 100;
}

int fake_bind(struct fake *f, struct pf *pf, struct function *fn, const char *driver)
{
	const char *own = is_self(pf, fn) ? fake_pf_driver : net_driver;
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

int fake_unbind(struct fake *f, struct pf *pf, struct function *fn)
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

void fake_probe(struct fake *f, struct pf *pf, struct function *fn)
{
	if (!fn->driver)
		(void)fake_bind(f, pf, fn,
				fn->override ? fn->override : net_driver); /* or it stays so */
}

int fake_set_numvfs(struct fake *f, struct pf *pf, unsigned n)
{
	if (n > pf->totalvfs)
		return -ERANGE;
	if (!text_equal(pf->driver, fake_pf_driver))
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
		fake_probe(f, pf, &pf->vfs[i].function);
	pf->numvfs = made;
	return made < n ? -EREMOTEIO : 0; /* as kernel-linux.c finds out by counting */
}

int fake_set_setting(struct fake *f, struct pf *pf, unsigned index, enum setting setting,
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

int fake_set_node(struct function *fn, const struct node *node)
{
	if (!fn->node.exists)
		return -ENOENT;
	fn->node = *node;
	fn->node.exists = true;
	return 0;
}
