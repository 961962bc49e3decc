/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in memory that follows the kernel's rules, as far as vfprep meets them. Each rule is
 * asserted on the emulated machine too: tests/scenarios/kernel-rules. */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "host/kernel.h"

#define FAKE_GROUPS 512

/* What the machine was asked for. */
struct fake_counts {
	unsigned reads;            /* of all of it, or of one PF */
	unsigned acts[STEP_COUNT]; /* steps, by their kind */
	unsigned claims, stores, lists;
};

struct fake {
	struct vfprep_machine *machine;
	bool held[FAKE_GROUPS];    /* by somebody else */
	bool hidden;               /* ... whom nobody can see in /proc */
	bool closed[FAKE_GROUPS];  /* their node cannot be opened */
	bool claimed[FAKE_GROUPS]; /* by vfprep */
	unsigned claims;           /* so often it has tried to */
	uint64_t next_inode;

	/* What is to go wrong: operation FAIL_AT (counted from 1; 0: none) fails with FAIL_ERRNO,
	 * and all that follow too if FAIL_ON; DIE_AT: all from there on do nothing, as after
	 * SIGKILL, and OPS stops. */
	unsigned ops, fail_at, die_at;
	struct fake_counts counts; /* of those that were tried */
	int fail_errno;
	bool fail_on;
	unsigned makes_at_most; /* VFs, whatever is asked for; 0: as many as that */
	bool refuses_zero_mac;  /* as bnx2x does */
	bool chooses_macs;      /* its VFs do when they have none, as igbvf does */
	bool loses_macs;        /* says yes to a MAC and does not take it */
	unsigned late_reads; /* so often a read shows MACs as they were, as with ixgbe and mlx5 */
	unsigned hole_reads; /* so often a VF that was reset is in no list, as with i40e and ice */
	bool miscounts;      /* while a run works on a PF, more VFs are announced than are there */
	bool takes_everything;       /* has every setting, GUIDs included, as no card has */
	bool lists_nothing;          /* its VFs are in no list, as with enic and enetc */
	const char *lacks_module;    /* of this driver; NULL: it has all */
	const char *new_vfs_are_for; /* this driver is Driver=auto on VFs that are made; NULL: the
				      * one that their PF says */
	const char *fails_to_bind;   /* this VF; NULL: none */
	char *failed_step; /* what failed, as a step reads; NULL: another kind of operation */
};

extern const struct kernel_ops fake_ops;

/* Two PFs like those of the emulated machine's profile two-pfs. */
struct fake *fake_new(void);
/* Leaves the first PF alone, with room for that many VFs. */
void fake_grow(struct fake *f, unsigned totalvfs);
void fake_free(struct fake *f);
DEFINE_CLEANUP(struct fake, fake_free)

/* Kept between the processes of a scenario. */
struct fake *fake_load(const char *path);
void fake_save(const struct fake *f, const char *path);

/* One change by other means than vfprep, as tests/lab/raw.sh makes them: "numvfs", "bind", ...
 * Return: the kernel's errno. */
int fake_raw(struct fake *f, const char *const *words, size_t n);

/* The text of `state` in tests/lab/machine.sh. */
char *fake_state(const struct fake *f);

#endif
