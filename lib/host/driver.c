/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which driver has a PCI function. All writes are guarded: unbinding waits for whoever has the
 * device open, and then so does every write that takes the device's lock. */
#include "host/driver.h"

#include <errno.h>
#include <string.h>

#include "core/machine.h"
#include "host/fd.h"
#include "host/group.h"
#include "host/sysfs.h"

/* devtmpfs makes the node before the bind returns; this is for kernels that would not. */
#define NODE_TIMEOUT_MS 1000

static int open_target(const struct driver_target *t, int *ret_fd, char **ret_detail)
{
	int r = sysfs_open_function(t->root_fd, t->address, ret_fd);

	if (r != -ENOENT)
		return r;
	*ret_detail = text_format("the device is gone");
	return -ENODEV;
}

/* *RET is NULL when no driver has it. */
static int read_driver(int function_fd, char **ret)
{
	char *name = NULL;
	int r = sysfs_read_link(function_fd, "driver", &name);

	if (r < 0 && r != -ENOENT)
		return r;
	*ret = name;
	return 0;
}

/* Driver names come from files that people write. */
static bool is_plain_name(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/') && !strchr(name, '\n');
}

int driver_set_override(const struct driver_target *t, const char *name, char **ret_detail)
{
	autoclose int fd = -1;
	int r = open_target(t, &fd, ret_detail);

	/* The kernel prints an override that is not there as printf() does NULL. */
	return r < 0 ? r
		     : guard_replace(&t->guard, fd, "driver_override", name ? name : "\n",
				     name ? name : "(null)", "driver_override", ret_detail);
}

static int write_unbind(const struct driver_target *t, int function_fd, char **ret_detail)
{
	char address[PCI_ADDRESS_TEXT];
	int r = guard_write(&t->guard, function_fd, "driver/unbind",
			    pci_address_format(t->address, address), "unbind", ret_detail);

	/* It lost its driver in between. */
	return r == -ENOENT || r == -ENODEV ? 0 : r;
}

static int write_bind(const struct driver_target *t, const char *name, char **ret_detail)
{
	char address[PCI_ADDRESS_TEXT];
	autofree char *path = text_format("sys/bus/pci/drivers/%s", name);
	autoclose int fd = -1;
	int r = path ? sysfs_open_dir(t->root_fd, path, &fd) : -ENOMEM;

	if (r == -ENOENT)
		*ret_detail = text_format("driver '%s' is not loaded", name);
	if (r < 0)
		return r;
	return guard_write(&t->guard, fd, "bind", pci_address_format(t->address, address), "bind",
			   ret_detail);
}

/* drivers_probe and a bound device's bind say yes to much; what counts is the link. */
static int check(const struct driver_target *t, int function_fd, const char *name,
		 char **ret_detail)
{
	autofree char *now = NULL;
	int group = -1, r = read_driver(function_fd, &now);

	if (r < 0)
		return r;
	if (!text_equal(now, name)) {
		*ret_detail = now ? text_format("driver '%s' has it", now)
				  : text_format("no driver has it");
		return -EREMOTEIO;
	}
	if (!name || !driver_is_vfio(name))
		return 0;
	r = sysfs_read_group(function_fd, &group);
	if (r == 0)
		r = group_wait_node(t->root_fd, group, NODE_TIMEOUT_MS);
	if (r < 0) {
		*ret_detail = text_format("its IOMMU group has no node under /dev/vfio");
		return r == -ETIMEDOUT || r == -ENOENT ? -EREMOTEIO : r;
	}
	return 0;
}

int driver_set(const struct driver_target *t, const char *name, const char *old, bool any_old,
	       char **ret_detail)
{
	autofree char *now = NULL;
	autoclose int fd = -1;
	int r = name && !is_plain_name(name) ? -EINVAL : open_target(t, &fd, ret_detail);

	if (r == 0)
		r = read_driver(fd, &now);
	if (r < 0)
		return r;
	if (text_equal(now, name))
		return 1;
	if (now && !any_old && !text_equal(now, old)) {
		*ret_detail = text_format("driver '%s' has it by now", now);
		return -EBUSY;
	}
	if (now)
		r = write_unbind(t, fd, ret_detail);
	if (r == 0 && name)
		r = write_bind(t, name, ret_detail);
	return r < 0 ? r : check(t, fd, name, ret_detail);
}

int driver_probe(const struct driver_target *t, char **ret_detail)
{
	char address[PCI_ADDRESS_TEXT];
	autofree char *now = NULL;
	autoclose int fd = -1;
	int r = open_target(t, &fd, ret_detail);

	if (r == 0)
		r = read_driver(fd, &now);
	if (r < 0)
		return r;
	if (now)
		return 1;
	return guard_write(&t->guard, t->root_fd, "sys/bus/pci/drivers_probe",
			   pci_address_format(t->address, address), "drivers_probe", ret_detail);
}
