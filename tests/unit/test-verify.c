/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What verification says of a machine that is, or is not, as it was published. */
#include "core/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "fake-host.h"

static const char config[] = "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=2\n"
			     "[VF 0]\nTeam=web0\nMACAddress=02:00:5e:00:00:01\n"
			     "[VF 1]\nTeam=db1\n";

static void open_prepared(struct fake_host *h)
{
	fake_host_open(h, config);
	assert_int_equal(fake_host_apply(h), 0);
	assert_int_equal(vfprep_problems_count(h->problems), 0);
}

/* Verifies NAME (NULL: all), and returns how many teams are as published. */
static size_t verify(struct fake_host *h, const char *name, struct vfprep_problems *p)
{
	CLEANUP(verdicts_clear) struct verdicts v = { 0 };
	automachine m = NULL;
	size_t good = 0;

	assert_int_equal(host_read(&h->host, NULL, &m, p), 0);
	assert_int_equal(verify_teams(m, &name, name ? 1 : 0, &v, p), 0);
	for (size_t i = 0; i < v.n; i++)
		good += v.items[i].good;
	return good;
}

static void what_is_as_published_is_good(void **state)
{
	struct fake_host h;
	autoproblems p = vfprep_problems_new();

	(void)state;
	open_prepared(&h);
	assert_int_equal(verify(&h, NULL, p), 2);
	assert_int_equal(vfprep_problems_count(p), 0);
	fake_host_raw(&h, "hold 0000:01:10.0"); /* that is what it is for */
	assert_int_equal(verify(&h, NULL, p), 2);
	assert_int_equal(vfprep_problems_count(p), 0);
	fake_host_close(&h);
}

static const struct {
	const char *changes[3];
	const char *words;
} drifts[] = {
	{ { "mac 0000:01:00.0 0 02:00:00:00:00:99" }, "published: mac" },
	{ { "mac 0000:01:00.0 0 00:00:00:00:00:00" }, "published: mac" },
	{ { "unbind 0000:01:10.0" }, "published: driver" },
	{ { "override 0000:01:10.0 none" }, "published: driver_override" },
	{ { "unbind 0000:01:10.0", "override 0000:01:10.0 none", "bind 0000:01:10.0 igbvf" },
	  "published: driver_override, driver" },
};

static void each_drift_is_told_of_its_team_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(drifts); i++) {
		struct fake_host h;
		autoproblems p = vfprep_problems_new();

		open_prepared(&h);
		for (size_t k = 0; k < 3 && drifts[i].changes[k]; k++)
			fake_host_raw(&h, drifts[i].changes[k]);
		assert_int_equal(verify(&h, NULL, p), 1);
		assert_int_equal(vfprep_problems_count(p), 1);
		struct vfprep_problem f = vfprep_problems_get(p, 0);
		assert_int_equal(f.fault, VFPREP_DRIFT);
		assert_string_equal(f.subject, "web0");
		assert_non_null(strstr(f.message, drifts[i].words));
		assert_non_null(strstr(f.advice, "vfprep apply"));
		assert_int_equal(verify(&h, "db1", p), 1);
		assert_int_equal(vfprep_problems_count(p), 1);
		fake_host_close(&h);
	}
}

static void expect_lost(struct fake_host *h, const char *words)
{
	autoproblems p = vfprep_problems_new();

	assert_int_equal(verify(h, NULL, p), 0);
	assert_int_equal(vfprep_problems_count(p), 2);
	for (size_t i = 0; i < 2; i++) {
		struct vfprep_problem f = vfprep_problems_get(p, i);
		assert_int_equal(f.fault, VFPREP_DRIFT);
		assert_non_null(strstr(f.message, words));
	}
}

static void what_is_not_there_any_more_is_told(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	assert_int_equal(text_replace(&h.fake->machine->boot_id, "another"), 0);
	expect_lost(&h, "before the last boot");
	fake_host_close(&h);

	open_prepared(&h);
	for (size_t i = 0; i < 2; i++)
		h.fake->machine->pfs[0].vfs[i].function.group += 20;
	expect_lost(&h, "another IOMMU group");
	for (size_t i = 0; i < 2; i++)
		h.fake->machine->pfs[0].vfs[i].function.address.function ^= 1;
	expect_lost(&h, "another address");
	fake_host_raw(&h, "numvfs 0000:01:00.0 0");
	expect_lost(&h, "its VF is not there");
	h.fake->machine->pfs[0].address.bus = 7;
	expect_lost(&h, "its PF is not there");
	fake_host_close(&h);
}

static void interface_of_a_pf_that_is_elsewhere_is_told(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	struct pf *pf = &h.fake->machine->pfs[0];
	pf->ifindex = 0;
	for (size_t i = 0; i < 2; i++)
		pf->vfs[i].settings.present = 0;
	pf->elsewhere.is = true;
	expect_lost(&h, "of its PF: its interface is in another network namespace");
	fake_host_close(&h);
}

static void node_that_is_gone_is_told(void **state)
{
	struct fake_host h;

	(void)state;
	open_prepared(&h);
	for (size_t i = 0; i < 2; i++)
		h.fake->machine->pfs[0].vfs[i].function.node.exists = false;
	expect_lost(&h, "node is gone");
	fake_host_close(&h);
}

static void what_is_not_reported_is_no_drift_but_told(void **state)
{
	struct fake_host h;
	autoproblems p = vfprep_problems_new();

	(void)state;
	open_prepared(&h);
	h.fake->lists_nothing = true;
	assert_int_equal(verify(&h, "web0", p), 1);
	assert_int_equal(vfprep_problems_count(p), 1);
	assert_int_equal(vfprep_problems_get(p, 0).fault, VFPREP_NOTE);
	fake_host_close(&h);
}

static void name_that_no_team_has_is_absent(void **state)
{
	struct fake_host h;
	autoproblems p = vfprep_problems_new();

	(void)state;
	open_prepared(&h);
	assert_int_equal(verify(&h, "web1", p), 0);
	assert_int_equal(vfprep_problems_get(p, 0).fault, VFPREP_ABSENT);
	fake_host_close(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_as_published_is_good),
		cmocka_unit_test(each_drift_is_told_of_its_team_alone),
		cmocka_unit_test(what_is_not_there_any_more_is_told),
		cmocka_unit_test(interface_of_a_pf_that_is_elsewhere_is_told),
		cmocka_unit_test(node_that_is_gone_is_told),
		cmocka_unit_test(what_is_not_reported_is_no_drift_but_told),
		cmocka_unit_test(name_that_no_team_has_is_absent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
