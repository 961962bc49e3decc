/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading a kernel module. */
#ifndef HOST_MODULE_H
#define HOST_MODULE_H

/* Loads NAME and what it depends on, as modprobe does. Return: 1 when it is in the kernel already,
 * -ENOENT when the running kernel has no such module, else what loading it gave; then perhaps with
 * *RET_DETAIL set (the caller frees it). */
int module_load(const char *name, char **ret_detail);

#endif
