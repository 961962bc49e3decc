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
	autofree char *who = vf->holder.pid
				     ? text_format("pid %u (%s)", vf->holder.pid,
						   vf->holder.command ? vf->holder.command : "?")
				     : strdup("a process that could not be found");
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

bool refuse_pf(const struct pf *want, const struct pf *have, enum plan_aim aim,
	       struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];
	bool refused = false;

	pci_address_format(have->address, subject);
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
		if (!have->vfs[i].in_use || (!vanish && !pf_find_vf(want, have->vfs[i].index)))
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
			    !other->in_use)
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

bool refuse_vf(const struct vf *want, const struct vf *have, const struct pf *pf,
	       const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
	       enum plan_aim aim, struct vfprep_problems *p)
{
	char pf_address[PCI_ADDRESS_TEXT], holder[PCI_ADDRESS_TEXT], mac[MAC_TEXT];
	autofree char *subject =
		text_format("%s vf %u", pci_address_format(pf->address, pf_address), want->index);

	if (have && have->in_use) {
		report_in_use(pf, have, "it is left as it is", p);
		return true;
	}
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
