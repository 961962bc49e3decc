/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine to JSON. A key that is absent is not known; null is "none". */
#include "core/machine-json.h"

#include "core/json.h"

#include <errno.h>

static int pf_to_object(const struct pf *pf, const struct vfprep_machine *m,
			struct json_object **ret);

static int node_to_object(const struct function *f, struct json_object *o)
{
	if (!(f->has & FUNCTION_NODE))
		return 0;
	if (!f->node.exists)
		return json_add_text_or_null(o, "node", NULL);
	autofree char *mode = text_format("%04o", f->node.mode);
	if (!mode)
		return -ENOMEM;
	if (f->group >= 0) {
		autofree char *path = text_format("/dev/vfio/%d", f->group);
		if (!path || json_add_text(o, "node", path) < 0)
			return -ENOMEM;
	}
	int r = json_add_unsigned(o, "node_uid", f->node.uid);
	if (r == 0)
		r = json_add_unsigned(o, "node_gid", f->node.gid);
	return r < 0 ? r : json_add_text(o, "node_mode", mode);
}

static int function_to_object(const struct function *f, struct json_object *o)
{
	int r = json_add_address(o, "address", f->address);
	if (r == 0 && f->has & FUNCTION_DRIVER)
		r = json_add_text_or_null(o, "driver", f->driver);
	if (r == 0 && f->has & FUNCTION_OVERRIDE)
		r = json_add_text_or_null(o, "driver_override", f->override);
	if (r == 0 && f->group >= 0)
		r = json_add_unsigned(o, "iommu_group", (unsigned)f->group);
	if (r == 0)
		r = node_to_object(f, o);
	if (r == 0 && f->inode)
		r = json_add_unsigned(o, "inode", f->inode);
	return r < 0 ? r : json_add_text(o, "interface", f->netdev);
}

static int use_to_object(const struct vf *vf, struct json_object *o)
{
	if (vf->use.kind == USE_UNKNOWN)
		return 0;
	if (json_add_bool(o, "in_use", vf_in_use(vf)) < 0)
		return -ENOMEM;
	if (!vf_in_use(vf))
		return 0;
	autojson by = json_object_new_object();
	if (!by || json_add_text(by, "kind", use_kind_name(vf->use.kind)) < 0 ||
	    (vf->use.pid && json_add_unsigned(by, "pid", vf->use.pid) < 0) ||
	    json_add_text(by, "what", vf->use.what) < 0)
		return -ENOMEM;
	return json_add(o, "used_by", TAKE_PTR(by));
}

static int port_to_object(const struct port *port, struct json_object *o)
{
	autojson part = json_object_new_object();

	if (!port->ifindex)
		return part ? 0 : -ENOMEM;
	if (!part || json_add_unsigned(part, "ifindex", port->ifindex) < 0 ||
	    json_add_text(part, "name", port->name) < 0 ||
	    json_add_unsigned(part, "mtu", port->mtu) < 0 ||
	    json_add_bool(part, "up", port->up) < 0)
		return -ENOMEM;
	return json_add(o, "port", TAKE_PTR(part));
}

/* The same of who keeps it. */
static int kept_to_object(const struct node *kept, struct json_object *o)
{
	autofree char *mode = text_format("%04o", kept->mode);

	if (!kept->exists)
		return mode ? 0 : -ENOMEM;
	if (!mode || json_add_unsigned(o, "kept_uid", kept->uid) < 0 ||
	    json_add_unsigned(o, "kept_gid", kept->gid) < 0)
		return -ENOMEM;
	return json_add_text(o, "kept_mode", mode);
}

static int vf_to_object(const struct vf *vf, const struct pf *pf, const struct vfprep_machine *m,
			struct json_object **ret)
{
	autojson o = json_object_new_object();
	struct json_object *settings;

	if (!o || (vf->index != VF_SELF && json_add_unsigned(o, "index", vf->index) < 0) ||
	    function_to_object(&vf->function, o) < 0 || port_to_object(&vf->port, o) < 0)
		return -ENOMEM;
	if (m) { /* as reported, not as recorded */
		const struct team *team = machine_team_of_vf(m, pf->address, vf->index);
		if (json_add_text(o, "auto_driver", vf->function.auto_driver) < 0 ||
		    use_to_object(vf, o) < 0 ||
		    json_add_text(o, "team", team ? team->name : NULL) < 0)
			return -ENOMEM;
	}
	if ((vf->ours && json_add_bool(o, "made_by_vfprep", true) < 0) ||
	    (vf->prepared && json_add_bool(o, "prepared", true) < 0) ||
	    (vf->parked && json_add_mac(o, "parking_mac", vf->parking_mac) < 0) ||
	    kept_to_object(&vf->kept, o) < 0)
		return -ENOMEM;
	if (vf->settings.present && (settings_to_json(&vf->settings, &settings) < 0 ||
				     json_add(o, "settings", settings) < 0))
		return -ENOMEM;
	*ret = TAKE_PTR(o);
	return 0;
}

