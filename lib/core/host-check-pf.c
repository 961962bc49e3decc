/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Are the PFs fit for what the configuration wants of them, and are their VFs in groups that a
 * guest can have? */
#include <errno.h>
#include <string.h>

#include "core/host-check-internal.h"
#include "core/refuse.h"

unsigned checker_wanted_vfs(const struct rule *rule, const struct pf *pf)
{
	switch (rule->numvfs_wish) {
	case NUMVFS_COUNT:
		return rule->numvfs;
	case NUMVFS_MAX:
		return pf->totalvfs;
	case NUMVFS_UNSET:
		break;
	}
	return (unsigned)pf->n_vfs;
}

/* Is something to be set by way of the PF's interface? */
static bool wants_settings(const struct rule *rule, const struct pf *pf)
{
	struct vf_wish wish;

	for (unsigned i = 0; i < checker_wanted_vfs(rule, pf) && i < pf->totalvfs; i++) {
		if (rule_wish(rule, i, &wish) &&
		    (wish.set & (1u << VF_KEY_TEAM | 1u << VF_KEY_MAC) || wish.settings.present))
			return true;
	}
	return false;
}

/* What is wrong with the PF; NULL: nothing. The advice is a fixed text. */
static char *find_fault(const struct rule *rule, const struct pf *pf, const char **ret_advice)
{
	unsigned want = checker_wanted_vfs(rule, pf);

	if (rule->nic) /* what may keep it from a guest is plan's to say */
		return NULL;
	if (want > pf->totalvfs) {
		*ret_advice = "lower VirtualFunctions=";
		return text_format("'%s' wants %u VFs, the device has %u", rule->file, want,
				   pf->totalvfs);
	}
	if (!pf->driver) {
		*ret_advice = "load or bind its driver";
		return text_format("it has no driver, so it makes no VFs");
	}
	if (!pf->ifindex && !pf->elsewhere.is && wants_settings(rule, pf)) {
		*ret_advice = "bind its network driver, or remove its Team= and MACAddress=";
		return text_format("it has no network interface (driver '%s'), so nothing can be "
				   "set through it",
				   pf->driver);
	}
	if (pf->has & PF_LINK && !pf->up && !rule->bring_up) {
		*ret_advice = "set the interface up before, or remove BringUp=no";
		/* bnxt_en says yes and makes none. */
		return text_format("its interface '%s' is down and '%s' says BringUp=no: some "
				   "drivers make no VFs then, and no guest has a link",
				   pf->name, rule->file);
	}
	return NULL;
}

static int check_pf(struct checker *c, const struct pf *pf)
{
	const struct rule *rule = checker_rule(c, pf);
	const char *advice = NULL;
	autofree char *fault = rule ? find_fault(rule, pf, &advice) : NULL;
	autofree char *where = pf->elsewhere.is ? elsewhere_text(&pf->elsewhere) : NULL;
	autofree char *way_back = pf->elsewhere.is ? elsewhere_advice(&pf->elsewhere) : NULL;
	char address[PCI_ADDRESS_TEXT];

	if (where && !fault && rule && !rule->nic && wants_settings(rule, pf)) {
		fault = text_format("%s, so nothing can be set through it", where);
		advice = way_back;
	}
	pci_address_format(pf->address, address);
	if (fault)
		(void)problem_add(c->problems, 0, VFPREP_HOST, address, advice, "%s", fault);
	const char *file = rule            ? rule->file
			   : c->in->config ? "not configured"
					   : "configuration not known";
	autofree char *vfs = pf->totalvfs ? text_format("%zu of %u VFs", pf->n_vfs, pf->totalvfs)
					  : strdup("a NIC without VFs");
	return checker_add(c, pf->totalvfs ? "pf" : "nic", address,
			   fault ? CHECK_PROBLEM : CHECK_OK, "%s, %s, %s, %s",
			   pf->driver ? pf->driver : "no driver",
			   pf->name ? pf->name
			   : where  ? where
				    : "no interface",
			   vfs ? vfs : "?", file);
}

