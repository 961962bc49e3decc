/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What udev knows, and waiting until it is through with a device. */
#include "host/udev.h"

#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"
#include "host/deadline.h"
#include "host/sysfs.h"

static void udev_unrefp(struct udev **udev)
{
	udev_unref(*udev);
}

static void udev_device_unrefp(struct udev_device **device)
{
	udev_device_unref(*device);
}

static void udev_monitor_unrefp(struct udev_monitor **monitor)
{
	udev_monitor_unref(*monitor);
}

static bool is_real_root(int root_fd)
{
	struct stat theirs, ours;

	return fstat(root_fd, &theirs) == 0 && stat("/", &ours) == 0 &&
	       theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

/* By its number, never by its name: that is what udev is about to change. */
static char *interface_id(unsigned ifindex)
{
	return text_format("n%u", ifindex);
}

static char *id_path_of(struct udev_device *device)
{
	const char *path = device ? udev_device_get_property_value(device, "ID_PATH") : NULL;

	return path ? strdup(path) : NULL;
}

static struct udev *open_udev(int root_fd)
{
	/* Where none runs, none has said anything either. */
	return is_real_root(root_fd) && sysfs_exists(root_fd, "run/udev/control") ? udev_new()
										  : NULL;
}

char *udev_interface_path(int root_fd, unsigned ifindex)
{
	CLEANUP(udev_unrefp) struct udev *udev = open_udev(root_fd);
	CLEANUP(udev_device_unrefp) struct udev_device *interface = NULL;
	autofree char *id = interface_id(ifindex);

	if (!udev || !id)
		return NULL;
	interface = udev_device_new_from_device_id(udev, id);
	return id_path_of(interface);
}

char *udev_function_path(int root_fd, const char *pci_address)
{
	CLEANUP(udev_unrefp) struct udev *udev = open_udev(root_fd);
	CLEANUP(udev_device_unrefp) struct udev_device *function = NULL;

	if (!udev)
		return NULL;
	function = udev_device_new_from_subsystem_sysname(udev, "pci", pci_address);
	return id_path_of(function);
}

/* A device that udev has never heard of is not initialised either. */
static bool is_initialised(struct udev *udev, const char *id)
{
	CLEANUP(udev_device_unrefp)
	struct udev_device *device = udev_device_new_from_device_id(udev, id);

	return device && udev_device_get_is_initialized(device) > 0;
}

bool udev_interface_is_named(int root_fd, unsigned ifindex)
{
	CLEANUP(udev_unrefp) struct udev *udev = open_udev(root_fd);
	autofree char *id = interface_id(ifindex);

	return !udev || !id || is_initialised(udev, id);
}

static int wait_for(int root_fd, const char *id, unsigned timeout_ms)
{
	CLEANUP(udev_unrefp) struct udev *udev = NULL;
	CLEANUP(udev_monitor_unrefp) struct udev_monitor *monitor = NULL;
	uint64_t deadline = deadline_in(timeout_ms);

	if (!is_real_root(root_fd) || !sysfs_exists(root_fd, "run/udev/control"))
		return 0;
	udev = udev_new();
	/* The monitor before the first look: what udev ends in between is an event then. */
	monitor = udev ? udev_monitor_new_from_netlink(udev, "udev") : NULL;
	if (!monitor)
		return -ENOMEM;
	if (udev_monitor_enable_receiving(monitor) < 0)
		return -EIO;
	while (!is_initialised(udev, id)) {
		struct pollfd p = { .fd = udev_monitor_get_fd(monitor), .events = POLLIN };
		int ready = poll(&p, 1, deadline_left_ms(deadline));

		if (ready == 0)
			return -ETIMEDOUT;
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0) /* whichever device it is about: what counts is the next look */
			udev_device_unref(udev_monitor_receive_device(monitor));
	}
	return 0;
}

int udev_wait_interface(int root_fd, unsigned ifindex, unsigned timeout_ms)
{
	autofree char *id = interface_id(ifindex);

	return id ? wait_for(root_fd, id, timeout_ms) : -ENOMEM;
}

int udev_wait_node(int root_fd, unsigned major, unsigned minor, unsigned timeout_ms)
{
	autofree char *id = text_format("c%u:%u", major, minor);

	return id ? wait_for(root_fd, id, timeout_ms) : -ENOMEM;
}
