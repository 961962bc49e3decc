/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text and memory: whole-string integers, a growing string, arrays that grow. */
#include "core/text.h"

#include <errno.h>
#include <limits.h>

#include "expect.h"

#define UNTOUCHED 4711u

static void expect_number(const char *text, int base, unsigned min, unsigned max, unsigned expected)
{
	unsigned value = UNTOUCHED;
	assert_int_equal(text_to_unsigned(text, base, min, max, &value), 0);
	assert_int_equal(value, expected);
}

static void expect_refused(const char *text, int base, unsigned min, unsigned max, int r)
{
	unsigned value = UNTOUCHED;
	assert_int_equal(text_to_unsigned(text, base, min, max, &value), r);
	assert_int_equal(value, UNTOUCHED);
}

static void number_is_the_whole_text_in_its_base(void **state)
{
	(void)state;
	expect_number("0", 10, 0, 7, 0);
	expect_number("4294967295", 10, 0, UINT_MAX, UINT_MAX);
	expect_number("0660", 8, 0, 07777, 0660);
	expect_number("10c9", 16, 0, 0xffff, 0x10c9);
	expect_number("10C9", 16, 0, 0xffff, 0x10c9);
	expect_number("0000000000000000000000000000000000000007", 10, 0, 7, 7);
}

static void number_out_of_range_is_told_from_no_number(void **state)
{
	(void)state;
	expect_number("4094", 10, 1, 4094, 4094);
	expect_number("1", 10, 1, 4094, 1);
	expect_refused("4095", 10, 1, 4094, -ERANGE);
	expect_refused("0", 10, 1, 4094, -ERANGE);
	expect_refused("4294967296", 10, 0, UINT_MAX, -ERANGE);
	/* What would be 100 once it is cut to 16 bits, 32 bits or 64 bits. */
	expect_refused("65636", 10, 0, 4094, -ERANGE);
	expect_refused("4294967396", 10, 0, 4094, -ERANGE);
	expect_refused("18446744073709551716", 10, 0, 4094, -ERANGE);
	expect_refused("99999999999999999999999999999999999999", 10, 0, UINT_MAX, -ERANGE);
	expect_refused("99999999999999999999999999999999999999x", 10, 0, UINT_MAX, -EINVAL);
}

