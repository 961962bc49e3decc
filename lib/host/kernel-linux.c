/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel that runs here: the operations, thin over the files beside this one. */
#include "host/kernel.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "host/busy.h"
#include "host/deadline.h"
#include "host/driver.h"
#include "host/fd.h"
#include "host/files.h"
#include "host/group.h"
#include "host/module.h"
#include "host/nl-socket.h"
#include "host/probe-vf.h"
#include "host/probe.h"
#include "host/sysfs.h"
#include "host/udev.h"

/* Deadlines, scaled by the context's percentage. */
#define NUMVFS_MS        60000 /* and for each VF */
#define NUMVFS_MS_PER_VF 1000
#define LINKS_MS         2000 /* the links are there when the write returns, as of now */
#define DRIVER_MS        10000
#define NETLINK_MS       5000
#define UDEV_MS          5000
#define NODE_MS          2000
#define CARRIER_MS       15000 /* copper at 10 Gbit/s takes 7 s */
#define OVERRIDE_MS      2000
#define HOLE_MS          1000
#define NETNS_MS         3000

#define NAP_MS 50

struct kernel_linux {
	int root_fd, rundir_fd;
	unsigned timeout_percent;
	struct netlink *netlink; /* NULL: not opened yet */
	struct claims claims;
};

static unsigned scaled(const struct kernel_linux *k, unsigned ms)
{
	uint64_t all = (uint64_t)ms * k->timeout_percent / 100;

	return all > INT_MAX ? INT_MAX : all > 0 ? (unsigned)all : 1;
}

static int open_netlink(struct kernel_linux *k)
{
	return k->netlink ? 0 : netlink_open(scaled(k, NETLINK_MS), &k->netlink);
}

static struct guard make_guard(const struct kernel_linux *k, struct pci_address pf, unsigned ms)
{
	return (struct guard){
		.rundir_fd = k->rundir_fd,
		.pf = pf,
		.timeout_ms = scaled(k, ms),
	};
}

static struct driver_target make_target(const struct kernel_linux *k, const struct step *s)
{
	return (struct driver_target){
		.root_fd = k->root_fd,
		.address = s->address,
		.guard = make_guard(k, s->pf, DRIVER_MS),
	};
}

static int act_module(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	autofree char *path = text_format("sys/bus/pci/drivers/%s", s->name);

	if (!path)
		return -ENOMEM;
	return sysfs_exists(k->root_fd, path) ? 1 : module_load(s->name, ret_detail);
}

static int get_link(struct kernel_linux *k, const struct step *s, struct link_facts *ret)
{
	int r = s->ifindex > 0 ? open_netlink(k) : -ENODEV;

	return r < 0 ? r : netlink_get_link(k->netlink, s->ifindex, ret);
}

static int act_addr_gen_mode(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	autolink l = { 0 };
	int r = get_link(k, s, &l);

	if (r < 0)
		return r;
	if (l.has & LINK_ADDR_GEN_MODE && l.addr_gen_mode == s->number)
		return 1;
	return netlink_change(k->netlink, nl_link_set_addr_gen_mode(s->ifindex, s->number),
			      ret_detail);
}

/* udev names an interface only while it is down (before Linux 6.2 the kernel refuses otherwise), so
 * it comes first. */
static int act_link(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	autolink l = { 0 };
	int r = get_link(k, s, &l);

	if (r < 0)
		return r;
	if (l.up == (s->number != 0))
		return 1;
	if (s->number)
		r = udev_wait_interface(k->root_fd, s->ifindex, scaled(k, UDEV_MS));
	if (r == -ETIMEDOUT) {
		*ret_detail = text_format("udev is not through with '%s' yet", l.name);
		return -EBUSY;
	}
	if (r < 0)
		return r;
	return netlink_change(k->netlink, nl_link_set_up(s->ifindex, s->number), ret_detail);
}

