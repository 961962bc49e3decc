/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that is worked on: opened, read, closed. */
#include "host/host.h"

#include "core/cdi.h"
#include "core/record.h"
#include "host/fd.h"
#include "host/files.h"

#include <errno.h>
#include <string.h>

/* *RET_FD stays where there is no such directory and none is to be made. */
static int open_dir(const char *path, bool create, int *ret_fd, struct vfprep_problems *p)
{
	int r = dir_open(path, create, ret_fd);

	if (r == 0 || (r == -ENOENT && !create))
		return 0;
	bool denied = r == -EACCES || r == -EPERM;
	return problem_add(p, r, denied || r == -EROFS ? VFPREP_PERMISSION : VFPREP_SYSTEM, path,
			   denied ? "run it as root" : NULL, "cannot be opened: %s", strerror(-r));
}

static int find_realpath(struct host *h)
{
	h->realpath = realpath(h->rundir, NULL);
	if (!h->realpath) /* it is not there, so nobody is told of it */
		h->realpath = strdup(h->rundir);
	return h->realpath ? 0 : -ENOMEM;
}

/* Another run directory is another instance, whose teams must not be taken for those of the first.
 */
static int open_cdi(struct host *h, bool create, struct vfprep_problems *p)
{
	bool first = strcmp(h->realpath, HOST_RUNDIR) == 0;
	autofree char *path = first ? strdup(CDI_DIR) : text_format("%s/cdi", h->rundir);

	return path ? open_dir(path, create, &h->cdi_fd, p) : -ENOMEM;
}

int host_open(struct host *h, const struct kernel_source *source, const char *rundir,
	      enum rundir_use use, unsigned timeout_percent, struct vfprep_problems *p)
{
	bool create = use == RUNDIR_WRITE;

	h->rundir = strdup(rundir ? rundir : HOST_RUNDIR);
	int r = h->rundir ? 0 : -ENOMEM;
	if (r == 0 && use != RUNDIR_UNUSED)
		r = open_dir(h->rundir, create, &h->rundir_fd, p);
	if (r == 0)
		r = find_realpath(h);
	if (r == 0 && use != RUNDIR_UNUSED)
		r = open_cdi(h, create, p);
	if (r < 0)
		return r;
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
	/* Opened for reading only. */
	if (h->rundir_fd >= 0)
		(void)close(h->rundir_fd);
	if (h->cdi_fd >= 0)
		(void)close(h->cdi_fd);
	free(h->rundir);
	free(h->realpath);
	*h = (struct host){ .rundir_fd = -1, .cdi_fd = -1, .log = h->log };
}

int host_read(const struct host *h, const struct pci_address *only,
	      struct vfprep_machine **ret_machine, struct vfprep_problems *p)
{
	automachine m = NULL;

	const struct store store = host_store(h);
	int r = h->ops->read(h->kernel, only, &m, p);
	if (r == 0)
		r = text_replace(&m->rundir, h->rundir);
	if (r == 0)
		r = state_load(&store, m, p);
	if (r == -ENOMEM)
		(void)problem_add(p, r, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	if (r < 0)
		return r;
	*ret_machine = TAKE_PTR(m);
	return 0;
}

int host_reload(const struct host *h, struct vfprep_machine *m, struct vfprep_problems *p)
{
	const struct store store = host_store(h);

	while (m->n_teams)
		team_clear(&m->teams[--m->n_teams]);
	for (size_t i = 0; i < m->n_pfs; i++) {
		record_free(m->pfs[i].record);
		m->pfs[i].record = NULL;
	}
	return state_load(&store, m, p);
}

int host_read_teams(const struct host *h, struct vfprep_machine **ret_machine,
		    struct vfprep_problems *p)
{
	const struct pci_address bridge = { 0 }; /* where no NIC is */

	return host_read(h, &bridge, ret_machine, p);
}
