/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of VFs <-> netlink bytes, byte by byte as a little-endian kernel has them. */
#include "core/nl-vf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "core/nl-link.h"

#define IFINDEX 7
#define VF      3

/* What kind of reply a kernel gives. */
enum { WITH_GUIDS = 1, WITH_STATS = 2, WITHOUT_LIST = 4 };

static void expect_bytes(const void *bytes, size_t n, const char *hex)
{
	autostrbuf b = { 0 };

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&b, "%s%02x", i && i % 4 == 0 ? " " : "", ((const uint8_t *)bytes)[i]);
	assert_string_equal(strbuf_text(&b), hex);
}

/* The one attribute of the one IFLA_VF_INFO of a message that is otherwise the same for all. */
static void expect_setting(enum setting i, const struct settings *s, const char *hex)
{
	struct nl_msg *msg = nl_vf_encode(IFINDEX, VF, i, s);
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct nlattr *list = nlmsg_attrdata(h, sizeof(struct ifinfomsg)), *info = nla_data(list);

	assert_int_equal(h->nlmsg_type, RTM_SETLINK);
	assert_int_equal(list->nla_type, IFLA_VFINFO_LIST);
	assert_int_equal(list->nla_len, nlmsg_attrlen(h, sizeof(struct ifinfomsg)));
	assert_int_equal(info->nla_type, IFLA_VF_INFO);
	assert_int_equal(info->nla_len, nla_len(list));
	expect_bytes(nla_data(info), (size_t)nla_len(info), hex);
	nlmsg_free(msg);
}

static void mac_message_is_a_setlink_that_changes_no_flag(void **state)
{
	struct settings s = { .mac = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 } };
	struct nl_msg *msg = nl_vf_encode(IFINDEX, VF, SETTING_MAC, &s);
	struct nlmsghdr *h = nlmsg_hdr(msg);

	(void)state;
	expect_bytes(h, h->nlmsg_len,
		     "50000000 13000500 00000000 00000000 " /* SETLINK, REQUEST|ACK */
		     "00000000 07000000 00000000 00000000 " /* ifindex 7, no flag changed */
		     "30001600 2c000100 28000100 "          /* VFINFO_LIST, VF_INFO, VF_MAC */
		     "03000000 02005e10 00010000 00000000 00000000 00000000 00000000 00000000 "
		     "00000000");
	nlmsg_free(msg);
}

static void each_setting_is_one_attribute(void **state)
{
	struct settings s = {
		.rate = { .min_mbps = 100, .max_mbps = 1000 },
		.link_state = VF_LINK_DISABLE,
		.trust = true,
		.spoofcheck = true,
		.rss_query = true,
		.node_guid = 0x1122334455667788,
		.port_guid = 0x1122334455667799,
	};

	(void)state;
	expect_setting(SETTING_TRUST, &s, "0c000900 03000000 01000000");
	expect_setting(SETTING_SPOOFCHECK, &s, "0c000400 03000000 01000000");
	expect_setting(SETTING_RATE, &s, "10000600 03000000 64000000 e8030000");
	expect_setting(SETTING_LINK_STATE, &s, "0c000500 03000000 02000000");
	expect_setting(SETTING_RSS_QUERY, &s, "0c000700 03000000 01000000");
	expect_setting(SETTING_NODE_GUID, &s, "14000a00 03000000 00000000 88776655 44332211");
	expect_setting(SETTING_PORT_GUID, &s, "14000b00 03000000 00000000 99776655 44332211");
	s.trust = s.spoofcheck = false;
	expect_setting(SETTING_TRUST, &s, "0c000900 03000000 00000000");
	expect_setting(SETTING_SPOOFCHECK, &s, "0c000400 03000000 00000000");
}

static void vlan_8021q_goes_the_old_way(void **state)
{
	struct settings s = { .vlan = { .id = 100, .qos = 3, .protocol = VLAN_8021Q } };

	(void)state;
	expect_setting(SETTING_VLAN, &s, "10000200 03000000 64000000 03000000");
}

static void vlan_8021ad_has_its_protocol_in_network_order(void **state)
{
	struct settings s = { .vlan = { .id = 100, .qos = 3, .protocol = VLAN_8021AD } };

	(void)state;
	/* The structure has 14 bytes with a hole of 2 behind them: sizeof is 16. */
	expect_setting(SETTING_VLAN, &s, "18000c00 14000100 03000000 64000000 03000000 88a80000");
}

