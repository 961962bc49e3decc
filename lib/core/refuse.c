/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must not be done, and the words for it. */
#include "core/refuse.h"

#include "core/driver-rule.h"
#include "core/record.h"

#include <string.h>

static const char *const use_advice[USE_COUNT] = {
	[USE_PROCESS] = "stop the guest or program that has it",
	[USE_INTERFACE] = "take its addresses away, and what it belongs to or what is on top of it",
	[USE_DRIVER] = "stop what uses it and unbind that driver, or say --force",
};

void report_in_use(const struct pf *pf, const struct vf *vf, const char *consequence,
		   struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];
	autofree char *subject = vf_subject(pf, vf->index);
	if (vf->use.kind == USE_CLOSED) {
		(void)problem_add(p, 0, VFPREP_PERMISSION, subject,
				  "run it as root, where /dev/vfio can be opened",
				  "the VFIO group of %s cannot be claimed: %s: %s",
				  pci_address_format(vf->function.address, address), vf->use.what,
				  consequence);
		return;
	}
	autofree char *who = use_text(&vf->use);
	bool self = vf->index == VF_SELF; /* the subject names it already */
	(void)problem_add(p, 0, VFPREP_BUSY, subject, use_advice[vf->use.kind],
			  "%s%sis in use by %s: %s",
			  self ? "" : pci_address_format(vf->function.address, address),
			  self ? "" : " ", who ? who : "?", consequence);
}

/* VFs that `vfprep prepare` has prepared are no business of the configuration's. */
static bool refuse_prepared(const struct pf *have, const char *subject, struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];

	for (size_t i = 0; i < have->n_vfs; i++) {
		const struct vf *recorded = record_find_vf(have, have->vfs[i].index);
		if (!recorded || !recorded->prepared)
			continue;
		(void)problem_add(p, 0, VFPREP_BUSY, subject,
				  "run vfprep release for that VF first",
				  "%s was prepared by vfprep prepare, and would vanish",
				  pci_address_format(have->vfs[i].function.address, address));
		return true;
	}
	return false;
}

/* The count: 0 to N, or N to 0 when they are ours. */
static bool refuse_count(const struct pf *want, const struct pf *have, enum plan_aim aim,
			 const char *subject, struct vfprep_problems *p)
{
	if (want->numvfs > have->totalvfs) {
		(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject,
				  "lower VirtualFunctions=", "%u VFs are wanted, the device has %u",
				  want->numvfs, have->totalvfs);
		return true;
	}
	if (want->numvfs && !have->driver) {
		(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject, "bind its driver first",
				  "the PF has no driver, so it can make no VFs");
		return true;
	}
	bool differs = want->numvfs != have->n_vfs;
	if (have->n_vfs && aim == AIM_APPLY && !record_owns_vfs(have) &&
	    (differs || !want->adopt)) {
		(void)problem_add(p, 0, VFPREP_BUSY, subject,
				  differs ? "remove VirtualFunctions= to use them as they are"
					  : "set Adopt=yes to use them as they are",
				  "%zu VFs are there that vfprep did not make", have->n_vfs);
		return true;
	}
	if (differs && have->n_vfs && aim == AIM_APPLY && refuse_prepared(have, subject, p))
		return true;
	if (want->numvfs && have->n_vfs && differs && !want->recreate) {
		(void)problem_add(
			p, 0, VFPREP_BUSY, subject,
			"set Recreate=yes, or run vfprep release for this PF first, when no "
			"guest uses its VFs",
			"%zu VFs are there, want %u: the kernel changes the count only by "
			"way of 0",
			have->n_vfs, want->numvfs);
		return true;
	}
	return false;
}

static bool stays_down(const struct pf *want, const struct pf *have)
{
	return have->has & PF_LINK && !(want && want->has & PF_LINK ? want->up : have->up);
}

/* Some drivers say yes to VFs and make none while their PF is down. */
static bool refuse_down(const struct pf *want, const struct pf *have, const char *subject,
			struct vfprep_problems *p)
{
	if (!driver_needs_up(have->driver))
		return false;
	if (have->elsewhere.is && !have->elsewhere.up) {
		autofree char *where = elsewhere_text(&have->elsewhere);
		autofree char *advice = elsewhere_advice(&have->elsewhere);
		(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject, advice,
				  "%s and not known to be up there, and %s makes no VFs "
				  "while it is down",
				  where ? where : "?", have->driver);
		return true;
	}
	if (!stays_down(want, have))
		return false;
	(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject, "remove BringUp=no",
			  "the PF is down, and %s makes no VFs then", have->driver);
	return true;
}

