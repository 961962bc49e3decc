/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What udev knows, and waiting until it is through with a device. */
#ifndef HOST_UDEV_H
#define HOST_UDEV_H

#include <stdbool.h>

/* All of them know nothing where ROOT_FD is not this process' "/": libudev has no other. */

/* The ID_PATH of an interface, or by its address that of a PCI function, which has to be free: its
 * uevent takes the device's lock (Linux 6.1, uevent_show()). NULL where udev gives none. The caller
 * frees it. */
char *udev_interface_path(int root_fd, unsigned ifindex);
char *udev_function_path(int root_fd, const char *pci_address);

/* Is udev through with an interface? True where no udevd runs. */
bool udev_interface_is_named(int root_fd, unsigned ifindex);

/* Waits until udev has named an interface, or has given a device node its owner. Return: 0, also at
 * once where no udevd runs; -ETIMEDOUT. */
int udev_wait_interface(int root_fd, unsigned ifindex, unsigned timeout_ms);
int udev_wait_node(int root_fd, unsigned major, unsigned minor, unsigned timeout_ms);

#endif
