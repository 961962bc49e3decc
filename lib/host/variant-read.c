/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Driver=auto stands for on this host, and which VFIO drivers are there. */
#include "host/variant-read.h"

#include <errno.h>
#include <string.h>

#include "host/fd.h"
#include "host/files.h"
#include "host/sysfs.h"

#define ALIASES_MAX (16 * 1024 * 1024) /* 1.3 MB in Debian 12; libvirt reads up to 8 MiB */

int variants_load(int root_fd, struct variants *ret)
{
	autofree char *release = NULL;
	autofree char *text = NULL;
	size_t size = 0;
	int r = sysfs_read(root_fd, "proc/sys/kernel/osrelease", &release);

	if (r == 0) {
		autofree char *path = text_format("lib/modules/%s/modules.alias", release);
		r = path ? file_read(root_fd, path, ALIASES_MAX, &text, &size) : -ENOMEM;
	}
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return variants_read(ret, text, size);
}

/* sysfs has it with '_' only. */
static char *module_dir(const char *module)
{
	char *dir = text_format("sys/module/%s/drivers", module);

	for (char *c = dir; c && *c; c++) {
		if (*c == '-')
			*c = '_';
	}
	return dir;
}

int module_find_driver(int root_fd, const char *module, char **ret)
{
	static const char prefix[] = "pci:";
	autofree char *dir = module_dir(module);
	autonames names = { 0 };
	int r = dir ? sysfs_list(root_fd, dir, &names) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (strncmp(names.names[i], prefix, strlen(prefix)) == 0)
			return text_replace(ret, names.names[i] + strlen(prefix));
	}
	return r < 0 ? r : -ENOENT;
}

/* What the driver of the best module for MODALIAS is called. */
static int choose(int root_fd, const struct variants *v, const char *modalias, char **ret)
{
	const char *module = variants_find(v, modalias);

	if (!module)
		return 0;
	int r = module_find_driver(root_fd, module, ret);
	if (r == 0 || r == -ENOMEM)
		return r;
	return text_replace(ret, module_driver_name(module));
}

static int choose_for_function(int root_fd, const struct variants *v, struct function *f)
{
	autofree char *modalias = NULL;
	autoclose int fd = -1;
	int r = sysfs_open_function(root_fd, f->address, &fd);

	if (r == 0)
		r = sysfs_read(fd, "modalias", &modalias);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return choose(root_fd, v, modalias, &f->auto_driver);
}

int variants_choose(int root_fd, const struct variants *v, int pf_fd, struct pf *pf)
{
	unsigned device;
	int r = 0;

	for (size_t i = 0; r == 0 && i < pf_count(pf); i++)
		r = choose_for_function(root_fd, v, &pf_at(pf, i)->function);
	if (r < 0 || !pf->totalvfs || !pf->vendor ||
	    sysfs_read_unsigned(pf_fd, "sriov_vf_device", 16, &device) < 0)
		return r;
	autofree char *modalias = modalias_of_vf_to_come(pf->vendor, device);
	return modalias ? choose(root_fd, v, modalias, &pf->vf_auto_driver) : -ENOMEM;
}

int variants_list_drivers(int root_fd, struct vfprep_machine *m)
{
	autonames names = { 0 };
	int r = sysfs_list(root_fd, "sys/bus/pci/drivers", &names);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (driver_is_vfio(names.names[i]))
			r = machine_add_driver(m, names.names[i]);
	}
	return r;
}
