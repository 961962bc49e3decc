/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading a kernel module. */
#include "host/module.h"

#include <errno.h>
#include <libkmod.h>
#include <sys/utsname.h>
#include <syslog.h>

#include "core/text.h"
#include "host/sysfs.h"
#include "host/variant-read.h"

static void kmod_unrefp(struct kmod_ctx **ctx)
{
	kmod_unref(*ctx);
}

static void kmod_listp(struct kmod_list **list)
{
	kmod_module_unref_list(*list);
}

static void kmod_module_unrefp(struct kmod_module **module)
{
	kmod_module_unref(*module);
}

static int not_there(const char *name, char **ret_detail)
{
	struct utsname kernel;

	if (uname(&kernel) == 0)
		*ret_detail = text_format("the kernel %s has no module '%s'", kernel.release, name);
	return -ENOENT;
}

static bool is_in_kernel(struct kmod_module *module)
{
	int state = kmod_module_get_initstate(module);

	return state == KMOD_MODULE_BUILTIN || state == KMOD_MODULE_LIVE;
}

static int load(const char *name, char **ret_detail)
{
	CLEANUP(kmod_unrefp) struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	CLEANUP(kmod_listp) struct kmod_list *list = NULL;
	CLEANUP(kmod_module_unrefp) struct kmod_module *module = NULL;
	int r;

	if (!ctx)
		return -ENOMEM;
	kmod_set_log_priority(ctx, LOG_EMERG); /* it would write to stderr */
	r = kmod_module_new_from_lookup(ctx, name, &list);
	if (r < 0 && r != -ENOENT && r != -ENOSYS)
		return r;
	if (!list)
		return not_there(name, ret_detail);
	module = kmod_module_get_module(list);
	if (is_in_kernel(module))
		return 1;
	return kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
}

int module_load_driver(int root_fd, const char *driver, char **ret_detail)
{
	autofree char *path = text_format("sys/bus/pci/drivers/%s", driver);
	autofree char *other = NULL;

	if (!path)
		return -ENOMEM;
	if (sysfs_exists(root_fd, path))
		return 1;
	int r = load(driver, ret_detail);
	if (r < 0)
		return r;
	if (sysfs_exists(root_fd, path))
		return 0;
	r = module_find_driver(root_fd, driver, &other);
	if (r == -ENOMEM)
		return r;
	*ret_detail = other ? text_format("its driver is called '%s'", other)
			    : text_format("it has none for PCI devices");
	return -EREMOTEIO;
}
