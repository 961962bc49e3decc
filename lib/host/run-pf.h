/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One PF's part of a plan, from saving its originals to publishing its teams. */
#ifndef HOST_RUN_PF_H
#define HOST_RUN_PF_H

#include "host/run.h"

struct pf_run {
	const struct host *host;
	const struct run_request *request;
	struct store store;
	struct vfprep_machine *wanted;  /* with this PF alone */
	struct vfprep_machine *start;   /* this PF as it was when the run began; its new VFs as they
					 * were right after they were made */
	const struct vfprep_plan *plan; /* of the whole run */
	struct pci_address address;
	struct vfprep_problems *p;
	bool created;    /* VFs were made in this run */
	bool removed;    /* ... were taken away */
	bool pf_failed;  /* a step about the PF itself did */
	bool hung;       /* ... and may still be going on */
	bool *vf_failed; /* by index; the last one is that of the NIC itself */
	size_t n_vfs;    /* length of vf_failed */
	bool *changed;   /* by number of the step: it changed the machine */
};

/* Has VF INDEX, or the NIC itself, failed? */
static inline bool *pf_failure_of(const struct pf_run *run, unsigned index)
{
	size_t last = run->n_vfs - 1;
	return &run->vf_failed[index < last ? index : last];
}

static inline void vf_fails(struct pf_run *run, unsigned index)
{
	*pf_failure_of(run, index) = true;
}

static inline bool vf_has_failed(const struct pf_run *run, const struct step *s)
{
	return s->of_vf && *pf_failure_of(run, s->vf);
}

/* Is it a step of this PF's? */
static inline bool is_mine(const struct pf_run *run, const struct step *s)
{
	return s->of_pf && pci_address_compare(s->pf, run->address) == 0;
}

/* Reads the PF as it is now. Return: -ENODEV when it went away; what went wrong is told. */
int pf_read(struct pf_run *run, struct vfprep_machine **ret);

/* Reads it back, marks what did not work, though the kernel said yes, as failed, and tells of it.
 * *RET_NOW: as it is now, also then. Return: as pf_read(). */
int pf_verify(struct pf_run *run, struct vfprep_machine **ret_now);

/* Carries the PF's steps out. Return: how it ended; findings are added. */
enum vfprep_outcome pf_run(struct pf_run *run);

/* Saves the PF's record without what is back at its original value; PF is as it is now. COMPLETE:
 * no new VF waits for drivers_probe any more. WANT: what was wanted of it. */
void pf_tidy_record(const struct store *store, const struct vfprep_machine *m, struct pf *pf,
		    const struct pf *want, bool complete);

/* Claims the group of a VF that VFIO has. *RET_IN_USE: somebody else has it, or it cannot be
 * opened, and the VF is marked so. Return: -ENOMEM. */
int claim_vf(const struct host *h, struct vf *vf, bool *ret_in_use);

/* Claims the groups of all VFs of PF that VFIO has: before its count goes to 0.
 * Return: -EBUSY, and then the VF is marked as in use. */
int claim_all(const struct host *h, struct pf *pf);

/* Puts back what failed. Return: VFPREP_UNDONE, or VFPREP_LEFT and a finding that says what. */
enum vfprep_outcome pf_undo(struct pf_run *run);

/* One step: carried out, told, explained when it failed. NOW (may be NULL) may have it already. */
int pf_act(struct pf_run *run, enum run_phase phase, const struct step *step,
	   const struct vfprep_machine *wanted, const struct vfprep_machine *now);

#endif