/* Others put off settings as long as it is. */
static bool refuse_settings_down(const struct pf *want_pf, const struct pf *pf,
				 const struct vf *want, const struct vf *have, const char *subject,
				 struct vfprep_problems *p)
{
	unsigned late = want->settings.present & driver_sets_when_up(pf->driver);

	for (unsigned i = 0; have && i < SETTING_COUNT; i++) {
		if (setting_has(&have->settings, i) &&
		    setting_same(i, &want->settings, &have->settings))
			late &= ~(1u << i);
	}
	if (!late || !stays_down(want_pf, pf))
		return false;
	(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject, "remove BringUp=no",
			  "the PF is down, and %s sets neither MAC nor VLAN then", pf->driver);
	return true;
}

bool refuse_pf(const struct pf *want, const struct pf *have, const struct vfprep_machine *wanted,
	       enum plan_aim aim, struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];
	bool refused = false;

	if (aim == AIM_VERIFY) /* nobody is going to touch it */
		return false;
	pci_address_format(have->address, subject);
	if (have->unreadable_record) {
		(void)problem_add(p, 0, VFPREP_SYSTEM, subject,
				  "use the vfprep that wrote it, or remove the file",
				  "its record in state/ cannot be read, so nothing is touched");
		return true;
	}
	if (have->busy) {
		(void)problem_add(p, 0, VFPREP_BUSY, subject,
				  "wait for it, or end what uses the VFs of this PF",
				  "a write has not returned: %s", have->busy);
		return true;
	}
	if (have->has & PF_NUMVFS && have->numvfs != have->n_vfs) {
		(void)problem_add(
			p, 0, VFPREP_BUSY, subject,
			"wait for it, or end what uses the VFs of this PF",
			"somebody makes or takes away its VFs just now: %zu of %u are there",
			have->n_vfs, have->numvfs);
		return true;
	}
	if (want->has & PF_NUMVFS && refuse_count(want, have, aim, subject, p))
		return true;
	bool count = want->has & PF_NUMVFS && want->numvfs != have->n_vfs;
	if (count && want->numvfs && refuse_down(want, have, subject, p))
		return true;
	bool vanish = want->has & PF_NUMVFS && (want->numvfs == 0 || (count && have->n_vfs));
	if (aim == AIM_UNDO || (!vanish && !want->whole))
		return false;
	for (size_t i = 0; i < have->n_vfs; i++) {
		if (!refuse_use(wanted, &have->vfs[i]) ||
		    (!vanish && !pf_find_vf(want, have->vfs[i].index)))
			continue;
		report_in_use(have, &have->vfs[i], "nothing of this PF is touched", p);
		refused = true;
	}
	return refused;
}

/* Is another VF to have that MAC again, when its team is parked no more? */
static bool is_of_parked_team(const uint8_t mac[static 6], const struct pf *pf, const struct vf *vf,
			      const struct vfprep_machine *wanted,
			      const struct vfprep_machine *actual,
			      char ret_holder[static PCI_ADDRESS_TEXT])
{
	for (size_t i = 0; i < actual->n_teams; i++) {
		const struct team *t = &actual->teams[i];
		const struct pf *wanted_pf = machine_find_pf(wanted, t->pf.address);
		bool itself = t->pf.vf == vf->index &&
			      pci_address_compare(t->pf.address, pf->address) == 0;
		if (!t->parked || itself || memcmp(t->mac, mac, sizeof(t->mac)) != 0 ||
		    (wanted_pf && pf_find_vf(wanted_pf, t->pf.vf)))
			continue; /* what is wanted has been compared */
		pci_address_format(t->transient.address, ret_holder);
		return true;
	}
	return false;
}

