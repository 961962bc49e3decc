/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading a kernel module. */
#include "host/module.h"

#include <errno.h>
#include <libkmod.h>
#include <sys/utsname.h>
#include <syslog.h>

#include "core/text.h"

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

int module_load(const char *name, char **ret_detail)
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
	r = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
	return r > 0 ? -EPERM : r; /* positive: the administrator's blacklist stopped it */
}
