/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The VFs of one PF. */
#include "host/probe-vf.h"

#include <errno.h>
#include <string.h>

#include "host/deadline.h"
#include "host/fd.h"
#include "host/group.h"
#include "host/guard.h"
#include "host/probe-link.h"
#include "host/stuck.h"
#include "host/sysfs.h"

#define LINK_PREFIX "virtfn"
#define NAP_MS      50

static int compare_vfs(const void *a, const void *b)
{
	const struct vf *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* "virtfn12" is the link to VF 12. Indices may have gaps, as while VFs are being destroyed. */
static bool parse_link_name(const char *name, unsigned *ret_index)
{
	size_t n = strlen(LINK_PREFIX);

	return strncmp(name, LINK_PREFIX, n) == 0 &&
	       text_to_unsigned(name + n, 10, 0, UINT16_MAX, ret_index) == 0;
}

int probe_count_vfs(int pf_fd, unsigned *ret)
{
	autonames names = { 0 };
	unsigned count = 0, index;
	int r = sysfs_list(pf_fd, ".", &names);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++)
		count += parse_link_name(names.names[i], &index);
	*ret = count;
	return 0;
}

static int read_driver(int fd, struct function *f)
{
	int r = sysfs_read_link(fd, "driver", &f->driver);

	if (r == 0 || r == -ENOENT)
		f->has |= FUNCTION_DRIVER;
	return r == -ENOMEM ? r : 0;
}

/* A group's node is looked at, never opened: that would make a guest that starts lose its VF. */
static int read_group(const struct probe *probe, int fd, struct function *f)
{
	int r = sysfs_read_group(fd, &f->group);

	if (r == 0)
		r = group_read_node(probe->root_fd, f->group, &f->node, &f->node_number);
	if (r == 0)
		f->has |= FUNCTION_NODE;
	return r == -ENOMEM ? r : 0;
}

static int read_netdev(int fd, struct function *f, bool *ret_has_dir)
{
	autonames names = { 0 };
	int r = sysfs_list(fd, "net", &names);

	if (r == 0 && names.n > 0)
		f->netdev = TAKE_PTR(names.names[0]);
	*ret_has_dir = r == 0;
	return r == -ENOMEM ? r : 0;
}

/* What its driver tells of its use, before anybody asks the interface or /proc. Only a net driver
 * makes a directory `net`; with nothing in it: its interface is in another network namespace
 * (net/core/net-sysfs.c). */
static int read_use(int fd, struct vf *vf)
{
	struct function *f = &vf->function;
	bool has_dir = false;
	int r;

	if (!f->driver || driver_is_vfio(f->driver) || strcmp(f->driver, "pci-stub") == 0)
		return 0;
	r = read_netdev(fd, f, &has_dir);
	if (r < 0)
		return r;
	if (!has_dir)
		return vf_set_use(vf, USE_DRIVER, 0, f->driver);
	if (!f->netdev)
		return vf_set_use(vf, USE_INTERFACE, 0,
				  "its interface is in another network namespace");
	return 0;
}

/* All but the override. Return: -ENOENT when the VF is gone by now. */
static int read_function(const struct probe *probe, struct vf *vf)
{
	struct function *f = &vf->function;
	autoclose int fd = -1;
	int r = sysfs_open_function(probe->root_fd, f->address, &fd);

	if (r == 0)
		r = sysfs_inode(fd, &f->inode);
	if (r == 0)
		r = read_driver(fd, f);
	if (r == 0)
		r = read_group(probe, fd, f);
	if (r == 0)
		r = read_use(fd, vf);
	return r;
}

static int report(struct pf *pf, int r, const char *what, struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];

	return probe_report(p, pci_address_format(pf->address, address), r, what);
}

static int add_vf(const struct probe *probe, int pf_fd, const char *name, unsigned index,
		  struct pf *pf, struct vfprep_problems *p)
{
	autofree char *target = NULL;
	struct pci_address address = { 0 };
	struct vf *vf = NULL;
	int r = sysfs_read_link(pf_fd, name, &target);

