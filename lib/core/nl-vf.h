/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of VFs <-> netlink bytes. Pure: nothing here has a socket. libnl-route's own functions
 * for VFs are not used: they truncate silently, send 802.1ad in the wrong byte order and crash on a
 * link without VFs (libnl 3.7.0, lib/route/link/sriov.c). */
#ifndef CORE_NL_VF_H
#define CORE_NL_VF_H

#include "core/setting.h"

#define LINK_NAME_SIZE 16 /* IFNAMSIZ */

struct nl_msg;
struct nlmsghdr;

/* A VF in a PF's list; what the driver does not report is not present. */
struct vf_entry {
	unsigned index;
	struct settings settings;
};

/* What a PF lists. VFs may be missing: the kernel skips those whose driver does not answer, as
 * i40e's does while it resets a VF. */
struct vf_list {
	char name[LINK_NAME_SIZE]; /* of the interface; "" when it was not told */
	unsigned announced;        /* IFLA_NUM_VF: how many there are */
	bool listed;               /* there is a list; enic and enetc only announce */
	struct vf_entry *entries;
	size_t n;
};

void vf_list_clear(struct vf_list *l);
#define autovflist CLEANUP(vf_list_clear) struct vf_list

/* NULL when the VF is not in the list. */
struct settings *vf_list_find(const struct vf_list *l, unsigned vf);

/* The change of one setting of one VF: one message for each, because the kernel stops at the first
 * refusal, keeps what it did before and does not say which one it was (net/core/rtnetlink.c,
 * do_setvfinfo). NULL when memory ran out; nlmsg_free() frees it. */
struct nl_msg *nl_vf_encode(unsigned ifindex, unsigned vf, enum setting i,
			    const struct settings *s);

/* Takes the list from the answer to nl_link_get_vfs(). Return: -EBADMSG, or -EOVERFLOW when there
 * are so many VFs that the list may have wrapped, and nothing of it can be believed. */
int nl_vf_decode(const struct nlmsghdr *h, struct vf_list *ret);

#endif
