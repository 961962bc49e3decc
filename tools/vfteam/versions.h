/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The versions of libvirt and QEMU in this image, by asking the programs. */
#ifndef VFTEAM_VERSIONS_H
#define VFTEAM_VERSIONS_H

/* *RET is NULL when there is no such program, or it does not say; the caller frees it. Return:
 * -ENOMEM. */
int version_of_libvirt(char **ret);
/* PROGRAM: the path of the one to ask; NULL: the usual ones. Return: also -ENOENT: that PROGRAM
 * cannot be started. */
int version_of_qemu(const char *program, char **ret);

#endif
