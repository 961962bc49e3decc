/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One step: how it reads, when it is done, and what its failure means. */
#include "core/step.h"

#include "core/driver-rule.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void step_clear(struct step *s)
{
	free(s->name);
	free(s->old_driver);
	free(s->persistent);
	free(s->subject);
	free(s->what);
	free(s->old_text);
	free(s->new_text);
	*s = (struct step){ .group = -1 };
}

char *step_line(const struct step *s)
{
	return text_format("%s: %s %s -> %s", s->subject, s->what, s->old_text, s->new_text);
}

static bool vf_step_is_done(const struct step *s, const struct vf *vf)
{
	const struct function *f = &vf->function;

	switch (s->kind) {
	case STEP_SETTING:
		return setting_same(s->setting, &s->value, &vf->settings);
	case STEP_OVERRIDE:
		return f->has & FUNCTION_OVERRIDE && text_equal(f->override, s->name);
	case STEP_DRIVER:
		return f->has & FUNCTION_DRIVER && text_equal(f->driver, s->name);
	case STEP_NODE:
		return f->has & FUNCTION_NODE && f->node.exists && f->node.uid == s->node.uid &&
		       f->node.gid == s->node.gid && f->node.mode == s->node.mode;
	case STEP_DRIVERS_PROBE:
		return f->has & FUNCTION_DRIVER && f->driver;
	case STEP_MODULE:
	case STEP_WITHDRAW:
	case STEP_PARK:
	case STEP_ADDR_GEN_MODE:
	case STEP_LINK:
	case STEP_AUTOPROBE:
	case STEP_NUMVFS:
	case STEP_PUBLISH:
	case STEP_COUNT:
		break;
	}
	return false;
}

bool step_is_done(const struct step *s, const struct vfprep_machine *now)
{
	if (s->kind == STEP_MODULE)
		return machine_has_driver(now, s->name);
	if (s->kind == STEP_WITHDRAW)
		return !machine_find_team(now, s->name);
	if (s->kind == STEP_PUBLISH)
		return false; /* only whoever publishes can compare what is there */
	if (s->kind == STEP_PARK) {
		const struct team *team = machine_find_team(now, s->name);
		return team && team->parked == (s->number != 0);
	}
	const struct pf *pf = machine_find_pf(now, s->pf);
	if (!pf)
		return false;
	const struct vf *vf = s->of_vf ? pf_find_vf(pf, s->vf) : NULL;
	if (vf)
		return vf_step_is_done(s, vf);

	switch (s->kind) {
	case STEP_ADDR_GEN_MODE:
		return pf->has & PF_ADDR_GEN_MODE && pf->addr_gen_mode == s->number;
	case STEP_LINK:
		return pf->has & PF_LINK && pf->up == (s->number != 0);
	case STEP_AUTOPROBE:
		return pf->has & PF_AUTOPROBE && pf->autoprobe == (s->number != 0);
	case STEP_NUMVFS:
		return pf->has & PF_NUMVFS && pf->numvfs == s->number;
	case STEP_MODULE:
	case STEP_WITHDRAW:
	case STEP_PARK:
	case STEP_SETTING:
	case STEP_OVERRIDE:
	case STEP_DRIVER:
	case STEP_NODE:
	case STEP_DRIVERS_PROBE:
	case STEP_PUBLISH:
	case STEP_COUNT:
		break;
	}
	return false;
}

bool step_may_stay(const struct step *s)
{
	return s->kind == STEP_SETTING && s->setting == SETTING_MAC && mac_is_zero(s->value.mac);
}

bool step_is_refused(const struct step *s, int r)
{
	return step_may_stay(s) && (r == -EINVAL || r == -EPERM || r == -EADDRNOTAVAIL);
}

/* What holds for every kind of step. */
static const struct meaning common[] = {
	{ EPERM, VFPREP_PERMISSION, "not permitted",
	  "run it as root, with CAP_NET_ADMIN and CAP_SYS_ADMIN" },
	{ EACCES, VFPREP_PERMISSION, "not permitted",
	  "run it as root, and where /sys can be written" },
	{ EROFS, VFPREP_PERMISSION, "read-only here",
	  "run it on the host, where /sys can be written" },
	{ ETIMEDOUT, VFPREP_BUSY, "it did not end before the deadline and may still be going on",
	  "see who uses the VFs; vfprep list names a process that was left behind" },
	{ EALREADY, VFPREP_BUSY, "something that an earlier run left behind still works on the PF",
	  "wait for it, or end what uses its VFs" },
	{ ENOMEM, VFPREP_SYSTEM, "out of memory", NULL },
	{ ENOSPC, VFPREP_SYSTEM, "no space left", "make room below /run" },
	{ 0 },
};

static const struct meaning numvfs_meanings[] = {
	{ EPERM, VFPREP_UNSUPPORTED, "the PF's driver refuses so many, or this process may not",
	  "see the kernel log; run it as root; igb makes at most 7" },
	{ EBUSY, VFPREP_BUSY, "VFs are there already", "run vfprep apply again" },
	{ ERANGE, VFPREP_UNSUPPORTED, "more than the device has", "lower VirtualFunctions=" },
	{ ENOENT, VFPREP_UNSUPPORTED, "the PF's driver cannot make VFs this way",
	  "load a driver that can; some take a module parameter instead" },
	{ ENOMEM, VFPREP_UNSUPPORTED, "no memory or no bus numbers for the VFs",
	  "switch SR-IOV on in the firmware, or boot with pci=realloc" },
	{ ENODEV, VFPREP_ABSENT, "the PF went away", NULL },
	/* cxgb4_main.c, cxgb4_iov_configure() */
	{ ERROR_NOT_SUPPORTED, VFPREP_UNSUPPORTED, "the PF's driver cannot make VFs here",
	  "see the kernel log; cxgb4 needs a bridge with ARI" },
	{ EREMOTEIO, VFPREP_UNSUPPORTED, "the driver made another number of VFs",
	  "see the kernel log, and the number that the card's firmware allows" },
	{ 0 },
};

