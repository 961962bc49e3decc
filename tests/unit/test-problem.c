/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings, and the exit code that they come to. */
#include "core/problem.h"

#include <errno.h>

#include "expect.h"

static void add(struct vfprep_problems *p, enum vfprep_fault fault)
{
	(void)problem_add(p, 0, fault, "0000:01:00.0", NULL, "went wrong");
}

static enum exit_code code_of(enum vfprep_fault fault)
{
	autoproblems p = vfprep_problems_new();
	add(p, fault);
	return problems_exit_code(p, VFPREP_DONE, false);
}

static void each_fault_has_its_exit_code(void **state)
{
	(void)state;
	assert_int_equal(code_of(VFPREP_NOTE), 0);
	assert_int_equal(code_of(VFPREP_CONFIG), 3);
	assert_int_equal(code_of(VFPREP_PERMISSION), 1);
	assert_int_equal(code_of(VFPREP_UNSUPPORTED), 4);
	assert_int_equal(code_of(VFPREP_ABSENT), 4);
	assert_int_equal(code_of(VFPREP_BUSY), 5);
	assert_int_equal(code_of(VFPREP_DRIFT), 8);
	assert_int_equal(code_of(VFPREP_SYSTEM), 1);
	assert_int_equal(code_of(VFPREP_HOST), 8);
}

/* What decides, from the weakest: with each of them added the code is the new one's. */
static void worst_fault_decides_whatever_the_order(void **state)
{
	static const struct {
		enum vfprep_fault fault;
		int code;
	} ladder[] = {
		{ VFPREP_SYSTEM, 1 },      { VFPREP_PERMISSION, 1 }, { VFPREP_DRIFT, 8 },
		{ VFPREP_HOST, 8 },        { VFPREP_CONFIG, 3 },     { VFPREP_ABSENT, 4 },
		{ VFPREP_UNSUPPORTED, 4 }, { VFPREP_BUSY, 5 },
	};

	(void)state;
	for (size_t worst = 0; worst < ARRAY_SIZE(ladder); worst++) {
		autoproblems rising = vfprep_problems_new();
		autoproblems falling = vfprep_problems_new();
		for (size_t i = 0; i <= worst; i++) {
			add(rising, ladder[i].fault);
			add(rising, VFPREP_NOTE);
			add(falling, ladder[worst - i].fault);
		}
		assert_int_equal(problems_exit_code(rising, VFPREP_DONE, true), ladder[worst].code);
		assert_int_equal(problems_exit_code(falling, VFPREP_DONE, true),
				 ladder[worst].code);
	}
}

static void outcome_of_a_run_comes_before_every_fault(void **state)
{
	autoproblems p = vfprep_problems_new();

	(void)state;
	add(p, VFPREP_BUSY);
	assert_int_equal(problems_exit_code(p, VFPREP_UNDONE, true), 6);
	assert_int_equal(problems_exit_code(p, VFPREP_LEFT, true), 7);
	assert_int_equal(problems_exit_code(p, VFPREP_DONE, true), 5);
}

static void something_to_do_counts_where_nothing_is_wrong(void **state)
{
	autoproblems p = vfprep_problems_new();

	(void)state;
	assert_int_equal(problems_exit_code(p, VFPREP_DONE, false), 0);
	assert_int_equal(problems_exit_code(p, VFPREP_DONE, true), 10);
	add(p, VFPREP_NOTE);
	assert_int_equal(problems_exit_code(p, VFPREP_DONE, true), 10);
	add(p, VFPREP_SYSTEM);
	assert_int_equal(problems_exit_code(p, VFPREP_DONE, true), 1);
}

static void finding_is_kept_as_it_was_said(void **state)
{
	autoproblems p = vfprep_problems_new();
	char subject[] = "0000:01:00.0 vf 3";

	(void)state;
	int r = problem_add(p, -EBUSY, VFPREP_BUSY, subject, "stop the guest", "%u VFs, want %s", 4,
			    "0 first");
	assert_int_equal(r, -EBUSY);
	memset(subject, 'x', strlen(subject));
	assert_int_equal(vfprep_problems_count(p), 1);
	struct vfprep_problem f = vfprep_problems_get(p, 0);
	assert_int_equal(f.fault, VFPREP_BUSY);
	assert_string_equal(f.subject, "0000:01:00.0 vf 3");
	assert_string_equal(f.message, "4 VFs, want 0 first");
	assert_string_equal(f.advice, "stop the guest");
}

