/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysfs, netlink and udev to a machine. */
#include "host/probe.h"

#include <errno.h>
#include <string.h>

#include "core/desire.h"
#include "host/busy.h"
#include "host/fd.h"
#include "host/group.h"
#include "host/guard.h"
#include "host/holder.h"
#include "host/netns.h"
#include "host/probe-link.h"
#include "host/probe-ports.h"
#include "host/probe-vf.h"
#include "host/route.h"
#include "host/stuck.h"
#include "host/sysfs.h"
#include "host/udev.h"
#include "host/upper.h"
#include "host/variant-read.h"

#define MACHINE_ID_BYTES 16

/* What is the same for all PFs. */
struct reader {
	const struct probe *probe;
	const char *boot_id;
	struct host_links links;
	bool blind; /* who uses interfaces is not known */
	bool has_machine_id;
	uint8_t machine_id[MACHINE_ID_BYTES];
	struct variants variants;
	struct vfprep_problems *problems;
};

static int compare_pfs(const void *a, const void *b)
{
	return pci_address_compare(((const struct pf *)a)->address,
				   ((const struct pf *)b)->address);
}

/* As systemd has it: 32 hexadecimal digits; "uninitialized" while the first boot is under way. */
static bool read_machine_id(int root_fd, uint8_t id[static MACHINE_ID_BYTES])
{
	static const uint8_t zero[MACHINE_ID_BYTES];
	autofree char *text = NULL;

	if (sysfs_read(root_fd, "etc/machine-id", &text) < 0 ||
	    strlen(text) != (size_t)2 * MACHINE_ID_BYTES)
		return false;
	for (size_t i = 0; i < MACHINE_ID_BYTES; i++) {
		char digits[] = { text[2 * i], text[2 * i + 1], '\0' };
		unsigned byte;

		if (text_to_unsigned(digits, 16, 0, UINT8_MAX, &byte) < 0)
			return false;
		id[i] = (uint8_t)byte;
	}
	return memcmp(id, zero, sizeof(zero)) != 0;
}

static int derive_macs(const struct reader *reader, struct pf *pf)
{
	if (!reader->has_machine_id || !(pf->has & PF_PERMANENT_MAC) || !pf->totalvfs)
		return 0;
	pf->auto_macs = calloc(pf->totalvfs, sizeof(*pf->auto_macs));
	if (!pf->auto_macs)
		return -ENOMEM;
	pf->n_auto_macs = pf->totalvfs;
	for (unsigned i = 0; i < pf->totalvfs; i++)
		mac_derive_auto(reader->machine_id, pf->permanent_mac, i, pf->auto_macs[i]);
	return 0;
}

static unsigned read_number(int fd, const char *path, int base)
{
	unsigned value;

	return sysfs_read_unsigned(fd, path, base, &value) < 0 ? 0 : value;
}

static int read_attributes(int fd, struct pf *pf)
{
	unsigned autoprobe;
	int r = sysfs_read_link(fd, "driver", &pf->driver);

	pf->offset = read_number(fd, "sriov_offset", 10);
	pf->stride = read_number(fd, "sriov_stride", 10);
	pf->vendor = (uint16_t)read_number(fd, "vendor", 16);
	pf->device = (uint16_t)read_number(fd, "device", 16);
	if (sysfs_read_unsigned(fd, "sriov_drivers_autoprobe", 10, &autoprobe) == 0) {
		pf->autoprobe = autoprobe;
		pf->has |= PF_AUTOPROBE;
	}
	return r == -ENOMEM ? r : 0;
}

/* A VLAN, macvlan, bridge or bond on top of an interface: its directory has a link upper_NAME
 * (net/core/dev.c, __netdev_adjacent_dev_insert()). NULL: there is none. */
static int find_upper(int net_fd, const char *name, char **ret)
{
	static const char prefix[] = "upper_";
	autonames names = { 0 };
	int r = sysfs_list(net_fd, name, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (strncmp(names.names[i], prefix, strlen(prefix)) == 0)
			return text_replace(ret, names.names[i] + strlen(prefix));
	}
	return r == -ENOMEM ? r : 0;
}

/* What cannot be known counts as in use. */
static const char not_known[] = "whether it uses the interface could not be found out";

/* Netlink does not know the interface. Is it no more, or has it another name by now, then /proc
 * decides; else sysfs shows another network namespace than ours, and who uses it there is not to be
 * seen: as in a container that has the host's /sys, or by nsenter -n. */
static int find_foreign_use(int net_fd, const char *name, char **ret)
{
	if (!sysfs_exists(net_fd, name))
		return 0;
	*ret = text_format("its interface '%s' is in another network namespace", name);
	return *ret ? 0 : -ENOMEM;
}