	if (r == 0)
		r = pci_address_parse(target, &address);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return report(pf, r, name, p);
	vf = pf_add_vf(pf, index);
	if (!vf)
		return -ENOMEM;
	vf->function.address = address;
	r = read_function(probe, vf);
	if (r == 0)
		return 0;
	vf_clear(vf);
	pf->n_vfs--;
	return r == -ENOENT ? 0 : report(pf, r, name, p);
}

static void take_override(struct function *f, char **text)
{
	if (!*text)
		return;
	f->has |= FUNCTION_OVERRIDE;
	/* The kernel prints an override that is not there as printf() does NULL. */
	if (**text && strcmp(*text, "(null)") != 0)
		f->override = TAKE_PTR(*text);
}

/* The functions whose overrides are read, and where. */
struct overrides {
	const struct probe *probe;
	struct vf **vfs;
	size_t n_vfs;
	struct name_list paths;
};

static void overrides_clear(struct overrides *o)
{
	free(o->vfs);
	name_list_clear(&o->paths);
}

static int add_override(struct overrides *o, struct vf *vf)
{
	char address[PCI_ADDRESS_TEXT];
	struct vf **entry = array_add(&o->vfs, &o->n_vfs, sizeof(struct vf *));
	char **path = array_add(&o->paths.names, &o->paths.n, sizeof(*path));

	if (!entry || !path)
		return -ENOMEM;
	*entry = vf;
	*path = text_format("sys/bus/pci/devices/%s/driver_override",
			    pci_address_format(vf->function.address, address));
	return *path ? 0 : -ENOMEM;
}

static void note_left_behind(void *user, size_t i, pid_t pid)
{
	const struct overrides *o = user;
	stuck_note(o->probe->root_fd, o->probe->rundir_fd, o->vfs[i]->function.address, pid);
}

/* Reading an override waits while somebody unbinds the VF from a guest (Linux 6.1,
 * driver_override_show takes the device's lock), so that is left to a child. */
static int read_overrides(const struct probe *probe, struct pf *pf, struct vfprep_problems *p)
{
	CLEANUP(overrides_clear) struct overrides o = { .probe = probe };
	bool any_stuck = stuck_any(probe->rundir_fd);
	char **texts = NULL;
	int r = 0;

	/* The device lock of a busy PF may be taken. */
	for (size_t i = 0; r == 0 && i < (pf->busy ? pf->n_vfs : pf_count(pf)); i++) {
		struct vf *vf = pf_at(pf, i);
		if (!any_stuck ||
		    !stuck_is_there(probe->root_fd, probe->rundir_fd, vf->function.address))
			r = add_override(&o, vf);
	}
	if (r == 0)
		r = guard_read(probe->root_fd, (const char *const *)o.paths.names, o.paths.n,
			       probe->override_timeout_ms, note_left_behind, &o, &texts);
	if (r < 0)
		return report(pf, r, "driver_override", p);
	for (size_t i = 0; i < o.n_vfs; i++)
		take_override(&o.vfs[i]->function, &texts[i]);
	guard_free_texts(texts, o.n_vfs);
	return 0;
}

int probe_vfs(const struct probe *probe, int pf_fd, struct pf *pf, struct vfprep_problems *p)
{
	autonames names = { 0 };
	int r = sysfs_list(pf_fd, ".", &names);

	if (r < 0)
		return report(pf, r, "the list of its VFs", p);
	for (size_t i = 0; i < names.n; i++) {
		unsigned index;

		if (!parse_link_name(names.names[i], &index))
			continue;
		r = add_vf(probe, pf_fd, names.names[i], index, pf, p);
		if (r < 0)
			return r;
	}
	pf->numvfs = (unsigned)pf->n_vfs;
	pf->has |= PF_NUMVFS;
	if (pf->n_vfs > 0)
		qsort(pf->vfs, pf->n_vfs, sizeof(*pf->vfs), compare_vfs);
	return pf_count(pf) > 0 ? read_overrides(probe, pf, p) : 0;
}

