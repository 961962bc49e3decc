/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The run directory: the lock, records of originals, published teams. */
#ifndef HOST_STATE_H
#define HOST_STATE_H

#include "core/machine.h"
#include "host/kernel.h"

/* Takes the one lock of all that changes the machine; it is held as long as *RET_FD is open.
 * Return: -EBUSY when another process has it and WAIT_MS passed; the finding names its pid. */
int state_lock(int rundir_fd, unsigned wait_ms, int *ret_fd, struct vfprep_problems *p);

/* Where state is kept: the kernel operations take part in writing so that tests can let it fail. */
struct store {
	const struct kernel_ops *ops;
	void *kernel;
	int rundir_fd;      /* -1: it is not there (yet) */
	int cdi_fd;         /* of CDI files; -1 likewise */
	const char *rundir; /* its absolute path, for containers and their hooks */
};

/* Adds to M the records of its PFs and the published teams. Files that cannot be read are findings,
 * and left alone. Return: -ENOMEM. */
int state_load(const struct store *store, struct vfprep_machine *m, struct vfprep_problems *p);

/* The record of a PF as it was saved, about this machine or not; NULL: there is none, or none that
 * can be read. */
struct record *state_read_record(int rundir_fd, struct pci_address pf);

/* Saves the PF's record, or removes it when the PF has none. */
int state_save(const struct store *store, const struct pf *pf);

/* Publishes a team: fragments first, team.json behind them, for whoever reads that finds all; and
 * last its CDI device, which leads there. What fails leaves nothing, but for the directory where
 * KEEP_DIRECTORY says that it was there before. */
int publish_team(const struct store *store, const struct team *team, bool keep_directory);
/* Publishes anew what team.json says of a published team. What fails leaves the old one. */
int publish_parking(const struct store *store, const struct team *team);
/* Takes a team back: its CDI device first, then team.json. KEEP_DIRECTORY: it is about to be
 * published again, and a container that has the directory mounted is to see that. */
int publish_withdraw(const struct store *store, const char *name, bool keep_directory);
/* Takes away what a run that was killed left: team directories without a team.json, CDI devices
 * without a team, and files that have not got their name. With the lock held. */
void publish_sweep(const struct store *store);

#endif
