/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records: what is in them, and when they still speak of this machine. */
#include "core/record.h"

#include <errno.h>
#include <string.h>

struct vf *record_find_vf(const struct pf *pf, unsigned index)
{
	return pf->record ? pf_find_vf(&pf->record->original, index) : NULL;
}

/* Is the recorded VF the one that is there? */
static bool same_vf(const struct vf *recorded, const struct vf *vf)
{
	return vf && recorded->function.inode == vf->function.inode &&
	       pci_address_compare(recorded->function.address, vf->function.address) == 0;
}

static void drop_vf(struct pf *pf, size_t i)
{
	vf_clear(&pf->vfs[i]);
	pf->n_vfs--;
	memmove(&pf->vfs[i], &pf->vfs[i + 1], (pf->n_vfs - i) * sizeof(pf->vfs[0]));
}

static void drop_self(struct pf *original)
{
	pf_drop_self(original);
	original->has &= ~(unsigned)PF_PERMANENT_MAC; /* it is no value to go back to */
	free(original->name);
	original->name = NULL;
}

bool record_owns_vfs(const struct pf *pf)
{
	for (size_t i = 0; i < pf->n_vfs; i++) {
		const struct vf *recorded = record_find_vf(pf, pf->vfs[i].index);
		if (!recorded || !recorded->ours || !same_vf(recorded, &pf->vfs[i]))
			return false;
	}
	return pf->n_vfs > 0;
}

static void take_permanent_mac(struct pf *to, const struct pf *from)
{
	to->has |= from->has & PF_PERMANENT_MAC;
	memcpy(to->permanent_mac, from->permanent_mac, sizeof(to->permanent_mac));
}

/* The entry of VF INDEX in the record, made when there is none. */
static struct vf *record_vf(struct pf *pf, const struct vf *vf)
{
	struct vf *entry = record_find_vf(pf, vf->index);
	bool is_new = !entry;
	if (is_new)
		entry = pf_add_vf(&pf->record->original, vf->index);
	/* Nobody can ask for its port once VFIO has it. */
	if (!entry || (vf->port.ifindex && port_replace(&entry->port, &vf->port) < 0))
		return NULL;
	if (!is_new)
		return entry;
	entry->function.address = vf->function.address;
	entry->function.inode = vf->function.inode;
	if (vf->index == VF_SELF) /* nobody can ask for it once VFIO has the NIC */
		take_permanent_mac(&pf->record->original, pf);
	return entry;
}

static void take_interface(struct record *r, const struct pf *pf)
{
	r->ifindex = pf->ifindex;
	r->net_inode = pf->net_inode;
}

int record_made(struct pf *pf)
{
	for (size_t i = 0; i < pf->n_vfs; i++) {
		struct vf *entry = record_vf(pf, &pf->vfs[i]);
		if (!entry)
			return -ENOMEM;
		entry->ours = true;
	}
	pf->record->making = 0;
	take_interface(pf->record, pf);
	return 0;
}

/* Has the PF another interface than the one on record? One that was in another network namespace
 * comes back with another ifindex where its own was taken meanwhile, there or here
 * (net/core/dev.c, __dev_change_net_namespace()), but keeps its directory. */
static bool is_another_interface(const struct record *r, const struct pf *pf)
{
	if (!pf->ifindex || !r->ifindex)
		return false;
	return r->ifindex != pf->ifindex && !(r->net_inode && r->net_inode == pf->net_inode);
}

int record_reconcile(struct pf *pf, const char *boot_id)
{
	struct record *r = pf->record;

	if (!r)
		return 0;
	if (!text_equal(r->boot_id, boot_id)) {
		record_free(r);
		pf->record = NULL;
		return 0;
	}
	if (r->original.self && !same_vf(r->original.self, pf->self))
		drop_self(&r->original);
	if (r->original.self && !(pf->has & PF_PERMANENT_MAC))
		take_permanent_mac(pf, &r->original);
	/* One that cannot be seen from here just now is no other one: the inodes of the VFs still
	 * tell. */
	bool other = is_another_interface(r, pf);
	for (size_t i = r->original.n_vfs; i-- > 0;) {
		const struct vf *entry = &r->original.vfs[i];
		if (other || !same_vf(entry, pf_find_vf(pf, entry->index)))
			drop_vf(&r->original, i);
	}
	if (r->making && !other && pf->n_vfs == r->making)
		return record_made(pf);
	/* While the count is 0 it may not have been written yet: nothing to own, nothing lost. */
	if (!pf->busy) /* else it is still being written */
		r->making = 0;
	if (other)
		r->original.has &= ~(unsigned)PF_NUMVFS;
	if (pf->ifindex) /* what is recorded from now on is about this interface */
		take_interface(r, pf);
	return 0;
}

