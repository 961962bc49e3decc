/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces and their addresses <-> netlink bytes, as a little-endian kernel has them. */
#include "core/nl-link.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

static void expect_message(struct nl_msg *msg, const char *hex)
{
	const struct nlmsghdr *h = nlmsg_hdr(msg);
	autostrbuf b = { 0 };

	for (size_t i = 0; i < h->nlmsg_len; i++)
		strbuf_addf(&b, "%s%02x", i && i % 4 == 0 ? " " : "", ((const uint8_t *)h)[i]);
	assert_string_equal(strbuf_text(&b), hex);
	nlmsg_free(msg);
}

static void requests_have_these_bytes(void **state)
{
	(void)state;
	expect_message(nl_link_get(7), "20000000 12000100 00000000 00000000 "
				       "00000000 07000000 00000000 00000000");
	/* RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS */
	expect_message(nl_link_get_vfs(7), "28000000 12000100 00000000 00000000 "
					   "00000000 07000000 00000000 00000000 "
					   "08001d00 09000000");
	expect_message(nl_link_set_up(7, true), "20000000 13000500 00000000 00000000 "
						"00000000 07000000 01000000 01000000");
	expect_message(nl_link_set_up(7, false), "20000000 13000500 00000000 00000000 "
						 "00000000 07000000 00000000 01000000");
	/* AF_SPEC, AF_INET6, ADDR_GEN_MODE */
	expect_message(nl_link_set_addr_gen_mode(7, ADDR_GEN_NONE),
		       "30000000 13000500 00000000 00000000 "
		       "00000000 07000000 00000000 00000000 "
		       "10001a00 0c000a00 05000800 01000000");
	expect_message(nl_address_dump(), "18000000 16000103 00000000 00000000 "
					  "00000000 00000000");
	/* RTEXT_FILTER_SKIP_STATS */
	expect_message(nl_link_dump(), "28000000 12000103 00000000 00000000 "
				       "00000000 00000000 00000000 00000000 "
				       "08001d00 08000000");
}

static struct nl_msg *begin_link(void)
{
	struct ifinfomsg info = { .ifi_index = 7, .ifi_type = 1, .ifi_flags = IFF_UP };
	struct nl_msg *msg = nlmsg_alloc_size(64 * 1024);

	assert_non_null(nlmsg_put(msg, 0, 0, RTM_NEWLINK, 0, 0));
	assert_int_equal(nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO), 0);
	assert_int_equal(nla_put_string(msg, IFLA_IFNAME, "enp1s0f0"), 0);
	return msg;
}

static void put_mode(struct nl_msg *msg, uint8_t mode)
{
	struct nlattr *families = nl_nest_begin(msg, IFLA_AF_SPEC);
	struct nlattr *inet6 = nl_nest_begin(msg, AF_INET6);

	assert_int_equal(nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, mode), 0);
	nl_nest_end(msg, inet6);
	nl_nest_end(msg, families);
}

static void all_facts_are_taken(void **state)
{
	const uint8_t mac[] = { 0x52, 0x54, 0, 0xaa, 0, 1 },
		      permanent[] = { 0x52, 0x54, 0, 0xaa, 0, 2 };
	struct nl_msg *msg = begin_link();
	struct nlattr *list = NULL;
	autolink l = { 0 };

	(void)state;
	nla_put(msg, IFLA_ADDRESS, sizeof(mac), mac);
	nla_put(msg, IFLA_PERM_ADDRESS, sizeof(permanent), permanent);
	nla_put_u8(msg, IFLA_CARRIER, 1);
	nla_put_u32(msg, IFLA_MTU, 9000);
	nla_put_u32(msg, IFLA_MASTER, 12);
	nla_put(msg, IFLA_PHYS_PORT_ID, 8, "port one");
	list = nl_nest_begin(msg, IFLA_PROP_LIST | NLA_F_NESTED);
	nla_put_string(msg, IFLA_ALT_IFNAME, "uplink");
	nla_put_string(msg, IFLA_ALT_IFNAME, "a-name-that-is-longer-than-16-letters");
	nl_nest_end(msg, list);
	put_mode(msg, ADDR_GEN_STABLE_PRIVACY);
	assert_int_equal(nl_link_decode(nlmsg_hdr(msg), &l), 0);
	assert_int_equal(l.ifindex, 7);
	assert_string_equal(l.name, "enp1s0f0");
	assert_int_equal(l.n_altnames, 2);
	assert_string_equal(l.altnames[1], "a-name-that-is-longer-than-16-letters");
	assert_int_equal(l.has, LINK_MAC | LINK_PERMANENT_MAC | LINK_ADDR_GEN_MODE);
	assert_memory_equal(l.mac, mac, 6);
	assert_memory_equal(l.permanent_mac, permanent, 6);
	assert_true(l.up);
	assert_true(l.carrier);
	assert_int_equal(l.mtu, 9000);
	assert_int_equal(l.master, 12);
	assert_int_equal(l.port_id_size, 8);
	assert_memory_equal(l.port_id, "port one", 8);
	assert_int_equal(l.addr_gen_mode, ADDR_GEN_STABLE_PRIVACY);
	nlmsg_free(msg);
}

