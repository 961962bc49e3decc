/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What udev's rules ask while they handle an event. */
#include "host/udev-query.h"

#include <errno.h>

#include "host/fd.h"
#include "host/state.h"
#include "host/sysfs.h"

#define CLASS_BRIDGE 0x06

/* Is the record about this boot? */
static bool is_of_boot(int root_fd, const struct record *record)
{
	autofree char *boot_id = NULL;

	return sysfs_read(root_fd, "proc/sys/kernel/random/boot_id", &boot_id) == 0 &&
	       text_equal(record->boot_id, boot_id);
}

static const struct vf *find_entry(const struct record *record, struct pci_address address,
				   uint64_t inode)
{
	for (size_t i = 0; i < pf_count(&record->original); i++) {
		const struct vf *vf = pf_at(&record->original, i);
		if (vf->function.inode == inode &&
		    pci_address_compare(vf->function.address, address) == 0)
			return vf;
	}
	return NULL;
}

/* The PF of a VF; *PF stays where it is none. */
static int find_pf(int fd, struct pci_address *pf)
{
	autofree char *name = NULL;
	int r = sysfs_read_link(fd, "physfn", &name);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : pci_address_parse(name, pf);
}

int udev_query_function(int root_fd, int rundir_fd, struct pci_address address, struct node *ret)
{
	CLEANUP(record_freep) struct record *record = NULL;
	autoclose int fd = -1;
	struct pci_address pf = address;
	uint64_t inode = 0;

	int r = sysfs_open_function(root_fd, address, &fd);
	if (r == 0)
		r = sysfs_inode(fd, &inode);
	if (r == 0)
		r = find_pf(fd, &pf);
	if (r < 0)
		return r;
	record = state_read_record(rundir_fd, pf);
	const struct vf *vf =
		record && is_of_boot(root_fd, record) ? find_entry(record, address, inode) : NULL;
	if (!vf || !vf->kept.exists)
		return -ENOENT;
	*ret = vf->kept;
	return 0;
}

static bool is_bridge(int root_fd, struct pci_address address)
{
	autoclose int fd = -1;
	unsigned class;

	return sysfs_open_function(root_fd, address, &fd) == 0 &&
	       sysfs_read_unsigned(fd, "class", 16, &class) == 0 && class >> 16 == CLASS_BRIDGE;
}

int udev_query_group(int root_fd, int rundir_fd, unsigned group, struct node *ret)
{
	autofree char *path = text_format("sys/kernel/iommu_groups/%u/devices", group);
	autonames names = { 0 };
	struct node all = { 0 };

	int r = path ? sysfs_list(root_fd, path, &names) : -ENOMEM;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct pci_address address;
		struct node one = { 0 };
		if (pci_address_parse(names.names[i], &address) < 0)
			return -ENOENT; /* what is not on that bus is not prepared */
		if (is_bridge(root_fd, address))
			continue;
		r = udev_query_function(root_fd, rundir_fd, address, &one);
		if (r == 0 && all.exists &&
		    (all.uid != one.uid || all.gid != one.gid || all.mode != one.mode))
			r = -ENOENT;
		all = one;
	}
	if (r < 0)
		return r;
	if (!all.exists)
		return -ENOENT;
	*ret = all;
	return 0;
}
