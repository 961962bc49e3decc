/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of a host: kernel, IOMMU, VFIO and processes. */
#include "host/host-read.h"

#include <errno.h>
#include <string.h>

#include "host/fd.h"
#include "host/files.h"
#include "host/sysfs.h"

#define TEXT_MAX (16 * 1024 * 1024) /* modules.dep and cpuinfo of large machines */

/* Not there and not readable is all the same here: NULL. Return: -ENOMEM. */
static int read_text(int dir_fd, const char *path, char **ret)
{
	size_t size;
	int r = file_read(dir_fd, path, TEXT_MAX, ret, &size);
	return r == -ENOMEM ? r : 0;
}

static int read_kernel(int root_fd, struct host_facts *f)
{
	autofree char *cpuinfo = NULL;
	int r = sysfs_read(root_fd, "proc/sys/kernel/osrelease", &f->release);

	if (r != -ENOMEM)
		r = sysfs_read(root_fd, "proc/cmdline", &f->cmdline);
	if (r != -ENOMEM)
		r = read_text(root_fd, "proc/cpuinfo", &cpuinfo);
	return r == -ENOMEM || !cpuinfo ? r : host_facts_cpu(f, cpuinfo);
}

static enum answer is_there(int root_fd, const char *dir, const char *path)
{
	if (!sysfs_exists(root_fd, dir))
		return ANSWER_UNKNOWN;
	return sysfs_exists(root_fd, path) ? ANSWER_YES : ANSWER_NO;
}

static enum answer read_switch(int root_fd, const char *path)
{
	autofree char *text = NULL;

	if (sysfs_read(root_fd, path, &text) < 0)
		return ANSWER_UNKNOWN;
	return *text == 'Y' || *text == '1' ? ANSWER_YES : ANSWER_NO;
}

