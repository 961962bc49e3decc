/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a runtime tells a hook, and what of a limit is to be raised. */
#include "core/oci-state.h"

#include <errno.h>

#include "core/memlock.h"
#include "expect.h"

#define GIB (UINT64_C(1) << 30)

static int read_state(const char *text, struct oci_state *ret, struct vfprep_problems *p)
{
	return oci_state_read(text, strlen(text), ret, p);
}

static void process_and_teams_are_read(void **state)
{
	CLEANUP(oci_state_clear) struct oci_state s = { 0 };

	(void)state;
	assert_int_equal(
		read_state("{\"ociVersion\":\"1.0.2\",\"id\":\"a\",\"status\":\"creating\","
			   "\"pid\":4242,\"bundle\":\"/b\",\"annotations\":"
			   "{\"vfprep.dev/team\":\" web0, db-1\tweb0\",\"x\":\"y\"}}",
			   &s, NULL),
		0);
	assert_int_equal(s.pid, 4242);
	assert_int_equal(s.n_teams, 2);
	assert_string_equal(s.teams[0], "web0");
	assert_string_equal(s.teams[1], "db-1");
}

/* As runc has them. */
static void annotations_may_be_absent_null_or_of_others(void **state)
{
	static const char *const texts[] = {
		"{\"pid\":2}", "{\"pid\":2,\"annotations\":null}", "{\"pid\":2,\"annotations\":{}}",
		"{\"pid\":2,\"annotations\":{\"vfprep.dev/team\":\"\"}}",
		"{\"pid\":2,\"annotations\":{\"vfprep.dev\":7}}"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct oci_state s = { 0 };
		assert_int_equal(read_state(texts[i], &s, NULL), 0);
		assert_int_equal(s.pid, 2);
		assert_int_equal(s.n_teams, 0);
	}
}

static void what_names_no_process_of_the_host_is_refused(void **state)
{
	static const char *const texts[] = { "{}",
					     "{\"pid\":0}",
					     "{\"pid\":1}",
					     "{\"pid\":-5}",
					     "{\"pid\":\"42\"}",
					     "{\"pid\":4.5}",
					     "{\"pid\":4194305}",
					     "{\"pid\":18446744073709551615}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		autoproblems p = vfprep_problems_new();
		struct oci_state s = { .pid = 77 };
		if (read_state(texts[i], &s, p) != -EINVAL)
			fail_msg("taken: %s", texts[i]);
		expect_finding(p, VFPREP_SYSTEM, "standard input",
			       i == 2 ? "inside" : "no process");
		assert_int_equal(s.pid, 77);
	}
}

static void what_is_no_state_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"pid\":2} x",
		"{'pid':2}",
		"{\"pid\":2,\"annotations\":{\"vfprep.dev/team\":\"../web0\"}}",
		"{\"pid\":2,\"annotations\":{\"vfprep.dev/team\":\"web0 -x\"}}",
		"{\"pid\":2,\"annotations\":{\"vfprep.dev/team\":[\"web0\"]}}"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		autoproblems p = vfprep_problems_new();
		struct oci_state s = { 0 };
		if (read_state(texts[i], &s, p) != -EINVAL)
			fail_msg("taken: %s", texts[i]);
		assert_int_equal(vfprep_problems_count(p), 1);
		assert_null(s.teams);
	}
	autofree char *huge = text_format("%*s", OCI_STATE_MAX + 1, "{\"pid\":2}");
	struct oci_state s = { 0 };
	assert_int_equal(read_state(huge, &s, NULL), -EINVAL);
}

static void a_limit_is_raised_to_the_need_and_never_lowered(void **state)
{
	static const struct {
		struct memlock have, want;
		bool suffices;
	} rows[] = {
		{ { 8192, 8192 }, { 5 * GIB, 5 * GIB }, false },
		{ { 8192, 5 * GIB - 1 }, { 5 * GIB, 5 * GIB }, false },
		{ { 8192, 5 * GIB }, { 5 * GIB, 5 * GIB }, true },
		{ { 5 * GIB, 5 * GIB }, { 5 * GIB, 5 * GIB }, true },
		{ { 6 * GIB, 7 * GIB }, { 6 * GIB, 7 * GIB }, true },
		{ { 0, MEMLOCK_UNLIMITED }, { 5 * GIB, MEMLOCK_UNLIMITED }, true },
		{ { MEMLOCK_UNLIMITED, MEMLOCK_UNLIMITED },
		  { MEMLOCK_UNLIMITED, MEMLOCK_UNLIMITED },
		  true },
	};

	(void)state;
	uint64_t need = memlock_need(4 * GIB);
	assert_true(need == 5 * GIB);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(memlock_equal(memlock_raise(rows[i].have, need), rows[i].want));
		assert_int_equal(memlock_suffices(rows[i].have, need), rows[i].suffices);
	}
	expect_taken(memlock_text((struct memlock){ 8192, MEMLOCK_UNLIMITED }), "8192:unlimited");
}

static void limits_are_read_from_proc(void **state)
{
	static const struct {
		const char *text;
		const char *want; /* NULL: there are none */
	} rows[] = {
		{ "Limit   Soft Limit   Hard Limit   Units\n"
		  "Max processes   1   2   processes\n"
		  "Max locked memory         8388608              unlimited            bytes     "
		  "\n",
		  "8388608:unlimited" },
		{ "Max locked memory  unlimited  unlimited  bytes", "unlimited:unlimited" },
		{ "Max locked memory  1  2  bytes", "1:2" },
		{ "Max locked memory  1", NULL },
		{ "Max locked memory", NULL },
		{ "Max locked memory  1  many  bytes", NULL },
		{ "Max locked memory  -1  2  bytes", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct memlock m;
		int r = memlock_from_limits(rows[i].text, &m);
		assert_int_equal(r, rows[i].want ? 0 : -EINVAL);
		if (rows[i].want)
			expect_taken(memlock_text(m), rows[i].want);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_and_teams_are_read),
		cmocka_unit_test(annotations_may_be_absent_null_or_of_others),
		cmocka_unit_test(what_names_no_process_of_the_host_is_refused),
		cmocka_unit_test(what_is_no_state_is_refused),
		cmocka_unit_test(a_limit_is_raised_to_the_need_and_never_lowered),
		cmocka_unit_test(limits_are_read_from_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
