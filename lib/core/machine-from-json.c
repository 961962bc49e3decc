/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON to the machine. A key that is absent is not known; null is "none". */
#include "core/machine-json.h"

#include "core/json.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static int pf_from_object(struct json_object *o, struct pf *pf);

/* Return: 1 when it is there. */
static int owner_from_object(struct json_object *o, const char *uid, const char *gid,
			     const char *mode, struct node *ret)
{
	const char *text;
	int r = json_get_text(o, mode, &text);

	if (r <= 0)
		return r;
	if (text_to_unsigned(text, 8, 0, 07777, &ret->mode) < 0 ||
	    json_get_uint(o, uid, &ret->uid) != 1 || json_get_uint(o, gid, &ret->gid) != 1)
		return -EINVAL;
	ret->exists = true;
	return 1;
}

static int node_from_object(struct json_object *o, struct function *f)
{
	const char *path;

	int r = json_get_text_or_null(o, "node", &path);
	if (r < 0)
		return r;
	if (r == 1 && !path) {
		f->has |= FUNCTION_NODE;
		return 0;
	}
	r = owner_from_object(o, "node_uid", "node_gid", "node_mode", &f->node);
	if (r > 0)
		f->has |= FUNCTION_NODE;
	return r < 0 ? r : 0;
}

static int nullable_from_object(struct json_object *o, const char *key, char **ret, unsigned bit,
				unsigned *has)
{
	const char *text;
	int r = json_get_text_or_null(o, key, &text);
	if (r <= 0)
		return r;
	*has |= bit;
	return text_replace(ret, text);
}

static int function_from_object(struct json_object *o, struct function *f)
{
	uint64_t group;

	if (json_get_address(o, "address", &f->address) != 1 ||
	    nullable_from_object(o, "driver", &f->driver, FUNCTION_DRIVER, &f->has) < 0 ||
	    nullable_from_object(o, "driver_override", &f->override, FUNCTION_OVERRIDE, &f->has) <
		    0)
		return -EINVAL;
	int r = json_get_unsigned(o, "iommu_group", INT_MAX, &group);
	if (r < 0 || node_from_object(o, f) < 0 ||
	    json_get_unsigned(o, "inode", UINT64_MAX, &f->inode) < 0 ||
	    json_dup_text(o, "interface", &f->netdev) < 0 ||
	    json_dup_text(o, "auto_driver", &f->auto_driver) < 0)
		return -EINVAL;
	f->group = r ? (int)group : -1;
	return 0;
}

static int use_from_object(struct json_object *o, struct vf *vf)
{
	struct json_object *by;
	const char *kind;
	bool in_use;

	int r = json_get_bool(o, "in_use", &in_use);
	if (r <= 0)
		return r;
	vf->use.kind = USE_FREE;
	if (!in_use)
		return 0;
	vf->use.kind = USE_PROCESS;
	r = json_get_object(o, "used_by", &by);
	if (r <= 0)
		return r;
	r = json_get_text(by, "kind", &kind);
	if (r < 0 || (r && use_kind_parse(kind, &vf->use.kind) < 0) || !vf_in_use(vf) ||
	    json_get_uint(by, "pid", &vf->use.pid) < 0 ||
	    json_dup_text(by, "what", &vf->use.what) < 0)
		return -EINVAL;
	return 0;
}

static int port_from_object(struct json_object *o, struct port *port)
{
	struct json_object *part;
	int r = json_get_object(o, "port", &part);

	if (r <= 0)
		return r;
	if (json_get_uint(part, "ifindex", &port->ifindex) != 1 ||
	    json_dup_text(part, "name", &port->name) < 0 ||
	    json_get_uint(part, "mtu", &port->mtu) < 0 || json_get_bool(part, "up", &port->up) < 0)
		return -EINVAL;
	return 0;
}

static int function_of_pf_from_object(struct json_object *o, unsigned index, struct pf *pf)
{
	struct json_object *part;
	struct vf *vf = pf_add_vf(pf, index);
	if (!vf)
		return -ENOMEM;
	if (function_from_object(o, &vf->function) < 0 || use_from_object(o, vf) < 0 ||
	    port_from_object(o, &vf->port) < 0 ||
	    json_get_bool(o, "made_by_vfprep", &vf->ours) < 0 ||
	    json_get_bool(o, "prepared", &vf->prepared) < 0 ||
	    owner_from_object(o, "kept_uid", "kept_gid", "kept_mode", &vf->kept) < 0)
		return -EINVAL;
	int r = json_get_mac(o, "parking_mac", vf->parking_mac);
	if (r < 0)
		return r;
	vf->parked = r;
	r = json_get_object(o, "settings", &part);
	return r == 1 ? settings_from_json(part, &vf->settings) : r;
}

