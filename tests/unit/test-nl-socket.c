/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket against the kernel that runs the test: nobody needs a privilege to ask. */
#include "host/nl-socket.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <net/if.h>

#define NO_INTERFACE 0x7ffffff0

static struct netlink *open_socket(void)
{
	struct netlink *n = NULL;

	assert_int_equal(netlink_open(5000, &n), 0);
	return n;
}

static void the_loopback_has_facts_and_no_vfs(void **state)
{
	CLEANUP(netlink_freep) struct netlink *n = open_socket();
	unsigned ifindex = if_nametoindex("lo");
	autolink l = { 0 };
	autovflist vfs = { 0 };

	(void)state;
	assert_int_equal(netlink_get_link(n, ifindex, &l), 0);
	assert_string_equal(l.name, "lo");
	assert_int_equal(l.ifindex, ifindex);
	assert_true(l.mtu > 0);
	assert_int_equal(l.has & LINK_MAC, LINK_MAC);
	assert_int_equal(netlink_get_vfs(n, ifindex, &vfs), 0);
	assert_false(vfs.listed);
	assert_int_equal(vfs.announced, 0);
}

static void the_kernels_own_errno_comes_back(void **state)
{
	CLEANUP(netlink_freep) struct netlink *n = open_socket();
	autofree char *detail = NULL;
	autolink l = { 0 };
	autovflist vfs = { 0 };
	int r;

	(void)state;
	assert_int_equal(netlink_get_link(n, NO_INTERFACE, &l), -ENODEV);
	assert_int_equal(netlink_get_vfs(n, NO_INTERFACE, &vfs), -ENODEV);
	r = netlink_change(n, nl_link_set_up(NO_INTERFACE, true), &detail);
	assert_true(r == -ENODEV || r == -EPERM);
	assert_int_equal(netlink_change(n, NULL, NULL), -ENOMEM);
	/* and the socket still works */
	assert_int_equal(netlink_get_link(n, if_nametoindex("lo"), &l), 0);
}

static void loopback_addresses_do_not_count(void **state)
{
	CLEANUP(netlink_freep) struct netlink *n = open_socket();
	autofree unsigned *ifindexes = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(netlink_get_addressed(n, &ifindexes, &count), 0);
	for (size_t i = 0; i < count; i++)
		assert_true(ifindexes[i] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loopback_has_facts_and_no_vfs),
		cmocka_unit_test(the_kernels_own_errno_comes_back),
		cmocka_unit_test(loopback_addresses_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
