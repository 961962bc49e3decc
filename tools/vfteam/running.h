/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has a guest that runs got its VFs? Nothing is opened for that but /proc and its log. */
#ifndef VFTEAM_RUNNING_H
#define VFTEAM_RUNNING_H

#include "core/checks.h"
#include "core/qemu-args.h"
#include "tools/vfteam/cli.h"

/* A QEMU, as it can be seen from outside. */
struct running {
	unsigned pid;
	struct qemu_args args;
	bool sees_descriptors; /* what it has open is known */
	int *groups;           /* the VFIO groups whose node it has open */
	size_t n_groups;
	unsigned n_devices;   /* VFIO devices that it has open */
	int *vf_groups;       /* of each device of args; -1: not known */
	char *log, *log_path; /* the text, and its file; NULL: there is none */
};
void running_clear(struct running *g);

/* Adds a verdict for each VF of a team: taken, hidden still, or only warned of; and for the MACs of
 * both sides. Return: -ENOMEM. */
int running_verdicts(const struct running *g, const struct teams *teams, struct checks *ret,
		     struct vfprep_problems *p);

/* The QEMU of the domain that cli names by its name or UUID, or by its pid.
 * Return: -ENOENT: there is none, -EEXIST: there are several, each with a finding; -ENOMEM. */
int running_read(const struct cli *cli, const struct teams *teams, struct running *ret);

/* vfteam check --running. */
int check_running(const struct cli *cli, const struct teams *teams, struct checks *ret);

#endif