static int vf_from_object(struct json_object *o, struct pf *pf)
{
	unsigned index;

	if (json_get_uint(o, "index", &index) != 1 || index > UINT16_MAX || pf_find_vf(pf, index))
		return -EINVAL;
	return function_of_pf_from_object(o, index, pf);
}

/* Return: 1; 0 when there is no such key; -EINVAL. */
static int names_from_object(struct json_object *o, const char *key, char ***names, size_t *n)
{
	struct json_object *list;
	int r = json_get_array(o, key, &list);

	for (size_t i = 0; r == 1 && i < json_object_array_length(list); i++) {
		const char *name;
		char **copy = array_add(names, n, sizeof(*copy));
		if (!copy || json_value_text(json_object_array_get_idx(list, i), &name) < 0 ||
		    text_replace(copy, name) < 0)
			return -EINVAL;
	}
	return r;
}

static int lists_from_object(struct json_object *o, struct pf *pf)
{
	struct json_object *list, *self;
	int r = json_get_object(o, "self", &self);
	if (r < 0 || (r && function_of_pf_from_object(self, VF_SELF, pf) < 0))
		return -EINVAL;
	r = json_get_array(o, "vfs", &list);
	if (r < 0)
		return r;
	for (size_t i = 0; r && i < json_object_array_length(list); i++) {
		struct json_object *vf = json_object_array_get_idx(list, i);
		if (!json_object_is_type(vf, json_type_object) || vf_from_object(vf, pf) < 0)
			return -EINVAL;
	}
	if (names_from_object(o, "altnames", &pf->altnames, &pf->n_altnames) < 0)
		return -EINVAL;
	r = names_from_object(o, "uppers", &pf->uppers, &pf->n_uppers);
	if (r < 0)
		return r;
	pf->knows_uppers = r;
	r = json_get_array(o, "auto_macs", &list);
	if (r < 0)
		return r;
	for (size_t i = 0; r && i < json_object_array_length(list); i++) {
		const char *text;
		uint8_t(*mac)[6] = array_add(&pf->auto_macs, &pf->n_auto_macs, sizeof(*mac));
		if (!mac || json_value_text(json_object_array_get_idx(list, i), &text) < 0 ||
		    mac_parse(text, *mac) < 0)
			return -EINVAL;
	}
	return 0;
}

static int pf_state_from_object(struct json_object *o, struct pf *pf)
{
	const char *mode;
	const struct {
		unsigned bit;
		int r;
	} got[] = {
		{ PF_MAC, json_get_mac(o, "mac", pf->mac) },
		{ PF_PERMANENT_MAC, json_get_mac(o, "permanent_mac", pf->permanent_mac) },
		{ PF_LINK, json_get_bool(o, "up", &pf->up) },
		{ PF_NUMVFS, json_get_uint(o, "numvfs", &pf->numvfs) },
		{ PF_AUTOPROBE, json_get_bool(o, "autoprobe", &pf->autoprobe) },
	};
	for (size_t i = 0; i < ARRAY_SIZE(got); i++) {
		if (got[i].r < 0)
			return got[i].r;
		if (got[i].r)
			pf->has |= got[i].bit;
	}
	int r = json_get_text(o, "addr_gen_mode", &mode);
	if (r <= 0)
		return r;
	pf->has |= PF_ADDR_GEN_MODE;
	return addr_gen_mode_parse(mode, &pf->addr_gen_mode);
}

static int device_from_object(struct json_object *o, struct pf *pf)
{
	const char *device;
	unsigned vendor_id, device_id;

	int r = json_get_text(o, "device", &device);
	if (r <= 0)
		return r;
	autofree char *vendor = strndup(device, 4);
	if (!vendor)
		return -ENOMEM;
	if (strlen(device) != strlen("8086:10c9") || device[4] != ':' ||
	    text_to_unsigned(vendor, 16, 0, UINT16_MAX, &vendor_id) < 0 ||
	    text_to_unsigned(device + 5, 16, 0, UINT16_MAX, &device_id) < 0)
		return -EINVAL;
	pf->vendor = (uint16_t)vendor_id;
	pf->device = (uint16_t)device_id;
	return 0;
}

