/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that is worked on: opened, read, closed. */
#include "host/host.h"

#include "core/record.h"
#include "host/fd.h"
#include "host/files.h"
#include "host/state.h"

#include <errno.h>
#include <string.h>

int host_open(struct host *h, const struct kernel_source *source, const char *rundir,
	      enum rundir_use use, unsigned timeout_percent, struct vfprep_problems *p)
{
	bool create = use == RUNDIR_WRITE;

	h->rundir = strdup(rundir ? rundir : HOST_RUNDIR);
	if (!h->rundir)
		return -ENOMEM;
	int r = use == RUNDIR_UNUSED ? 0 : dir_open(h->rundir, create, &h->rundir_fd);
	bool denied = r == -EACCES || r == -EPERM;
	if (r < 0 && (create || r != -ENOENT))
		return problem_add(p, r, denied || r == -EROFS ? VFPREP_PERMISSION : VFPREP_SYSTEM,
				   h->rundir, denied ? "run it as root" : NULL,
				   "cannot be opened: %s", strerror(-r));
	h->ops = source->ops;
	r = source->open(h->rundir_fd, timeout_percent, &h->log, &h->kernel);
	if (r < 0)
		return problem_add(p, r, VFPREP_SYSTEM, "vfprep", NULL,
				   "cannot reach the kernel: %s", strerror(-r));
	return 0;
}

void host_close(struct host *h, const struct kernel_source *source)
{
	if (h->kernel)
		source->close(h->kernel);
	if (h->rundir_fd >= 0)
		(void)close(h->rundir_fd); /* opened for reading only */
	free(h->rundir);
	*h = (struct host){ .rundir_fd = -1, .log = h->log };
}

int host_read(const struct host *h, const struct pci_address *only,
	      struct vfprep_machine **ret_machine, struct vfprep_problems *p)
{
	automachine m = NULL;

	int r = h->ops->read(h->kernel, only, &m, p);
	if (r == 0)
		r = state_load(h->rundir_fd, h->rundir, m, p);
	if (r == -ENOMEM)
		(void)problem_add(p, r, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	if (r < 0)
		return r;
	*ret_machine = TAKE_PTR(m);
	return 0;
}

int host_reload(const struct host *h, struct vfprep_machine *m, struct vfprep_problems *p)
{
	while (m->n_teams)
		team_clear(&m->teams[--m->n_teams]);
	for (size_t i = 0; i < m->n_pfs; i++) {
		record_free(m->pfs[i].record);
		m->pfs[i].record = NULL;
	}
	return state_load(h->rundir_fd, h->rundir, m, p);
}