/* Why the interface of the function at ADDRESS is in use by the host; NULL: it is not. */
static int find_host_use(const struct reader *reader, int net_fd, const char *name,
			 const char *address, char **ret)
{
	autofree char *path = text_format("%s/ifindex", name);
	autofree char *upper = NULL;
	autolink l = { 0 };
	unsigned ifindex;

	if (!path)
		return -ENOMEM;
	if (sysfs_read_unsigned(net_fd, path, 10, &ifindex) < 0)
		return 0; /* it went away, or is renamed; then /proc decides */
	int r = netlink_get_link(reader->probe->netlink, ifindex, &l);
	if (r == -ENODEV || r == -ENOENT || (r == 0 && !link_is_of(&l, name, address)))
		return find_foreign_use(net_fd, name, ret);
	if (r < 0)
		return r == -ENOMEM ? r : text_replace(ret, not_known);
	r = find_upper(net_fd, name, &upper);
	if (r < 0)
		return r;
	if (l.master)
		*ret = text_format("its interface '%s' belongs to a bridge or bond", l.name);
	else if (upper)
		*ret = text_format("its interface '%s' has '%s' on top", l.name, upper);
	else if (l.up && is_addressed(&reader->links, ifindex))
		*ret = text_format("its interface '%s' has an address", l.name);
	else
		return 0;
	return *ret ? 0 : -ENOMEM;
}

/* Does the host use an interface that a net driver made of the function? */
static int read_interface(const struct reader *reader, struct vf *vf)
{
	char address[PCI_ADDRESS_TEXT];
	autofree char *path = text_format("sys/bus/pci/devices/%s/net",
					  pci_address_format(vf->function.address, address));
	autonames names = { 0 };
	autoclose int net_fd = -1;
	int r = path ? sysfs_open_dir(reader->probe->root_fd, path, &net_fd) : -ENOMEM;

	if (r == 0)
		r = sysfs_list(net_fd, ".", &names);
	for (size_t i = 0; r == 0 && i < names.n; i++) { /* a PF may have representors too */
		autofree char *what = NULL;
		r = find_host_use(reader, net_fd, names.names[i], address, &what);
		if (r == 0 && what)
			return vf_set_use(vf, USE_INTERFACE, 0, what);
	}
	return r == -ENOMEM ? r : 0;
}

static int read_interfaces(const struct reader *reader, struct pf *pf)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < pf_count(pf); i++) {
		struct vf *vf = pf_at(pf, i);
		if (vf->function.netdev && reader->blind)
			r = vf_set_use(vf, USE_INTERFACE, 0, not_known);
		else if (vf->function.netdev)
			r = read_interface(reader, vf);
	}
	return r;
}

/* A device of class "network", whatever it speaks (PCI Code and ID Assignment, 1.3). */
static bool is_nic(int fd)
{
	return read_number(fd, "class", 16) >> 16 == 2;
}

/* A reader that may have to be left behind. */
struct waiting {
	const struct probe *probe;
	struct pci_address address;
};

static void note_left_behind(void *user, size_t i, pid_t pid)
{
	const struct waiting *w = user;
	(void)i; /* there is one file */
	stuck_note(w->probe->root_fd, w->probe->rundir_fd, w->address, pid);
}

/* udev's ID_PATH; that of a PF without an interface is asked for only while nobody has its lock, as
 * a write of sriov_numvfs that waits for a guest does. */
static int read_path(const struct probe *probe, const char *address, struct pf *pf)
{
	autofree char *path = text_format("sys/bus/pci/devices/%s/uevent", address);
	const char *paths[] = { path };
	char **texts = NULL;

	if (pf->ifindex) {
		pf->path = udev_interface_path(probe->root_fd, pf->ifindex);
		pf->unnamed = !udev_interface_is_named(probe->root_fd, pf->ifindex);
		return 0;
	}
	if (!path)
		return -ENOMEM;
	if (pf->busy || stuck_is_there(probe->root_fd, probe->rundir_fd, pf->address))
		return 0;
	struct waiting waiting = { probe, pf->address };
	int r = guard_read(probe->root_fd, paths, 1, probe->override_timeout_ms, note_left_behind,
			   &waiting, &texts);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (texts[0])
		pf->path = udev_function_path(probe->root_fd, address);
	guard_free_texts(texts, 1);
	return 0;
}

static int read_pf(struct reader *reader, int fd, struct pf *pf)
{
	const struct probe *probe = reader->probe;
	char subject[PCI_ADDRESS_TEXT];
	int r;

	pci_address_format(pf->address, subject);
	r = read_attributes(fd, pf);
	if (r == 0)
		r = probe_link(probe, &reader->links, fd, pf, reader->problems);
	if (r < 0)
		return r;
	r = busy_holder(probe->rundir_fd, pf->address, &pf->busy, NULL);
	r = r < 0 ? probe_report(reader->problems, subject, r, "the lock of blocking writes") : 0;
	if (r == 0 && is_nic(fd))
		r = probe_self(probe, pf, reader->problems);
	if (r == 0)
		r = probe_vfs(probe, fd, pf, reader->problems);
	if (r == 0)
		r = variants_choose(probe->root_fd, &reader->variants, fd, pf);
	if (r == 0)
		r = probe_ports(probe, reader->boot_id, fd, pf, reader->problems);
	if (r == 0)
		r = probe_settings(probe, pf, reader->problems);
	if (r == 0)
		r = read_interfaces(reader, pf);
	if (r == 0)
		r = derive_macs(reader, pf);
	if (r < 0)
		return r;
	return read_path(probe, subject, pf);
}

