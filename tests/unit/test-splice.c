/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of a text, and where its bytes were. */
#include "tools/vfteam/splice.h"

#include "expect.h"

#define TEXT "0123456789"

static void expect_result(struct splices *s, const char *want)
{
	size_t size;
	autofree char *result = splices_apply(s, TEXT, strlen(TEXT), &size);

	assert_non_null(result);
	assert_string_equal(result, want);
	assert_int_equal(size, strlen(want));
}

static void nothing_changes_without_splices(void **state)
{
	autosplices s = { 0 };

	(void)state;
	expect_result(&s, TEXT);
}

static void edits_are_made_in_the_order_of_the_text(void **state)
{
	autosplices s = { 0 };

	(void)state;
	splices_add(&s, 10, 0, strdup("end"));
	splices_add(&s, 4, 2, strdup("FF"));
	splices_add(&s, 0, 1, strdup(""));
	splices_add(&s, 7, 0, strdup("-"));
	expect_result(&s, "123FF6-789end");
}

static void additions_at_one_place_keep_their_order_and_stand_before_what_goes(void **state)
{
	autosplices s = { 0 };

	(void)state;
	splices_add(&s, 3, 2, strdup(""));
	splices_add(&s, 3, 0, strdup("a"));
	splices_add(&s, 3, 0, strdup("b"));
	expect_result(&s, "012ab56789");
}

static void each_byte_is_known_by_where_it_was(void **state)
{
	static const char want[] = "12AA3567-89";
	autosplices s = { 0 };
	size_t was;

	(void)state;
	splices_add(&s, 0, 1, strdup(""));
	splices_add(&s, 3, 0, strdup("AA"));
	splices_add(&s, 4, 1, strdup(""));
	splices_add(&s, 8, 0, strdup("-"));
	expect_result(&s, want);
	for (size_t i = 0; i < strlen(want); i++) {
		bool is_old = want[i] >= '0' && want[i] <= '9';
		assert_int_equal(splices_origin(&s, i, &was), is_old);
		if (is_old)
			assert_int_equal(TEXT[was], want[i]);
	}
}

static void no_text_is_a_failure(void **state)
{
	autosplices s = { 0 };
	size_t size;

	(void)state;
	splices_add(&s, 3, 0, NULL);
	assert_null(splices_apply(&s, TEXT, strlen(TEXT), &size));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changes_without_splices),
		cmocka_unit_test(edits_are_made_in_the_order_of_the_text),
		cmocka_unit_test(
			additions_at_one_place_keep_their_order_and_stand_before_what_goes),
		cmocka_unit_test(each_byte_is_known_by_where_it_was),
		cmocka_unit_test(no_text_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