static void whole_64_bits_are_there(void **state)
{
	uint64_t value = UNTOUCHED;

	(void)state;
	assert_int_equal(text_to_u64("18446744073709551615", 10, 0, UINT64_MAX, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(text_to_u64("18446744073709551616", 10, 0, UINT64_MAX, &value), -ERANGE);
	assert_int_equal(text_to_u64("ffffffffffffffff", 16, 0, UINT64_MAX, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(text_to_u64("10000000000000000", 16, 0, UINT64_MAX, &value), -ERANGE);
}

static void sign_blank_prefix_and_foreign_digit_are_refused(void **state)
{
	static const char *const bad[] = { "",    "+1",   "-1",  "-0", " 1",  "1 ", "1\n",  "\t1",
					   "1.0", "0x10", "1e3", "8a", "1,2", "١",  "1_000" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		expect_refused(bad[i], 10, 0, UINT_MAX, -EINVAL);
	expect_refused("8", 8, 0, UINT_MAX, -EINVAL);
	expect_refused("0x1", 16, 0, UINT_MAX, -EINVAL);
	expect_refused("g", 16, 0, UINT_MAX, -EINVAL);
}

static void growing_text_keeps_all_that_was_added(void **state)
{
	autostrbuf b = { 0 };

	(void)state;
	assert_string_equal(strbuf_text(&b), "");
	for (unsigned i = 0; i < 10000; i++)
		strbuf_addf(&b, "%04u", i);
	strbuf_add(&b, "end");
	assert_int_equal(b.len, 40003);
	assert_memory_equal(strbuf_text(&b) + 4 * 9999, "9999end", 8);
	assert_memory_equal(strbuf_text(&b) + 4 * 16, "0016", 4);
}

static void growing_text_may_hold_any_byte(void **state)
{
	autostrbuf b = { 0 };

	(void)state;
	strbuf_add_bytes(&b, "a\0b", 3);
	strbuf_add_bytes(&b, NULL, 0);
	strbuf_add(&b, "c");
	assert_int_equal(b.len, 4);
	assert_memory_equal(strbuf_text(&b), "a\0bc", 5);
}

static void taken_text_leaves_nothing_behind(void **state)
{
	struct strbuf b = { 0 };

	(void)state;
	expect_taken(strbuf_take(&b), "");
	strbuf_add(&b, "web0");
	expect_taken(strbuf_take(&b), "web0");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	strbuf_add(&b, "db1");
	expect_taken(strbuf_take(&b), "db1");
}

static void text_that_did_not_fit_stays_failed(void **state)
{
	struct strbuf b = { 0 };

	(void)state;
	strbuf_add(&b, "a");
	strbuf_add_bytes(&b, "b", SIZE_MAX - 1); /* refused before a byte of it is read */
	strbuf_add(&b, "c");
	assert_string_equal(strbuf_text(&b), "a");
	assert_null(strbuf_take(&b));
	strbuf_add(&b, "d"); /* a new one */
	expect_taken(strbuf_take(&b), "d");
}

static void formatted_text_is_of_any_length(void **state)
{
	autofree char *empty = text_format("%s", "");
	autofree char *wide = text_format("%*d", 5000, 7);

	(void)state;
	assert_string_equal(empty, "");
	assert_int_equal(strlen(wide), 5000);
	assert_int_equal(wide[4999], '7');
}

static void what_a_terminal_would_obey_is_not_printed(void **state)
{
	char name[] = "a\033[31mb\n\x7f\xc3\xa4";

	(void)state;
	assert_string_equal(text_make_printable(name), "a?[31mb??\xc3\xa4");
	char control[] = "\x9b"
			 "a\xc2\x9b\xc2\xa0\xc3"; /* U+009B begins sequences as ESC [ does */
	assert_string_equal(text_make_printable(control), "?a??\xc2\xa0?");
	assert_null(text_make_printable(NULL));
}

static void missing_text_equals_missing_text_only(void **state)
{
	char copy[] = "vfio-pci";

	(void)state;
	assert_true(text_equal(NULL, NULL));
	assert_true(text_equal("vfio-pci", copy));
	assert_false(text_equal("vfio-pci", NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("a", "A"));
}

static void replaced_text_is_a_copy_and_may_be_itself(void **state)
{
	autofree char *text = NULL;
	char original[] = "igb";

	(void)state;
	assert_int_equal(text_replace(&text, original), 0);
	original[0] = 'x';
	assert_string_equal(text, "igb");
	assert_int_equal(text_replace(&text, text), 0);
	assert_string_equal(text, "igb");
	assert_int_equal(text_replace(&text, NULL), 0);
	assert_null(text);
}

static void array_grows_and_new_items_are_zero(void **state)
{
	struct item {
		unsigned number;
		char rest[9];
	} *items = NULL;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct item *item = array_add(&items, &n, sizeof(*item));
		assert_non_null(item);
		assert_int_equal(n, i + 1);
		assert_ptr_equal(item, &items[i]);
		assert_memory_equal(item, &(struct item){ 0 }, sizeof(*item));
		memset(item, 0xff, sizeof(*item));
		item->number = i;
	}
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(items[i].number, i);
	free(items);
}

static void array_may_lose_items_and_grow_again(void **state)
{
	unsigned *items = NULL;
	size_t n = 0;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		for (unsigned i = 0; i < 7; i++) {
			unsigned *item = array_add(&items, &n, sizeof(*item));
			assert_non_null(item);
			assert_int_equal(*item, 0);
			*item = 1;
		}
		n -= round % 8;
	}
	free(items);
}

static void array_of_more_than_there_is_memory_is_refused(void **state)
{
	char *items = NULL;
	size_t n = SIZE_MAX / 64;

	(void)state;
	assert_null(array_add(&items, &n, 64));
	assert_int_equal(n, SIZE_MAX / 64);
	n = SIZE_MAX / 2 + 1; /* a power of two: room for twice as many does not fit */
	assert_null(array_add(&items, &n, 1));
	assert_null(items);
}

static void handed_over_pointer_is_empty_afterwards(void **state)
{
	char *text = strdup("a");
	char *mine = TAKE_PTR(text);

	(void)state;
	assert_null(text);
	expect_taken(mine, "a");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_is_the_whole_text_in_its_base),
		cmocka_unit_test(number_out_of_range_is_told_from_no_number),
		cmocka_unit_test(whole_64_bits_are_there),
		cmocka_unit_test(sign_blank_prefix_and_foreign_digit_are_refused),
		cmocka_unit_test(growing_text_keeps_all_that_was_added),
		cmocka_unit_test(growing_text_may_hold_any_byte),
		cmocka_unit_test(taken_text_leaves_nothing_behind),
		cmocka_unit_test(text_that_did_not_fit_stays_failed),
		cmocka_unit_test(formatted_text_is_of_any_length),
		cmocka_unit_test(what_a_terminal_would_obey_is_not_printed),
		cmocka_unit_test(missing_text_equals_missing_text_only),
		cmocka_unit_test(replaced_text_is_a_copy_and_may_be_itself),
		cmocka_unit_test(array_grows_and_new_items_are_zero),
		cmocka_unit_test(array_may_lose_items_and_grow_again),
		cmocka_unit_test(array_of_more_than_there_is_memory_is_refused),
		cmocka_unit_test(handed_over_pointer_is_empty_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