/* Every PF; of other NICs those that a file is for. */
static bool is_checked(const struct checker *c, const struct pf *pf)
{
	return pf->totalvfs || checker_rule(c, pf);
}

int check_pfs(struct checker *c)
{
	const struct vfprep_machine *m = c->in->machine;
	int r = 0;

	if (!m)
		return checker_add(c, "pf", NULL, CHECK_UNKNOWN, "the PFs could not be read");
	size_t n = 0;
	for (size_t i = 0; i < m->n_pfs; i++)
		n += is_checked(c, &m->pfs[i]);
	if (!n) {
		(void)problem_add(c->problems, 0, VFPREP_HOST, "pf",
				  "switch SR-IOV on in the firmware of card and board, and load "
				  "the driver",
				  "this machine has no device that can make VFs");
		return checker_add(c, "pf", NULL, CHECK_PROBLEM, "none");
	}
	for (size_t i = 0; r == 0 && i < m->n_pfs; i++) {
		if (is_checked(c, &m->pfs[i]))
			r = check_pf(c, &m->pfs[i]);
	}
	return r;
}

/* Is it a VF that the configuration names, and with it vfprep gives a driver? */
static bool is_wanted(const struct checker *c, struct pci_address address)
{
	struct vf_wish wish;
	struct pf *pf;
	const struct vf *vf = machine_find_vf(c->in->machine, address, &pf);
	const struct rule *rule = vf ? checker_rule(c, pf) : NULL;

	return rule && rule_wish(rule, vf->index, &wish);
}

/* A guest gets a group as a whole: does the host use another member of it? */
static bool report_group(struct checker *c, const struct group *group)
{
	const struct group_member *wanted = NULL, *other = NULL;
	char wanted_text[PCI_ADDRESS_TEXT], other_text[PCI_ADDRESS_TEXT];

	for (size_t i = 0; i < group->n_members; i++) {
		const struct group_member *member = &group->members[i];
		if (is_wanted(c, member->address))
			wanted = wanted ? wanted : member;
		else if (!driver_is_harmless(member->driver))
			other = other ? other : member;
	}
	if (!wanted || !other)
		return false;
	autofree char *subject = text_format("IOMMU group %d", group->number);
	(void)problem_add(c->problems, 0, VFPREP_HOST, subject,
			  "use a slot that keeps them apart (ACS), or unbind that device",
			  "%s in it is for a guest, and the host uses %s with the driver '%s'",
			  pci_address_format(wanted->address, wanted_text),
			  pci_address_format(other->address, other_text), other->driver);
	return true;
}

int check_groups(struct checker *c)
{
	const struct vfprep_machine *m = c->in->machine;
	size_t n_vfs = 0, n_grouped = 0, n_bad = 0;

	for (size_t i = 0; m && i < m->n_pfs; i++) {
		const struct pf *pf = &m->pfs[i];
		const struct rule *rule = checker_rule(c, pf);
		bool nic = rule && rule->nic && pf->self;
		for (size_t k = 0; k < pf->n_vfs + nic; k++) {
			n_vfs++;
			n_grouped += pf_at(pf, k)->function.group >= 0;
		}
	}
	if (!n_vfs)
		return checker_add(c, "groups", NULL, CHECK_UNKNOWN,
				   "there are no VFs yet, so their IOMMU groups are not known");
	if (!n_grouped)
		return checker_add(c, "groups", NULL, CHECK_UNKNOWN,
				   "the VFs are in no IOMMU group");
	if (m->n_groups && !c->in->config)
		return checker_add(c, "groups", NULL, CHECK_UNKNOWN,
				   "which VFs are for guests is not known");
	for (size_t i = 0; i < m->n_groups; i++)
		n_bad += report_group(c, &m->groups[i]);
	if (n_bad)
		return checker_add(c, "groups", NULL, CHECK_PROBLEM,
				   "%zu shared with a device of the host", n_bad);
	return checker_add(c, "groups", NULL, CHECK_OK,
			   "no VF shares one with a device of the host");
}