static int record_from_object(struct json_object *o, struct record **ret)
{
	CLEANUP(record_freep) struct record *r = calloc(1, sizeof(*r));
	struct json_object *original;

	if (!r)
		return -ENOMEM;
	if (json_dup_text(o, "boot_id", &r->boot_id) != 1 ||
	    json_get_uint(o, "ifindex", &r->ifindex) != 1 ||
	    json_get_unsigned(o, "interface_inode", UINT64_MAX, &r->net_inode) < 0 ||
	    json_get_uint(o, "making", &r->making) < 0 ||
	    json_get_bool(o, "to_probe", &r->to_probe) < 0 ||
	    json_get_object(o, "original", &original) != 1 ||
	    pf_from_object(original, &r->original) < 0)
		return -EINVAL;
	*ret = TAKE_PTR(r);
	return 0;
}

static int pf_from_object(struct json_object *o, struct pf *pf)
{
	struct json_object *record;

	if (json_get_address(o, "address", &pf->address) != 1 ||
	    json_dup_text(o, "name", &pf->name) < 0 || pf_state_from_object(o, pf) < 0 ||
	    json_dup_text(o, "driver", &pf->driver) < 0 || device_from_object(o, pf) < 0 ||
	    json_dup_text(o, "path", &pf->path) < 0 ||
	    json_get_uint(o, "totalvfs", &pf->totalvfs) < 0 ||
	    json_get_uint(o, "vf_offset", &pf->offset) < 0 ||
	    json_get_uint(o, "vf_stride", &pf->stride) < 0 ||
	    json_dup_text(o, "vf_auto_driver", &pf->vf_auto_driver) < 0 ||
	    json_dup_text(o, "busy", &pf->busy) < 0 ||
	    elsewhere_from_object(o, &pf->elsewhere) < 0 ||
	    json_get_uint(o, "ifindex", &pf->ifindex) < 0 ||
	    json_get_unsigned(o, "interface_inode", UINT64_MAX, &pf->net_inode) < 0 ||
	    json_get_uint(o, "mtu", &pf->mtu) < 0 ||
	    json_get_bool(o, "carrier", &pf->carrier) < 0 ||
	    json_get_bool(o, "in_use", &pf->in_use) < 0 ||
	    json_get_bool(o, "several_ports", &pf->several_ports) < 0 ||
	    json_get_bool(o, "infiniband", &pf->infiniband) < 0 ||
	    json_get_bool(o, "default_route", &pf->default_route) < 0 ||
	    json_get_bool(o, "lists_vfs", &pf->lists_vfs) < 0 || lists_from_object(o, pf) < 0)
		return -EINVAL;
	int r = json_get_object(o, "record", &record);
	return r == 1 ? record_from_object(record, &pf->record) : r;
}

static int check_version(struct json_object *o, const char *subject, struct vfprep_problems *p)
{
	unsigned version;
	if (json_get_uint(o, "version", &version) != 1)
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject, NULL, "no 'version' in it");
	if (version != MACHINE_VERSION)
		return problem_add(p, -EPROTONOSUPPORT, VFPREP_SYSTEM, subject,
				   "use the vfprep that wrote it",
				   "version %u of the format; this program reads version %d",
				   version, MACHINE_VERSION);
	return 0;
}

static int members_from_object(struct json_object *list, struct group *group)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct group_member *member =
			array_add(&group->members, &group->n_members, sizeof(*member));
		const char *driver = NULL;
		if (!member || !json_object_is_type(item, json_type_object) ||
		    json_get_address(item, "address", &member->address) != 1 ||
		    json_get_text_or_null(item, "driver", &driver) < 0 ||
		    text_replace(&member->driver, driver) < 0)
			return -EINVAL;
	}
	return 0;
}

