/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of VFs <-> netlink bytes. */
#include "core/nl-vf.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "core/nl-link.h"

static_assert(LINK_NAME_SIZE == IFNAMSIZ, "room for any name");

/* One VF takes 196 bytes in the kernel's list, 236 with GUIDs (rtnl_fill_vfinfo). The length of the
 * list has 16 bits and wraps without a word. */
#define ENTRY_SIZE_LEAST 196
#define LIST_ROOM        (UINT16_MAX - NLA_HDRLEN)

#define NOT_REPORTED UINT32_MAX /* the kernel's -1 */

static const uint16_t protocol_table[] = {
	[VLAN_8021Q] = ETH_P_8021Q,
	[VLAN_8021AD] = ETH_P_8021AD,
};
static_assert(ARRAY_SIZE(protocol_table) == VLAN_PROTOCOL_COUNT, "a row for each protocol");

static const uint32_t link_table[] = {
	[VF_LINK_AUTO] = IFLA_VF_LINK_STATE_AUTO,
	[VF_LINK_ENABLE] = IFLA_VF_LINK_STATE_ENABLE,
	[VF_LINK_DISABLE] = IFLA_VF_LINK_STATE_DISABLE,
};
static_assert(ARRAY_SIZE(link_table) == VF_LINK_COUNT, "a row for each link state");

static int put_trust(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	struct ifla_vf_trust v = { .vf = vf, .setting = s->trust };

	return nla_put(msg, IFLA_VF_TRUST, sizeof(v), &v);
}

static int put_mac(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	struct ifla_vf_mac v = { .vf = vf };

	memcpy(v.mac, s->mac, sizeof(s->mac));
	return nla_put(msg, IFLA_VF_MAC, sizeof(v), &v);
}

/* 802.1Q goes the old way, which every driver and kernel knows. */
static int put_vlan(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	struct ifla_vf_vlan old = { .vf = vf, .vlan = s->vlan.id, .qos = s->vlan.qos };
	struct ifla_vf_vlan_info v;
	struct nlattr *list = NULL;

	if (s->vlan.protocol == VLAN_8021Q)
		return nla_put(msg, IFLA_VF_VLAN, sizeof(old), &old);
	memset(&v, 0, sizeof(v)); /* it has a hole at its end */
	v.vf = vf;
	v.vlan = s->vlan.id;
	v.qos = s->vlan.qos;
	v.vlan_proto = htons(protocol_table[s->vlan.protocol]);
	list = nl_nest_begin(msg, IFLA_VF_VLAN_LIST);
	if (!list || nla_put(msg, IFLA_VF_VLAN_INFO, sizeof(v), &v) < 0)
		return -ENOMEM;
	nl_nest_end(msg, list);
	return 0;
}

static int put_spoofcheck(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	struct ifla_vf_spoofchk v = { .vf = vf, .setting = s->spoofcheck };

	return nla_put(msg, IFLA_VF_SPOOFCHK, sizeof(v), &v);
}

static int put_rate(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	struct ifla_vf_rate v = {
		.vf = vf,
		.min_tx_rate = s->rate.min_mbps,
		.max_tx_rate = s->rate.max_mbps,
	};

	return nla_put(msg, IFLA_VF_RATE, sizeof(v), &v);
}

static int put_link_state(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	struct ifla_vf_link_state v = { .vf = vf, .link_state = link_table[s->link_state] };

	return nla_put(msg, IFLA_VF_LINK_STATE, sizeof(v), &v);
}

static int put_rss_query(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	struct ifla_vf_rss_query_en v = { .vf = vf, .setting = s->rss_query };

	return nla_put(msg, IFLA_VF_RSS_QUERY_EN, sizeof(v), &v);
}

static int put_guid(struct nl_msg *msg, int type, unsigned vf, uint64_t guid)
{
	struct ifla_vf_guid v;

	memset(&v, 0, sizeof(v)); /* it has a hole */
	v.vf = vf;
	v.guid = guid;
	return nla_put(msg, type, sizeof(v), &v);
}

static int put_node_guid(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	return put_guid(msg, IFLA_VF_IB_NODE_GUID, vf, s->node_guid);
}

static int put_port_guid(struct nl_msg *msg, unsigned vf, const struct settings *s)
{
	return put_guid(msg, IFLA_VF_IB_PORT_GUID, vf, s->port_guid);
}

static int (*const encode_table[])(struct nl_msg *msg, unsigned vf, const struct settings *s) = {
	[SETTING_TRUST] = put_trust,         [SETTING_MAC] = put_mac,
	[SETTING_VLAN] = put_vlan,           [SETTING_SPOOFCHECK] = put_spoofcheck,
	[SETTING_RATE] = put_rate,           [SETTING_LINK_STATE] = put_link_state,
	[SETTING_RSS_QUERY] = put_rss_query, [SETTING_NODE_GUID] = put_node_guid,
	[SETTING_PORT_GUID] = put_port_guid,
};
static_assert(ARRAY_SIZE(encode_table) == SETTING_COUNT, "a row for each setting");

