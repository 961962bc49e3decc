/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting at boot for the PFs that files name. */
#include "host/await.h"

#include "core/desire.h"
#include "host/deadline.h"

#define LOOK_MS 200

/* Some drivers make an interface only with the VFs, and some make none: how long one that has its
 * driver is waited for. */
#define INTERFACE_MS 3000

/* Files are matched by names: one for the moment may be another PF's. */
static const struct pf *find_unnamed(const struct vfprep_machine *m)
{
	for (size_t i = 0; i < m->n_pfs; i++) {
		if (m->pfs[i].unnamed)
			return &m->pfs[i];
	}
	return NULL;
}

void await_devices(const struct host *h, const struct vfprep_config *config, unsigned wait_ms,
		   struct vfprep_problems *p)
{
	uint64_t deadline = deadline_in(wait_ms);
	uint64_t patience = 0;
	bool told = false;

	for (;;) {
		automachine m = NULL;
		struct missing missing;
		if (host_read(h, NULL, &m, NULL) < 0)
			return; /* the run says why */
		const struct pf *unnamed = find_unnamed(m);
		bool is_missing = config_find_missing(config, m, false, &missing);
		if (is_missing || !patience)
			patience = deadline_in(INTERFACE_MS);
		if (!is_missing && deadline_left_ms(patience) > 0)
			is_missing = config_find_missing(config, m, true, &missing);
		if (!is_missing && !unnamed)
			return;
		if (!told)
			log_tell(&h->log, LOG_DEBUG, "waiting for '%s'",
				 is_missing ? missing.value : unnamed->name);
		told = true;
		if (deadline_nap(deadline, LOOK_MS))
			continue;
		if (!is_missing)
			(void)problem_add(p, 0, VFPREP_NOTE, unnamed->name,
					  "see udevadm info for it, and run vfprep apply again",
					  "udev was not through with it within %u s: a file may "
					  "mean it by another name",
					  wait_ms / 1000);
		else
			(void)problem_add(p, 0, VFPREP_NOTE, missing.file,
					  "see vfprep list for what this machine has",
					  "'%s' did not come within %u s", missing.value,
					  wait_ms / 1000);
		return;
	}
}
