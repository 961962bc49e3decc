/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that change the machine share: they show their steps, or take them. */
#ifndef VFPREP_ACT_H
#define VFPREP_ACT_H

#include "tools/vfprep/cli.h"

struct task {
	enum plan_aim aim;
	bool dry; /* show the steps only */
	/* What is wanted, as struct run_request has it; -ENOTUNIQ is wrong usage. */
	int (*desire)(void *user, const struct vfprep_machine *actual,
		      struct vfprep_machine **ret_wanted, struct vfprep_problems *p);
	void *user;
};

/* Return: 0, or the exit code of wrong usage. */
int act(struct cli *cli, const struct task *task);

/* For --json, when it did not come to any step. Return: as above. */
int act_print_nothing(const struct cli *cli);

#endif
