/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host tells of itself, as far as it matters for vfprep and for guests with VFs; and what
 * the texts in which it tells that mean. */
#ifndef CORE_HOST_FACTS_H
#define CORE_HOST_FACTS_H

#include "core/rival.h"

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

enum module_state {
	MODULE_UNKNOWN,
	MODULE_ABSENT,
	MODULE_LOADABLE,
	MODULE_LOADED,
	MODULE_BUILTIN,
};

/* The config daemon of the SR-IOV network operator; the kernel keeps 15 bytes of its name. */
#define OPERATOR_COMMAND "sriov-network-c"

/* A service manager, a container runtime or libvirt. */
struct process {
	char *command;
	unsigned pid;
	bool has_memlock;
	uint64_t memlock; /* the hard limit in bytes, UINT64_MAX: none */
	bool may_raise;   /* it has CAP_SYS_RESOURCE */
};

/* A file or directory that is there and could not be read. */
struct unread {
	enum rival_kind kind;
	char *path;
};

struct host_facts {
	char *release;    /* of the kernel; NULL: not known */
	char *cmdline;    /* of the kernel; NULL: not known */
	char *cpu_vendor; /* "GenuineIntel"; NULL: not known, or not x86 */
	bool is_guest;    /* the processor says that it runs under a hypervisor */

	enum answer has_groups;
	size_t n_groups;
	enum answer has_dmar, has_ivrs;         /* the firmware's tables of IOMMUs */
	enum answer noiommu, unsafe_interrupts; /* parameters of VFIO that switch safety off */

	enum module_state vfio_pci, vfio_type1;
	bool knows_modules;  /* which modules the kernel has was read */
	char **vfio_modules; /* of those the ones of VFIO drivers, with '_' */
	size_t n_vfio_modules;
	enum answer vfio_group, vfio_container; /* /dev/vfio/GROUP and /dev/vfio/vfio */

	struct process *processes;
	size_t n_processes;

	struct rivals rivals;
	char *operator_by; /* how the SR-IOV network operator is seen; NULL: it is not */
	struct unread *unread;
	size_t n_unread;
};

struct host_facts *host_facts_new(void);
void host_facts_free(struct host_facts *f);
DEFINE_CLEANUP(struct host_facts, host_facts_free)
#define autofacts CLEANUP(host_facts_freep) struct host_facts *

/* Vendor and hypervisor from /proc/cpuinfo. Return: -ENOMEM. */
int host_facts_cpu(struct host_facts *f, const char *cpuinfo);
/* VFIO's interfaces by the kernel's configuration. */
void host_facts_kernel_config(struct host_facts *f, const char *config);
/* Does the limit of a process with that name tell what guests get? */
bool process_matters(const char *command);
/* The hard limit from /proc/PID/limits. */
void process_limits(struct process *p, const char *limits);
/* The capabilities from /proc/PID/status. */
void process_status(struct process *p, const char *status);
/* Is MODULE ("vfio_pci") in the text of modules.builtin or modules.dep? */
bool module_is_listed(const char *list, const char *module);
/* Takes the modules of VFIO drivers from such a text. Return: -ENOMEM. */
int host_facts_vfio_modules(struct host_facts *f, const char *list);
/* Does the kernel have the module of that VFIO driver? */
bool host_facts_has_module(const struct host_facts *f, const char *driver);
/* "8 MiB", "64 KiB"; the caller frees it. */
char *size_text(uint64_t bytes);

#endif
