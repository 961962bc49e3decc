/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wanted of one VF or NIC that a command line names, without any file. */
#ifndef CORE_PREPARE_H
#define CORE_PREPARE_H

#include "core/config.h"
#include "core/machine.h"

enum prepare_value {
	PREPARE_TEAM,
	PREPARE_MAC,
	PREPARE_DRIVER,
	PREPARE_OWNER,
	PREPARE_GROUP,
	PREPARE_MODE,
	PREPARE_PERSISTENT,
	PREPARE_CONTAINER_OWNER,
	PREPARE_CONTAINER_GROUP,
	PREPARE_GUEST_MEMORY,
	PREPARE_COUNT,
};

struct prepare_request {
	const char *name;                  /* address, team or interface */
	const char *values[PREPARE_COUNT]; /* as the keys of [VF] have them; NULL: not given */
	const struct names *names;
};

/* The option that a value comes from, as findings name it: "--mac". */
const char *prepare_option(enum prepare_value value);

/* What is wanted of that VF or NIC, and of its PF for its sake; of nothing else. Without a team and
 * a driver it is vfio-pci. Return: -EINVAL when a value is at fault, which is a VFPREP_CONFIG
 * finding that names the option; -ENODEV; -ENOTUNIQ when the name fits two things. */
int desire_prepare(const struct prepare_request *request, const struct vfprep_machine *actual,
		   struct vfprep_machine **ret_wanted, struct vfprep_problems *p);

/* One VF or NIC, and who is to have it. */
struct driver_request {
	const char *name;   /* address, team or interface */
	const char *driver; /* or "auto"; NULL: nobody, and then its override stays as it is */
};

/* What is wanted of that VF or NIC alone: that driver, and the override that goes with it. Return:
 * -ENODEV, -ENOTUNIQ. */
int desire_driver(const struct driver_request *request, const struct vfprep_machine *actual,
		  struct vfprep_machine **ret_wanted, struct vfprep_problems *p);

#endif
