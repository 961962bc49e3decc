/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Will a guest in this container get its VFs? With teaming QEMU hides a VF until the guest's driver
 * asks for it, so a domain starts, and runs without its VF, where the VF is absent, closed or
 * another one; nobody but these checks says so. Each rule was tried with libvirt 9.0 and 11.3. */
#ifndef CORE_PREFLIGHT_H
#define CORE_PREFLIGHT_H

#include "core/checks.h"
#include "core/memlock.h"
#include "core/team.h"

/* A device node as it is in the container. */
struct preflight_node {
	bool exists, is_device;
	uint64_t number, wanted; /* its device number; what sysfs says that it has to be, 0: nothing
				  */
	unsigned uid, gid, mode;
	int error; /* errno of opening it; 0: it was opened; -1: that was not tried */
};

struct preflight_host {
	bool has_groups;            /* sysfs shows IOMMU groups */
	struct preflight_node vfio; /* /dev/vfio/vfio */
	bool has_api, has_type1;    /* if that was opened */
	char *libvirt, *qemu;       /* their versions; NULL: no such program */
	char *emulator;             /* the QEMU that the domain names; NULL: it names none */
	bool has_emulator;          /* that is there */
	unsigned pid;               /* of the process that will start QEMU */
	char *process;              /* its name; NULL: it is not known */
	bool is_user;               /* it is that of an ordinary user: libvirt in session mode */
	bool has_limit;
	struct memlock limit;
	struct memlock_guest guest;
	unsigned uid; /* of who checks */
};

struct preflight_vf {
	bool there;
	char *driver; /* NULL: none */
	int group;    /* -1: none */
	unsigned class;
	uint64_t config_size; /* of its configuration space; 0: not known */
	struct preflight_node node;
	bool viable;  /* if that was opened: all of its group is VFIO's */
	char *holder; /* who has it: "pid 812 (qemu-system-x86)"; NULL: nobody */
	bool names;   /* ... not open, but on its command line */
};

void preflight_host_clear(struct preflight_host *h);
void preflight_vf_clear(struct preflight_vf *v);

/* Add verdicts to RET, and to P what is wrong, as VFPREP_HOST. Return: -ENOMEM. */
int preflight_check_host(const struct preflight_host *h, struct checks *ret,
			 struct vfprep_problems *p);
int preflight_check_team(const struct preflight_host *h, const struct preflight_vf *v,
			 const struct team *t, struct checks *ret, struct vfprep_problems *p);

#endif
