/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the real kernel share. */
#ifndef HOST_KERNEL_LINUX_H
#define HOST_KERNEL_LINUX_H

#include "host/group.h"
#include "host/kernel.h"
#include "host/nl-socket.h"

#define NETLINK_MS 5000
#define NAP_MS     50

struct kernel_linux {
	int root_fd, rundir_fd;
	unsigned timeout_percent;
	const struct log *log;
	struct netlink *netlink; /* NULL: not opened yet */
	struct claims claims;
};

/* ROOT_FD: "/" but in tests, O_PATH is enough; it keeps a copy of it. RUNDIR_FD, TIMEOUT_PERCENT
 * and LOG as struct kernel_source has them. Return: -ENOMEM. */
int kernel_linux_new(int root_fd, int rundir_fd, unsigned timeout_percent, const struct log *log,
		     struct kernel_linux **ret);
void kernel_linux_free(struct kernel_linux *k);
DEFINE_CLEANUP(struct kernel_linux, kernel_linux_free)

extern const struct kernel_ops kernel_linux_ops;

/* A deadline by the context's percentage. */
unsigned kernel_scaled(const struct kernel_linux *k, unsigned ms);
/* Return: the errno of the socket. */
int kernel_open_netlink(struct kernel_linux *k);

/* Return: -ETIMEDOUT. */
int kernel_wait_for_carrier(struct kernel_linux *k, unsigned ifindex, unsigned ms);

/* kernel_ops' act. */
int kernel_act(void *kernel, const struct step *step, char **ret_detail);

#endif
