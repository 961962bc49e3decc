/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real kernel: how each kind of step is carried out. */
#include "host/kernel-linux.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "host/deadline.h"
#include "host/driver.h"
#include "host/fd.h"
#include "host/module.h"
#include "host/probe-vf.h"
#include "host/sysfs.h"
#include "host/udev.h"

/* Deadlines, scaled by the context's percentage. */
#define NUMVFS_MS        60000 /* and for each VF */
#define NUMVFS_MS_PER_VF 1000
#define LINKS_MS         2000 /* the links are there when the write returns, as of now */
#define DRIVER_MS        10000
#define UDEV_MS          5000
#define NODE_MS          2000

static struct guard make_guard(const struct kernel_linux *k, struct pci_address pf, unsigned ms)
{
	return (struct guard){
		.rundir_fd = k->rundir_fd,
		.pf = pf,
		.timeout_ms = kernel_scaled(k, ms),
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
	return module_load_driver(k->root_fd, s->name, ret_detail);
}

static int get_link(struct kernel_linux *k, const struct step *s, struct link_facts *ret)
{
	int r = s->ifindex > 0 ? kernel_open_netlink(k) : -ENODEV;

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
		log_tell(k->log, LOG_DEBUG, "waiting for udev to be through with '%s'", l.name);
	if (s->number)
		r = udev_wait_interface(k->root_fd, s->ifindex, kernel_scaled(k, UDEV_MS));
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
	uint64_t deadline = deadline_in(kernel_scaled(k, LINKS_MS));
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

/* igb and ixgbe take a rate only while the PF has a carrier (igb_ndo_set_vf_bw(),
 * ixgbe_ndo_set_vf_bw()), and one that was just brought up has none yet. */
static bool may_be_without_carrier(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	autolink l = { 0 };

	if (s->setting != SETTING_RATE || netlink_get_link(k->netlink, s->ifindex, &l) < 0 ||
	    l.carrier)
		return false;
	if (kernel_wait_for_carrier(k, s->ifindex, NETLINK_MS) == 0)
		return true;
	*ret_detail = text_format("'%s' has no carrier, which some drivers need for it", l.name);
	return false;
}

/* i40e and ice say EAGAIN or EBUSY while they reset the VF or wait for its driver. */
static int act_setting(struct kernel_linux *k, const struct step *s, char **ret_detail)
{
	uint64_t deadline = deadline_in(kernel_scaled(k, NETLINK_MS));
	int r = s->ifindex > 0 ? kernel_open_netlink(k) : -ENODEV;
	bool waited = false, told = false;

	if (r < 0)
		return r;
	for (;;) {
		autofree char *detail = NULL;

		r = netlink_change(k->netlink,
				   nl_vf_encode(s->ifindex, s->vf, s->setting, &s->value), &detail);
		if ((r == -EAGAIN || r == -EBUSY) && deadline_nap(deadline, NAP_MS)) {
			if (!told)
				log_tell(k->log, LOG_DEBUG, "waiting for the driver: %s",
					 s->subject);
			told = true;
			continue;
		}
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
		r = sysfs_read_group(fd, &group);
	if (r == 0)
		r = group_wait_node(k->root_fd, group, kernel_scaled(k, NODE_MS));
	if (r < 0)
		return r == -ETIMEDOUT ? -ENOENT : r;
	return group_set_node(k->root_fd, group, &s->node, kernel_scaled(k, UDEV_MS), ret_detail);
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
	[STEP_MODULE] = act_module,     [STEP_WITHDRAW] = act_not,
	[STEP_PARK] = act_not,          [STEP_ADDR_GEN_MODE] = act_addr_gen_mode,
	[STEP_LINK] = act_link,         [STEP_AUTOPROBE] = act_autoprobe,
	[STEP_NUMVFS] = act_numvfs,     [STEP_SETTING] = act_setting,
	[STEP_OVERRIDE] = act_override, [STEP_DRIVER] = act_driver,
	[STEP_NODE] = act_node,         [STEP_DRIVERS_PROBE] = act_drivers_probe,
	[STEP_PUBLISH] = act_not,
};
static_assert(ARRAY_SIZE(act_table) == STEP_COUNT, "a row for each kind of step");

int kernel_act(void *kernel, const struct step *step, char **ret_detail)
{
	char *detail = NULL;
	int r = act_table[step->kind](kernel, step, &detail);

	if (r < 0 && detail)
		*ret_detail = TAKE_PTR(detail);
	free(detail);
	return r;
}