static void take_switch(uint32_t value, enum setting i, bool *to, struct settings *s)
{
	if (value == NOT_REPORTED)
		return;
	*to = value;
	s->present |= 1u << i;
}

static void take_trust(const void *data, struct settings *s)
{
	struct ifla_vf_trust v;

	memcpy(&v, data, sizeof(v));
	take_switch(v.setting, SETTING_TRUST, &s->trust, s);
}

static void take_mac(const void *data, struct settings *s)
{
	memcpy(s->mac, (const char *)data + offsetof(struct ifla_vf_mac, mac), sizeof(s->mac));
	s->present |= 1u << SETTING_MAC;
}

static void take_vlan_values(uint32_t id, uint32_t qos, uint16_t protocol, struct settings *s)
{
	for (unsigned i = 0; i < ARRAY_SIZE(protocol_table); i++) {
		if (protocol != protocol_table[i] || id > 4095 || qos > 7)
			continue;
		s->vlan.id = (uint16_t)id;
		s->vlan.qos = (uint8_t)qos;
		s->vlan.protocol = i;
		s->present |= 1u << SETTING_VLAN;
	}
}

static void take_vlan(const void *data, struct settings *s)
{
	struct ifla_vf_vlan v;

	memcpy(&v, data, sizeof(v));
	take_vlan_values(v.vlan, v.qos, ETH_P_8021Q, s);
}

/* The list says more than IFLA_VF_VLAN beside it, so it decides. It has one entry (the kernel's
 * MAX_VLAN_LIST_LEN). Without a VLAN the protocol says nothing: netdevsim and hns3 leave it 0 until
 * one is set (hclge_get_vf_config). */
static void take_vlan_list(const void *data, struct settings *s)
{
	const struct nlattr *first = data;
	struct ifla_vf_vlan_info v;
	uint16_t protocol;

	if (nla_type(first) != IFLA_VF_VLAN_INFO || nla_len(first) < (int)sizeof(v))
		return;
	memcpy(&v, nla_data(first), sizeof(v));
	protocol = v.vlan == 0 ? ETH_P_8021Q : ntohs(v.vlan_proto);
	s->present &= ~(1u << SETTING_VLAN);
	take_vlan_values(v.vlan, v.qos, protocol, s);
}

static void take_spoofcheck(const void *data, struct settings *s)
{
	struct ifla_vf_spoofchk v;

	memcpy(&v, data, sizeof(v));
	take_switch(v.setting, SETTING_SPOOFCHECK, &s->spoofcheck, s);
}

static void take_rate(const void *data, struct settings *s)
{
	struct ifla_vf_rate v;

	memcpy(&v, data, sizeof(v));
	s->rate.min_mbps = v.min_tx_rate;
	s->rate.max_mbps = v.max_tx_rate;
	s->present |= 1u << SETTING_RATE;
}

static void take_link_state(const void *data, struct settings *s)
{
	struct ifla_vf_link_state v;

	memcpy(&v, data, sizeof(v));
	for (unsigned i = 0; i < ARRAY_SIZE(link_table); i++) {
		if (v.link_state != link_table[i])
			continue;
		s->link_state = i;
		s->present |= 1u << SETTING_LINK_STATE;
	}
}

static void take_rss_query(const void *data, struct settings *s)
{
	struct ifla_vf_rss_query_en v;

	memcpy(&v, data, sizeof(v));
	take_switch(v.setting, SETTING_RSS_QUERY, &s->rss_query, s);
}

static void take_node_guid(const void *data, struct settings *s)
{
	struct ifla_vf_guid v;

	memcpy(&v, data, sizeof(v));
	s->node_guid = v.guid;
	s->present |= 1u << SETTING_NODE_GUID;
}

static void take_port_guid(const void *data, struct settings *s)
{
	struct ifla_vf_guid v;

	memcpy(&v, data, sizeof(v));
	s->port_guid = v.guid;
	s->present |= 1u << SETTING_PORT_GUID;
}

/* In this order, so that a VLAN list comes behind the VLAN. */
static const struct {
	int type;
	size_t size; /* at least */
	void (*take)(const void *data, struct settings *s);
} decode_table[] = {
	{ IFLA_VF_TRUST, sizeof(struct ifla_vf_trust), take_trust },
	{ IFLA_VF_MAC, sizeof(struct ifla_vf_mac), take_mac },
	{ IFLA_VF_VLAN, sizeof(struct ifla_vf_vlan), take_vlan },
	{ IFLA_VF_VLAN_LIST, NLA_HDRLEN + sizeof(struct ifla_vf_vlan_info), take_vlan_list },
	{ IFLA_VF_SPOOFCHK, sizeof(struct ifla_vf_spoofchk), take_spoofcheck },
	{ IFLA_VF_RATE, sizeof(struct ifla_vf_rate), take_rate },
	{ IFLA_VF_LINK_STATE, sizeof(struct ifla_vf_link_state), take_link_state },
	{ IFLA_VF_RSS_QUERY_EN, sizeof(struct ifla_vf_rss_query_en), take_rss_query },
	{ IFLA_VF_IB_NODE_GUID, sizeof(struct ifla_vf_guid), take_node_guid },
	{ IFLA_VF_IB_PORT_GUID, sizeof(struct ifla_vf_guid), take_port_guid },
};

