/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which port of its PF a VF belongs to, where the PF has an interface for each of several: mlx4 has
 * two ports on one PCI function. The VF's own interface tells by its phys_port_id, as libvirt has
 * it (virPCIGetVirtualFunctionInfo()); once VFIO has the VF, the record does. */
#include "host/probe-ports.h"

#include <errno.h>
#include <string.h>

#include "host/fd.h"
#include "host/pfnet.h"
#include "host/probe-link.h"
#include "host/state.h"

struct ports {
	struct link_facts *links; /* those of the PF's interfaces that have a phys_port_id */
	size_t n;
};

static void ports_clear(struct ports *ports)
{
	for (size_t i = 0; i < ports->n; i++)
		link_facts_clear(&ports->links[i]);
	free(ports->links);
}

static bool same_port(const struct link_facts *a, const struct link_facts *b)
{
	return a->port_id_size > 0 && a->port_id_size == b->port_id_size &&
	       memcmp(a->port_id, b->port_id, a->port_id_size) == 0;
}

/* The interface of a function, if it is what netlink knows by that ifindex. */
static int get_link(const struct probe *probe, struct pci_address address, const struct pfnet *net,
		    struct link_facts *ret)
{
	char text[PCI_ADDRESS_TEXT];
	autolink l = { 0 };
	int r = netlink_get_link(probe->netlink, net->ifindex, &l);

	if (r == 0 && !link_is_of(&l, net->name, pci_address_format(address, text)))
		r = -ENODEV;
	if (r < 0)
		return r;
	*ret = l;
	l = (struct link_facts){ 0 };
	return 0;
}

static int read_ports(const struct probe *probe, const struct pf *pf, const struct pfnet_list *nets,
		      struct ports *ports)
{
	for (size_t i = 0; i < nets->n; i++) {
		autolink l = { 0 };
		int r = get_link(probe, pf->address, &nets->items[i], &l);
		if (r == -ENODEV || (r == 0 && l.port_id_size == 0))
			continue;
		struct link_facts *room =
			r == 0 ? array_add(&ports->links, &ports->n, sizeof(*room)) : NULL;
		if (!room)
			return r < 0 ? r : -ENOMEM;
		*room = l;
		l = (struct link_facts){ 0 };
	}
	return 0;
}

static bool are_several(const struct ports *ports)
{
	for (size_t i = 1; i < ports->n; i++)
		if (!same_port(&ports->links[0], &ports->links[i]))
			return true;
	return false;
}

static int set_port(struct vf *vf, const struct link_facts *l)
{
	const struct port port = {
		.ifindex = l->ifindex, .name = l->name, .mtu = l->mtu, .up = l->up
	};
	return port_replace(&vf->port, &port);
}

/* What its own interface tells: the first one, where it has one for each port. */
static int ask_interface(const struct probe *probe, const struct ports *ports, struct vf *vf)
{
	autopfnets nets = { 0 };
	autolink own = { 0 };
	autoclose int fd = -1;
	int r = sysfs_open_function(probe->root_fd, vf->function.address, &fd);

	if (r == 0)
		r = pfnet_list(fd, &nets);
	if (r == 0 && nets.n > 0)
		r = get_link(probe, vf->function.address, &nets.items[0], &own);
	for (size_t i = 0; r == 0 && i < ports->n; i++)
		if (same_port(&ports->links[i], &own))
			return set_port(vf, &ports->links[i]);
	return r == -ENOMEM ? r : 0;
}

/* The port that the record has for a VF that is still the same one; 0: none. */
static unsigned recorded_port(const struct record *record, const struct vf *vf)
{
	const struct vf *recorded = record ? pf_find_vf(&record->original, vf->index) : NULL;

	return recorded && recorded->function.inode == vf->function.inode ? recorded->port.ifindex
									  : 0;
}

/* Then the PF has several, though only one may be to be seen now: the other one may be in another
 * network namespace. */
static bool has_recorded_ports(const struct record *record, const struct pf *pf)
{
	for (size_t i = 0; i < pf->n_vfs; i++)
		if (recorded_port(record, &pf->vfs[i]))
			return true;
	return false;
}

static int ask_record(const struct record *record, const struct ports *ports, struct pf *pf)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pf->n_vfs; i++) {
		struct vf *vf = &pf->vfs[i];
		unsigned ifindex = vf->port.ifindex ? 0 : recorded_port(record, vf);
		for (size_t k = 0; r == 0 && ifindex && k < ports->n; k++)
			if (ports->links[k].ifindex == ifindex)
				r = set_port(vf, &ports->links[k]);
	}
	return r;
}

int probe_ports(const struct probe *probe, const char *boot_id, int pf_fd, struct pf *pf,
		struct vfprep_problems *p)
{
	CLEANUP(record_freep) struct record *record = NULL;
	CLEANUP(ports_clear) struct ports ports = { 0 };
	char address[PCI_ADDRESS_TEXT];
	autopfnets nets = { 0 };

	if (!pf->ifindex || pfnet_list(pf_fd, &nets) < 0)
		return 0;
	record = state_read_record(probe->rundir_fd, pf->address);
	if (record && !text_equal(record->boot_id, boot_id)) {
		record_free(record);
		record = NULL;
	}
	bool remembered = has_recorded_ports(record, pf);
	if (nets.n < 2 && !remembered)
		return 0;
	int r = read_ports(probe, pf, &nets, &ports);
	if (r < 0)
		return probe_report(p, pci_address_format(pf->address, address), r, "its ports");
	pf->several_ports = are_several(&ports) || remembered;
	if (!pf->several_ports)
		return 0;
	for (size_t i = 0; r == 0 && i < pf->n_vfs; i++)
		if (pf->vfs[i].function.netdev)
			r = ask_interface(probe, &ports, &pf->vfs[i]);
	return r == 0 ? ask_record(record, &ports, pf) : r;
}
