/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies on top of a PF, in trees that look as sysfs does. */
#include "host/upper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp-tree.h"

/* A host with one PF, eth0. */
struct fixture {
	struct tree tree;
	struct pf pf;
};

static int setup(void **state)
{
	static struct fixture f;

	tree_new(&f.tree);
	tree_add_file(&f.tree, "sys/class/net/eth0/mtu", "1500\n");
	f.pf = (struct pf){ 0 };
	assert_int_equal(text_replace(&f.pf.name, "eth0"), 0);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pf_clear(&f->pf);
	tree_free(&f->tree);
	return 0;
}

/* As the kernel links the two. */
static void put_on_top(struct fixture *f, const char *upper, const char *lower)
{
	autofree char *up = text_format("sys/class/net/%s/upper_%s", lower, upper);
	autofree char *down = text_format("sys/class/net/%s/lower_%s", upper, lower);
	autofree char *up_to = text_format("../%s", upper);
	autofree char *down_to = text_format("../%s", lower);

	tree_add_link(&f->tree, up, up_to);
	tree_add_link(&f->tree, down, down_to);
}

static void expect_uppers(struct fixture *f, const char *names)
{
	autostrbuf b = { 0 };

	assert_int_equal(upper_read(f->tree.fd, &f->pf), 0);
	assert_true(f->pf.knows_uppers);
	for (size_t i = 0; i < f->pf.n_uppers; i++)
		strbuf_addf(&b, "%s%s", i ? " " : "", f->pf.uppers[i]);
	assert_string_equal(strbuf_text(&b), names);
}

static void nothing_is_on_top_of_a_bare_interface(void **state)
{
	expect_uppers(*state, "");
}

static void bridge_vlan_and_bond_are_followed(void **state)
{
	struct fixture *f = *state;

	put_on_top(f, "bond0", "eth0");
	put_on_top(f, "bond0", "eth9");
	put_on_top(f, "bond0.100", "bond0");
	put_on_top(f, "br100", "bond0.100");
	put_on_top(f, "macvtap0", "br100");
	put_on_top(f, "br9", "eth9"); /* that leads elsewhere */
	expect_uppers(f, "bond0 bond0.100 br100 macvtap0");
}

static void what_is_on_top_by_two_ways_stands_there_once(void **state)
{
	struct fixture *f = *state;

	put_on_top(f, "eth0.1", "eth0");
	put_on_top(f, "eth0.2", "eth0");
	put_on_top(f, "br0", "eth0.1");
	put_on_top(f, "br0", "eth0.2");
	expect_uppers(f, "eth0.1 eth0.2 br0");
}

static void loop_ends(void **state)
{
	struct fixture *f = *state;

	put_on_top(f, "a", "eth0");
	put_on_top(f, "b", "a");
	put_on_top(f, "a", "b");
	put_on_top(f, "eth0", "b");
	expect_uppers(f, "a b eth0");
}

static void too_many_are_not_known(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 1024; i++) {
		autofree char *path = text_format("sys/class/net/eth0/upper_v%u", i);
		tree_add_link(&f->tree, path, "..");
	}
	assert_int_equal(upper_read(f->tree.fd, &f->pf), 0);
	assert_true(f->pf.knows_uppers);
	assert_int_equal(f->pf.n_uppers, 1024);
	put_on_top(f, "one-more", "v1023");
	f->pf.knows_uppers = false;
	assert_int_equal(upper_read(f->tree.fd, &f->pf), 0);
	assert_false(f->pf.knows_uppers);
}

static void interfaces_of_its_vfs_count(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(text_replace(&pf_add_vf(&f->pf, 0)->function.netdev, NULL), 0);
	assert_int_equal(text_replace(&pf_add_vf(&f->pf, 1)->function.netdev, "eth0v1"), 0);
	put_on_top(f, "br1", "eth0v1");
	put_on_top(f, "br2", "eth0v2");
	expect_uppers(f, "br1");
}

static void card_that_switches_by_its_own_rules_is_not_known(void **state)
{
	struct fixture *f = *state;

	put_on_top(f, "br0", "eth0");
	tree_add_file(&f->tree, "sys/class/net/eth0/phys_switch_id", "3a4b5c\n");
	assert_int_equal(upper_read(f->tree.fd, &f->pf), 0);
	assert_false(f->pf.knows_uppers);
	assert_int_equal(f->pf.n_uppers, 0);
}

static void pf_without_an_interface_is_not_known(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(text_replace(&f->pf.name, NULL), 0);
	assert_int_equal(upper_read(f->tree.fd, &f->pf), 0);
	assert_false(f->pf.knows_uppers);
}

#define UPPER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		UPPER_TEST(nothing_is_on_top_of_a_bare_interface),
		UPPER_TEST(bridge_vlan_and_bond_are_followed),
		UPPER_TEST(what_is_on_top_by_two_ways_stands_there_once),
		UPPER_TEST(loop_ends),
		UPPER_TEST(too_many_are_not_known),
		UPPER_TEST(interfaces_of_its_vfs_count),
		UPPER_TEST(card_that_switches_by_its_own_rules_is_not_known),
		UPPER_TEST(pf_without_an_interface_is_not_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
