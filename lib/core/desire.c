/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules and machine to what is wanted of the machine. */
#include "core/desire-internal.h"

#include "core/park.h"
#include "core/record.h"

#include <errno.h>
#include <string.h>

/* What a NIC that VFIO has was called. */
static const char *name_before(const struct pf *pf)
{
	return pf->record && pf->record->original.name ? pf->record->original.name : "";
}

/* Team= with its specifiers replaced; NULL when memory ran out. */
static char *expand_team(const char *text, const struct pf *pf, unsigned index)
{
	autostrbuf b = { 0 };
	for (const char *c = text; *c; c++) {
		if (*c != '%') {
			strbuf_add_bytes(&b, c, 1);
			continue;
		}
		switch (*++c) { /* config.c lets only these through */
		case 'i':
			strbuf_addf(&b, "%u", index);
			break;
		case 'f':
			strbuf_addf(&b, "%u", pf->address.function);
			break;
		case 'p':
			strbuf_add(&b, pf->name ? pf->name : name_before(pf));
			break;
		default:
			strbuf_add(&b, "%");
		}
	}
	return strbuf_take(&b);
}

static int want_team(const struct rule *rule, const struct vf_wish *wish, const struct pf *pf,
		     struct vf *vf, struct vfprep_problems *p)
{
	if (!(wish->set & 1u << VF_KEY_TEAM))
		return 0;
	autofree char *subject = text_format("%s:%u", rule->file, wish->line[VF_KEY_TEAM]);
	vf->team = expand_team(wish->team, pf, vf->index);
	if (!vf->team)
		return -ENOMEM;
	if (!team_name_valid(vf->team))
		return problem_add(p, -EINVAL, VFPREP_CONFIG, subject,
				   "use letters, digits and inner '-', at most 32 in all",
				   "'%s' comes out as '%s', which no team can be called",
				   wish->team, vf->team);
	if (wish->set & 1u << VF_KEY_PERSISTENT)
		return text_replace(&vf->persistent, wish->persistent);
	return 0;
}

/* Why MACAddress=auto comes to nothing. */
static int tell_no_auto_mac(const struct pf *pf, unsigned index, struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];

	pci_address_format(pf->address, subject);
	if (pf->elsewhere.is) {
		autofree char *where = elsewhere_text(&pf->elsewhere);
		autofree char *advice = elsewhere_advice(&pf->elsewhere);
		return problem_add(p, -ENODATA, VFPREP_UNSUPPORTED, subject, advice,
				   "no MAC can be made for vf %u: %s", index, where ? where : "?");
	}
	return problem_add(p, -ENODATA, VFPREP_UNSUPPORTED, subject,
			   "write a MACAddress= for each VF, or see to /etc/machine-id",
			   "no MAC can be made for vf %u: %s", index,
			   pf->has & PF_PERMANENT_MAC ? "there is no valid machine-id"
						      : "the PF reports no permanent MAC");
}

static int want_mac(const struct rule *rule, const char *site, const struct vf_wish *wish,
		    const struct pf *pf, struct vf *vf, struct vfprep_problems *p)
{
	bool set = wish->set & 1u << VF_KEY_MAC;

	if (set && wish->mac_wish == MAC_LITERAL) {
		memcpy(vf->settings.mac, wish->settings.mac, 6);
	} else if (set && wish->mac_wish == MAC_NONE) {
		memset(vf->settings.mac, 0, 6);
	} else if (set && wish->mac_wish == MAC_TEAM) {
		autofree char *line = text_format("%s:%u", rule->file, wish->line[VF_KEY_MAC]);
		if (!site || !vf->team) /* the files were checked for it; options have none */
			return problem_add(p, -EINVAL, VFPREP_CONFIG, line, NULL,
					   "MACAddress=team needs a Team= and a [Site]");
		mac_derive_team(site, vf->team, vf->settings.mac);
	} else if (set || vf->team) {
		if (vf->index >= pf->n_auto_macs)
			return tell_no_auto_mac(pf, vf->index, p);
		memcpy(vf->settings.mac, pf->auto_macs[vf->index], 6);
	} else {
		return 0;
	}
	vf->settings.present |= 1u << SETTING_MAC;
	return 0;
}

/* What is published for whoever hands the team to a container. */
static void want_container(const struct vf_wish *wish, struct vf *vf)
{
	const struct node *node = &vf->function.node;
	struct container_node *c = &vf->container;

	if (!vf->team)
		return;
	if (wish->set & 1u << VF_KEY_GUEST_MEMORY)
		vf->guest_memory = wish->guest_memory;
	if (!(vf->function.has & FUNCTION_NODE))
		return;
	c->known = true;
	c->uid = wish->set & 1u << VF_KEY_CONTAINER_OWNER ? wish->container_owner : node->uid;
	c->gid = wish->set & 1u << VF_KEY_CONTAINER_GROUP ? wish->container_group : node->gid;
	c->mode = node->mode;
}

