/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting at boot for the PFs that files name. */
#include "host/await.h"

#include "core/desire.h"
#include "host/deadline.h"

#define LOOK_MS 200

void await_devices(const struct host *h, const struct vfprep_config *config, unsigned wait_ms,
		   struct vfprep_problems *p)
{
	uint64_t deadline = deadline_in(wait_ms);
	bool told = false;

	for (;;) {
		automachine m = NULL;
		struct missing missing;
		if (host_read(h, NULL, &m, NULL) < 0)
			return; /* the run says why */
		if (!config_find_missing(config, m, &missing))
			return;
		if (!told)
			log_tell(&h->log, LOG_DEBUG, "waiting for '%s'", missing.value);
		told = true;
		if (deadline_nap(deadline, LOOK_MS))
			continue;
		(void)problem_add(p, 0, VFPREP_NOTE, missing.file,
				  "see vfprep list for what this machine has",
				  "'%s' did not come within %u s", missing.value, wait_ms / 1000);
		return;
	}
}