static void strings_of_a_finding_are_never_missing(void **state)
{
	autoproblems p = vfprep_problems_new();

	(void)state;
	(void)problem_add(p, 0, VFPREP_SYSTEM, NULL, NULL, "out of memory");
	struct vfprep_problem f = vfprep_problems_get(p, 0);
	assert_string_equal(f.subject, "");
	assert_string_equal(f.advice, "");
	f = vfprep_problems_get(p, 1); /* behind the last: findings may have been lost */
	assert_non_null(f.subject);
	assert_non_null(f.message);
	assert_non_null(f.advice);
}

static void nobody_has_to_want_findings(void **state)
{
	(void)state;
	assert_int_equal(problem_add(NULL, -EINVAL, VFPREP_SYSTEM, "a", NULL, "b"), -EINVAL);
	vfprep_problems_free(NULL);
}

static void note_is_no_fault(void **state)
{
	autoproblems p = vfprep_problems_new();

	(void)state;
	assert_false(problems_any(p));
	add(p, VFPREP_NOTE);
	assert_false(problems_any(p));
	assert_true(problems_have(p, VFPREP_NOTE));
	assert_false(problems_have(p, VFPREP_BUSY));
	add(p, VFPREP_BUSY);
	assert_true(problems_any(p));
	assert_true(problems_have(p, VFPREP_BUSY));
	assert_false(problems_have(p, VFPREP_SYSTEM));
}

static void findings_of_another_list_are_added_behind(void **state)
{
	autoproblems p = vfprep_problems_new();
	autoproblems more = vfprep_problems_new();

	(void)state;
	(void)problem_add(p, 0, VFPREP_NOTE, "a", NULL, "first");
	(void)problem_add(more, 0, VFPREP_CONFIG, "b", "advice", "100%%s second");
	problem_add_all(p, more);
	assert_int_equal(vfprep_problems_count(p), 2);
	assert_string_equal(vfprep_problems_get(p, 0).message, "first");
	assert_string_equal(vfprep_problems_get(p, 1).message, "100%s second");
	assert_string_equal(vfprep_problems_get(p, 1).advice, "advice");
	assert_int_equal(vfprep_problems_get(p, 1).fault, VFPREP_CONFIG);
}

static void each_fault_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = VFPREP_NOTE; a <= VFPREP_HOST; a++) {
		assert_true(*fault_name((enum vfprep_fault)a));
		for (int b = VFPREP_NOTE; b < a; b++)
			assert_string_not_equal(fault_name((enum vfprep_fault)a),
						fault_name((enum vfprep_fault)b));
	}
	assert_string_equal(fault_name(VFPREP_CONFIG), "config");
	assert_string_equal(fault_name(VFPREP_BUSY), "busy");
}

static void the_same_finding_is_told_once(void **state)
{
	autoproblems p = vfprep_problems_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(problem_add(p, -EIO, VFPREP_BUSY, "a\033", "do", "b"), -EIO);
		(void)problem_add(p, 0, VFPREP_BUSY, "a\033", "do", "c");
		(void)problem_add(p, 0, VFPREP_NOTE, "a\033", "do", "b");
	}
	assert_int_equal(vfprep_problems_count(p), 3);
	assert_string_equal(vfprep_problems_get(p, 0).subject, "a?");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_exit_code),
		cmocka_unit_test(worst_fault_decides_whatever_the_order),
		cmocka_unit_test(outcome_of_a_run_comes_before_every_fault),
		cmocka_unit_test(something_to_do_counts_where_nothing_is_wrong),
		cmocka_unit_test(finding_is_kept_as_it_was_said),
		cmocka_unit_test(strings_of_a_finding_are_never_missing),
		cmocka_unit_test(nobody_has_to_want_findings),
		cmocka_unit_test(note_is_no_fault),
		cmocka_unit_test(findings_of_another_list_are_added_behind),
		cmocka_unit_test(each_fault_has_a_name_of_its_own),
		cmocka_unit_test(the_same_finding_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