/* What vfprep changed and nothing names any more is wanted as it was. */
static int want_originals(const struct vf *original, struct vf *vf)
{
	struct function *f = &vf->function;
	const struct function *o = &original->function;

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (!setting_has(&vf->settings, i) && setting_has(&original->settings, i))
			setting_copy(i, &vf->settings, &original->settings);
	}
	if (!(f->has & FUNCTION_DRIVER) && o->has & FUNCTION_DRIVER) {
		if (text_replace(&f->driver, o->driver) < 0)
			return -ENOMEM;
		f->has |= FUNCTION_DRIVER;
	}
	if (!(f->has & FUNCTION_OVERRIDE) && o->has & FUNCTION_OVERRIDE) {
		if (text_replace(&f->override, o->override) < 0)
			return -ENOMEM;
		f->has |= FUNCTION_OVERRIDE;
	}
	if (!(f->has & FUNCTION_NODE) && o->has & FUNCTION_NODE) {
		f->node = o->node;
		f->has |= FUNCTION_NODE;
	}
	return 0;
}

/* Both limits go in one message: the one that no file names is kept. */
static void complete_rate(const struct vf_wish *wish, const struct pf *pf, unsigned index,
			  struct vf *vf)
{
	const struct vf *have = pf_find_vf(pf, index);

	if (!setting_has(&vf->settings, SETTING_RATE) || !have ||
	    !setting_has(&have->settings, SETTING_RATE))
		return;
	if (!(wish->set & 1u << VF_KEY_MIN_RATE))
		vf->settings.rate.min_mbps = have->settings.rate.min_mbps;
	if (!(wish->set & 1u << VF_KEY_MAX_RATE))
		vf->settings.rate.max_mbps = have->settings.rate.max_mbps;
}

/* Will the VFs that are there make room for another number of them? */
static bool is_recreated(const struct rule *rule, const struct pf *pf)
{
	unsigned count = rule->numvfs_wish == NUMVFS_MAX ? pf->totalvfs : rule->numvfs;
	return rule->recreate && rule->numvfs_wish != NUMVFS_UNSET && pf->n_vfs &&
	       count != pf->n_vfs;
}

/* Adds what is wanted of VF INDEX, if anything is. */
static int want_vf(const struct rule *rule, const char *site, const struct vfprep_machine *actual,
		   const struct pf *pf, unsigned index, struct pf *want, struct vfprep_problems *p)
{
	struct vf_wish wish = { 0 };
	bool named = rule_wish(rule, index, &wish);
	bool known = index == VF_SELF || !is_recreated(rule, pf);
	const struct vf *original = known ? record_find_vf(pf, index) : NULL;

	bool is_known = original || (known && machine_team_of_vf(actual, pf->address, index));
	if (!named && (!is_known || (original && original->prepared)))
		return 0;
	struct vf *vf = pf_add_vf(want, index);
	if (!vf)
		return -ENOMEM;
	vf->function.address = pf_vf_address(pf, index);
	int r = 0;
	if (named) {
		for (unsigned i = 0; i < SETTING_COUNT; i++) {
			if (i != SETTING_MAC && setting_has(&wish.settings, i))
				setting_copy(i, &vf->settings, &wish.settings);
		}
		complete_rate(&wish, pf, index, vf);
		r = want_team(rule, &wish, pf, vf, p);
		if (r == 0 && index != VF_SELF)
			r = want_mac(rule, site, &wish, pf, vf, p);
		if (r == 0)
			r = want_driver(&wish, pf, !known, vf, p);
		if (r == 0)
			want_container(&wish, vf);
	}
	return r == 0 && original ? want_originals(original, vf) : r;
}

/* A VF that a section names and that cannot be there. */
static int check_named(const struct rule *rule, const struct pf *pf, unsigned count,
		       struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];

	for (size_t i = 0; i < rule->n_sections; i++) {
		const struct vf_section *section = &rule->sections[i];
		for (size_t k = 0; k < section->n_ranges; k++) {
			unsigned last = section->ranges[k].last;
			if (last < count)
				continue;
			autofree char *subject = text_format("%s:%u", rule->file, section->line);
			return problem_add(p, -EINVAL,
					   last >= pf->totalvfs ? VFPREP_UNSUPPORTED
								: VFPREP_CONFIG,
					   subject, "set VirtualFunctions=, or remove the section",
					   "VF %u is named, but %s has %u", last,
					   pci_address_format(pf->address, address), count);
		}
	}
	return 0;
}

static bool any_prepared(const struct pf *original)
{
	for (size_t i = 0; i < original->n_vfs; i++) {
		if (original->vfs[i].prepared)
			return true;
	}
	return false;
}

