/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON behind typed getters: what is refused, and that nothing is bent. */
#include "core/json.h"

#include <errno.h>
#include <limits.h>

#include "expect.h"

#define MAX 4096

static struct json_object *parse(const char *text)
{
	struct json_object *o = NULL;
	assert_int_equal(json_parse(text, strlen(text), MAX, "team.json", &o, NULL), 0);
	return o;
}

static void expect_refused(const char *text, size_t size, const char *word)
{
	autoproblems p = vfprep_problems_new();
	struct json_object *o = NULL;

	if (json_parse(text, size, MAX, "team.json", &o, p) != -EINVAL)
		fail_msg("taken for JSON: %s", text);
	assert_null(o);
	expect_finding(p, VFPREP_SYSTEM, "team.json", word);
}

static void blanks_around_and_quotes_within_are_fine(void **state)
{
	autojson o = parse(" \t\r\n{ } \n\t\r ");
	autojson quoted = parse("{\"it's\":\"'\\\"'\"}");

	(void)state;
	assert_int_equal(json_object_object_length(o), 0);
	assert_int_equal(json_object_object_length(quoted), 1);
}

static void anything_but_one_object_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"[]",
		"1",
		"\"a\"",
		"null",
		"true",
		"{",
		"{\"a\"}",
		"{\"a\":}",
		"{a:1}",
		"{'a':1}",
		"{\"a\":1,}",
		"{\"a\":01}",
		"{\"a\":+1}",
		"{\"a\":.5}",
		"{\"a\":0x10}",
		"{\"a\":1 /* c */}",
		"{\"a\":\"\\x\"}",

		"{\"a\":TRUE}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		expect_refused(bad[i], strlen(bad[i]), "JSON");
	expect_refused("{\"a\":\"\xff\"}", 9, "JSON"); /* no UTF-8 */
}

static void what_stands_behind_the_object_is_refused(void **state)
{
	(void)state;
	expect_refused("{} {}", 5, "JSON");
	expect_refused("{}x", 3, "JSON");
	expect_refused("{}\0", 3, "JSON");
	expect_refused("{}]", 3, "JSON");
}

static void more_bytes_than_allowed_are_refused_unread(void **state)
{
	autojson o = NULL;
	autoproblems p = vfprep_problems_new();
	const char *text = "{\"a\":1}";

	(void)state;
	assert_int_equal(json_parse(text, 7, 7, "team.json", &o, p), 0);
	assert_int_equal(json_parse(text, 7, 6, "team.json", &o, p), -EINVAL);
	expect_finding(p, VFPREP_SYSTEM, "team.json", "7 bytes");
	/* No such text is there to be read. */
	assert_int_equal(json_parse(text, SIZE_MAX, SIZE_MAX, "team.json", &o, NULL), -EINVAL);
}

static int parse_nested(unsigned depth)
{
	autostrbuf b = { 0 };
	autojson o = NULL;

	strbuf_add(&b, "{\"a\":");
	for (unsigned i = 1; i < depth; i++)
		strbuf_add(&b, "[");
	for (unsigned i = 1; i < depth; i++)
		strbuf_add(&b, "]");
	if (depth == 1)
		strbuf_add(&b, "1");
	strbuf_add(&b, "}");
	return json_parse(b.data, b.len, MAX, "team.json", &o, NULL);
}

static void nesting_ends_at_sixteen(void **state)
{
	(void)state;
	assert_int_equal(parse_nested(1), 0);
	assert_int_equal(parse_nested(16), 0);
	assert_int_equal(parse_nested(17), -EINVAL);
	assert_int_equal(parse_nested(2000), -EINVAL);
}

static void last_of_two_equal_keys_counts(void **state)
{
	autojson o = parse("{\"a\":1,\"a\":2}");
	unsigned value;

	(void)state;
	assert_int_equal(json_get_uint(o, "a", &value), 1);
	assert_int_equal(value, 2);
}

/* What each getter says of one value. */
struct answers {
	int text, number, boolean, mac, address, object, array, text_or_null;
};

static struct answers ask(const char *value)
{
	autofree char *json = text_format("{\"a\":%s}", value);
	autojson o = parse(json);
	struct json_object *part;
	struct pci_address address;
	const char *text;
	uint8_t mac[6];
	uint64_t number;
	bool flag;

	return (struct answers){
		.text = json_get_text(o, "a", &text),
		.number = json_get_unsigned(o, "a", UINT64_MAX, &number),
		.boolean = json_get_bool(o, "a", &flag),
		.mac = json_get_mac(o, "a", mac),
		.address = json_get_address(o, "a", &address),
		.object = json_get_object(o, "a", &part),
		.array = json_get_array(o, "a", &part),
		.text_or_null = json_get_text_or_null(o, "a", &text),
	};
}