static int act_autoprobe(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	const char *attribute = "sriov_drivers_autoprobe";
	autoclose int fd = -1;
	unsigned now = 0;
	int r = sysfs_open_function(k->root_fd, s->pf, &fd);

	(void)ret_detail; /* its errno says all */
	if (r == 0)
		r = sysfs_read_unsigned(fd, attribute, 10, &now);
	if (r < 0)
		return r;
	return now == s->number ? 1 : sysfs_write(fd, attribute, s->number ? "1" : "0");
}

/* The write succeeds also where the driver made fewer VFs than it was asked for. */
static int check_count(const struct kernel_linux *k, int pf_fd, unsigned want, char **ret_detail)
{
	uint64_t deadline = deadline_in(scaled(k, LINKS_MS));
	unsigned have = 0;

	for (;;) {
		int r = probe_count_vfs(pf_fd, &have);

		if (r < 0 || have == want)
			return r;
		if (!deadline_nap(deadline, NAP_MS))
			break;
	}
	*ret_detail = text_format("asked for %u VFs, %u are there", want, have);
	return -EREMOTEIO;
}

static int act_numvfs(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	autofree char *number = text_format("%u", s->number);
	autoclose int fd = -1;
	struct guard guard;
	unsigned have = 0, most;
	int r = number ? sysfs_open_function(k->root_fd, s->pf, &fd) : -ENOMEM;

	if (r == -ENOENT)
		return -ENODEV;
	if (r == 0)
		r = probe_count_vfs(fd, &have);
	if (r < 0)
		return r;
	if (have == s->number)
		return 1;
	most = have > s->number ? have : s->number;
	guard = make_guard(k, s->pf, NUMVFS_MS + NUMVFS_MS_PER_VF * most);
	r = guard_write(&guard, fd, "sriov_numvfs", number, "sriov_numvfs", ret_detail);
	return r < 0 ? r : check_count(k, fd, s->number, ret_detail);
}

static int wait_for_carrier(struct kernel_linux *k, unsigned ifindex, unsigned ms)
{
	uint64_t deadline = deadline_in(scaled(k, ms));
	int r = open_netlink(k);

	if (r < 0)
		return r;
	for (;;) {
		autolink l = { 0 };

		r = netlink_get_link(k->netlink, ifindex, &l);
		if (r < 0 || l.carrier)
			return r;
		if (!deadline_nap(deadline, NAP_MS))
			return -ETIMEDOUT;
	}
}

/* igb and ixgbe take a rate only while the PF has a carrier (igb_ndo_set_vf_bw(),
 * ixgbe_ndo_set_vf_bw()), and one that was just brought up has none yet. */
static bool may_be_without_carrier(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	autolink l = { 0 };

	if (s->setting != SETTING_RATE || netlink_get_link(k->netlink, s->ifindex, &l) < 0 ||
	    l.carrier)
		return false;
	if (wait_for_carrier(k, s->ifindex, NETLINK_MS) == 0)
		return true;
	*ret_detail = text_format("'%s' has no carrier, which some drivers need for it", l.name);
	return false;
}

/* i40e and ice say EAGAIN or EBUSY while they reset the VF or wait for its driver. */
static int act_setting(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	uint64_t deadline = deadline_in(scaled(k, NETLINK_MS));
	int r = s->ifindex > 0 ? open_netlink(k) : -ENODEV;
	bool waited = false;

	if (r < 0)
		return r;
	for (;;) {
		autofree char *detail = NULL;

		r = netlink_change(k->netlink,
				   nl_vf_encode(s->ifindex, s->vf, s->setting, &s->value), &detail);
		if ((r == -EAGAIN || r == -EBUSY) && deadline_nap(deadline, NAP_MS))
			continue;
		if (r == -EINVAL && !waited && may_be_without_carrier(k, s, ret_detail)) {
			waited = true;
			continue;
		}
		if (r < 0 && !*ret_detail)
			*ret_detail = TAKE_PTR(detail);
		return r;
	}
}

static int act_override(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	struct driver_target target = make_target(k, s);

	return driver_set_override(&target, s->name, ret_detail);
}

