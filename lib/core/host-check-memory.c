/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* May a guest lock its memory? VFIO pins all of it, and libvirt asks for 1 GiB more
 * (qemuDomainGetMemLockLimitBytes()); without privilege the hard limit has to be there. */
#include <errno.h>
#include <string.h>

#include "core/host-check-internal.h"
#include "core/memlock.h"

/* What a low limit of a process means, and what to do. */
static const struct role {
	const char *command;
	bool may_raise; /* with CAP_SYS_RESOURCE it raises the limit of its guests itself */
	const char *advice;
} roles[] = {
	{ "containerd", false,
	  "set LimitMEMLOCK=infinity in containerd.service and restart it, or "
	  "raise it per container" },
	{ "dockerd", false,
	  "set LimitMEMLOCK=infinity in docker.service and containerd.service "
	  "and restart them, or run containers with --ulimit memlock=-1" },
	{ "crio", false,
	  "set LimitMEMLOCK=infinity in crio.service and restart it, or "
	  "default_ulimits in crio.conf" },
	{ "conmon", false,
	  "set default_ulimits in containers.conf, or run containers with "
	  "--ulimit memlock=-1" },
	{ "podman", false,
	  "set LimitMEMLOCK=infinity in podman.service, or run containers with "
	  "--ulimit memlock=-1" },
	{ "libvirtd", true,
	  "give its container the limit: --ulimit memlock=-1, or LimitMEMLOCK= "
	  "in its unit" },
	{ "virtqemud", true,
	  "give its container the limit: --ulimit memlock=-1, or LimitMEMLOCK= "
	  "in its unit" },
};

static const struct role service_manager = {
	NULL, false,
	"set DefaultLimitMEMLOCK=infinity in system.conf of systemd and reboot, or "
	"LimitMEMLOCK= in the unit of what starts the guests"
};

static const struct role *find_role(const char *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		if (strcmp(roles[i].command, command) == 0)
			return &roles[i];
	}
	return NULL;
}

bool process_matters(const char *command)
{
	return find_role(command);
}

/* The same command with the same limit is told once: there is a conmon for each container. */
static bool is_told(const struct host_facts *f, size_t which)
{
	const struct process *p = &f->processes[which];
	for (size_t i = 0; i < which; i++) {
		const struct process *q = &f->processes[i];
		if (q->has_memlock && q->memlock == p->memlock && q->may_raise == p->may_raise &&
		    strcmp(q->command, p->command) == 0)
			return true;
	}
	return false;
}

static void report(struct checker *c, const struct process *p, const struct role *role)
{
	uint64_t guest = c->in->guest_memory;
	autofree char *subject = text_format("pid %u (%s)", p->pid, p->command);
	autofree char *limit = size_text(p->memlock);
	autofree char *memory = size_text(guest);
	autofree char *need = size_text(memlock_need(guest));

	if (!limit || !memory || !need)
		return;
	if (guest)
		(void)problem_add(c->problems, 0, VFPREP_HOST, subject, role->advice,
				  "what it starts may lock %s of memory, a guest of %s with a VF "
				  "has to lock %s",
				  limit, memory, need);
	else
		(void)problem_add(c->problems, 0, VFPREP_NOTE, subject, role->advice,
				  "what it starts may lock %s of memory, a guest with a VF has to "
				  "lock its memory and 1 GiB",
				  limit);
}

/* True when P has too low a limit, of which a finding tells. */
static bool judge(struct checker *c, size_t which, const struct role *role)
{
	const struct process *p = &c->in->facts->processes[which];

	if (p->memlock >= memlock_need(c->in->guest_memory) || (role->may_raise && p->may_raise))
		return false;
	if (!is_told(c->in->facts, which))
		report(c, p, role);
	return true;
}

static int add_verdict(struct checker *c, size_t n_known, size_t n_low)
{
	autofree char *need = size_text(memlock_need(c->in->guest_memory));

	if (!need)
		return -ENOMEM;
	if (!n_known)
		return checker_add(c, "memory", NULL, CHECK_UNKNOWN,
				   "the limits of locked memory are not known");
	if (!n_low)
		return checker_add(c, "memory", NULL, CHECK_OK,
				   "no limit of locked memory is below %s", need);
	return checker_add(c, "memory", NULL, c->in->guest_memory ? CHECK_PROBLEM : CHECK_OK,
			   "%zu process%s may lock less than %s", n_low, n_low == 1 ? "" : "es",
			   need);
}

int check_memory(struct checker *c)
{
	const struct host_facts *f = c->in->facts;
	size_t n_known = 0, n_low = 0;

	for (size_t i = 0; f && i < f->n_processes; i++) {
		const struct role *role = find_role(f->processes[i].command);
		if (!role || !f->processes[i].has_memlock)
			continue;
		n_known++;
		n_low += judge(c, i, role);
	}
	/* What runs says best what it was given; the service manager's own limit is only what it
	 * may give. */
	for (size_t i = 0; f && n_known == 0 && i < f->n_processes; i++) {
		if (f->processes[i].pid != 1 || !f->processes[i].has_memlock)
			continue;
		n_known = 1;
		n_low = judge(c, i, &service_manager);
		break;
	}
	return add_verdict(c, n_known, n_low);
}