/* Count, link and autoprobe of a PF whose VFs are in WANT already. */
static void want_pf_values(const struct rule *rule, const struct pf *pf, unsigned count,
			   bool names_vfs, struct pf *want)
{
	const struct pf *original = pf->record ? &pf->record->original : NULL;
	unsigned recorded = original ? original->has : 0;
	bool prepared = original && any_prepared(original);

	if (rule->numvfs_wish != NUMVFS_UNSET) {
		want->numvfs = count;
		want->has |= PF_NUMVFS;
	} else if (recorded & PF_NUMVFS && !names_vfs && record_owns_vfs(pf) && !prepared) {
		want->numvfs = original->numvfs;
		want->has |= PF_NUMVFS;
	}
	bool wanted = names_vfs || prepared || (want->has & PF_NUMVFS && want->numvfs);
	if (rule->bring_up && wanted) {
		want->up = true;
		want->has |= PF_LINK;
		if (!pf->up) { /* an address by autoconfiguration would put the host on that wire */
			want->addr_gen_mode = ADDR_GEN_NONE;
			want->has |= PF_ADDR_GEN_MODE;
		}
	} else {
		/* What was prepared by hand goes on to need it. */
		unsigned back = prepared ? 0 : recorded & (PF_LINK | PF_ADDR_GEN_MODE);
		want->up = back & PF_LINK && original->up;
		if (back & PF_ADDR_GEN_MODE)
			want->addr_gen_mode = original->addr_gen_mode;
		want->has |= back;
	}
	if (recorded & PF_AUTOPROBE) {
		want->autoprobe = original->autoprobe;
		want->has |= PF_AUTOPROBE;
	}
}

/* Is the name, by which the rule means this NIC, that of one that has been prepared? */
static bool name_is_anothers(const struct rule *rule, const struct vfprep_machine *actual,
			     const struct pf *pf, struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT], other[PCI_ADDRESS_TEXT];

	for (size_t i = 0; pf->name && rule->match[MATCH_NAME].n && i < actual->n_pfs; i++) {
		const struct pf *had = &actual->pfs[i];
		if (had == pf || had->name || !text_equal(name_before(had), pf->name))
			continue;
		(void)problem_add(p, 0, VFPREP_BUSY, pci_address_format(pf->address, subject),
				  "match it by Address= or PermanentMACAddress=",
				  "it is called '%s', as %s was, which has been prepared", pf->name,
				  pci_address_format(had->address, other));
		return true;
	}
	return false;
}

/* A NIC that a guest was to have as a whole makes no VFs before its driver is back. */
static int tell_nic(const struct pf *pf, struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];
	const struct vf *self = record_find_vf(pf, VF_SELF);

	pci_address_format(pf->address, subject);
	if (self->prepared)
		return problem_add(p, -EBUSY, VFPREP_BUSY, subject, "release it first",
				   "vfprep prepare has prepared it as a whole, so it has no VFs");
	return problem_add(p, 0, VFPREP_BUSY, subject, "run vfprep apply again for its VFs",
			   "it was for a guest as a whole, and gets its own driver back first");
}

static int want_pf(const struct rule *rule, const char *site, const struct vfprep_machine *actual,
		   const struct pf *pf, struct pf *want, struct vfprep_problems *p)
{
	bool by_count = rule->numvfs_wish != NUMVFS_UNSET;
	unsigned count = rule->numvfs_wish == NUMVFS_COUNT ? rule->numvfs
			 : rule->numvfs_wish == NUMVFS_MAX ? pf->totalvfs
							   : (unsigned)pf->n_vfs;
	bool names_vfs = false;

	want->recreate = rule->recreate;
	want->adopt = rule->adopt;
	if (!rule->nic && record_find_vf(pf, VF_SELF) && count && by_count) {
		int r = tell_nic(pf, p);
		if (r < 0)
			return r;
		return want_vf(rule, site, actual, pf, VF_SELF, want, p);
	}
	if (rule->nic && name_is_anothers(rule, actual, pf, p))
		return -EBUSY;
	if (pf->self) { /* what is wanted of it, or what an earlier [NIC] made of it and is no more
			 */
		int r = want_vf(rule, site, actual, pf, VF_SELF, want, p);
		if (r < 0 || rule->nic)
			return r;
	}
	if (rule->numvfs_wish != NUMVFS_COUNT || count <= pf->totalvfs) {
		int r = check_named(rule, pf, count, p);
		if (r < 0)
			return r;
	}
	if (count > pf->totalvfs && by_count)
		count = 0; /* the planner refuses it */
	for (unsigned i = 0; i < count; i++) {
		unsigned index = by_count ? i : pf->vfs[i].index;
		struct vf_wish ignored;
		int r = want_vf(rule, site, actual, pf, index, want, p);
		if (r < 0)
			return r;
		names_vfs = names_vfs || rule_wish(rule, index, &ignored);
	}
	want_pf_values(rule, pf, rule->numvfs_wish == NUMVFS_COUNT ? rule->numvfs : count,
		       names_vfs, want);
	return 0;
}