/* Does another function have, or is it to have, that MAC? */
static bool mac_is_taken(const uint8_t mac[static 6], const struct pf *pf, const struct vf *vf,
			 const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
			 char ret_holder[static PCI_ADDRESS_TEXT])
{
	for (size_t i = 0; i < actual->n_pfs; i++) {
		const struct pf *other_pf = &actual->pfs[i];
		const struct pf *wanted_pf = machine_find_pf(wanted, other_pf->address);
		bool itself = vf->index == VF_SELF &&
			      pci_address_compare(other_pf->address, pf->address) == 0;
		/* One that VFIO has reports none, and has its own all the same. */
		const uint8_t *own = other_pf->has & PF_MAC             ? other_pf->mac
				     : other_pf->has & PF_PERMANENT_MAC ? other_pf->permanent_mac
									: NULL;
		if (!itself && own && memcmp(own, mac, 6) == 0) {
			pci_address_format(other_pf->address, ret_holder);
			return true;
		}
		/* PF has no VFs where those that are there are about to go. */
		bool same_pf = pci_address_compare(other_pf->address, pf->address) == 0;
		if (same_pf)
			other_pf = pf;
		for (size_t k = 0; k < other_pf->n_vfs; k++) {
			const struct vf *other = &other_pf->vfs[k];
			if (same_pf && other->index == vf->index)
				continue;
			const struct vf *other_wanted =
				wanted_pf ? pf_find_vf(wanted_pf, other->index) : NULL;
			if (other_wanted && setting_has(&other_wanted->settings, SETTING_MAC) &&
			    !vf_in_use(other))
				continue; /* desire.c has compared what is wanted */
			if (setting_has(&other->settings, SETTING_MAC) &&
			    memcmp(other->settings.mac, mac, 6) == 0) {
				pci_address_format(other->function.address, ret_holder);
				return true;
			}
		}
	}
	return is_of_parked_team(mac, pf, vf, wanted, actual, ret_holder);
}

bool refuse_use(const struct vfprep_machine *wanted, const struct vf *have)
{
	return vf_in_use(have) && !(wanted->force && have->use.kind == USE_DRIVER);
}

/* vfio_dev_driver_allowed(), drivers/vfio/vfio.c: pci-stub, and bridges with theirs. */
bool driver_is_harmless(const char *driver)
{
	return !driver || driver_is_vfio(driver) || strcmp(driver, "pci-stub") == 0 ||
	       strcmp(driver, "pcieport") == 0;
}

/* What is wanted of the VF at ADDRESS; NULL: nothing. */
static const struct vf *find_wanted(const struct vfprep_machine *wanted,
				    const struct vfprep_machine *actual, struct pci_address address)
{
	struct pf *pf;
	const struct vf *vf = machine_find_vf(actual, address, &pf);
	const struct pf *wanted_pf = vf ? machine_find_pf(wanted, pf->address) : NULL;
	return wanted_pf ? pf_find_vf(wanted_pf, vf->index) : NULL;
}

bool refuse_group(const struct vf *want, const struct vf *have, const struct pf *pf,
		  const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
		  struct vfprep_problems *p)
{
	const struct group *group = machine_find_group(actual, have->function.group);
	char member_text[PCI_ADDRESS_TEXT];

	if (!group || !(want->function.has & FUNCTION_DRIVER) ||
	    !driver_is_vfio(want->function.driver))
		return false;
	autofree char *subject = vf_subject(pf, want->index);
	for (size_t i = 0; i < group->n_members; i++) {
		const struct group_member *member = &group->members[i];
		if (pci_address_compare(member->address, have->function.address) == 0)
			continue;
		const struct vf *other = find_wanted(wanted, actual, member->address);
		pci_address_format(member->address, member_text);
		if (want->team && other && other->team) {
			(void)problem_add(
				p, 0, VFPREP_UNSUPPORTED, subject,
				"use one of the two, or a slot that keeps them apart (ACS)",
				"teams %s and %s would be in one IOMMU group (%d), which "
				"one guest has as a whole",
				want->team, other->team, group->number);
			return true;
		}
		/* What is in use stays as it is. */
		struct pf *ignored;
		const struct vf *now = machine_find_vf(actual, member->address, &ignored);
		bool bound = other && other->function.has & FUNCTION_DRIVER &&
			     !(now && refuse_use(wanted, now));
		const char *driver = bound ? other->function.driver : member->driver;
		if (driver_is_harmless(driver))
			continue;
		(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject,
				  "use a slot that keeps them apart (ACS), or unbind that device",
				  "IOMMU group %d cannot go to a guest: %s in it has the driver %s",
				  group->number, member_text, driver);
		return true;
	}
	return false;
}

/* A NIC as a whole goes to a guest: the host loses it, and with it whatever it is for. */
static bool refuse_nic(const struct vf *want, const struct pf *pf, enum plan_aim aim,
		       const char *subject, struct vfprep_problems *p)
{
	char mac[MAC_TEXT];

	if (aim != AIM_APPLY && aim != AIM_RELEASE)
		return false;
	if (pf->n_vfs && want->function.has & FUNCTION_DRIVER) {
		(void)problem_add(p, 0, VFPREP_BUSY, subject,
				  "prepare its VFs, or take them away first",
				  "it has %zu VFs, which would vanish", pf->n_vfs);
		return true;
	}
	if (aim == AIM_RELEASE)
		return false;
	if (pf->default_route) {
		(void)problem_add(p, 0, VFPREP_BUSY, subject, "use another NIC",
				  "the host's default route leads through '%s'", pf->name);
		return true;
	}
	if (want->team && !(pf->has & PF_PERMANENT_MAC)) {
		(void)problem_add(
			p, 0, VFPREP_UNSUPPORTED, subject,
			"bind its network driver, so that it can be asked",
			"its permanent MAC is not known, and no other can be given to it");
		return true;
	}
	if (setting_has(&want->settings, SETTING_MAC) &&
	    memcmp(want->settings.mac, pf->permanent_mac, sizeof(pf->permanent_mac)) != 0) {
		(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject,
				  "leave the MAC out, or use a VF",
				  "a NIC that is no VF keeps its permanent MAC, %s",
				  mac_format(pf->permanent_mac, mac));
		return true;
	}
	return false;
}