int probe_self(const struct probe *probe, struct pf *pf, struct vfprep_problems *p)
{
	struct vf *self = pf_add_vf(pf, VF_SELF);
	int r;

	if (!self)
		return -ENOMEM;
	self->function.address = pf->address;
	r = read_function(probe, self);
	if (r == 0)
		return 0;
	pf_drop_self(pf);
	return r == -ENOENT ? 0 : report(pf, r, "its function", p);
}

/* The interface that tells the VF's settings; 0: it is not known which. */
static unsigned ifindex_for(const struct pf *pf, const struct vf *vf)
{
	return pf->several_ports ? vf->port.ifindex : pf->ifindex;
}

static bool has_holes(const struct pf *pf, unsigned ifindex, const struct vf_list *list)
{
	if (list->n < list->announced)
		return true;
	for (size_t i = 0; i < pf->n_vfs; i++)
		if (ifindex_for(pf, &pf->vfs[i]) == ifindex &&
		    !vf_list_find(list, pf->vfs[i].index))
			return true;
	return false;
}

/* i40e_ndo_get_vf_config() gives EAGAIN while it resets a VF, and the kernel leaves the VF out. */
int probe_list(const struct probe *probe, const struct pf *pf, unsigned ifindex,
	       struct vf_list *ret)
{
	uint64_t deadline = deadline_in(probe->hole_timeout_ms);

	for (;;) {
		autovflist list = { 0 };
		int r = netlink_get_vfs(probe->netlink, ifindex, &list);

		if (r < 0)
			return r;
		if (!list.listed || !has_holes(pf, ifindex, &list) ||
		    !deadline_nap(deadline, NAP_MS)) {
			*ret = list;
			list = (struct vf_list){ 0 };
			return 0;
		}
	}
}

/* The settings of the VFs that belong to one of the PF's interfaces. */
static int read_settings(const struct probe *probe, unsigned ifindex, struct pf *pf,
			 struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];
	autovflist list = { 0 };
	int r = probe_list(probe, pf, ifindex, &list);

	if (r == -EOVERFLOW) {
		(void)problem_add(p, r, VFPREP_NOTE, pci_address_format(pf->address, address), NULL,
				  "it has more VFs than the kernel can list, so that their "
				  "settings cannot be verified");
		return 0;
	}
	if (r < 0) {
		pf->unread_settings = true;
		return report(pf, r, "the settings of its VFs", p);
	}
	/* While VFs are being destroyed their links go first. */
	if (list.announced > pf->numvfs)
		pf->numvfs = list.announced;
	pf->lists_vfs = list.listed || pf->numvfs == 0;
	for (size_t i = 0; i < pf->n_vfs; i++) {
		const struct settings *s = vf_list_find(&list, pf->vfs[i].index);

		if (s && ifindex_for(pf, &pf->vfs[i]) == ifindex)
			pf->vfs[i].settings = *s;
	}
	return 0;
}

int probe_settings(const struct probe *probe, struct pf *pf, struct vfprep_problems *p)
{
	unsigned done = pf->ifindex; /* of more than two (MLX4_MAX_PORTS) one may be asked again */
	int r = 0;

	pf->lists_vfs = pf->n_vfs == 0;
	if (pf->ifindex)
		r = read_settings(probe, pf->ifindex, pf, p);
	for (size_t i = 0; r == 0 && i < pf->n_vfs; i++) {
		unsigned ifindex = pf->vfs[i].port.ifindex;

		if (ifindex && ifindex != pf->ifindex && ifindex != done) {
			done = ifindex;
			r = read_settings(probe, ifindex, pf, p);
		}
	}
	return r;
}
