/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel that runs here: the operations, thin over the files beside this one. */
#include "host/kernel-linux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "host/busy.h"
#include "host/deadline.h"
#include "host/fd.h"
#include "host/files.h"
#include "host/probe-link.h"
#include "host/probe-vf.h"
#include "host/probe.h"
#include "host/sysfs.h"

/* Deadlines, scaled by the context's percentage. */
#define CARRIER_MS  15000 /* copper at 10 Gbit/s takes 7 s */
#define OVERRIDE_MS 2000
#define HOLE_MS     1000
#define NETNS_MS    3000

unsigned kernel_scaled(const struct kernel_linux *k, unsigned ms)
{
	uint64_t all = (uint64_t)ms * k->timeout_percent / 100;

	return all > INT_MAX ? INT_MAX : all > 0 ? (unsigned)all : 1;
}

int kernel_open_netlink(struct kernel_linux *k)
{
	return k->netlink ? 0 : netlink_open(kernel_scaled(k, NETLINK_MS), &k->netlink);
}

int kernel_wait_for_carrier(struct kernel_linux *k, unsigned ifindex, unsigned ms)
{
	bool told = false;
	uint64_t deadline = deadline_in(kernel_scaled(k, ms));
	int r = kernel_open_netlink(k);

	if (r < 0)
		return r;
	for (;;) {
		autolink l = { 0 };

		r = netlink_get_link(k->netlink, ifindex, &l);
		if (r < 0 || l.carrier)
			return r;
		if (!told)
			log_tell(k->log, LOG_DEBUG, "waiting for the carrier of '%s'", l.name);
		told = true;
		if (!deadline_nap(deadline, NAP_MS))
			return -ETIMEDOUT;
	}
}

static int linux_read(void *kernel, const struct pci_address *only,
		      struct vfprep_machine **ret_machine, struct vfprep_problems *p)
{
	struct kernel_linux *k = kernel;
	int r = kernel_open_netlink(k);

	if (r < 0)
		(void)problem_add(p, r, VFPREP_SYSTEM, NULL, "allow AF_NETLINK",
				  "no netlink socket: %s", strerror(-r));
	return probe_machine(
		&(struct probe){
			.root_fd = k->root_fd,
			.rundir_fd = k->rundir_fd,
			.netlink = k->netlink,
			.override_timeout_ms = kernel_scaled(k, OVERRIDE_MS),
			.hole_timeout_ms = kernel_scaled(k, HOLE_MS),
			.netns_timeout_ms = kernel_scaled(k, NETNS_MS),
		},
		only, ret_machine, p);
}

static int linux_identify(void *kernel, struct pf *pf)
{
	static const struct host_links nobody; /* whose it is does not count here */
	struct kernel_linux *k = kernel;
	autoclose int fd = -1;
	int r = sysfs_open_function(k->root_fd, pf->address, &fd);

	if (r == 0)
		r = sysfs_read_link(fd, "driver", &pf->driver);
	if (r == 0)
		r = kernel_open_netlink(k);
	return r < 0 ? r
		     : probe_link(&(struct probe){ .netlink = k->netlink }, &nobody, fd, pf, NULL);
}

static int linux_claim(void *kernel, int group)
{
	struct kernel_linux *k = kernel;

	return group < 0 ? 0 : claims_add(&k->claims, k->root_fd, group);
}

static void linux_unclaim(void *kernel)
{
	struct kernel_linux *k = kernel;

	claims_clear(&k->claims);
}

/* The lock says until when its holder has time; after that it is known to be stuck. */
static int linux_enter(void *kernel, struct pci_address pf, char **ret_detail)
{
	struct kernel_linux *k = kernel;
	bool told = false;

	for (;;) {
		autofree char *text = NULL;
		uint64_t deadline;
		int r = busy_holder(k->rundir_fd, pf, &text, &deadline);

		if (r <= 0)
			return r;
		if (!told)
			log_tell(k->log, LOG_DEBUG, "waiting for %s", text);
		told = true;
		if (deadline_nap(deadline, NAP_MS))
			continue;
		*ret_detail = TAKE_PTR(text);
		return -EBUSY;
	}
}

static int linux_store(void *kernel, int dir_fd, const char *path, const char *text)
{
	int r = text ? file_write(dir_fd, path, text) : file_remove(dir_fd, path);

	(void)kernel; /* files need none */
	return r < 0 ? r : 0;
}

static int linux_list(void *kernel, unsigned ifindex, struct vf_list *ret_list)
{
	static const struct pf any; /* of its VFs no more is known than is listed */
	struct kernel_linux *k = kernel;
	int r = kernel_open_netlink(k);
	const struct probe probe = {
		.netlink = k->netlink,
		.hole_timeout_ms = kernel_scaled(k, HOLE_MS),
	};

	return r < 0 ? r : probe_list(&probe, &any, ifindex, ret_list);
}

static int linux_settle(void *kernel, unsigned ifindex)
{
	return kernel_wait_for_carrier(kernel, ifindex, CARRIER_MS);
}

const struct kernel_ops kernel_linux_ops = {
	.read = linux_read,
	.identify = linux_identify,
	.act = kernel_act,
	.claim = linux_claim,
	.unclaim = linux_unclaim,
	.enter = linux_enter,
	.store = linux_store,
	.list = linux_list,
	.settle = linux_settle,
};

int kernel_linux_new(int root_fd, int rundir_fd, unsigned timeout_percent, const struct log *log,
		     struct kernel_linux **ret)
{
	autoclose int own_fd = fcntl(root_fd, F_DUPFD_CLOEXEC, 0);

	if (own_fd < 0)
		return -errno;
	struct kernel_linux *k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->root_fd = TAKE_FD(own_fd);
	k->rundir_fd = rundir_fd;
	k->timeout_percent = timeout_percent;
	k->log = log;
	*ret = k;
	return 0;
}

void kernel_linux_free(struct kernel_linux *k)
{
	if (!k)
		return;
	claims_clear(&k->claims);
	netlink_free(k->netlink);
	(void)close(k->root_fd); /* never written through */
	free(k);
}

static int linux_open(int rundir_fd, unsigned timeout_percent, const struct log *log,
		      void **ret_kernel)
{
	struct kernel_linux *k = NULL;
	autoclose int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = root_fd < 0 ? -errno
			    : kernel_linux_new(root_fd, rundir_fd, timeout_percent, log, &k);

	if (r == 0)
		*ret_kernel = k;
	return r;
}

static void linux_close(void *kernel)
{
	kernel_linux_free(kernel);
}

const struct kernel_source kernel_linux_source = { &kernel_linux_ops, linux_open, linux_close,
						   "/" };