static int extend_pf(struct pf *pf, const struct step *s)
{
	struct record *r = pf->record;
	unsigned bit = 0;

	switch (s->kind) {
	case STEP_ADDR_GEN_MODE:
		bit = PF_ADDR_GEN_MODE;
		break;
	case STEP_LINK:
		bit = PF_LINK;
		break;
	case STEP_AUTOPROBE:
		bit = PF_AUTOPROBE;
		break;
	case STEP_NUMVFS:
		bit = PF_NUMVFS;
		r->making = s->number;
		r->to_probe = s->number > 0;
		break;
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
		return 0;
	}
	if (r->original.has & bit || !(pf->has & bit))
		return 0;
	r->original.has |= bit;
	if (bit == PF_ADDR_GEN_MODE)
		r->original.addr_gen_mode = pf->addr_gen_mode;
	else if (bit == PF_LINK)
		r->original.up = pf->up;
	else if (bit == PF_AUTOPROBE)
		r->original.autoprobe = pf->autoprobe;
	else
		r->original.numvfs = pf->numvfs;
	return 1;
}

/* Takes one text value, present or not yet in the record, from what is there. */
static int extend_name(struct function *to, unsigned bit, char **dest, const struct function *from,
		       const char *text)
{
	if (to->has & bit || !(from->has & bit))
		return 0;
	if (text_replace(dest, text) < 0)
		return -ENOMEM;
	to->has |= bit;
	return 1;
}

static int extend_vf(struct pf *pf, const struct vf *vf, const struct step *s)
{
	size_t n = pf_count(&pf->record->original);
	const struct vf *old = record_find_vf(pf, vf->index);
	/* The run that binds it may have nothing else to save. */
	bool by_port = vf->port.ifindex && old && old->port.ifindex != vf->port.ifindex;
	struct vf *entry = record_vf(pf, vf);
	if (!entry || (vf->index == VF_SELF && !pf->record->original.name &&
		       text_replace(&pf->record->original.name, pf->name) < 0))
		return -ENOMEM;
	/* A file that names it takes it over when it has come about. */
	bool by_hand = s->prepared && !entry->prepared;
	entry->prepared = entry->prepared || s->prepared;
	if (vf->index == VF_SELF && pf->has & ~pf->record->original.has & PF_PERMANENT_MAC) {
		take_permanent_mac(&pf->record->original, pf);
		by_hand = true;
	}
	struct function *to = &entry->function;
	const struct function *from = &vf->function;
	/* Nobody is to have it, or somebody else, until that has come about. */
	bool was_kept = entry->kept.exists && (s->kind == STEP_OVERRIDE || s->kind == STEP_DRIVER ||
					       s->kind == STEP_NODE);
	if (was_kept)
		entry->kept = (struct node){ 0 };
	int changed = was_kept || by_hand || by_port || pf_count(&pf->record->original) > n;

	if (s->kind == STEP_SETTING) {
		if (!setting_has(&entry->settings, s->setting) &&
		    setting_has(&vf->settings, s->setting)) {
			setting_copy(s->setting, &entry->settings, &vf->settings);
			changed = 1;
		}
		return changed;
	}
	if (s->kind == STEP_NODE) {
		/* A node that our binding made goes away with it. */
		bool ours = to->has & FUNCTION_DRIVER && !driver_is_vfio(to->driver);
		if (!(to->has & FUNCTION_NODE) && from->has & FUNCTION_NODE && from->node.exists &&
		    !ours) {
			to->node = from->node;
			to->has |= FUNCTION_NODE;
			changed = 1;
		}
		return changed;
	}
	int r = 0;
	if (s->kind == STEP_OVERRIDE)
		r = extend_name(to, FUNCTION_OVERRIDE, &to->override, from, from->override);
	else if (s->kind == STEP_DRIVER)
		r = extend_name(to, FUNCTION_DRIVER, &to->driver, from, from->driver);
	return r < 0 ? r : r || changed;
}