/* A MAC or a name that is wanted twice: TAKEN_BY says where else. */
static bool wanted_twice(const struct vfprep_machine *m, const struct pf *pf, const struct vf *vf,
			 struct vfprep_problems *p)
{
	char mac[MAC_TEXT];

	for (size_t i = 0; i < m->n_pfs; i++) {
		for (size_t k = 0; k < pf_count(&m->pfs[i]); k++) {
			const struct vf *other = pf_at(&m->pfs[i], k);
			if (other == vf)
				return false; /* each pair once: the later one is told */
			bool name = vf->team && text_equal(vf->team, other->team);
			bool same = !mac_is_zero(vf->settings.mac) &&
				    setting_same(SETTING_MAC, &vf->settings, &other->settings);
			if (!name && !same)
				continue;
			autofree char *subject = vf_subject(pf, vf->index);
			autofree char *holder = vf_subject(&m->pfs[i], other->index);
			(void)problem_add(p, 0, VFPREP_CONFIG, subject, "give each its own",
					  "%s %s is wanted for %s too", name ? "team" : "MAC",
					  name ? vf->team : mac_format(vf->settings.mac, mac),
					  holder);
			return true;
		}
	}
	return false;
}

static void drop_pf(struct vfprep_machine *m, size_t i)
{
	pf_clear(&m->pfs[i]);
	m->n_pfs--;
	memmove(&m->pfs[i], &m->pfs[i + 1], (m->n_pfs - i) * sizeof(m->pfs[0]));
}

static bool address_in(struct pci_address a, const struct pci_address *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (pci_address_compare(a, list[i]) == 0)
			return true;
	}
	return false;
}

/* Leaves out the PFs with a VF whose MAC or team another one is to have, and those not asked for.
 */
static void drop_faulty(struct vfprep_machine *m, const struct pci_address *pfs, size_t n_pfs,
			struct vfprep_problems *p)
{
	for (size_t i = m->n_pfs; i-- > 0;) {
		bool faulty = false;
		for (size_t k = 0; k < pf_count(&m->pfs[i]); k++)
			faulty = wanted_twice(m, &m->pfs[i], pf_at(&m->pfs[i], k), p) || faulty;
		if (faulty || (pfs && !address_in(m->pfs[i].address, pfs, n_pfs)))
			drop_pf(m, i);
	}
}

/* Has an apply changed something of it that is not back yet? What vfprep prepare did does not
 * count. */
static bool is_left(const struct pf *pf)
{
	const struct pf *original = pf->record ? &pf->record->original : NULL;

	for (size_t i = 0; original && i < pf_count(original); i++) {
		if (!pf_at(original, i)->prepared)
			return true;
	}
	return original && !pf_count(original);
}

/* The rule for a PF that no file is for: one that asks for nothing, so that it goes back, or NULL:
 * it stays. An interface that is elsewhere has no name here, by which a file may mean it. */
static const struct rule *rule_for_left(const struct pf *pf, bool prune, struct vfprep_problems *p)
{
	static const struct rule nothing;
	char subject[PCI_ADDRESS_TEXT];

	if (prune && !pf->elsewhere.is)
		return &nothing;
	pci_address_format(pf->address, subject);
	if (prune)
		(void)problem_add(p, 0, VFPREP_NOTE, subject, "release it by its address",
				  "no file matches it, but its interface is in another network "
				  "namespace, and a file may mean it by its name: it is left");
	else
		(void)problem_add(p, 0, VFPREP_NOTE, subject,
				  "run vfprep apply --prune, or vfprep release for it",
				  "no file matches it any more; what vfprep changed of it stays");
	return NULL;
}

int desire_from_config(const struct vfprep_config *config, const struct vfprep_machine *actual,
		       const struct pci_address *pfs, size_t n_pfs, bool prune,
		       struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	automachine wanted = machine_new();
	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < actual->n_pfs; i++) {
		const struct pf *pf = &actual->pfs[i];
		const struct rule *rule = config_rule_for(config, pf);
		if (!rule && is_left(pf) && (!pfs || address_in(pf->address, pfs, n_pfs)))
			rule = rule_for_left(pf, prune, p);
		if (!rule)
			continue;
		struct pf *want = machine_add_pf(wanted, pf->address);
		if (!want)
			return -ENOMEM;
		int r = want_pf(rule, config->site_id, actual, pf, want, p);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			drop_pf(wanted, wanted->n_pfs - 1);
	}
	config_tell_unmatched(config, actual, p);
	drop_faulty(wanted, pfs, n_pfs, p);
	keep_parked(actual, wanted);
	*ret_wanted = TAKE_PTR(wanted);
	return 0;
}
