/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which way a team's persistent side leads. Over its own PF the guest is cut off while its VF is
 * unplugged: the card goes on to send it the frames for the team's MAC. */
#include "core/layout.h"

#include "core/driver-rule.h"
#include "core/fragment.h"

#include <string.h>

/* The one master that all interfaces of all bridges of Open vSwitch have, net/openvswitch. */
static const char ovs_master[] = "ovs-system";

/* Return: NULL when it names no interface that can be looked for. */
static const char *parse(const char *hint, enum hint_kind *ret_kind)
{
	CLEANUP(hint_clear) struct hint h = { 0 };
	const char *why;

	if (!hint || hint_parse(hint, &h, &why) < 0 ||
	    (h.kind != HINT_BRIDGE && h.kind != HINT_DIRECT))
		return NULL;
	*ret_kind = h.kind;
	return strchr(hint, ':') + 1;
}

const char *layout_interface(const char *hint)
{
	enum hint_kind kind;
	return parse(hint, &kind);
}

static bool has_name(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (text_equal(names[i], name))
			return true;
	}
	return false;
}

/* Is that interface one of the PF's and its VFs', or on top of one? */
static bool leads_over(const struct pf *pf, const char *name)
{
	if (text_equal(pf->name, name) || has_name(pf->altnames, pf->n_altnames, name) ||
	    has_name(pf->uppers, pf->n_uppers, name))
		return true;
	for (size_t i = 0; i < pf->n_vfs; i++) {
		if (text_equal(pf->vfs[i].function.netdev, name))
			return true;
	}
	return false;
}

enum layout layout_find(const struct vfprep_machine *m, const struct pf *pf, const char *hint)
{
	const char *name = layout_interface(hint);

	if (!name)
		return LAYOUT_ELSEWHERE;
	if (!pf->knows_uppers)
		return LAYOUT_UNKNOWN;
	if (leads_over(pf, name))
		return LAYOUT_OWN_PF;
	if (!has_name(pf->uppers, pf->n_uppers, ovs_master))
		return LAYOUT_ELSEWHERE;
	for (size_t i = 0; i < m->n_pfs; i++) {
		if (m->pfs[i].knows_uppers && leads_over(&m->pfs[i], name))
			return LAYOUT_ELSEWHERE; /* no bridge of Open vSwitch, then */
	}
	return LAYOUT_UNKNOWN;
}

/* macvtap puts the guest's MAC into the PF's own filter, too. On QEMU's 82576 both then get the
 * frames; what cards do with one MAC in two places is not known of any other. */
static bool is_certain(const struct pf *pf, enum hint_kind kind)
{
	return kind == HINT_BRIDGE && driver_keeps_macs(pf->driver);
}

void layout_note(const struct pf *pf, const char *hint, const char *who, size_t more,
		 struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];
	enum hint_kind kind = HINT_BRIDGE;
	const char *name = parse(hint, &kind);
	autofree char *others = more ? text_format(" and %zu more", more) : strdup("");

	(void)problem_add(p, 0, VFPREP_NOTE, pci_address_format(pf->address, subject),
			  "use another uplink, or vfprep park while the VF is unplugged",
			  "the persistent side '%s' of %s%s leads over this PF too: its guest %s "
			  "cut off while the VF is unplugged or its driver is not up",
			  name ? name : hint, who, others ? others : "",
			  is_certain(pf, kind) ? "is" : "may be");
}
