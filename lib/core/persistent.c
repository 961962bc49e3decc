/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is the persistent side a fit stand-in for the VF: its network segment and its MTU. */
#include "core/persistent.h"

#include <errno.h>

#define MTU_OF_ETHERNET 1500

static const char *kind_word(enum hint_kind kind)
{
	static const char *const words[HINT_COUNT] = {
		[HINT_USER] = "user",       [HINT_PASST] = "passt",  [HINT_BRIDGE] = "bridge",
		[HINT_NETWORK] = "network", [HINT_ETHERNET] = "tap", [HINT_DIRECT] = "interface",
	};
	return words[kind];
}

static unsigned vlan_of(const struct team *t)
{
	return setting_has(&t->settings, SETTING_VLAN) ? t->settings.vlan.id : 0;
}

static bool is_own_pf(const struct team *t, const struct hint *hint)
{
	return hint->kind == HINT_DIRECT && text_equal(hint->target, t->pf.name);
}

static void note_segment(const struct team *t, const struct hint *hint, struct vfprep_problems *p)
{
	unsigned vlan = vlan_of(t);

	if (!hint->target) {
		(void)problem_add(p, 0, VFPREP_NOTE, t->name,
				  "connect it to a bridge on that segment by --persistent",
				  "%s networking does not carry the VF's network segment: while "
				  "the VF is unplugged nobody there reaches the guest",
				  kind_word(hint->kind));
		return;
	}
	if (vlan && is_own_pf(t, hint))
		(void)problem_add(p, 0, VFPREP_NOTE, t->name, "take an interface of that VLAN",
				  "the VF is in VLAN %u, and interface '%s' is the PF itself, "
				  "which is in none",
				  vlan, hint->target);
	else if (vlan)
		(void)problem_add(p, 0, VFPREP_NOTE, t->name, NULL,
				  "the VF is in VLAN %u: %s '%s' has to carry it untagged", vlan,
				  kind_word(hint->kind), hint->target);
	/* igb keeps the filter of the VF's MAC when its guest is gone; ixgbe and ice set it at once
	 * and after every reset. */
	if (is_own_pf(t, hint))
		(void)problem_add(p, 0, VFPREP_NOTE, t->name,
				  "take another uplink, or park the VF while it is unplugged",
				  "interface '%s' is the VF's own PF, which may go on sending "
				  "frames for the guest to the VF when that is unplugged",
				  hint->target);
}

/* Only libvirt's bridges and networks, and taps, are told an MTU. */
static void note_mtu(const struct team *t, const struct hint *hint,
		     const struct interface_tuning *tuning, struct vfprep_problems *p)
{
	unsigned mtu = tuning && tuning->mtu ? tuning->mtu : MTU_OF_ETHERNET;

	if (!t->pf.mtu || t->pf.mtu == mtu)
		return;
	if (tuning && tuning->mtu)
		(void)problem_add(p, 0, VFPREP_NOTE, t->name, NULL,
				  "the MTU of the persistent side is %u, that of the VF's PF is %u",
				  mtu, t->pf.mtu);
	else
		(void)problem_add(p, 0, VFPREP_NOTE, t->name,
				  hint->target && hint->kind != HINT_DIRECT
					  ? "give --mtu, and see that the host's side has it too"
					  : NULL,
				  "the MTU of the VF's PF is %u; the persistent side has %u unless "
				  "told otherwise",
				  t->pf.mtu, mtu);
}

/* qemuDomainNetSupportsMTU() in libvirt's qemu_domain.c, and the queues that its qemu_command.c
 * and qemu_hotplug.c take. */
static int refuse_tuning(const struct team *t, const struct hint *hint,
			 const struct interface_tuning *tuning, struct vfprep_problems *p)
{
	enum hint_kind kind = hint->kind;
	int r = 0;

	if (tuning->mtu && (kind == HINT_USER || kind == HINT_DIRECT))
		r = problem_add(p, -EINVAL, VFPREP_CONFIG, t->name, "leave --mtu out",
				"libvirt sets no MTU with %s networking",
				kind == HINT_DIRECT ? "direct" : kind_word(kind));
	if (tuning->queues > 1 && (kind == HINT_USER || kind == HINT_PASST))
		r = problem_add(p, -EINVAL, VFPREP_CONFIG, t->name, "leave --queues out",
				"libvirt makes one queue with %s networking", kind_word(kind));
	return r;
}

int persistent_check(const struct team *t, const struct hint *hint,
		     const struct interface_tuning *tuning, struct vfprep_problems *p)
{
	int r = tuning ? refuse_tuning(t, hint, tuning, p) : 0;

	if (r < 0)
		return r;
	note_segment(t, hint, p);
	note_mtu(t, hint, tuning, p);
	return 0;
}
