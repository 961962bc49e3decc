/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must not be done, and the words for it. */
#include "core/refuse.h"

#include "core/record.h"

#include <string.h>

void report_in_use(const struct pf *pf, const struct vf *vf, const char *consequence,
		   struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT], pf_address[PCI_ADDRESS_TEXT];
	autofree char *subject =
		text_format("%s vf %u", pci_address_format(pf->address, pf_address), vf->index);
	autofree char *who = use_text(&vf->use);
	(void)problem_add(p, 0, VFPREP_BUSY, subject, "stop the guest or program that has it",
			  "%s is in use by %s: %s",
			  pci_address_format(vf->function.address, address), who ? who : "?",
			  consequence);
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
	if (have->n_vfs && aim == AIM_APPLY && !record_owns_vfs(have)) {
		(void)problem_add(p, 0, VFPREP_BUSY, subject,
				  "remove VirtualFunctions= to use them as they are",
				  "%zu VFs are there that vfprep did not make", have->n_vfs);
		return true;
	}
	if (want->numvfs && have->n_vfs && want->numvfs != have->n_vfs) {
		(void)problem_add(
			p, 0, VFPREP_BUSY, subject,
			"run vfprep release for this PF first, when no guest uses its VFs",
			"%zu VFs are there, want %u: the kernel changes the count only by "
			"way of 0",
			have->n_vfs, want->numvfs);
		return true;
	}
	return false;
}

bool refuse_pf(const struct pf *want, const struct pf *have, const struct vfprep_machine *wanted,
	       enum plan_aim aim, struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];
	bool refused = false;

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
				  "%s, that an earlier run left behind, still works on it",
				  have->busy);
		return true;
	}
	if (want->has & PF_NUMVFS && refuse_count(want, have, aim, subject, p))
		return true;
	bool vanish = want->has & PF_NUMVFS && want->numvfs == 0;
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

/* Does another function have, or is it to have, that MAC? */
static bool mac_is_taken(const uint8_t mac[static 6], const struct pf *pf, const struct vf *vf,
			 const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
			 char ret_holder[static PCI_ADDRESS_TEXT])
{
	for (size_t i = 0; i < actual->n_pfs; i++) {
		const struct pf *other_pf = &actual->pfs[i];
		const struct pf *wanted_pf = machine_find_pf(wanted, other_pf->address);
		if (other_pf->has & PF_MAC && memcmp(other_pf->mac, mac, 6) == 0) {
			pci_address_format(other_pf->address, ret_holder);
			return true;
		}
		for (size_t k = 0; k < other_pf->n_vfs; k++) {
			const struct vf *other = &other_pf->vfs[k];
			if (pci_address_compare(other_pf->address, pf->address) == 0 &&
			    other->index == vf->index)
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
	return false;
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
	char text[PCI_ADDRESS_TEXT], member_text[PCI_ADDRESS_TEXT];

	if (!group || !(want->function.has & FUNCTION_DRIVER) ||
	    !driver_is_vfio(want->function.driver))
		return false;
	autofree char *subject =
		text_format("%s vf %u", pci_address_format(pf->address, text), want->index);
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
		bool bound = other && other->function.has & FUNCTION_DRIVER;
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

bool refuse_vf(const struct vf *want, const struct vf *have, const struct pf *pf,
	       const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
	       enum plan_aim aim, struct vfprep_problems *p)
{
	char pf_address[PCI_ADDRESS_TEXT], holder[PCI_ADDRESS_TEXT], mac[MAC_TEXT];
	autofree char *subject =
		text_format("%s vf %u", pci_address_format(pf->address, pf_address), want->index);

	if (have && refuse_use(wanted, have) && !wanted->live) {
		report_in_use(pf, have, "it is left as it is", p);
		return true;
	}
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
	if (want->settings.present && !pf->ifindex) {
		(void)problem_add(
			p, 0, VFPREP_UNSUPPORTED, subject,
			"bind the PF's network driver, or remove its Team= and MACAddress=",
			"the PF has no network interface, so nothing can be set through it");
		return true;
	}
	if (aim == AIM_APPLY && setting_has(&want->settings, SETTING_MAC) &&
	    !mac_is_zero(want->settings.mac) &&
	    mac_is_taken(want->settings.mac, pf, want, wanted, actual, holder)) {
		(void)problem_add(p, 0, VFPREP_BUSY, subject,
				  "give this VF another MACAddress=, or clear it there first",
				  "%s has the MAC %s already", holder,
				  mac_format(want->settings.mac, mac));
		return true;
	}
	return false;
}
