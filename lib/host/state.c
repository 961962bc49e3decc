/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock, and the records of originals: one file per PF, named by its address. */
#include "host/state.h"

#include "core/cdi.h"
#include "core/machine-json.h"
#include "core/record.h"
#include "host/deadline.h"
#include "host/fd.h"
#include "host/files.h"
#include "host/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

static char *record_path(struct pci_address address)
{
	char text[PCI_ADDRESS_TEXT];
	return text_format("state/%s.json", pci_address_format(address, text));
}

static int lock_is_held(int fd, struct vfprep_problems *p)
{
	char pid[16] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);
	if (n > 0)
		pid[strcspn(pid, "\n")] = '\0';
	return problem_add(p, -EBUSY, VFPREP_BUSY, "lock", "wait for it, or use --wait",
			   "another vfprep, pid %s, is changing this machine",
			   n > 0 ? pid : "unknown");
}

int state_lock(int rundir_fd, unsigned wait_ms, int *ret_fd, struct vfprep_problems *p)
{
	uint64_t deadline = deadline_in(wait_ms);

	autoclose int fd =
		openat(rundir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return problem_add(p, -errno, VFPREP_PERMISSION, "lock", "run it as root",
				   "cannot open the lock: %s", strerror(errno));
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return problem_add(p, -errno, VFPREP_SYSTEM, "lock", NULL,
					   "cannot lock: %s", strerror(errno));
		if (!deadline_nap(deadline, 50)) /* flock has no timed wait */
			return lock_is_held(fd, p);
	}
	autofree char *pid = text_format("%d\n", (int)getpid());
	if (!pid)
		return -ENOMEM;
	/* Only for the message above: a lock whose pid could not be written is as good. */
	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, pid, strlen(pid), 0);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int load_record(int rundir_fd, const char *boot_id, struct pf *pf, struct vfprep_problems *p)
{
	autofree char *path = record_path(pf->address);
	autofree char *text = NULL;
	size_t size;

	if (!path)
		return -ENOMEM;
	int r = file_read(rundir_fd, path, RECORD_JSON_MAX, &text, &size);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		(void)problem_add(p, r, VFPREP_SYSTEM, path, NULL, "cannot be read: %s",
				  strerror(-r));
	else
		r = record_from_json(text, size, path, &pf->record, p);
	pf->unreadable_record = r < 0;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return record_reconcile(pf, boot_id);
}

struct record *state_read_record(int rundir_fd, struct pci_address pf)
{
	autofree char *path = record_path(pf);
	autofree char *text = NULL;
	struct record *record = NULL;
	size_t size;

	if (!path || rundir_fd < 0 ||
	    file_read(rundir_fd, path, RECORD_JSON_MAX, &text, &size) < 0 ||
	    record_from_json(text, size, path, &record, NULL) < 0)
		return NULL;
	return record;
}

/* Is the team's CDI file as it has to be? */
static int compare_cdi(const struct store *store, struct team *t)
{
	const struct team *teams[] = { t };
	bool wanted = cdi_has_device(t);
	autofree char *name = cdi_file(t->name);
	autofree char *want = wanted ? cdi_spec(teams, 1, store->rundir) : NULL;
	autofree char *is = NULL;
	size_t size;

	if (!name || (wanted && !want))
		return -ENOMEM;
	int r = store->cdi_fd < 0 ? -ENOENT
				  : file_read(store->cdi_fd, name, TEAM_JSON_MAX, &is, &size);
	t->cdi_differs = r < 0 ? wanted || r != -ENOENT : !text_equal(is, want);
	return r == -ENOMEM ? r : 0;
}

static int load_team(const struct store *store, const char *name, struct vfprep_machine *m,
		     struct vfprep_problems *p)
{
	autofree char *path = text_format("teams/%s/team.json", name);
	autofree char *text = NULL;
	autoteam team = { .transient.group = -1 };
	size_t size;

	if (!path)
		return -ENOMEM;
	int r = file_read(store->rundir_fd, path, TEAM_JSON_MAX, &text, &size);
	if (r == -ENOENT || r == -ENOTDIR) /* half withdrawn by a run that was killed */
		return 0;
	if (r == 0)
		r = team_from_json(text, size, NULL, path, &team, p);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (!text_equal(team.name, name)) {
		(void)problem_add(p, 0, VFPREP_SYSTEM, path, "remove it", "it is about team '%s'",
				  team.name);
		return 0;
	}
	r = compare_cdi(store, &team);
	if (r < 0)
		return r;
	struct team *to = array_add(&m->teams, &m->n_teams, sizeof(*to));
	return to ? team_copy(&team, to) : -ENOMEM;
}

int state_load(const struct store *store, struct vfprep_machine *m, struct vfprep_problems *p)
{
	autonames names = { 0 };
	int r = 0;

	if (store->rundir_fd < 0)
		return 0;
	for (size_t i = 0; r == 0 && i < m->n_pfs; i++)
		r = load_record(store->rundir_fd, m->boot_id, &m->pfs[i], p);
	if (r == 0 && sysfs_list(store->rundir_fd, "teams", &names) < 0)
		return 0; /* nothing was ever published */
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = load_team(store, names.names[i], m, p);
	return r;
}

int state_save(const struct store *store, const struct pf *pf)
{
	autofree char *path = record_path(pf->address);
	autofree char *text = pf->record ? record_to_json(pf->record) : NULL;

	if (!path || (pf->record && !text))
		return -ENOMEM;
	return store->ops->store(store->kernel, store->rundir_fd, path, text);
}
