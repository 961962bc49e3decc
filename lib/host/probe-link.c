/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of one PF. */
#include "host/probe-link.h"

#include <errno.h>
#include <net/if_arp.h>
#include <string.h>

#include "host/pfnet.h"

void host_links_clear(struct host_links *l)
{
	free(l->addressed);
	name_list_clear(&l->defaults);
}

bool is_addressed(const struct host_links *links, unsigned ifindex)
{
	for (size_t i = 0; i < links->n_addressed; i++)
		if (links->addressed[i] == ifindex)
			return true;
	return false;
}

static void take_link(const struct host_links *links, struct link_facts *l, struct pf *pf)
{
	pf->ifindex = l->ifindex;
	pf->name = TAKE_PTR(l->name);
	pf->altnames = TAKE_PTR(l->altnames);
	pf->n_altnames = l->n_altnames;
	l->n_altnames = 0;
	pf->mtu = l->mtu;
	pf->carrier = l->carrier;
	pf->infiniband = l->type == ARPHRD_INFINIBAND;
	pf->up = l->up;
	pf->has |= PF_LINK;
	if (l->has & LINK_MAC) {
		memcpy(pf->mac, l->mac, sizeof(pf->mac));
		pf->has |= PF_MAC;
	}
	if (l->has & LINK_PERMANENT_MAC) {
		memcpy(pf->permanent_mac, l->permanent_mac, sizeof(pf->permanent_mac));
		pf->has |= PF_PERMANENT_MAC;
	}
	if (l->has & LINK_ADDR_GEN_MODE) {
		pf->addr_gen_mode = l->addr_gen_mode;
		pf->has |= PF_ADDR_GEN_MODE;
	}
	pf->in_use = l->master > 0 || is_addressed(links, l->ifindex);
	for (size_t i = 0; i < links->defaults.n; i++)
		pf->default_route =
			pf->default_route || text_equal(links->defaults.names[i], pf->name);
}

bool link_is_of(const struct link_facts *l, const char *name, const char *address)
{
	return l->parent ? strcmp(l->parent, address) == 0 : text_equal(l->name, name);
}

int probe_report(struct vfprep_problems *p, const char *subject, int r, const char *what)
{
	enum vfprep_fault fault = r == -EPERM || r == -EACCES ? VFPREP_PERMISSION : VFPREP_SYSTEM;

	if (r == -ENOMEM)
		return r;
	(void)problem_add(p, r, fault, subject, NULL, "%s: %s", what, strerror(-r));
	return 0;
}

/* An interface that cannot be asked counts as none, so that nothing is set through it. */
int probe_link(const struct probe *probe, const struct host_links *links, int pf_fd, struct pf *pf,
	       struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];
	autopfnets nets = { 0 };
	autolink l = { 0 };
	int r = pfnet_list(pf_fd, &nets);

	pci_address_format(pf->address, address);
	if (r == 0 && nets.n > 0 && probe->netlink)
		r = netlink_get_link(probe->netlink, nets.items[0].ifindex, &l);
	if (r < 0 && r != -ENOENT && r != -ENODEV)
		return probe_report(p, address, r, "its interface");
	if (l.name && link_is_of(&l, nets.items[0].name, address)) {
		take_link(links, &l, pf);
		pf->net_inode = nets.items[0].inode;
		return 0;
	}
	pf->elsewhere.is = nets.empty || (nets.n > 0 && probe->netlink);
	return 0;
}
