/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the kernel's answer about an interface, its VFs or an address. */
#include "core/nl-link.h"
#include "core/nl-vf.h"
#include "replay.h"

#include <assert.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/msg.h>

/* The longest list that a kernel can send, and then some. */
#define REPLY_MAX ((size_t)256 * 1024)

static void check_vfs(const struct nlmsghdr *h)
{
	autovflist l = { 0 };

	if (nl_vf_decode(h, &l) < 0) {
		assert(l.n == 0);
		return;
	}
	assert(l.n <= l.announced || l.n == 0);
	for (size_t i = 0; i < l.n; i++) {
		const struct settings *s = &l.entries[i].settings;

		assert(vf_list_find(&l, l.entries[i].index) == s);
		assert(s->present < 1u << SETTING_COUNT);
		assert(!setting_has(s, SETTING_VLAN) || s->vlan.protocol < VLAN_PROTOCOL_COUNT);
		assert(!setting_has(s, SETTING_LINK_STATE) || s->link_state < VF_LINK_COUNT);
	}
}

static void check_link(const struct nlmsghdr *h)
{
	autolink l = { 0 };

	if (nl_link_decode(h, &l) < 0)
		return;
	assert(l.name);
	assert(!(l.has & LINK_ADDR_GEN_MODE) || l.addr_gen_mode < ADDR_GEN_COUNT);
	for (size_t i = 0; i < l.n_altnames; i++)
		assert(l.altnames[i]);
}

/* Whoever receives makes sure that the message is as long as it says. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree struct nlmsghdr *h = NULL;
	unsigned ifindex;

	if (size < sizeof(*h) || size > REPLY_MAX)
		return 0;
	h = malloc(size);
	if (!h)
		return 0;
	memcpy(h, data, size);
	h->nlmsg_len = (uint32_t)size;
	check_vfs(h);
	check_link(h);
	h->nlmsg_type = RTM_NEWLINK;
	check_vfs(h);
	check_link(h);
	h->nlmsg_type = RTM_NEWADDR;
	(void)nl_address_decode(h, &ifindex);
	return 0;
}
