/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container runtime has done before a container starts that gets teams. */
#include "host/oci-hook.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "core/verify.h"
#include "host/group.h"
#include "host/sysfs.h"

static int check_node(int root_fd, const struct team *t, struct vfprep_problems *p)
{
	autofree char *detail = NULL;
	int r = group_check_node(root_fd, t->transient.group, &detail);

	if (r == 0 || r == -ENOMEM)
		return r;
	return problem_add(p, -ESTALE, VFPREP_DRIFT, t->name,
			   "see who else makes nodes in /dev/vfio; run vfprep apply",
			   "its node cannot be told to be that of its group: %s",
			   detail ? detail : strerror(-r));
}

/* *RET_GUEST: the memory of its guest, where that is more. */
static int check_team(const struct host *h, int root_fd, const struct vfprep_machine *published,
		      const char *name, uint64_t *ret_guest, struct vfprep_problems *p)
{
	const struct team *t = machine_find_team(published, name);
	automachine m = NULL;

	if (!t)
		return problem_add(p, -ENODEV, VFPREP_ABSENT, name, "see vfprep list",
				   "no team is published under that name");
	int r = host_read(h, &t->pf.address, &m, p);
	if (r == 0)
		r = verify_device(m, t, p);
	if (r == 0 && t->transient.group >= 0)
		r = check_node(root_fd, t, p);
	if (r == 0 && t->guest_memory > *ret_guest)
		*ret_guest = t->guest_memory;
	return r;
}

static uint64_t from_rlim(rlim_t limit)
{
	return limit == RLIM_INFINITY ? MEMLOCK_UNLIMITED : limit;
}

static rlim_t to_rlim(uint64_t limit)
{
	return limit == MEMLOCK_UNLIMITED ? RLIM_INFINITY : (rlim_t)limit;
}

/* Of another user's process prlimit(2) tells nobody; /proc does. */
static int get_memlock(int root_fd, unsigned pid, struct memlock *ret)
{
	autofree char *path = text_format("proc/%u/limits", pid);
	autofree char *text = NULL;
	struct rlimit now;

	if (!path)
		return -ENOMEM;
	if (prlimit((pid_t)pid, RLIMIT_MEMLOCK, NULL, &now) < 0) {
		int r = -errno;
		bool read = r == -EPERM && sysfs_read(root_fd, path, &text) == 0;
		return read && memlock_from_limits(text, ret) == 0 ? 0 : r;
	}
	*ret = (struct memlock){ from_rlim(now.rlim_cur), from_rlim(now.rlim_max) };
	return 0;
}

static int set_memlock(unsigned pid, struct memlock want)
{
	const struct rlimit limit = { to_rlim(want.soft), to_rlim(want.hard) };

	return prlimit((pid_t)pid, RLIMIT_MEMLOCK, &limit, NULL) < 0 ? -errno : 0;
}

/* Tells which case it is where the limit could not be raised. */
static int tell_refused(int r, const char *subject, struct memlock have, uint64_t need,
			struct vfprep_problems *p)
{
	autofree char *is = memlock_text(have);
	autofree char *option = text_format("run the engine as root, or the container with "
					    "--ulimit memlock=%llu",
					    (unsigned long long)need);

	if (memlock_suffices(have, need))
		return problem_add(p, 0, VFPREP_NOTE, subject, NULL,
				   "its limit of locked memory, %s, cannot be raised to %llu (%s), "
				   "and need not be: the hard limit suffices",
				   is ? is : "?", (unsigned long long)need, strerror(-r));
	return problem_add(p, r, r == -EPERM ? VFPREP_PERMISSION : VFPREP_SYSTEM, subject, option,
			   "its limit of locked memory is %s, a guest of it needs %llu, and it "
			   "cannot be raised: %s",
			   is ? is : "?", (unsigned long long)need, strerror(-r));
}

static int raise_memlock(int root_fd, unsigned pid, uint64_t guest_memory, struct memlock *ret_old,
			 struct memlock *ret_new, struct vfprep_problems *p)
{
	autofree char *subject = text_format("pid %u", pid);
	uint64_t need = memlock_need(guest_memory);
	struct memlock have;

	int r = get_memlock(root_fd, pid, &have);
	if (r < 0)
		return problem_add(p, r, r == -ESRCH ? VFPREP_ABSENT : VFPREP_PERMISSION, subject,
				   r == -EPERM ? "run the engine as root" : NULL,
				   "its limit of locked memory cannot be read: %s", strerror(-r));
	*ret_old = *ret_new = have;
	struct memlock want = memlock_raise(have, need);
	if (memlock_equal(have, want))
		return 0;
	r = set_memlock(pid, want);
	if (r < 0)
		return tell_refused(r, subject, have, need, p);
	*ret_new = want;
	return 0;
}

int oci_hook(const struct host *h, const struct oci_hook_request *request, struct memlock *ret_old,
	     struct memlock *ret_new, struct vfprep_problems *p)
{
	automachine published = NULL;
	struct memlock old = { 0 }, new = { 0 };
	uint64_t guest = 0;

	int r = host_read_teams(h, &published, p);
	for (size_t i = 0; r == 0 && i < request->n_teams; i++)
		r = check_team(h, request->root_fd, published, request->teams[i], &guest, p);
	if (r == 0 && guest)
		r = raise_memlock(request->root_fd, request->pid, guest, &old, &new, p);
	else if (r == 0)
		(void)problem_add(p, 0, VFPREP_NOTE, NULL, "set GuestMemory= for its team",
				  "no memory of a guest is published: the limit of locked memory "
				  "stays as it is");
	if (r < 0)
		return r;
	*ret_old = old;
	*ret_new = new;
	return 0;
}
