/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting at boot for the PFs that files name. */
#ifndef HOST_AWAIT_H
#define HOST_AWAIT_H

#include "core/config.h"
#include "host/host.h"

/* Waits until each PF that a file names literally is there with its driver, and udev is through
 * with the names of those that are there. Without the lock: PFs that are there already are others'
 * to work on meanwhile. What does not come is a note. */
void await_devices(const struct host *h, const struct vfprep_config *config, unsigned wait_ms,
		   struct vfprep_problems *p);

#endif