/* Whoever has a VF that the plan itself made may lose it. */
static int act_driver(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	struct driver_target target = make_target(k, s);

	return driver_set(&target, s->name, s->old_driver, s->to_come, ret_detail);
}

static int act_node(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	autoclose int fd = -1;
	int group = -1, r = sysfs_open_function(k->root_fd, s->address, &fd);

	if (r == 0)
		r = group_of(fd, &group);
	if (r == 0)
		r = group_wait_node(k->root_fd, group, scaled(k, NODE_MS));
	if (r < 0)
		return r == -ETIMEDOUT ? -ENOENT : r;
	return group_set_node(k->root_fd, group, &s->node, scaled(k, UDEV_MS), ret_detail);
}

static int act_drivers_probe(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	struct driver_target target = make_target(k, s);

	return driver_probe(&target, ret_detail);
}

/* Files are the business of who runs the plan. */
static int act_not(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	(void)k;
	(void)s;
	(void)ret_detail;
	return -EINVAL;
}

static int (*const act_table[])(struct kernel_linux *k, const struct step *s, char **ret_detail) = {
	[STEP_MODULE] = act_module,
	[STEP_WITHDRAW] = act_not,
	[STEP_ADDR_GEN_MODE] = act_addr_gen_mode,
	[STEP_LINK] = act_link,
	[STEP_AUTOPROBE] = act_autoprobe,
	[STEP_NUMVFS] = act_numvfs,
	[STEP_SETTING] = act_setting,
	[STEP_OVERRIDE] = act_override,
	[STEP_DRIVER] = act_driver,
	[STEP_NODE] = act_node,
	[STEP_DRIVERS_PROBE] = act_drivers_probe,
	[STEP_PUBLISH] = act_not,
};
static_assert(ARRAY_SIZE(act_table) == STEP_COUNT, "a row for each kind of step");

static int linux_act(void *kernel, const struct step *step, char **ret_detail)
{
	char *detail = NULL;
	int r = act_table[step->kind](kernel, step, &detail);

	if (r < 0 && detail)
		*ret_detail = TAKE_PTR(detail);
	free(detail);
	return r;
}

static int linux_read(void *kernel, const struct pci_address *only,
		      struct vfprep_machine **ret_machine, struct vfprep_problems *p)
{
	struct kernel_linux *k = kernel;
	int r = open_netlink(k);

	if (r < 0)
		(void)problem_add(p, r, VFPREP_SYSTEM, NULL, "allow AF_NETLINK",
				  "no netlink socket: %s", strerror(-r));
	return probe_machine(
		&(struct probe){
			.root_fd = k->root_fd,
			.rundir_fd = k->rundir_fd,
			.netlink = k->netlink,
			.override_timeout_ms = scaled(k, OVERRIDE_MS),
			.hole_timeout_ms = scaled(k, HOLE_MS),
			.netns_timeout_ms = scaled(k, NETNS_MS),
		},
		only, ret_machine, p);
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

	for (;;) {
		autofree char *text = NULL;
		uint64_t deadline;
		int r = busy_holder(k->rundir_fd, pf, &text, &deadline);

		if (r <= 0)
			return r;
		if (deadline_nap(deadline, NAP_MS))
			continue;
		*ret_detail = TAKE_PTR(text);
		return -EBUSY;
	}
}

static int linux_store(void *kernel, int rundir_fd, const char *path, const char *text)
{
	int r = text ? file_write(rundir_fd, path, text) : file_remove(rundir_fd, path);

	(void)kernel; /* files need none */
	return r < 0 ? r : 0;
}

static int linux_settle(void *kernel, unsigned ifindex)
{
	return wait_for_carrier(kernel, ifindex, CARRIER_MS);
}

const struct kernel_ops kernel_linux_ops = {
	.read = linux_read,
	.act = linux_act,
	.claim = linux_claim,
	.unclaim = linux_unclaim,
	.enter = linux_enter,
	.store = linux_store,
	.settle = linux_settle,
};

int kernel_linux_new(int root_fd, int rundir_fd, unsigned timeout_percent,
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
