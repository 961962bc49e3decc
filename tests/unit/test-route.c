/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Default routes, as /proc/net tells of them. */
#include "host/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp-tree.h"

/* As Linux 6.1 prints them. */
#define HEAD_4                                                                                     \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"      \
	"                                                       \n"
#define ROUTE_4(name, destination, gateway, mask)                                                  \
	name "\t" destination "\t" gateway "\t0003\t0\t0\t100\t" mask "\t0\t0\t0         "         \
	     "                                                                   \n"
#define ZERO_6 "00000000000000000000000000000000"
#define ROUTE_6(destination, length, gateway, name)                                                \
	destination " " length " " ZERO_6 " 00 " gateway " 00000400 00000001 00000000 00000001 "   \
		    "    " name "\n"
#define GATEWAY_6 "fe800000000000000000000000000001"

static int setup(void **state)
{
	static struct tree tree;

	tree_new(&tree);
	*state = &tree;
	return 0;
}

static int teardown(void **state)
{
	tree_free(*state);
	return 0;
}

/* The interfaces that are found, with blanks between them. */
static void expect_defaults(const struct tree *t, const char *want)
{
	autonames names = { 0 };
	autostrbuf got = { 0 };

	assert_int_equal(route_read_defaults(t->fd, &names), 0);
	for (size_t i = 0; i < names.n; i++)
		strbuf_addf(&got, "%s%s", i ? " " : "", names.names[i]);
	assert_string_equal(got.len ? strbuf_text(&got) : "", want);
}

static void absent_files_have_none(void **state)
{
	expect_defaults(*state, "");
}

static void a_host_without_routes_has_none(void **state)
{
	struct tree *t = *state;

	tree_add_file(t, "proc/net/route", HEAD_4);
	tree_add_file(t, "proc/net/ipv6_route", "");
	expect_defaults(t, "");
}

static void ipv4_default_routes_are_found(void **state)
{
	struct tree *t = *state;

	tree_add_file(t, "proc/net/route",
		      HEAD_4 ROUTE_4("eth0", "00000000", "0101A8C0", "00000000")
			      ROUTE_4("eth1", "0001A8C0", "00000000", "00FFFFFF")
				      ROUTE_4("eth2.100", "00000000", "00000000", "00000000"));
	expect_defaults(t, "eth0 eth2.100");
}

/* 0.0.0.0/1 and 128.0.0.0/1, with which VPNs go before the default route, are none. */
static void half_of_the_world_is_no_default(void **state)
{
	struct tree *t = *state;

	tree_add_file(t, "proc/net/route",
		      HEAD_4 ROUTE_4("tun0", "00000000", "0100080A", "00000080")
			      ROUTE_4("tun0", "00000080", "0100080A", "00000080"));
	tree_add_file(t, "proc/net/ipv6_route", ROUTE_6(ZERO_6, "01", GATEWAY_6, "tun0"));
	expect_defaults(t, "");
}

static void ipv6_default_routes_are_found(void **state)
{
	struct tree *t = *state;

	tree_add_file(t, "proc/net/ipv6_route",
		      ROUTE_6("fe800000000000000000000000000000", "40", ZERO_6,
			      "eth1") ROUTE_6(ZERO_6, "00", GATEWAY_6, "eth3")
			      ROUTE_6("ff000000000000000000000000000000", "08", ZERO_6, "eth1"));
	expect_defaults(t, "eth3");
}

/* "unreachable default dev lo" stands at the end of every IPv6 table. */
static void lo_leads_nowhere(void **state)
{
	struct tree *t = *state;

	tree_add_file(t, "proc/net/ipv6_route",
		      ROUTE_6("00000000000000000000000000000001", "80", ZERO_6, "lo")
			      ROUTE_6(ZERO_6, "00", ZERO_6, "lo"));
	tree_add_file(t, "proc/net/route",
		      HEAD_4 ROUTE_4("lo", "00000000", "00000000", "00000000"));
	expect_defaults(t, "");
}

static void both_tables_are_read(void **state)
{
	struct tree *t = *state;

	tree_add_file(t, "proc/net/route",
		      HEAD_4 ROUTE_4("eth0", "00000000", "0101A8C0", "00000000"));
	tree_add_file(t, "proc/net/ipv6_route",
		      ROUTE_6(ZERO_6, "00", GATEWAY_6, "eth0")
			      ROUTE_6(ZERO_6, "00", GATEWAY_6, "eth1"));
	expect_defaults(t, "eth0 eth0 eth1");
}

static void lines_that_are_cut_off_are_none(void **state)
{
	struct tree *t = *state;

	tree_add_file(t, "proc/net/route", "\n \neth0\neth0\t00000000\neth0\t00000000\t0101A8C0");
	tree_add_file(t, "proc/net/ipv6_route", "\n" ZERO_6 "\n" ZERO_6 " 00\n" ZERO_6 " 00 x");
	expect_defaults(t, "");
}

static void what_cannot_be_read_has_none(void **state)
{
	struct tree *t = *state;

	tree_add_dir(t, "proc/net/route");
	tree_add_file(t, "proc/net/ipv6_route", ROUTE_6(ZERO_6, "00", GATEWAY_6, "eth1"));
	expect_defaults(t, "eth1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(absent_files_have_none),        TEST(a_host_without_routes_has_none),
		TEST(ipv4_default_routes_are_found), TEST(half_of_the_world_is_no_default),
		TEST(ipv6_default_routes_are_found), TEST(lo_leads_nowhere),
		TEST(both_tables_are_read),          TEST(lines_that_are_cut_off_are_none),
		TEST(what_cannot_be_read_has_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
