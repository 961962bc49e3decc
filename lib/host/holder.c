/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which process has a VF, by /proc. */
#include "host/holder.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/cmdline.h"
#include "host/fd.h"
#include "host/files.h"
#include "host/sysfs.h"

struct group_node {
	int group;
	uint64_t number;
};

struct search {
	struct vfprep_machine *machine;
	int root_fd;
	struct group_node *nodes;
	size_t n_nodes;
	struct stat lock; /* that of vfprep; st_nlink 0: there is none */
	bool blind;       /* there are processes that cannot be seen into */
};

/* The node of each VF's group that has one. */
static int find_nodes(struct search *s)
{
	for (size_t i = 0; i < s->machine->n_pfs; i++) {
		const struct pf *pf = &s->machine->pfs[i];
		for (size_t k = 0; k < pf_count(pf); k++) {
			const struct function *f = &pf_at(pf, k)->function;
			if (f->group < 0 || !f->node.exists)
				continue; /* nobody can have it open */
			struct group_node *node = array_add(&s->nodes, &s->n_nodes, sizeof(*node));
			if (!node)
				return -ENOMEM;
			*node = (struct group_node){ f->group, f->node_number };
		}
	}
	return 0;
}

static char *read_command(int pid_fd)
{
	char *command = NULL;
	return sysfs_read(pid_fd, "comm", &command) < 0 ? NULL : command;
}

static int mark_address(struct search *s, struct pci_address address, unsigned pid, int pid_fd)
{
	struct pf *pf;
	struct vf *vf = machine_find_vf(s->machine, address, &pf);
	/* The first one: the others have it from their parent. */
	if (!vf || (vf->use.kind == USE_PROCESS && vf->use.pid <= pid))
		return 0;
	autofree char *command = read_command(pid_fd);
	return vf_set_use(vf, USE_PROCESS, pid, command);
}

static int mark_group(struct search *s, int group, unsigned pid, int pid_fd)
{
	for (size_t i = 0; i < s->machine->n_pfs; i++) {
		struct pf *pf = &s->machine->pfs[i];
		for (size_t k = 0; k < pf_count(pf); k++) {
			const struct function *f = &pf_at(pf, k)->function;
			int r = f->group == group ? mark_address(s, f->address, pid, pid_fd) : 0;
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int look_at_cmdline(struct search *s, unsigned pid, int pid_fd)
{
	CLEANUP(addresses_clear) struct addresses named = { 0 };
	autofree char *text = NULL;
	size_t size;

	int r = file_read(pid_fd, "cmdline", CMDLINE_MAX, &text, &size);
	if (r < 0)
		return r == -ENOMEM ? r : 0; /* it ended, or it hides */
	r = cmdline_addresses(text, size, &named);
	for (size_t i = 0; r == 0 && i < named.n; i++)
		r = mark_address(s, named.items[i], pid, pid_fd);
	return r;
}

/* Has the process the lock open, as every vfprep that changes something has? */
static bool is_vfprep(const struct search *s, int fds, const struct name_list *names)
{
	for (size_t i = 0; s->lock.st_nlink && i < names->n; i++) {
		struct stat st;
		if (fstatat(fds, names->names[i], &st, 0) == 0 && st.st_ino == s->lock.st_ino &&
		    st.st_dev == s->lock.st_dev)
			return true;
	}
	return false;
}

static int look_at_descriptors(struct search *s, unsigned pid, int pid_fd)
{
	autonames names = { 0 };
	autoclose int fds = -1;

	int r = sysfs_open_dir(pid_fd, "fd", &fds);
	if (r == 0)
		r = sysfs_list(fds, ".", &names);
	if (r == -EACCES || r == -EPERM)
		s->blind = true;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (is_vfprep(s, fds, &names))
		return 0; /* its claims are gone in a moment, and no guest's */
	for (size_t i = 0; i < names.n; i++) {
		struct stat st;
		if (fstatat(fds, names.names[i], &st, 0) < 0 || !S_ISCHR(st.st_mode))
			continue;
		for (size_t k = 0; k < s->n_nodes; k++) {
			r = s->nodes[k].number == st.st_rdev
				    ? mark_group(s, s->nodes[k].group, pid, pid_fd)
				    : 0;
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int look_at_processes(struct search *s)
{
	autonames names = { 0 };
	autoclose int proc = -1;
	unsigned own_pid = (unsigned)getpid();

	int r = sysfs_open_dir(s->root_fd, "proc", &proc);
	if (r == 0)
		r = sysfs_list(proc, ".", &names);
	if (r < 0) {
		s->blind = true;
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		autoclose int pid_fd = -1;
		unsigned pid;
		if (text_to_unsigned(names.names[i], 10, 1, UINT32_MAX, &pid) < 0 ||
		    pid == own_pid || sysfs_open_dir(proc, names.names[i], &pid_fd) < 0)
			continue;
		r = look_at_cmdline(s, pid, pid_fd);
		if (r == 0 && s->n_nodes)
			r = look_at_descriptors(s, pid, pid_fd);
	}
	return r;
}

int holder_mark(int root_fd, int rundir_fd, struct vfprep_machine *m)
{
	struct search s = { .machine = m, .root_fd = root_fd };
	bool any = false;

	if (rundir_fd < 0 || fstatat(rundir_fd, "lock", &s.lock, 0) < 0)
		s.lock = (struct stat){ 0 };
	for (size_t i = 0; i < m->n_pfs; i++)
		any = any || pf_count(&m->pfs[i]);
	if (!any)
		return 0;
	int r = find_nodes(&s);
	if (r == 0)
		r = look_at_processes(&s);
	free(s.nodes);
	for (size_t i = 0; i < m->n_pfs; i++) {
		for (size_t k = 0; k < pf_count(&m->pfs[i]); k++) {
			struct vf *vf = pf_at(&m->pfs[i], k);
			bool hidden = s.blind && vf->function.node.exists;
			if (vf->use.kind == USE_UNKNOWN && !hidden)
				vf->use.kind = USE_FREE;
		}
	}
	return r;
}
