/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Driver=auto stands for on this host, and which VFIO drivers are there. */
#ifndef HOST_VARIANT_READ_H
#define HOST_VARIANT_READ_H

#include "core/machine.h"
#include "core/variant.h"

/* Reads the modules.alias of the kernel that runs; one that is not there, or cannot be read, leaves
 * *RET unknown. Return: -ENOMEM. */
int variants_load(int root_fd, struct variants *ret);

/* Fills in, for PF, its VFs and its VFs to come, what Driver=auto stands for; what cannot be found
 * out stays not known. PF_FD is the PF's directory. Return: -ENOMEM. */
int variants_choose(int root_fd, const struct variants *v, int pf_fd, struct pf *pf);

/* Adds to M the VFIO drivers that are there. Return: -ENOMEM. */
int variants_list_drivers(int root_fd, struct vfprep_machine *m);

/* The PCI driver that MODULE, which is loaded, has brought. Return: -ENOENT when there is none. */
int module_find_driver(int root_fd, const char *module, char **ret);

#endif