/* ---- replies ---- */

static void put_u32s(struct nl_msg *msg, int type, size_t n, ...)
{
	uint32_t values[4] = { 0 };
	va_list list;

	va_start(list, n);
	for (size_t i = 0; i < n; i++)
		values[i] = va_arg(list, uint32_t);
	va_end(list);
	assert_int_equal(nla_put(msg, type, (int)(n * sizeof(*values)), values), 0);
}

/* As rtnl_fill_vfinfo() does it: 196 bytes. */
static struct nlattr *begin_entry(struct nl_msg *msg, unsigned vf, unsigned protocol)
{
	struct nlattr *info = nl_nest_begin(msg, IFLA_VF_INFO), *list = NULL;
	struct ifla_vf_mac mac = { .vf = vf, .mac = { 2, 0, 0, 0, 0, (uint8_t)vf } };
	struct ifla_vf_vlan_info vlan = {
		.vf = vf, .vlan = 100 + vf, .qos = 3, .vlan_proto = htons((uint16_t)protocol)
	};
	uint8_t broadcast[32] = { 0 };

	assert_int_equal(nla_put(msg, IFLA_VF_MAC, sizeof(mac), &mac), 0);
	assert_int_equal(nla_put(msg, IFLA_VF_BROADCAST, sizeof(broadcast), broadcast), 0);
	put_u32s(msg, IFLA_VF_VLAN, 3, vf, 100 + vf, 3);
	put_u32s(msg, IFLA_VF_RATE, 3, vf, 10, 1000 + vf);
	put_u32s(msg, IFLA_VF_TX_RATE, 2, vf, 1000 + vf);
	put_u32s(msg, IFLA_VF_SPOOFCHK, 2, vf, 1);
	put_u32s(msg, IFLA_VF_LINK_STATE, 2, vf, 1);
	put_u32s(msg, IFLA_VF_RSS_QUERY_EN, 2, vf, UINT32_MAX);
	put_u32s(msg, IFLA_VF_TRUST, 2, vf, 0);
	list = nl_nest_begin(msg, IFLA_VF_VLAN_LIST);
	assert_int_equal(nla_put(msg, IFLA_VF_VLAN_INFO, sizeof(vlan), &vlan), 0);
	nl_nest_end(msg, list);
	return info;
}

static void put_entry(struct nl_msg *msg, unsigned vf, unsigned protocol, int how)
{
	struct nlattr *info = begin_entry(msg, vf, protocol);
	struct ifla_vf_guid guid = { .vf = vf, .guid = 0x1000 + vf };
	uint8_t stats[96] = { 0 };

	if (how & WITH_STATS)
		assert_int_equal(nla_put(msg, IFLA_VF_STATS, sizeof(stats), stats), 0);
	if (how & WITH_GUIDS) {
		assert_int_equal(nla_put(msg, IFLA_VF_IB_NODE_GUID, sizeof(guid), &guid), 0);
		assert_int_equal(nla_put(msg, IFLA_VF_IB_PORT_GUID, sizeof(guid), &guid), 0);
	}
	nl_nest_end(msg, info);
}

static struct nl_msg *begin_reply(unsigned announced, unsigned link_type)
{
	struct nl_msg *msg = nlmsg_alloc_size(256 * 1024);
	struct ifinfomsg info = { .ifi_index = IFINDEX, .ifi_type = (unsigned short)link_type };

	assert_non_null(msg);
	assert_non_null(nlmsg_put(msg, 0, 0, RTM_NEWLINK, 0, 0));
	assert_int_equal(nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO), 0);
	assert_int_equal(nla_put_u32(msg, IFLA_NUM_VF, announced), 0);
	return msg;
}

/* ANNOUNCED VFs, of which HOLE is left out (-1: none); the list's length wraps as the kernel's
 * does. */
static int decode_reply(unsigned announced, int hole, int how, struct vf_list *ret)
{
	struct nl_msg *msg = begin_reply(announced, ARPHRD_ETHER);
	struct nlattr *list = NULL;
	int r;

	if (!(how & WITHOUT_LIST)) {
		list = nl_nest_begin(msg, IFLA_VFINFO_LIST);
		for (unsigned i = 0; i < announced; i++)
			if ((int)i != hole)
				put_entry(msg, i, ETH_P_8021Q, how);
		nl_nest_end(msg, list);
	}
	r = nl_vf_decode(nlmsg_hdr(msg), ret);
	nlmsg_free(msg);
	return r;
}