static int add_vfs(const struct pf *pf, const struct vfprep_machine *m, struct json_object *o)
{
	autojson list = json_object_new_array();
	struct json_object *self;

	if (pf->self && (vf_to_object(pf->self, pf, m, &self) < 0 || json_add(o, "self", self) < 0))
		return -ENOMEM;
	for (size_t i = 0; i < pf->n_vfs; i++) {
		struct json_object *vf;
		if (!list || vf_to_object(&pf->vfs[i], pf, m, &vf) < 0 ||
		    json_object_array_add(list, vf) < 0)
			return -ENOMEM;
	}
	return list ? json_add(o, "vfs", TAKE_PTR(list)) : -ENOMEM;
}

/* What vfprep may change, each only when present. */
static int pf_state_to_object(const struct pf *pf, struct json_object *o)
{
	int r = 0;
	if (pf->has & PF_MAC)
		r = json_add_mac(o, "mac", pf->mac);
	if (r == 0 && pf->has & PF_PERMANENT_MAC)
		r = json_add_mac(o, "permanent_mac", pf->permanent_mac);
	if (r == 0 && pf->has & PF_LINK)
		r = json_add_bool(o, "up", pf->up);
	if (r == 0 && pf->has & PF_ADDR_GEN_MODE)
		r = json_add_text(o, "addr_gen_mode", addr_gen_mode_name(pf->addr_gen_mode));
	if (r == 0 && pf->has & PF_NUMVFS)
		r = json_add_unsigned(o, "numvfs", pf->numvfs);
	if (r == 0 && pf->has & PF_AUTOPROBE)
		r = json_add_bool(o, "autoprobe", pf->autoprobe);
	return r;
}

static int add_names(struct json_object *o, const char *key, char *const *names, size_t n)
{
	autojson list = json_object_new_array();
	for (size_t i = 0; list && i < n; i++) {
		if (json_append_text(list, names[i]) < 0)
			return -ENOMEM;
	}
	return list ? json_add(o, key, TAKE_PTR(list)) : -ENOMEM;
}

static int add_auto_macs(const struct pf *pf, struct json_object *o)
{
	autojson list = json_object_new_array();
	for (size_t i = 0; list && i < pf->n_auto_macs; i++) {
		char text[MAC_TEXT];
		struct json_object *mac =
			json_object_new_string(mac_format(pf->auto_macs[i], text));
		if (!mac || json_object_array_add(list, mac) < 0)
			return -ENOMEM;
	}
	return list ? json_add(o, "auto_macs", TAKE_PTR(list)) : -ENOMEM;
}

static int pf_facts_to_object(const struct pf *pf, struct json_object *o)
{
	autofree char *device = text_format("%04x:%04x", pf->vendor, pf->device);
	if (!device || json_add_text(o, "driver", pf->driver) < 0 ||
	    json_add_text(o, "device", device) < 0 || json_add_text(o, "path", pf->path) < 0 ||
	    json_add_unsigned(o, "totalvfs", pf->totalvfs) < 0 ||
	    json_add_unsigned(o, "vf_offset", pf->offset) < 0 ||
	    json_add_unsigned(o, "vf_stride", pf->stride) < 0 ||
	    json_add_text(o, "vf_auto_driver", pf->vf_auto_driver) < 0 ||
	    json_add_text(o, "busy", pf->busy) < 0 || elsewhere_to_object(&pf->elsewhere, o) < 0 ||
	    add_auto_macs(pf, o) < 0)
		return -ENOMEM;
	if (!pf->ifindex)
		return 0;
	if (json_add_unsigned(o, "ifindex", pf->ifindex) < 0 ||
	    (pf->net_inode && json_add_unsigned(o, "interface_inode", pf->net_inode) < 0) ||
	    json_add_unsigned(o, "mtu", pf->mtu) < 0 ||
	    json_add_bool(o, "carrier", pf->carrier) < 0 ||
	    json_add_bool(o, "in_use", pf->in_use) < 0 ||
	    (pf->several_ports && json_add_bool(o, "several_ports", true) < 0) ||
	    (pf->infiniband && json_add_bool(o, "infiniband", true) < 0) ||
	    (pf->default_route && json_add_bool(o, "default_route", true) < 0) ||
	    json_add_bool(o, "lists_vfs", pf->lists_vfs) < 0 ||
	    add_names(o, "altnames", pf->altnames, pf->n_altnames) < 0)
		return -ENOMEM;
	return pf->knows_uppers ? add_names(o, "uppers", pf->uppers, pf->n_uppers) : 0;
}