int record_extend(struct pf *pf, const char *boot_id, const struct vfprep_plan *plan, bool made,
		  bool *ret_changed)
{
	bool changed = false;

	for (size_t i = 0; i < plan->n; i++) {
		const struct step *s = &plan->steps[i];
		if (s->kind == STEP_MODULE || s->kind == STEP_WITHDRAW || s->kind == STEP_PARK ||
		    (s->kind == STEP_PUBLISH && !s->prepared) || s->to_come != made ||
		    pci_address_compare(s->pf, pf->address) != 0)
			continue;
		if (!pf->record) {
			pf->record = calloc(1, sizeof(*pf->record));
			if (!pf->record || text_replace(&pf->record->boot_id, boot_id) < 0)
				return -ENOMEM;
			take_interface(pf->record, pf);
			pf->record->original.address = pf->address;
			changed = true;
		}
		const struct vf *vf = s->of_vf ? pf_find_vf(pf, s->vf) : NULL;
		int r = vf ? extend_vf(pf, vf, s) : extend_pf(pf, s);
		if (r < 0)
			return r;
		changed = changed || r || s->kind == STEP_NUMVFS;
	}
	*ret_changed = changed;
	return 0;
}

bool record_parking(struct pf *pf, const struct pf *want)
{
	bool changed = false;

	for (size_t i = 0; i < want->n_vfs; i++) {
		const struct vf *vf = &want->vfs[i];
		struct vf *entry = vf->parked ? record_find_vf(pf, vf->index) : NULL;
		if (!entry || (entry->parked && memcmp(entry->parking_mac, vf->parking_mac,
						       sizeof(vf->parking_mac)) == 0))
			continue;
		entry->parked = changed = true;
		memcpy(entry->parking_mac, vf->parking_mac, sizeof(entry->parking_mac));
	}
	return changed;
}

static void shrink_vf(struct vf *entry, const struct vf *vf)
{
	struct function *f = &entry->function;
	const struct function *now = &vf->function;

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (setting_same(i, &entry->settings, &vf->settings))
			entry->settings.present &= ~(1u << i);
	}
	if (f->has & now->has & FUNCTION_DRIVER && text_equal(f->driver, now->driver))
		f->has &= ~(unsigned)FUNCTION_DRIVER;
	if (f->has & now->has & FUNCTION_OVERRIDE && text_equal(f->override, now->override))
		f->has &= ~(unsigned)FUNCTION_OVERRIDE;
	/* Nor is a node that is gone to be given back, when nothing binds its VF again. */
	if (f->has & now->has & FUNCTION_NODE && !now->node.exists && !(f->has & FUNCTION_DRIVER))
		f->has &= ~(unsigned)FUNCTION_NODE;
	if (f->has & now->has & FUNCTION_NODE && f->node.uid == now->node.uid &&
	    f->node.gid == now->node.gid && f->node.mode == now->node.mode)
		f->has &= ~(unsigned)FUNCTION_NODE;
}

static void shrink_pf(struct pf *original, const struct pf *pf)
{
	unsigned same = 0;
	if (original->numvfs == pf->numvfs)
		same |= PF_NUMVFS;
	if (original->autoprobe == pf->autoprobe)
		same |= PF_AUTOPROBE;
	if (original->up == pf->up)
		same |= PF_LINK;
	if (original->addr_gen_mode == pf->addr_gen_mode)
		same |= PF_ADDR_GEN_MODE;
	original->has &= ~(same & pf->has);
}

bool record_shrink(struct pf *pf)
{
	struct record *r = pf->record;
	if (!r)
		return true;
	for (size_t i = r->original.n_vfs; i-- > 0;) {
		struct vf *entry = &r->original.vfs[i];
		const struct vf *vf = pf_find_vf(pf, entry->index);
		if (vf)
			shrink_vf(entry, vf);
		if (!vf || (!entry->ours && !entry->prepared && !entry->parked &&
			    !entry->settings.present && !entry->function.has))
			drop_vf(&r->original, i);
	}
	struct vf *self = r->original.self;
	if (self && pf->self)
		shrink_vf(self, pf->self);
	if (self && (!pf->self || (!self->function.has && !self->prepared)))
		drop_self(&r->original);
	shrink_pf(&r->original, pf);
	return !r->original.has && !pf_count(&r->original) && !r->making;
}