static void no_vfs_are_an_empty_list(void **state)
{
	autovflist l = { 0 };

	(void)state;
	assert_int_equal(decode_reply(0, -1, 0, &l), 0);
	assert_int_equal(l.announced, 0);
	assert_true(l.listed);
	assert_int_equal(l.n, 0);
	assert_null(vf_list_find(&l, 0));
}

static void a_driver_that_lists_nothing_only_announces(void **state)
{
	autovflist l = { 0 };

	(void)state;
	assert_int_equal(decode_reply(7, -1, WITHOUT_LIST, &l), 0);
	assert_int_equal(l.announced, 7);
	assert_false(l.listed);
}

static void all_settings_of_seven_vfs_are_read(void **state)
{
	const uint8_t mac[] = { 2, 0, 0, 0, 0, 6 };
	const unsigned present = 1u << SETTING_TRUST | 1u << SETTING_MAC | 1u << SETTING_VLAN |
				 1u << SETTING_SPOOFCHECK | 1u << SETTING_RATE |
				 1u << SETTING_LINK_STATE;
	autovflist l = { 0 };
	const struct settings *s = NULL;

	(void)state;
	assert_int_equal(decode_reply(7, -1, 0, &l), 0);
	assert_int_equal(l.n, 7);
	s = vf_list_find(&l, 6);
	assert_non_null(s);
	assert_int_equal(s->present, present); /* RSS query is -1: not reported */
	assert_memory_equal(s->mac, mac, sizeof(mac));
	assert_int_equal(s->vlan.id, 106);
	assert_int_equal(s->vlan.qos, 3);
	assert_int_equal(s->vlan.protocol, VLAN_8021Q);
	assert_int_equal(s->rate.min_mbps, 10);
	assert_int_equal(s->rate.max_mbps, 1006);
	assert_int_equal(s->link_state, VF_LINK_ENABLE);
	assert_true(s->spoofcheck);
	assert_false(s->trust);
}

static void a_missing_entry_is_a_hole_and_the_others_count(void **state)
{
	autovflist l = { 0 };

	(void)state;
	assert_int_equal(decode_reply(7, 3, 0, &l), 0);
	assert_int_equal(l.announced, 7);
	assert_int_equal(l.n, 6);
	assert_null(vf_list_find(&l, 3));
	assert_int_equal(vf_list_find(&l, 4)->vlan.id, 104);
}

static void guids_are_read(void **state)
{
	autovflist l = { 0 };

	(void)state;
	assert_int_equal(decode_reply(2, -1, WITH_GUIDS, &l), 0);
	assert_true(setting_has(vf_list_find(&l, 1), SETTING_NODE_GUID));
	assert_true(setting_has(vf_list_find(&l, 1), SETTING_PORT_GUID));
	assert_int_equal(vf_list_find(&l, 1)->node_guid, 0x1001);
}

static void lists_are_believed_up_to_where_they_wrap(void **state)
{
	static const struct {
		unsigned announced;
		int how, r;
	} cases[] = {
		{ 222, 0, 0 },
		{ 334, 0, 0 },
		{ 335, 0, -EOVERFLOW },
		{ 400, 0, -EOVERFLOW },
		{ 277, WITH_GUIDS, 0 },
		{ 278, WITH_GUIDS, -EOVERFLOW },
		{ 221, WITH_STATS, 0 },
		{ 222, WITH_STATS, -EOVERFLOW }, /* not one whole entry is left */
		{ 256, WITH_STATS, -EOVERFLOW }, /* 34 are left */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autovflist l = { 0 };
		int r = decode_reply(cases[i].announced, -1, cases[i].how, &l);

		assert_int_equal(r, cases[i].r);
		assert_int_equal(l.n, r == 0 ? cases[i].announced : 0);
	}
}

