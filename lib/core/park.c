/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parking: another MAC for the VF of a team, and back. */
#include "core/park.h"

#include "core/desire.h"
#include "core/record.h"
#include "core/verify.h"

#include <errno.h>
#include <string.h>

/* The one that is published, or another that nobody has: that of the PF makes it this host's. */
static void choose_parking_mac(const struct pf *pf, const struct team *t, uint8_t ret[static 6])
{
	if (mac_is_zero(t->parking_mac))
		mac_derive_park(t->mac, pf->has & PF_PERMANENT_MAC ? pf->permanent_mac : pf->mac,
				t->pf.vf, ret);
	else
		memcpy(ret, t->parking_mac, sizeof(t->parking_mac));
}

void vf_take_parking(struct vf *vf, const struct team *team)
{
	vf->parked = team->parked;
	memcpy(vf->team_mac, team->mac, sizeof(vf->team_mac));
	memcpy(vf->parking_mac, team->parking_mac, sizeof(vf->parking_mac));
}

/* Is the VF perhaps another one than that which was published? Where nothing of it was changed
 * there is no record to tell, but then it has one of the team's MACs. */
static bool is_another(const struct pf *pf, const struct vf *vf, const struct team *t)
{
	return !record_find_vf(pf, vf->index) && setting_has(&vf->settings, SETTING_MAC) &&
	       memcmp(vf->settings.mac, t->mac, sizeof(t->mac)) != 0 &&
	       memcmp(vf->settings.mac, t->parking_mac, sizeof(t->parking_mac)) != 0;
}

/* Why it cannot be parked or unparked; then there is a finding. */
static bool is_unfit(const struct vfprep_machine *actual, const struct team *t,
		     struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];
	const char *loss = team_find_loss(actual, t);

	if (t->pf.vf == TEAM_OF_NIC) {
		(void)problem_add(p, 0, VFPREP_UNSUPPORTED, t->name,
				  "connect its persistent side elsewhere",
				  "a NIC that is no VF keeps its MAC, so it cannot be parked");
		return true;
	}
	if (!loss) {
		const struct pf *pf = machine_find_pf(actual, t->pf.address);
		if (is_another(pf, pf_find_vf(pf, t->pf.vf), t))
			loss = "its VF was made anew, or has a third MAC";
	}
	if (loss)
		(void)problem_add(p, 0, VFPREP_DRIFT, t->name, "run vfprep apply",
				  "%s is not as published: %s",
				  pci_address_format(t->transient.address, address), loss);
	return loss;
}

static int want_parked(const struct vfprep_machine *actual, const struct team *t, bool parked,
		       struct vfprep_machine *wanted)
{
	const struct pf *pf = machine_find_pf(actual, t->pf.address);
	const struct vf *recorded = record_find_vf(pf, t->pf.vf);
	struct pf *want = machine_find_pf(wanted, pf->address);

	if (!want)
		want = machine_add_pf(wanted, pf->address);
	if (want && pf_find_vf(want, t->pf.vf)) /* it was named twice */
		return 0;
	struct vf *vf = want ? pf_add_vf(want, t->pf.vf) : NULL;
	if (!vf || text_replace(&vf->team, t->name) < 0 ||
	    text_replace(&vf->persistent, t->hint) < 0 ||
	    text_replace(&vf->function.driver, t->transient.driver) < 0)
		return -ENOMEM;
	vf->function.address = t->transient.address;
	vf->prepared = recorded && recorded->prepared; /* as it was */
	vf_take_parking(vf, t);
	choose_parking_mac(pf, t, vf->parking_mac);
	vf->parked = parked;
	vf->settings.present = 1u << SETTING_MAC;
	memcpy(vf->settings.mac, parked ? vf->parking_mac : vf->team_mac, sizeof(vf->settings.mac));
	return 0;
}

int desire_parked(const struct vfprep_machine *actual, const char *const *names, size_t n_names,
		  bool parked, struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	automachine wanted = machine_new();

	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < n_names; i++) {
		const struct team *t = machine_find_team(actual, names[i]);
		if (!t) {
			(void)problem_add(p, 0, VFPREP_ABSENT, names[i], "see vfprep list",
					  "no team is published under that name");
			continue;
		}
		if (!is_unfit(actual, t, p) && want_parked(actual, t, parked, wanted) < 0)
			return -ENOMEM;
	}
	*ret_wanted = TAKE_PTR(wanted);
	return 0;
}

/* Will that VF, of a PF of which so many are wanted, still be there? */
static bool stays(const struct pf *want, const struct pf *pf)
{
	return !(want->has & PF_NUMVFS) || want->numvfs == pf->n_vfs;
}

/* What is published decides; where a run took it back and was killed, the record. */
static bool find_parking(const struct vfprep_machine *actual, const struct pf *pf,
			 const struct vf *want, uint8_t ret_mac[static 6])
{
	const struct team *named = machine_find_team(actual, want->team);
	const struct team *t = machine_team_of_vf(actual, pf->address, want->index);
	const struct vf *recorded = record_find_vf(pf, want->index);

	if (!recorded || (named && named != t))
		return false;
	if (!t && recorded->parked)
		memcpy(ret_mac, recorded->parking_mac, sizeof(recorded->parking_mac));
	else if (t && t == named && t->parked && !team_find_loss(actual, t))
		choose_parking_mac(pf, t, ret_mac);
	else
		return false;
	return true;
}

void keep_parked(const struct vfprep_machine *actual, struct vfprep_machine *wanted)
{
	for (size_t i = 0; i < wanted->n_pfs; i++) {
		struct pf *want = &wanted->pfs[i];
		const struct pf *pf = machine_find_pf(actual, want->address);
		for (size_t k = 0; k < want->n_vfs; k++) {
			struct vf *vf = &want->vfs[k];
			if (!vf->team || !stays(want, pf) || !pf_find_vf(pf, vf->index) ||
			    !find_parking(actual, pf, vf, vf->parking_mac))
				continue;
			vf->parked = true;
			memcpy(vf->team_mac, vf->settings.mac, sizeof(vf->team_mac));
			memcpy(vf->settings.mac, vf->parking_mac, sizeof(vf->settings.mac));
		}
	}
}