/* Everything with sriov_totalvfs above 0 is a PF; other NICs that are no VFs count too. */
static int add_pf(struct reader *reader, struct pci_address address, struct vfprep_machine *m)
{
	autoclose int fd = -1;
	struct pf *pf = NULL;
	unsigned totalvfs;

	if (sysfs_open_function(reader->probe->root_fd, address, &fd) < 0)
		return 0;
	totalvfs = read_number(fd, "sriov_totalvfs", 10);
	if (totalvfs > UINT16_MAX || (totalvfs == 0 && (!is_nic(fd) || sysfs_exists(fd, "physfn"))))
		return 0;
	pf = machine_add_pf(m, address);
	if (!pf)
		return -ENOMEM;
	pf->totalvfs = totalvfs;
	return read_pf(reader, fd, pf);
}

static int add_pfs(struct reader *reader, struct vfprep_machine *m)
{
	autonames names = { 0 };
	int r = sysfs_list(reader->probe->root_fd, "sys/bus/pci/devices", &names);

	if (r == -ENOENT)
		return 0; /* there are machines without PCI */
	if (r < 0)
		return problem_add(reader->problems, r, VFPREP_SYSTEM, NULL, NULL,
				   "the list of PCI devices: %s", strerror(-r));
	for (size_t i = 0; i < names.n; i++) {
		struct pci_address address;
		struct pf *pf;

		/* VFs come behind their PF, which knows them by then. */
		if (pci_address_parse(names.names[i], &address) < 0 ||
		    machine_find_vf(m, address, &pf))
			continue;
		r = add_pf(reader, address, m);
		if (r < 0)
			return r;
	}
	if (m->n_pfs > 0)
		qsort(m->pfs, m->n_pfs, sizeof(*m->pfs), compare_pfs);
	return 0;
}

/* /sys/kernel/iommu_groups is empty, or not there, where no IOMMU works. */
static bool has_groups(int root_fd)
{
	autonames names = { 0 };
	return sysfs_list(root_fd, "sys/kernel/iommu_groups", &names) == 0 && names.n > 0;
}

static int read_host(struct reader *reader, struct vfprep_machine *m)
{
	const struct probe *probe = reader->probe;
	int r = sysfs_read(probe->root_fd, "proc/sys/kernel/random/boot_id", &m->boot_id);

	if (r < 0)
		r = probe_report(reader->problems, NULL, r, "the boot id");
	if (r == 0 && probe->netlink)
		r = netlink_get_addressed(probe->netlink, &reader->links.addressed,
					  &reader->links.n_addressed);
	reader->blind = r < 0 || !probe->netlink;
	if (r < 0)
		r = probe_report(reader->problems, NULL, r, "the addresses of interfaces");
	if (r == 0)
		r = route_read_defaults(probe->root_fd, &reader->links.defaults);
	reader->boot_id = m->boot_id;
	m->no_iommu = !has_groups(probe->root_fd);
	if (r == 0)
		r = variants_list_drivers(probe->root_fd, m);
	if (r == 0)
		r = variants_load(probe->root_fd, &reader->variants);
	reader->has_machine_id = read_machine_id(probe->root_fd, reader->machine_id);
	return r;
}

int probe_machine(const struct probe *probe, const struct pci_address *only,
		  struct vfprep_machine **ret_machine, struct vfprep_problems *p)
{
	struct reader reader = { .probe = probe, .problems = p };
	automachine m = machine_new();
	int r = m ? read_host(&reader, m) : -ENOMEM;

	if (r == 0)
		r = only ? add_pf(&reader, *only, m) : add_pfs(&reader, m);
	if (r == 0 && probe->netns_timeout_ms > 0 && !only)
		r = netns_find(probe->root_fd, probe->netns_timeout_ms, m);
	/* Within a run the claims say who has what, and faster. */
	if (r == 0)
		r = group_read_shared(probe->root_fd, m);
	if (r == 0 && !only)
		r = holder_mark(probe->root_fd, probe->rundir_fd, m);
	/* Of teams that are published it is told before anything is done. */
	for (size_t i = 0; r == 0 && !only && i < m->n_pfs; i++)
		r = upper_read(probe->root_fd, &m->pfs[i]);
	host_links_clear(&reader.links);
	variants_clear(&reader.variants);
	if (r < 0)
		return r;
	*ret_machine = TAKE_PTR(m);
	return 0;
}