static void the_vlan_list_knows_the_protocol(void **state)
{
	static const struct {
		unsigned protocol;
		bool known;
	} cases[] = { { ETH_P_8021AD, true }, { 0xa888, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nl_msg *msg = begin_reply(1, ARPHRD_ETHER);
		struct nlattr *list = nl_nest_begin(msg, IFLA_VFINFO_LIST);
		autovflist l = { 0 };

		put_entry(msg, 0, cases[i].protocol, 0);
		nl_nest_end(msg, list);
		assert_int_equal(nl_vf_decode(nlmsg_hdr(msg), &l), 0);
		assert_int_equal(setting_has(&l.entries[0].settings, SETTING_VLAN), cases[i].known);
		if (cases[i].known)
			assert_int_equal(l.entries[0].settings.vlan.protocol, VLAN_8021AD);
		nlmsg_free(msg);
	}
}

static void infiniband_vfs_have_no_mac(void **state)
{
	struct nl_msg *msg = begin_reply(1, ARPHRD_INFINIBAND);
	struct nlattr *list = nl_nest_begin(msg, IFLA_VFINFO_LIST);
	autovflist l = { 0 };

	(void)state;
	put_entry(msg, 0, ETH_P_8021Q, WITH_GUIDS);
	nl_nest_end(msg, list);
	assert_int_equal(nl_vf_decode(nlmsg_hdr(msg), &l), 0);
	assert_false(setting_has(&l.entries[0].settings, SETTING_MAC));
	nlmsg_free(msg);
}

static void a_vf_that_was_not_announced_is_refused(void **state)
{
	struct nl_msg *msg = begin_reply(1, ARPHRD_ETHER);
	struct nlattr *list = nl_nest_begin(msg, IFLA_VFINFO_LIST);
	autovflist l = { 0 };

	(void)state;
	put_entry(msg, 1, ETH_P_8021Q, 0);
	nl_nest_end(msg, list);
	assert_int_equal(nl_vf_decode(nlmsg_hdr(msg), &l), -EBADMSG);
	assert_int_equal(l.n, 0);
	nlmsg_free(msg);
}

static void what_is_encoded_is_decoded(void **state)
{
	(void)state;
	for (unsigned protocol = 0; protocol < VLAN_PROTOCOL_COUNT; protocol++) {
		struct settings s = { .vlan = { .id = 4094, .qos = 7, .protocol = protocol } };
		struct nl_msg *sent = nl_vf_encode(IFINDEX, 0, SETTING_VLAN, &s);
		struct nlattr *list = nlmsg_attrdata(nlmsg_hdr(sent), sizeof(struct ifinfomsg));
		struct nlattr *info = nla_data(list);
		struct nl_msg *msg = begin_reply(1, ARPHRD_ETHER);
		struct ifla_vf_mac mac = { .vf = 0 };
		struct nlattr *l0 = nl_nest_begin(msg, IFLA_VFINFO_LIST);
		struct nlattr *i0 = nl_nest_begin(msg, IFLA_VF_INFO);
		autovflist l = { 0 };

		assert_int_equal(nla_put(msg, IFLA_VF_MAC, sizeof(mac), &mac), 0);
		assert_int_equal(
			nlmsg_append(msg, nla_data(info), (size_t)nla_len(info), NLMSG_ALIGNTO), 0);
		nl_nest_end(msg, i0);
		nl_nest_end(msg, l0);
		assert_int_equal(nl_vf_decode(nlmsg_hdr(msg), &l), 0);
		s.present = 1u << SETTING_VLAN;
		assert_true(setting_same(SETTING_VLAN, &s, &l.entries[0].settings));
		nlmsg_free(msg);
		nlmsg_free(sent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mac_message_is_a_setlink_that_changes_no_flag),
		cmocka_unit_test(each_setting_is_one_attribute),
		cmocka_unit_test(vlan_8021q_goes_the_old_way),
		cmocka_unit_test(vlan_8021ad_has_its_protocol_in_network_order),
		cmocka_unit_test(no_vfs_are_an_empty_list),
		cmocka_unit_test(a_driver_that_lists_nothing_only_announces),
		cmocka_unit_test(all_settings_of_seven_vfs_are_read),
		cmocka_unit_test(a_missing_entry_is_a_hole_and_the_others_count),
		cmocka_unit_test(guids_are_read),
		cmocka_unit_test(lists_are_believed_up_to_where_they_wrap),
		cmocka_unit_test(the_vlan_list_knows_the_protocol),
		cmocka_unit_test(infiniband_vfs_have_no_mac),
		cmocka_unit_test(a_vf_that_was_not_announced_is_refused),
		cmocka_unit_test(what_is_encoded_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
