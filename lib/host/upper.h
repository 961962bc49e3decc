/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lies on top of a PF's interfaces. */
#ifndef HOST_UPPER_H
#define HOST_UPPER_H

#include "core/machine.h"

/* Reads the `uppers` of a PF whose name and VFs are known, from sys/class/net below ROOT_FD. They
 * stay unknown where the card's own switch decides what goes where, and where there are too many.
 * Return: -ENOMEM. */
int upper_read(int root_fd, struct pf *pf);

#endif