static void read_iommu(int root_fd, struct host_facts *f)
{
	autonames groups = { 0 };
	int r = sysfs_list(root_fd, "sys/kernel/iommu_groups", &groups);

	f->n_groups = groups.n;
	if (r == 0)
		f->has_groups = groups.n ? ANSWER_YES : ANSWER_NO;
	else if (r == -ENOENT && sysfs_exists(root_fd, "sys/kernel"))
		f->has_groups = ANSWER_NO; /* a kernel without any IOMMU driver */
	f->has_dmar =
		is_there(root_fd, "sys/firmware/acpi/tables", "sys/firmware/acpi/tables/DMAR");
	f->has_ivrs =
		is_there(root_fd, "sys/firmware/acpi/tables", "sys/firmware/acpi/tables/IVRS");
	f->noiommu = read_switch(root_fd, "sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	f->unsafe_interrupts = read_switch(
		root_fd, "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
}

/* The file NAME of the kernel's modules, NULL when it is not there. */
static int read_of_modules(int root_fd, const char *release, const char *name, char **ret)
{
	autofree char *path = text_format("lib/modules/%s/%s", release, name);
	return path ? read_text(root_fd, path, ret) : -ENOMEM;
}

struct module_lists {
	char *builtin, *loadable;
};

static void module_lists_clear(struct module_lists *l)
{
	free(l->builtin);
	free(l->loadable);
}

static enum module_state read_module(int root_fd, const struct module_lists *lists,
				     const char *module)
{
	autofree char *dir = text_format("sys/module/%s", module);
	autofree char *state = text_format("sys/module/%s/initstate", module);

	/* What is built in has a directory only for its parameters, and no state. */
	if (dir && state && sysfs_exists(root_fd, dir))
		return sysfs_exists(root_fd, state) ? MODULE_LOADED : MODULE_BUILTIN;
	if (lists->builtin && module_is_listed(lists->builtin, module))
		return MODULE_BUILTIN;
	if (!lists->loadable)
		return MODULE_UNKNOWN;
	return module_is_listed(lists->loadable, module) ? MODULE_LOADABLE : MODULE_ABSENT;
}

static int read_config(int root_fd, struct host_facts *f)
{
	autofree char *path = f->release ? text_format("boot/config-%s", f->release) : NULL;
	autofree char *config = NULL;
	int r = path ? read_text(root_fd, path, &config) : 0;

	if (r == 0 && f->release && !config)
		r = read_of_modules(root_fd, f->release, "config", &config);
	if (config)
		host_facts_kernel_config(f, config);
	/* Both classes are made when vfio is loaded; that of the groups only where there are some:
	 * vfio_group_init() in drivers/vfio/group.c, vfio_init() in vfio_main.c. */
	if (sysfs_exists(root_fd, "sys/class/vfio"))
		f->vfio_group = ANSWER_YES;
	else if (sysfs_exists(root_fd, "sys/class/vfio-dev"))
		f->vfio_group = ANSWER_NO;
	return r;
}

static int read_vfio(int root_fd, struct host_facts *f)
{
	CLEANUP(module_lists_clear) struct module_lists lists = { 0 };
	int r = 0;

	if (f->release)
		r = read_of_modules(root_fd, f->release, "modules.builtin", &lists.builtin);
	if (r == 0 && f->release)
		r = read_of_modules(root_fd, f->release, "modules.dep", &lists.loadable);
	if (r < 0)
		return r;
	f->knows_modules = lists.loadable;
	if (lists.builtin)
		r = host_facts_vfio_modules(f, lists.builtin);
	if (r == 0 && lists.loadable)
		r = host_facts_vfio_modules(f, lists.loadable);
	if (r < 0)
		return r;
	f->vfio_pci = read_module(root_fd, &lists, "vfio_pci");
	f->vfio_type1 = read_module(root_fd, &lists, "vfio_iommu_type1");
	if (f->vfio_pci < MODULE_LOADED && sysfs_exists(root_fd, "sys/bus/pci/drivers/vfio-pci"))
		f->vfio_pci = MODULE_BUILTIN;
	return read_config(root_fd, f);
}

static int add_process(struct host_facts *f, int pid_fd, unsigned pid, const char *command)
{
	autofree char *limits = NULL;
	autofree char *status = NULL;
	autofree char *copy = strdup(command);
	int r = copy ? read_text(pid_fd, "limits", &limits) : -ENOMEM;

	if (r == 0)
		r = read_text(pid_fd, "status", &status);
	if (r < 0)
		return r;
	struct process *p = array_add(&f->processes, &f->n_processes, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->pid = pid;
	p->command = TAKE_PTR(copy);
	if (limits)
		process_limits(p, limits);
	if (status)
		process_status(p, status);
	return 0;
}

static int look_at_process(struct host_facts *f, int pid_fd, unsigned pid)
{
	autofree char *command = NULL;

	if (sysfs_read(pid_fd, "comm", &command) < 0)
		return 0; /* it ended */
	if (strcmp(command, OPERATOR_COMMAND) == 0 && !f->operator_by) {
		f->operator_by = text_format("pid %u (%s)", pid, command);
		return f->operator_by ? 0 : -ENOMEM;
	}
	return pid == 1 || process_matters(command) ? add_process(f, pid_fd, pid, command) : 0;
}

static int read_processes(int root_fd, struct host_facts *f)
{
	autonames names = { 0 };
	autoclose int proc = -1;
	int r = sysfs_open_dir(root_fd, "proc", &proc);

	if (r == 0)
		r = sysfs_list(proc, ".", &names);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		autoclose int pid_fd = -1;
		unsigned pid;
		if (text_to_unsigned(names.names[i], 10, 1, UINT32_MAX, &pid) == 0 &&
		    sysfs_open_dir(proc, names.names[i], &pid_fd) == 0)
			r = look_at_process(f, pid_fd, pid);
	}
	return r;
}

int host_read_facts(int root_fd, struct host_facts **ret)
{
	autofacts f = host_facts_new();
	int r = f ? read_kernel(root_fd, f) : -ENOMEM;

	if (r == -ENOMEM)
		return r;
	read_iommu(root_fd, f);
	r = read_vfio(root_fd, f);
	if (r == 0)
		r = read_processes(root_fd, f);
	if (r == 0)
		r = host_read_rivals(root_fd, f);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(f);
	return 0;
}
