/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes below a directory that is already open: attributes, links, lists. */
#ifndef HOST_SYSFS_H
#define HOST_SYSFS_H

#include "core/address.h"
#include "core/text.h"

/* All paths are relative to DIR_FD, which may be O_PATH. Readers tell "not there" (-ENOENT, which
 * also stands for what the kernel calls ENODEV and EOPNOTSUPP) from "unreadable" (any other
 * errno). */

/* The directory of a PCI function; ROOT_FD is "/" or another tree. */
int sysfs_open_function(int root_fd, struct pci_address address, int *ret_fd);
int sysfs_open_dir(int dir_fd, const char *path, int *ret_fd);
bool sysfs_exists(int dir_fd, const char *path);

/* A small attribute without its newline; the caller frees it. -EFBIG above 64 KiB. */
int sysfs_read(int dir_fd, const char *path, char **ret);
/* A number in BASE; a "0x" before a hexadecimal one is fine. -EINVAL when it is none. */
int sysfs_read_unsigned(int dir_fd, const char *path, int base, unsigned *ret);
/* The last part of what a symbolic link names: a driver, a group, an address. */
int sysfs_read_link(int dir_fd, const char *path, char **ret);

/* The IOMMU group of a PCI function, whose directory is FUNCTION_FD. -ENOENT when it is in none. */
int sysfs_read_group(int function_fd, int *ret_group);

struct name_list {
	char **names;
	size_t n;
};
void name_list_clear(struct name_list *l);
#define autonames CLEANUP(name_list_clear) struct name_list

/* The names in a directory, sorted, without "." and "..". */
int sysfs_list(int dir_fd, const char *path, struct name_list *ret);

/* Writes VALUE in one go, as the kernel wants it. Return: what it said to it. */
int sysfs_write(int dir_fd, const char *path, const char *value);
int sysfs_open_to_write(int dir_fd, const char *path, int *ret_fd);

/* The inode of the directory itself: a device that is made anew has another. */
int sysfs_inode(int dir_fd, uint64_t *ret);

#endif