/* Every attribute of a VF but VLAN_LIST and STATS begins with its number, and IFLA_VF_MAC is
 * always there. */
static int decode_entry(struct nlattr *info, unsigned link_type, struct vf_entry *ret)
{
	struct nlattr *attributes[IFLA_VF_MAX + 1];
	struct vf_entry entry = { 0 };

	nl_first_attributes(nla_data(info), nla_len(info), attributes, IFLA_VF_MAX);
	if (!attributes[IFLA_VF_MAC] ||
	    nla_len(attributes[IFLA_VF_MAC]) < (int)sizeof(struct ifla_vf_mac))
		return -EBADMSG;
	entry.index = nla_get_u32(attributes[IFLA_VF_MAC]);
	for (size_t i = 0; i < ARRAY_SIZE(decode_table); i++) {
		struct nlattr *a = attributes[decode_table[i].type];

		if (a && nla_len(a) >= (int)decode_table[i].size)
			decode_table[i].take(nla_data(a), &entry.settings);
	}
	/* IPoIB has addresses of 20 bytes, which no VF is given. */
	if (link_type == ARPHRD_INFINIBAND)
		entry.settings.present &= ~(1u << SETTING_MAC);
	*ret = entry;
	return 0;
}

/* The entries all have one size, so it is known from which number on they do not fit. */
static bool may_have_wrapped(unsigned announced, size_t entry_size, int left_over)
{
	return left_over > 0 || announced > LIST_ROOM / entry_size;
}

static int decode_list(struct nlattr *list, unsigned link_type, struct vf_list *l)
{
	size_t entry_size = ENTRY_SIZE_LEAST;
	struct nlattr *a;
	int left;

	if (may_have_wrapped(l->announced, entry_size, 0))
		return -EOVERFLOW;
	nla_for_each_nested(a, list, left)
	{
		struct vf_entry entry, *room = NULL;
		int r;

		if (nla_type(a) != IFLA_VF_INFO)
			return -EBADMSG;
		if ((size_t)nla_total_size(nla_len(a)) > entry_size)
			entry_size = (size_t)nla_total_size(nla_len(a));
		r = decode_entry(a, link_type, &entry);
		if (r < 0)
			return r;
		if (entry.index >= l->announced || vf_list_find(l, entry.index))
			return -EBADMSG;
		room = array_add(&l->entries, &l->n, sizeof(*room));
		if (!room)
			return -ENOMEM;
		*room = entry;
	}
	return may_have_wrapped(l->announced, entry_size, left) ? -EOVERFLOW : 0;
}

void vf_list_clear(struct vf_list *l)
{
	free(l->entries);
	*l = (struct vf_list){ 0 };
}

struct settings *vf_list_find(const struct vf_list *l, unsigned vf)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->entries[i].index == vf)
			return &l->entries[i].settings;
	return NULL;
}

struct nl_msg *nl_vf_encode(unsigned ifindex, unsigned vf, enum setting i, const struct settings *s)
{
	struct nl_msg *msg = nl_link_change(ifindex);
	struct nlattr *list = msg ? nl_nest_begin(msg, IFLA_VFINFO_LIST) : NULL;
	struct nlattr *info = list ? nl_nest_begin(msg, IFLA_VF_INFO) : NULL;

	if (!info || encode_table[i](msg, vf, s) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	nl_nest_end(msg, info);
	nl_nest_end(msg, list);
	return msg;
}

int nl_vf_decode(const struct nlmsghdr *h, struct vf_list *ret)
{
	struct nlattr *attributes[IFLA_VFINFO_LIST + 1];
	const struct ifinfomsg *info = NULL;
	autovflist l = { 0 };
	int left, r;

	if (h->nlmsg_type != RTM_NEWLINK || !nlmsg_valid_hdr(h, sizeof(*info)))
		return -EBADMSG;
	info = nlmsg_data(h);
	left = nl_first_attributes(nlmsg_attrdata(h, sizeof(*info)),
				   nlmsg_attrlen(h, sizeof(*info)), attributes, IFLA_VFINFO_LIST);
	if (attributes[IFLA_IFNAME])
		(void)nla_strlcpy(l.name, attributes[IFLA_IFNAME], sizeof(l.name)); /* fits */
	if (attributes[IFLA_NUM_VF] && nla_len(attributes[IFLA_NUM_VF]) >= (int)sizeof(uint32_t))
		l.announced = nla_get_u32(attributes[IFLA_NUM_VF]);
	if (attributes[IFLA_VFINFO_LIST]) {
		l.listed = true;
		r = decode_list(attributes[IFLA_VFINFO_LIST], info->ifi_type, &l);
		if (r < 0)
			return r;
	} else if (left > 0) {
		return -EBADMSG; /* what is cut off may be the list */
	}
	*ret = l;
	l = (struct vf_list){ 0 };
	return 0;
}