static int record_to_object(const struct record *r, struct json_object **ret)
{
	autojson o = json_object_new_object();
	struct json_object *original;

	if (!o || json_add_unsigned(o, "version", MACHINE_VERSION) < 0 ||
	    json_add_text(o, "boot_id", r->boot_id) < 0 ||
	    json_add_unsigned(o, "ifindex", r->ifindex) < 0)
		return -ENOMEM;
	if (r->net_inode && json_add_unsigned(o, "interface_inode", r->net_inode) < 0)
		return -ENOMEM;
	if (r->to_probe && json_add_bool(o, "to_probe", true) < 0)
		return -ENOMEM;
	if (r->making && json_add_unsigned(o, "making", r->making) < 0)
		return -ENOMEM;
	if (pf_to_object(&r->original, NULL, &original) < 0 ||
	    json_add(o, "original", original) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(o);
	return 0;
}

static int pf_to_object(const struct pf *pf, const struct vfprep_machine *m,
			struct json_object **ret)
{
	autojson o = json_object_new_object();
	struct json_object *record;

	if (!o || json_add_address(o, "address", pf->address) < 0 ||
	    json_add_text(o, "name", pf->name) < 0 || pf_state_to_object(pf, o) < 0)
		return -ENOMEM;
	if (m && pf_facts_to_object(pf, o) < 0)
		return -ENOMEM;
	if (pf->record &&
	    (record_to_object(pf->record, &record) < 0 || json_add(o, "record", record) < 0))
		return -ENOMEM;
	if (add_vfs(pf, m, o) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(o);
	return 0;
}

static int add_teams(const struct vfprep_machine *m, struct json_object *o)
{
	autojson list = json_object_new_array();
	for (size_t i = 0; list && i < m->n_teams; i++) {
		struct json_object *team;
		if (team_to_object(&m->teams[i], &team) < 0 ||
		    json_object_array_add(list, team) < 0)
			return -ENOMEM;
	}
	return list ? json_add(o, "teams", TAKE_PTR(list)) : -ENOMEM;
}

static int member_to_object(const struct group_member *member, struct json_object **ret)
{
	autojson o = json_object_new_object();
	if (!o || json_add_address(o, "address", member->address) < 0 ||
	    json_add_text_or_null(o, "driver", member->driver) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(o);
	return 0;
}

static int group_to_object(const struct group *g, struct json_object **ret)
{
	autojson o = json_object_new_object();
	autojson members = json_object_new_array();
	if (!o || !members || json_add_unsigned(o, "number", (unsigned)g->number) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < g->n_members; i++) {
		struct json_object *member;
		if (member_to_object(&g->members[i], &member) < 0 ||
		    json_object_array_add(members, member) < 0)
			return -ENOMEM;
	}
	if (json_add(o, "members", TAKE_PTR(members)) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(o);
	return 0;
}

static int add_groups(const struct vfprep_machine *m, struct json_object *o)
{
	autojson list = json_object_new_array();
	for (size_t i = 0; list && i < m->n_groups; i++) {
		struct json_object *group;
		if (group_to_object(&m->groups[i], &group) < 0 ||
		    json_object_array_add(list, group) < 0)
			return -ENOMEM;
	}
	if (!list)
		return -ENOMEM;
	return m->n_groups ? json_add(o, "groups", TAKE_PTR(list)) : 0;
}

/* PFs, or NICs that are none. */
static int add_pfs(const struct vfprep_machine *m, bool plain, struct json_object *o)
{
	autojson list = json_object_new_array();
	for (size_t i = 0; list && i < m->n_pfs; i++) {
		struct json_object *pf;
		if ((m->pfs[i].totalvfs == 0) != plain)
			continue;
		if (pf_to_object(&m->pfs[i], m, &pf) < 0 || json_object_array_add(list, pf) < 0)
			return -ENOMEM;
	}
	if (!list)
		return -ENOMEM;
	if (plain && json_object_array_length(list) == 0)
		return 0;
	return json_add(o, plain ? "nics" : "pfs", TAKE_PTR(list));
}

static int add_variants(const struct vfprep_machine *m, struct json_object *o)
{
	autojson list = json_object_new_array();
	for (size_t i = 0; list && i < m->n_variants; i++) {
		if (json_append_text(list, m->variants[i]) < 0)
			return -ENOMEM;
	}
	if (!list)
		return -ENOMEM;
	return m->n_variants ? json_add(o, "vfio_variants", TAKE_PTR(list)) : 0;
}

char *machine_to_json(const struct vfprep_machine *m)
{
	autojson o = json_object_new_object();

	if (!o || json_add_unsigned(o, "version", MACHINE_VERSION) < 0 ||
	    json_add_text(o, "boot_id", m->boot_id) < 0 ||
	    json_add_text(o, "rundir", m->rundir) < 0 ||
	    json_add_bool(o, "vfio_pci", m->has_vfio_pci) < 0 || add_variants(m, o) < 0)
		return NULL;
	if ((m->no_iommu && json_add_bool(o, "iommu", false) < 0) || add_pfs(m, false, o) < 0 ||
	    add_pfs(m, true, o) < 0 || add_groups(m, o) < 0 || add_teams(m, o) < 0)
		return NULL;
	return json_text(o, true);
}

char *record_to_json(const struct record *r)
{
	autojson o = NULL;
	return record_to_object(r, &o) < 0 ? NULL : json_text(o, true);
}
