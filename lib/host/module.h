/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading a kernel module. */
#ifndef HOST_MODULE_H
#define HOST_MODULE_H

/* Loads the module that brings the PCI driver DRIVER, and what it depends on, as modprobe does; the
 * module has the same name, but for '-' and '_'. Return: 1 when the driver is there already,
 * -ENOENT when the running kernel has no such module, -EREMOTEIO when it brought no driver of that
 * name, else what loading it gave; then perhaps with *RET_DETAIL set (the caller frees it). */
int module_load_driver(int root_fd, const char *driver, char **ret_detail);

#endif