static int groups_from_object(struct json_object *o, struct vfprep_machine *m)
{
	struct json_object *list;
	int r = json_get_array(o, "groups", &list);
	if (r <= 0)
		return r;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct json_object *members;
		uint64_t number;
		if (!json_object_is_type(item, json_type_object) ||
		    json_get_unsigned(item, "number", INT_MAX, &number) != 1 ||
		    json_get_array(item, "members", &members) != 1 ||
		    machine_find_group(m, (int)number))
			return -EINVAL;
		struct group *group = array_add(&m->groups, &m->n_groups, sizeof(*group));
		if (!group)
			return -ENOMEM;
		group->number = (int)number;
		if (members_from_object(members, group) < 0)
			return -EINVAL;
	}
	return 0;
}

static int by_address(const void *a, const void *b)
{
	return pci_address_compare(((const struct pf *)a)->address,
				   ((const struct pf *)b)->address);
}

static int pfs_from_object(struct json_object *o, const char *key, struct vfprep_machine *m)
{
	struct json_object *list;
	int r = json_get_array(o, key, &list);
	if (r < 0)
		return r;
	for (size_t i = 0; r && i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct pf *pf = machine_add_pf(m, (struct pci_address){ 0 });
		if (!pf || !json_object_is_type(item, json_type_object) ||
		    pf_from_object(item, pf) < 0 || machine_find_pf(m, pf->address) != pf)
			return -EINVAL; /* or it stands there twice */
	}
	return 0;
}

static int machine_lists_from_object(struct json_object *o, struct vfprep_machine *m)
{
	struct json_object *list;
	if (pfs_from_object(o, "pfs", m) < 0 || pfs_from_object(o, "nics", m) < 0)
		return -EINVAL;
	if (m->n_pfs)
		qsort(m->pfs, m->n_pfs, sizeof(*m->pfs), by_address);
	int r = json_get_array(o, "teams", &list);
	if (r < 0)
		return r;
	for (size_t i = 0; r && i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct team *team = array_add(&m->teams, &m->n_teams, sizeof(*team));
		if (!team || !json_object_is_type(item, json_type_object) ||
		    team_from_object(item, team) < 0 || machine_find_team(m, team->name) != team)
			return -EINVAL;
	}
	return 0;
}

static int variants_from_object(struct json_object *o, struct vfprep_machine *m)
{
	struct json_object *list;
	int r = json_get_array(o, "vfio_variants", &list);
	if (r < 0)
		return r;
	for (size_t i = 0; r && i < json_object_array_length(list); i++) {
		const char *name;
		if (json_value_text(json_object_array_get_idx(list, i), &name) < 0 ||
		    !driver_is_variant(name) || machine_add_driver(m, name) < 0)
			return -EINVAL;
	}
	return 0;
}

int machine_from_json(const char *text, size_t size, const char *subject,
		      struct vfprep_machine **ret, struct vfprep_problems *p)
{
	autojson o = NULL;
	automachine m = machine_new();
	bool iommu = true;

	if (!m)
		return problem_add(p, -ENOMEM, VFPREP_SYSTEM, subject, NULL, "out of memory");
	int r = json_parse(text, size, MACHINE_JSON_MAX, subject, &o, p);
	if (r == 0)
		r = check_version(o, subject, p);
	if (r < 0)
		return r;
	if (json_dup_text(o, "boot_id", &m->boot_id) < 0 ||
	    json_dup_text(o, "rundir", &m->rundir) < 0 ||
	    json_get_bool(o, "vfio_pci", &m->has_vfio_pci) < 0 || variants_from_object(o, m) < 0 ||
	    json_get_bool(o, "iommu", &iommu) < 0 || groups_from_object(o, m) < 0 ||
	    machine_lists_from_object(o, m) < 0)
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject,
				   "give a file that vfprep list --json printed",
				   "not a machine: a key is missing or has a wrong value");
	m->no_iommu = !iommu;
	*ret = TAKE_PTR(m);
	return 0;
}

int record_from_json(const char *text, size_t size, const char *subject, struct record **ret,
		     struct vfprep_problems *p)
{
	autojson o = NULL;

	int r = json_parse(text, size, RECORD_JSON_MAX, subject, &o, p);
	if (r == 0)
		r = check_version(o, subject, p);
	if (r < 0)
		return r;
	r = record_from_object(o, ret);
	if (r < 0)
		return problem_add(p, r, VFPREP_SYSTEM, subject, NULL,
				   "not a record: a key is missing or has a wrong value");
	return 0;
}