static void value_is_taken_by_the_getter_of_its_type_only(void **state)
{
	static const struct {
		const char *value;
		struct answers is;
	} table[] = {
		{ "\"a\"", { .text = 1, .text_or_null = 1 } },
		{ "\"02:00:5e:10:00:01\"", { .text = 1, .text_or_null = 1, .mac = 1 } },
		{ "\"0000:01:10.0\"", { .text = 1, .text_or_null = 1, .address = 1 } },
		{ "\"1\"", { .text = 1, .text_or_null = 1 } },
		{ "1", { .number = 1 } },
		{ "0", { .number = 1 } },
		{ "1.0", { 0 } },
		{ "1e2", { 0 } },
		{ "NaN", { 0 } }, /* json-c takes it for a number */
		{ "true", { .boolean = 1 } },
		{ "false", { .boolean = 1 } },
		{ "null", { .text_or_null = 1 } },
		{ "{}", { .object = 1 } },
		{ "[]", { .array = 1 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct answers got = ask(table[i].value), want = table[i].is;
		assert_int_equal(got.text, want.text ? 1 : -EINVAL);
		assert_int_equal(got.number, want.number ? 1 : -EINVAL);
		assert_int_equal(got.boolean, want.boolean ? 1 : -EINVAL);
		assert_int_equal(got.mac, want.mac ? 1 : -EINVAL);
		assert_int_equal(got.address, want.address ? 1 : -EINVAL);
		assert_int_equal(got.object, want.object ? 1 : -EINVAL);
		assert_int_equal(got.array, want.array ? 1 : -EINVAL);
		assert_int_equal(got.text_or_null, want.text_or_null ? 1 : -EINVAL);
	}
}

static void absent_key_is_no_error_and_writes_nothing(void **state)
{
	autojson o = parse("{\"b\":1}");
	struct json_object *part = o;
	const char *text = "as it was";
	autofree char *copy = strdup("as it was");
	uint8_t mac[6] = { 7 };
	struct pci_address address = { .bus = 7 };
	unsigned number = 7;
	bool flag = true;

	(void)state;
	assert_int_equal(json_get_text(o, "a", &text), 0);
	assert_int_equal(json_get_text_or_null(o, "a", &text), 0);
	assert_int_equal(json_dup_text(o, "a", &copy), 0);
	assert_int_equal(json_get_uint(o, "a", &number), 0);
	assert_int_equal(json_get_bool(o, "a", &flag), 0);
	assert_int_equal(json_get_mac(o, "a", mac), 0);
	assert_int_equal(json_get_address(o, "a", &address), 0);
	assert_int_equal(json_get_object(o, "a", &part), 0);
	assert_int_equal(json_get_array(o, "a", &part), 0);
	assert_string_equal(text, "as it was");
	assert_string_equal(copy, "as it was");
	assert_int_equal(mac[0], 7);
	assert_int_equal(address.bus, 7);
	assert_int_equal(number, 7);
	assert_true(flag);
	assert_ptr_equal(part, o);
}

static void text_with_a_nul_in_it_is_refused(void **state)
{
	autojson o = parse("{\"a\":\"web0\\u0000\",\"b\":\"\\u0000\",\"c\":\"\"}");
	const char *text = NULL;
	autofree char *copy = NULL;

	(void)state;
	assert_int_equal(json_get_text(o, "a", &text), -EINVAL);
	assert_int_equal(json_get_text(o, "b", &text), -EINVAL);
	assert_int_equal(json_get_text_or_null(o, "a", &text), -EINVAL);
	assert_int_equal(json_dup_text(o, "a", &copy), -EINVAL);
	assert_int_equal(json_get_text(o, "c", &text), 1);
	assert_string_equal(text, "");
	assert_null(copy);
}

static void expect_number(const char *value, uint64_t max, int r, uint64_t expected)
{
	autofree char *json = text_format("{\"a\":%s}", value);
	autojson o = parse(json);
	uint64_t number = 77;

	if (json_get_unsigned(o, "a", max, &number) != r)
		fail_msg("%s: not %d", value, r);
	assert_true(number == expected);
}

static void number_in_range_is_exact(void **state)
{
	(void)state;
	expect_number("0", 0, 1, 0);
	expect_number("4095", 4095, 1, 4095);
	expect_number("4294967295", UINT_MAX, 1, UINT_MAX);
	expect_number("9223372036854775808", UINT64_MAX, 1, 9223372036854775808u);
	expect_number("18446744073709551614", UINT64_MAX, 1, UINT64_MAX - 1);
}

static void number_out_of_range_is_refused_not_bent(void **state)
{
	(void)state;
	expect_number("1", 0, -EINVAL, 77);
	expect_number("4096", 4095, -EINVAL, 77);
	expect_number("4294967296", UINT_MAX, -EINVAL, 77);
	expect_number("-1", UINT64_MAX, -EINVAL, 77);
	expect_number("-9223372036854775808", UINT64_MAX, -EINVAL, 77);
	expect_number("-99999999999999999999", UINT64_MAX, -EINVAL, 77);
	expect_number("18446744073709551616", UINT64_MAX, -EINVAL, 77);
	expect_number("99999999999999999999999", UINT64_MAX, -EINVAL, 77);
}

static void unsigned_int_has_its_own_bound(void **state)
{
	autojson o = parse("{\"a\":4294967295,\"b\":4294967296}");
	unsigned number = 77;

	(void)state;
	assert_int_equal(json_get_uint(o, "b", &number), -EINVAL);
	assert_int_equal(number, 77);
	assert_int_equal(json_get_uint(o, "a", &number), 1);
	assert_int_equal(number, UINT_MAX);
}

static void added_values_read_as_they_are_written(void **state)
{
	autojson o = json_object_new_object();
	const uint8_t mac[6] = { 2, 0, 0x5e, 0x10, 0, 1 };

	(void)state;
	assert_int_equal(json_add_text(o, "text", "a/b\"c\n\xc3\xa9"), 0);
	assert_int_equal(json_add_text(o, "no_text", NULL), 0);
	assert_int_equal(json_add_text_or_null(o, "null", NULL), 0);
	assert_int_equal(json_add_text_or_null(o, "not_null", ""), 0);
	assert_int_equal(json_add_unsigned(o, "number", UINT64_MAX), 0);
	assert_int_equal(json_add_bool(o, "flag", false), 0);
	assert_int_equal(json_add_mac(o, "mac", mac), 0);
	assert_int_equal(json_add_address(o, "address", address_of("10000:01:10.0")), 0);
	assert_int_equal(json_add(o, "none", NULL), -ENOMEM);
	expect_taken(json_text(o, false),
		     "{\"text\":\"a/b\\\"c\\n\xc3\xa9\",\"null\":null,\"not_null\":\"\","
		     "\"number\":18446744073709551615,\"flag\":false,\"mac\":\"02:00:5e:10:00:01\","
		     "\"address\":\"10000:01:10.0\"}\n");
}

/* The kernel takes any bytes for the name of an interface, and so does a process for its own. */
static void what_is_no_utf8_is_written_so_that_it_can_be_read(void **state)
{
	autojson o = json_object_new_object();
	autojson list = json_object_new_array();
	autojson back = NULL;
	const char *text;

	(void)state;
	assert_int_equal(json_add_text(o, "a", "eth\xff\xc3\xa9\xc3"), 0);
	assert_int_equal(json_append_text(list, "\xed\xa0\x80x"), 0);
	assert_int_equal(json_add(o, "list", TAKE_PTR(list)), 0);
	autofree char *whole = json_text(o, false);
	assert_int_equal(json_parse(whole, strlen(whole), 4096, "test", &back, NULL), 0);
	assert_int_equal(json_get_text(back, "a", &text), 1);
	assert_string_equal(text, "eth?\xc3\xa9?");
	expect_taken(json_text(back, false), "{\"a\":\"eth?\xc3\xa9?\",\"list\":[\"???x\"]}\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_around_and_quotes_within_are_fine),
		cmocka_unit_test(anything_but_one_object_is_refused),
		cmocka_unit_test(what_stands_behind_the_object_is_refused),
		cmocka_unit_test(more_bytes_than_allowed_are_refused_unread),
		cmocka_unit_test(nesting_ends_at_sixteen),
		cmocka_unit_test(last_of_two_equal_keys_counts),
		cmocka_unit_test(value_is_taken_by_the_getter_of_its_type_only),
		cmocka_unit_test(absent_key_is_no_error_and_writes_nothing),
		cmocka_unit_test(text_with_a_nul_in_it_is_refused),
		cmocka_unit_test(number_in_range_is_exact),
		cmocka_unit_test(number_out_of_range_is_refused_not_bent),
		cmocka_unit_test(unsigned_int_has_its_own_bound),
		cmocka_unit_test(added_values_read_as_they_are_written),
		cmocka_unit_test(what_is_no_utf8_is_written_so_that_it_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