static const struct meaning setting_meanings[] = {
	{ EOPNOTSUPP, VFPREP_UNSUPPORTED, "the PF's driver cannot set it", "remove the key" },
	{ EPROTONOSUPPORT, VFPREP_UNSUPPORTED, "the PF's driver does not know this VLAN protocol",
	  "use 802.1Q" },
	{ EINVAL, VFPREP_SYSTEM, "the PF's driver refuses this value", "see the kernel log" },
	{ EADDRNOTAVAIL, VFPREP_SYSTEM, "the PF's driver refuses this address",
	  "see the kernel log" },
	{ ENODEV, VFPREP_ABSENT, "the PF's interface went away", "run vfprep apply again" },
	{ ENETDOWN, VFPREP_BUSY, "the PF is down", "set BringUp=yes" },
	{ EBUSY, VFPREP_BUSY, "the PF's driver is busy with this VF", "run vfprep apply again" },
	{ EAGAIN, VFPREP_BUSY, "the PF's driver is busy with this VF", "run vfprep apply again" },
	{ EREMOTEIO, VFPREP_SYSTEM, "accepted, but the PF does not report it",
	  "see the kernel log" },
	{ 0 },
};

static const struct meaning driver_meanings[] = {
	{ ENODEV, VFPREP_UNSUPPORTED, "the driver does not take this device",
	  "see the kernel log" },
	{ ENOENT, VFPREP_ABSENT, "no such driver here", "load its module" },
	{ EBUSY, VFPREP_BUSY, "it is in use", "stop the guest that has it" },
	{ EINVAL, VFPREP_UNSUPPORTED, "the driver refuses it",
	  "see that the IOMMU is switched on: intel_iommu=on or amd_iommu=on, and in the "
	  "firmware" },
	{ EREMOTEIO, VFPREP_SYSTEM, "the kernel said yes, but the driver has it not",
	  "see the kernel log" },
	{ 0 },
};

static const struct meaning node_meanings[] = {
	{ ENOENT, VFPREP_UNSUPPORTED, "there is no group node",
	  "see that the IOMMU is on and that the kernel has VFIO groups" },
	{ 0 },
};

static const struct meaning module_meanings[] = {
	{ ENOENT, VFPREP_ABSENT, "the module is not there",
	  "install the kernel's full set of modules" },
	{ EREMOTEIO, VFPREP_UNSUPPORTED, "it is loaded, and brought no driver of that name",
	  "name its driver in Driver=, or vfio-pci; with Driver=auto run it again" },
	{ 0 },
};

static const struct meaning link_meanings[] = {
	{ EBUSY, VFPREP_BUSY, "its interface or its driver is busy",
	  "wait a moment, then try again" },
	{ ENODEV, VFPREP_ABSENT, "the interface went away", "run vfprep apply again" },
	{ EOPNOTSUPP, VFPREP_UNSUPPORTED, "the kernel cannot", NULL },
	{ EAFNOSUPPORT, VFPREP_UNSUPPORTED, "the kernel has no IPv6", NULL },
	{ 0 },
};

static const struct meaning none[] = { { 0 } };

static const struct meaning *const meanings[] = {
	[STEP_MODULE] = module_meanings,
	[STEP_WITHDRAW] = none,
	[STEP_PARK] = none,
	[STEP_ADDR_GEN_MODE] = link_meanings,
	[STEP_LINK] = link_meanings,
	[STEP_AUTOPROBE] = none,
	[STEP_NUMVFS] = numvfs_meanings,
	[STEP_SETTING] = setting_meanings,
	[STEP_OVERRIDE] = none,
	[STEP_DRIVER] = driver_meanings,
	[STEP_NODE] = node_meanings,
	[STEP_DRIVERS_PROBE] = driver_meanings,
	[STEP_PUBLISH] = none,
};
static_assert(ARRAY_SIZE(meanings) == STEP_COUNT, "a row per kind");

static const struct meaning *meaning_find(const struct meaning *m, int error)
{
	for (; m->error; m++) {
		if (m->error == error)
			return m;
	}
	return NULL;
}

int step_explain(const struct step *s, int r, const char *detail, const struct pf *pf,
		 struct vfprep_problems *p)
{
	static const struct meaning unknown = { 0, VFPREP_SYSTEM, "failed", "see the kernel log" };

	const struct meaning *m = pf ? driver_meaning(pf, s, -r) : NULL;
	if (!m)
		m = meaning_find(meanings[s->kind], -r);
	if (!m)
		m = meaning_find(common, -r);
	if (!m)
		m = &unknown;
	const char *error = r == -ETIMEDOUT ? "" : strerror(-r); /* it is no connection's */
	bool both = *error && detail;
	return problem_add(p, r, m->fault, s->subject, m->advice, "%s %s -> %s: %s%s%s%s%s%s",
			   s->what, s->old_text, s->new_text, m->words,
			   *error || detail ? " (" : "", error, both ? "; " : "",
			   detail ? detail : "", *error || detail ? ")" : "");
}
