/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that change the machine share: they show their steps, or take them. */
#ifndef VFPREP_ACT_H
#define VFPREP_ACT_H

#include "core/wish.h"
#include "tools/vfprep/cli.h"

/* Fulfils a wish, or (DRY) shows the steps only. The options that are the same for every command
 * are added to it. Return: 0, or the exit code of wrong usage. */
int act(struct cli *cli, const struct wish *wish, bool dry);

/* For --json, when it did not come to any step. Return: as above. */
int act_print_nothing(const struct cli *cli);

#endif
