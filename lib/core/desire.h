/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules and machine to what is wanted of the machine. */
#ifndef CORE_DESIRE_H
#define CORE_DESIRE_H

#include "core/config.h"
#include "core/machine.h"

/* What the configuration wants of ACTUAL; values that vfprep changed and no file names any more
 * are wanted as they were; with PRUNE also of PFs that no file is for any more, else a note tells
 * of those. PFs whose wishes are at fault are left out and reported. PFS limits it to some PFs
 * (NULL: all). */
int desire_from_config(const struct vfprep_config *config, const struct vfprep_machine *actual,
		       const struct pci_address *pfs, size_t n_pfs, bool prune,
		       struct vfprep_machine **ret_wanted, struct vfprep_problems *p);

/* What release wants: the originals. Names are PF, VF or team (an operand with ':' is an address,
 * else a team, else an interface name); N_NAMES 0 is all that is recorded.
 * Return: -ENOTUNIQ when a name fits two things, which is wrong usage. */
int desire_originals(const struct vfprep_machine *actual, const char *const *names, size_t n_names,
		     struct vfprep_machine **ret_wanted, struct vfprep_problems *p);

/* The VF of a PF that an operand names, or the NIC itself (VF_SELF). Return: -ENODEV, -EINVAL,
 * -ENOTUNIQ. */
int operand_find(const struct vfprep_machine *m, const char *name, const struct pf **ret_pf,
		 unsigned *ret_index, struct vfprep_problems *p);

/* The PF that an operand names, by address or by interface. Return: -ENODEV, -EINVAL. */
int operand_find_pf(const struct vfprep_machine *m, const char *name, struct pci_address *ret,
		    struct vfprep_problems *p);

/* What Driver=auto stands for: on VF INDEX (or the NIC itself) as it is there, else, and with
 * TO_COME, on a VF that is yet to be made. NULL: not known. */
const char *auto_driver_of(const struct pf *pf, unsigned index, bool to_come);

/* Adds that it is not known of SUBJECT. Return: R. */
int auto_driver_unknown(struct vfprep_problems *p, int r, enum vfprep_fault fault,
			const char *subject);

/* The first rule whose [Match] fits; NULL when none does. */
const struct rule *config_rule_for(const struct vfprep_config *config, const struct pf *pf);

/* Adds notes that say which file configures each PF, and which others fit and are ignored. */
void config_tell_matches(const struct vfprep_config *config, const struct vfprep_machine *actual,
			 struct vfprep_problems *p);

/* Adds a note for each file that fits no PF. */
void config_tell_unmatched(const struct vfprep_config *config, const struct vfprep_machine *actual,
			   struct vfprep_problems *p);

/* The address that MACAddress=auto stands for: HMAC-SHA256 over "vfprep1-auto", the PF's permanent
 * MAC and the index as le32, keyed with the 16 bytes of machine-id; the first six bytes, made
 * local and unicast. docs/mac-derivation.md has test vectors. */
void mac_derive_auto(const uint8_t machine_id[static 16], const uint8_t pf_mac[static 6],
		     unsigned index, uint8_t ret[static 6]);

/* The address that MACAddress=team stands for: the same over "vfprep1-team" and the team's name,
 * keyed with the bytes of [Site] Id=. */
void mac_derive_team(const char *site_id, const char *team, uint8_t ret[static 6]);

/* The address that a VF has while its team is parked: the same over "vfprep1-park", the PF's MAC
 * and the index as le32, keyed with the 6 bytes of the team's MAC. It needs no secret: it is only
 * to be nobody else's. */
void mac_derive_park(const uint8_t team_mac[static 6], const uint8_t pf_mac[static 6],
		     unsigned index, uint8_t ret[static 6]);

#endif