static void the_place_of_an_interface_is_told(void **state)
{
	struct nl_msg *msg = begin_link();
	struct link_place l;
	autolink facts = { 0 };

	(void)state;
	nla_put_string(msg, IFLA_PARENT_DEV_NAME, "0000:01:00.0");
	nla_put_string(msg, IFLA_PHYS_PORT_NAME, "pf0vf1");
	assert_int_equal(nl_link_place(nlmsg_hdr(msg), &l), 0);
	assert_string_equal(l.name, "enp1s0f0");
	assert_string_equal(l.device, "0000:01:00.0");
	assert_string_equal(l.port_name, "pf0vf1");
	assert_true(l.up && !l.is_virtual);
	assert_int_equal(nl_link_decode(nlmsg_hdr(msg), &facts), 0);
	assert_string_equal(facts.parent, "0000:01:00.0");
	nlmsg_free(msg);
}

static void the_place_of_a_virtual_interface_is_none(void **state)
{
	struct nl_msg *msg = begin_link();
	struct nlattr *info = nl_nest_begin(msg, IFLA_LINKINFO);
	struct link_place l;

	(void)state;
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	nl_nest_end(msg, info);
	nla_put(msg, IFLA_PARENT_DEV_NAME, 4, "0000"); /* a text without its end */
	assert_int_equal(nl_link_place(nlmsg_hdr(msg), &l), 0);
	assert_null(l.device);
	assert_null(l.port_name);
	assert_true(l.is_virtual);
	nlmsg_hdr(msg)->nlmsg_type = RTM_NEWADDR;
	assert_int_equal(nl_link_place(nlmsg_hdr(msg), &l), -EBADMSG);
	nlmsg_free(msg);
}

static void what_is_not_told_is_absent(void **state)
{
	struct nl_msg *msg = begin_link();
	autolink l = { 0 };

	(void)state;
	put_mode(msg, 200); /* of a kernel to come */
	nla_put(msg, IFLA_PHYS_PORT_ID, 33, "longer than any that a kernel has");
	nla_put(msg, IFLA_ADDRESS, 20, "an InfiniBand address");
	assert_int_equal(nl_link_decode(nlmsg_hdr(msg), &l), 0);
	assert_int_equal(l.port_id_size, 0);
	assert_int_equal(l.has, 0);
	assert_false(l.carrier);
	assert_int_equal(l.n_altnames, 0);
	nlmsg_free(msg);
}

static void the_first_address_counts(void **state)
{
	const uint8_t mac[] = { 0x52, 0x54, 0, 0xaa, 0, 1 }, rubbish[] = { 0x28, 0, 1, 0, 0xdd, 0 };
	struct nl_msg *msg = begin_link();
	autolink l = { 0 };

	(void)state;
	nla_put(msg, IFLA_ADDRESS, sizeof(mac), mac);
	nla_put(msg, IFLA_ADDRESS, sizeof(rubbish), rubbish); /* what a wrapped VF list leaves */
	assert_int_equal(nl_link_decode(nlmsg_hdr(msg), &l), 0);
	assert_memory_equal(l.mac, mac, 6);
	nlmsg_free(msg);
}

static int decode_address(int family, int type, const char *text, unsigned *ret)
{
	struct ifaddrmsg info = { .ifa_family = (uint8_t)family, .ifa_index = 7 };
	struct nl_msg *msg = nlmsg_alloc();
	uint8_t address[16];
	int r;

	assert_int_equal(inet_pton(family, text, address), 1);
	assert_non_null(nlmsg_put(msg, 0, 0, RTM_NEWADDR, 0, 0));
	assert_int_equal(nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO), 0);
	assert_int_equal(nla_put(msg, type, family == AF_INET ? 4 : 16, address), 0);
	r = nl_address_decode(nlmsg_hdr(msg), ret);
	nlmsg_free(msg);
	return r;
}

static void link_local_addresses_do_not_count(void **state)
{
	unsigned ifindex = 0;

	(void)state;
	assert_int_equal(decode_address(AF_INET, IFA_LOCAL, "169.254.1.1", &ifindex), 0);
	assert_int_equal(decode_address(AF_INET6, IFA_ADDRESS, "fe80::1", &ifindex), 0);
	assert_int_equal(decode_address(AF_INET6, IFA_ADDRESS, "febf::1", &ifindex), 0);
	assert_int_equal(ifindex, 0);
	assert_int_equal(decode_address(AF_INET, IFA_LOCAL, "192.0.2.1", &ifindex), 1);
	assert_int_equal(ifindex, 7);
	assert_int_equal(decode_address(AF_INET, IFA_LOCAL, "10.0.0.1", &ifindex), 1);
	assert_int_equal(decode_address(AF_INET6, IFA_ADDRESS, "2001:db8::1", &ifindex), 1);
	assert_int_equal(decode_address(AF_INET6, IFA_ADDRESS, "fd00::1", &ifindex), 1);
}

static void nonsense_is_refused(void **state)
{
	struct nlmsghdr h = { .nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = RTM_NEWLINK };
	struct nl_msg *msg = nl_link_get(7);
	autolink l = { 0 };
	unsigned ifindex;

	(void)state;
	assert_int_equal(nl_link_decode(&h, &l), -EBADMSG);
	h.nlmsg_type = RTM_NEWADDR;
	assert_int_equal(nl_address_decode(&h, &ifindex), -EBADMSG);
	assert_int_equal(nl_link_decode(nlmsg_hdr(msg), &l), -EBADMSG);
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_have_these_bytes),
		cmocka_unit_test(all_facts_are_taken),
		cmocka_unit_test(the_place_of_an_interface_is_told),
		cmocka_unit_test(the_place_of_a_virtual_interface_is_none),
		cmocka_unit_test(what_is_not_told_is_absent),
		cmocka_unit_test(the_first_address_counts),
		cmocka_unit_test(link_local_addresses_do_not_count),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
