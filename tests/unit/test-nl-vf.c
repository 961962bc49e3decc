/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of VFs -> netlink bytes, byte by byte as a little-endian kernel has them, and back.
 * Whole replies are in test-nl-replies.c. */
#include "core/nl-vf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "core/nl-link.h"

#define IFINDEX 7
#define VF      3

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

/* Decodes a reply in which the entry of a VF has what is in the message of nl_vf_encode(), and its
 * MAC, as every entry has. */
static int decode_sent(struct nl_msg *sent, struct vf_list *ret)
{
	struct nlattr *list = nlmsg_attrdata(nlmsg_hdr(sent), sizeof(struct ifinfomsg)), *entry;
	struct nlattr *info = nla_data(list), *attribute = nla_data(info);
	struct ifinfomsg link = { .ifi_index = IFINDEX, .ifi_type = ARPHRD_ETHER };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	struct ifla_vf_mac mac = { .vf = VF };
	int r;

	assert_non_null(msg);
	assert_int_equal(nlmsg_append(msg, &link, sizeof(link), NLMSG_ALIGNTO), 0);
	assert_int_equal(nla_put_u32(msg, IFLA_NUM_VF, VF + 1), 0);
	list = nl_nest_begin(msg, IFLA_VFINFO_LIST);
	entry = nl_nest_begin(msg, IFLA_VF_INFO);
	if (nla_type(attribute) != IFLA_VF_MAC)
		assert_int_equal(nla_put(msg, IFLA_VF_MAC, sizeof(mac), &mac), 0);
	assert_int_equal(nlmsg_append(msg, attribute, (size_t)nla_len(info), NLMSG_ALIGNTO), 0);
	nl_nest_end(msg, entry);
	nl_nest_end(msg, list);
	r = nl_vf_decode(nlmsg_hdr(msg), ret);
	nlmsg_free(msg);
	return r;
}

/* netdevsim takes and reports any protocol: this is what libnl-route makes of 802.1ad. */
static void a_protocol_that_is_none_is_no_vlan(void **state)
{
	const struct settings s = { .vlan = { .id = 100, .protocol = VLAN_8021AD } };
	struct nl_msg *sent = nl_vf_encode(IFINDEX, VF, SETTING_VLAN, &s);
	uint8_t *protocol = (uint8_t *)nlmsg_tail(nlmsg_hdr(sent)) - 4;
	autovflist l = { 0 };

	(void)state;
	assert_memory_equal(protocol, "\x88\xa8", 2);
	memcpy(protocol, "\xa8\x88", 2);
	assert_int_equal(decode_sent(sent, &l), 0);
	assert_int_equal(vf_list_find(&l, VF)->present, 1u << SETTING_MAC);
	nlmsg_free(sent);
}

static void what_is_encoded_is_decoded(void **state)
{
	struct settings s = {
		.mac = { 2, 0, 0x5e, 0x10, 0, 1 },
		.vlan = { .id = 4094, .qos = 7, .protocol = VLAN_8021AD },
		.rate = { .min_mbps = 1, .max_mbps = UINT32_MAX },
		.link_state = VF_LINK_DISABLE,
		.trust = true,
		.spoofcheck = true,
		.rss_query = true,
		.node_guid = UINT64_MAX,
		.port_guid = 1,
	};

	(void)state;
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		struct nl_msg *sent = nl_vf_encode(IFINDEX, VF, i, &s);
		autovflist l = { 0 };

		assert_int_equal(decode_sent(sent, &l), 0);
		s.present = 1u << i;
		assert_int_equal(vf_list_find(&l, VF)->present, s.present | 1u << SETTING_MAC);
		assert_true(setting_same(i, &s, vf_list_find(&l, VF)));
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
		cmocka_unit_test(a_protocol_that_is_none_is_no_vlan),
		cmocka_unit_test(what_is_encoded_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