/* Is there nothing to set VFs through? */
static bool refuse_interface(const struct pf *pf, const char *subject, struct vfprep_problems *p)
{
	if (pf->ifindex)
		return false;
	if (pf->elsewhere.is) {
		autofree char *where = elsewhere_text(&pf->elsewhere);
		autofree char *advice = elsewhere_advice(&pf->elsewhere);
		(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject, advice,
				  "of the PF: %s, so nothing can be set through it",
				  where ? where : "?");
		return true;
	}
	/* cxgb4_iov_configure() makes the interface for a PF's VFs together with them. */
	bool comes_with_vfs = text_equal(pf->driver, "cxgb4") && !pf->n_vfs;
	(void)problem_add(
		p, 0, VFPREP_UNSUPPORTED, subject,
		comes_with_vfs
			? "its driver makes it together with the VFs: run vfprep apply once more"
			: "bind the PF's network driver, or remove its Team= and MACAddress=",
		"the PF has no network interface, so nothing can be set through it");
	return true;
}

/* mlx4 has two ports on one PF: what is set goes to the VF's port by either interface, but each
 * reports its own port's values (mlx4_set_vf_mac(), mlx4_get_vf_config() in mlx4/cmd.c). */
static bool refuse_port(const struct vf *have, const struct pf *pf, const char *subject,
			struct vfprep_problems *p)
{
	if (!pf->several_ports || (have && have->port.ifindex))
		return false;
	(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject,
			  "bind it to its network driver, whose interface tells, and run it again",
			  "which of its PF's ports it belongs to is not known");
	return true;
}

bool refuse_vf(const struct vf *want, const struct vf *have, const struct pf *pf,
	       const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
	       enum plan_aim aim, struct vfprep_problems *p)
{
	char holder[PCI_ADDRESS_TEXT], mac[MAC_TEXT];
	autofree char *subject = vf_subject(pf, want->index);
	const struct settings *s = &want->settings;

	if (actual->no_iommu && want->function.has & FUNCTION_DRIVER &&
	    driver_is_vfio(want->function.driver)) {
		(void)problem_add(
			p, 0, VFPREP_UNSUPPORTED, subject,
			"boot with intel_iommu=on or amd_iommu=on, and switch VT-d or AMD-Vi "
			"on in the firmware",
			"there is no IOMMU, so no device can be given to a guest");
		return true;
	}
	if (have && aim == AIM_APPLY && refuse_group(want, have, pf, wanted, actual, p))
		return true;
	if (want->team && pf->infiniband && aim == AIM_APPLY) {
		(void)problem_add(p, 0, VFPREP_UNSUPPORTED, subject,
				  "remove its Team=; it can go to a guest without one",
				  "team %s on InfiniBand: guests pair Ethernet NICs only",
				  want->team);
		return true;
	}
	if (want->index == VF_SELF && refuse_nic(want, pf, aim, subject, p))
		return true;
	if (want->index != VF_SELF && s->present &&
	    (refuse_interface(pf, subject, p) || refuse_port(have, pf, subject, p)))
		return true;
	bool acts = aim == AIM_APPLY || aim == AIM_PARK;
	if (acts && want->index != VF_SELF &&
	    refuse_settings_down(machine_find_pf(wanted, pf->address), pf, want, have, subject, p))
		return true;
	const uint8_t *const macs[] = { s->mac, want->team_mac };
	for (size_t i = 0; acts && setting_has(s, SETTING_MAC) && i < 1u + want->parked; i++) {
		if (mac_is_zero(macs[i]) ||
		    !mac_is_taken(macs[i], pf, want, wanted, actual, holder))
			continue;
		(void)problem_add(p, 0, VFPREP_BUSY, subject,
				  "give it another MAC, or clear that one there first",
				  "%s has the MAC %s already", holder, mac_format(macs[i], mac));
		return true;
	}
	return false;
}
