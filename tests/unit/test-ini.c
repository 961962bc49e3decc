/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The INI reader: what it hands on, and what it refuses. */
#include "core/ini.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What the reader handed on, a line each: "3 [VF 2]", "4 Team=web0". */
static int record_section(void *user, const char *name, unsigned line)
{
	strbuf_addf(user, "%u [%s]\n", line, name);
	return 0;
}

static int record_key(void *user, const char *key, const char *value, unsigned line)
{
	strbuf_addf(user, "%u %s=%s\n", line, key, value);
	return 0;
}

static const struct ini_reader recorder = { record_section, record_key };

/* Reads SIZE bytes and expects RECORD to be handed on and FINDINGS: "SUBJECT: MESSAGE" a line. */
static void expect_bytes(const char *text, size_t size, const char *record, const char *findings)
{
	autoproblems p = vfprep_problems_new();
	autostrbuf handed_on = { 0 }, found = { 0 };

	assert_non_null(p);
	assert_int_equal(ini_read("a.conf", text, size, &recorder, &handed_on, p), 0);
	for (size_t i = 0; i < vfprep_problems_count(p); i++) {
		struct vfprep_problem f = vfprep_problems_get(p, i);
		assert_int_equal(f.fault, VFPREP_CONFIG);
		strbuf_addf(&found, "%s: %s\n", f.subject, f.message);
	}
	assert_string_equal(strbuf_text(&found), findings);
	assert_string_equal(strbuf_text(&handed_on), record);
}

static void expect(const char *text, const char *record, const char *findings)
{
	expect_bytes(text, strlen(text), record, findings);
}

static void sections_and_keys_come_with_their_lines(void **state)
{
	(void)state;
	expect("# comment\n\n[VF 2]\n  Team = web0 \n; comment\n\tMode=\n[PF]\nA=b=c",
	       "3 [VF 2]\n4 Team=web0\n6 Mode=\n7 [PF]\n8 A=b=c\n", "");
}

static void empty_text_is_fine(void **state)
{
	(void)state;
	expect("", "", "");
	expect("\n\n", "", "");
	expect_bytes(NULL, 0, "", "");
}

static void blanks_around_a_line_do_not_matter(void **state)
{
	(void)state;
	expect("\t [PF] \t\n \t\n  # comment\n", "1 [PF]\n", "");
}

static void letters_beyond_ascii_are_handed_on(void **state)
{
	(void)state;
	expect("[PF]\nA=\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n",
	       "1 [PF]\n2 A=\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n", "");
}

static void hash_inside_a_value_belongs_to_it(void **state)
{
	(void)state;
	expect("[PF]\nA=1 # one\n", "1 [PF]\n2 A=1 # one\n", "");
}

static void text_outside_a_section_is_refused_line_by_line(void **state)
{
	(void)state;
	expect("A=1\nB=2\n[PF]\nC=3\n", "3 [PF]\n4 C=3\n",
	       "a.conf:1: text outside a section\na.conf:2: text outside a section\n");
}

static void line_that_is_neither_section_nor_key_is_refused(void **state)
{
	(void)state;
	expect("[PF]\nyes\n = 1\nB=2\n", "1 [PF]\n4 B=2\n",
	       "a.conf:2: neither a section header nor KEY=VALUE\n"
	       "a.conf:3: no key before the '='\n");
}

static void continued_line_is_refused(void **state)
{
	(void)state;
	expect("[PF]\nA=1\\\n# comment \\\nB=2 \\ \n", "1 [PF]\n",
	       "a.conf:2: line ends in '\\', and there are no continuation lines\n"
	       "a.conf:4: line ends in '\\', and there are no continuation lines\n");
}

static void malformed_header_is_refused_and_its_keys_are_not_read(void **state)
{
	(void)state;
	expect("[PF\nA=1\n[PF] # x\nA=1\n[]\nA=1\n[ PF]\n[P[F]\n[PF ]\nA=1\n[VF]\nB=2\n",
	       "11 [VF]\n12 B=2\n",
	       "a.conf:1: section header without ']'\n"
	       "a.conf:3: text behind a section header\n"
	       "a.conf:5: section header without a plain name\n"
	       "a.conf:7: section header without a plain name\n"
	       "a.conf:8: section header without a plain name\n"
	       "a.conf:9: section header without a plain name\n");
}

static void control_character_is_refused(void **state)
{
	(void)state;
	expect("[PF]\nA=\x1b[31m\nB=\x7f\nC=\xc2\x85\nD=a\rb\n# \x01\nE=1\n", "1 [PF]\n7 E=1\n",
	       "a.conf:2: control character 0x1b\na.conf:3: control character 0x7f\n"
	       "a.conf:4: control character 0x85\na.conf:5: control character 0x0d\n"
	       "a.conf:6: control character 0x01\n");
}

static void nul_byte_is_refused(void **state)
{
	static const char text[] = "[PF]\nA=1\0 2\nB=\0\n\0\nC=3";

	(void)state;
	expect_bytes(text, sizeof(text) - 1, "1 [PF]\n5 C=3\n",
		     "a.conf:2: NUL byte\na.conf:3: NUL byte\na.conf:4: NUL byte\n");
}

static void bytes_that_are_not_utf8_are_refused(void **state)
{
	static const char *const bad[] = {
		"\xe4",             /* Latin 1 */
		"\x80",             /* a continuation alone */
		"\xc0\xaf",         /* longer than needed */
		"\xe0\x80\xaf",     /* the same */
		"\xf0\x80\x80\xaf", /* the same */
		"\xed\xa0\x80",     /* a surrogate */
		"\xf4\x90\x80\x80", /* beyond U+10FFFF */
		"\xf8\x88\x80\x80", /* no lead byte */
		"\xe2\x82",         /* cut off */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		autofree char *text = text_format("[PF]\nA=%s\nB=1", bad[i]);
		autofree char *want = text_format("a.conf:2: byte 0x%02x is not UTF-8\n",
						  (unsigned char)bad[i][0]);
		expect(text, "1 [PF]\n3 B=1\n", want);
	}
	expect("[PF]\nA=1\xe2\x82", "1 [PF]\n", "a.conf:2: byte 0xe2 is not UTF-8\n");
}

static void cr_line_ends_are_reported_once(void **state)
{
	(void)state;
	expect("[PF]\r\nA=1\r\n\r\nB=2\r\n", "1 [PF]\n2 A=1\n4 B=2\n",
	       "a.conf:1: line ends in CR\n");
}

static void byte_order_mark_is_refused_and_the_rest_is_read(void **state)
{
	(void)state;
	expect("\xef\xbb\xbf[PF]\nA=1\n", "1 [PF]\n2 A=1\n",
	       "a.conf:1: file starts with a byte order mark\n");
}

static void header_with_bad_bytes_does_not_give_its_keys_to_the_section_before(void **state)
{
	(void)state;
	expect("[PF]\n[\xe4]\nA=1\n", "1 [PF]\n", "a.conf:2: byte 0xe4 is not UTF-8\n");
}

static void text_that_is_too_large_is_not_read(void **state)
{
	autofree char *text = malloc(INI_SIZE_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', INI_SIZE_MAX + 1);
	expect_bytes(text, INI_SIZE_MAX, "", "");
	expect_bytes(text, INI_SIZE_MAX + 1, "", "a.conf: file of more than 1048576 bytes\n");
}

static void line_that_is_too_long_is_refused(void **state)
{
	autostrbuf text = { 0 };

	(void)state;
	strbuf_add(&text, "[PF]\nA=");
	for (int i = 0; i < INI_LINE_MAX - 1; i++)
		strbuf_add(&text, "x");
	strbuf_add(&text, "\nB=1\n");
	expect(strbuf_text(&text), "1 [PF]\n3 B=1\n", "a.conf:2: line of more than 4096 bytes\n");
}

static int stop_at_section(void *user, const char *name, unsigned line)
{
	(void)user;
	(void)name;
	return line == 2 ? -ENOMEM : 0;
}

static void reader_can_end_the_reading(void **state)
{
	static const struct ini_reader stopper = { stop_at_section, record_key };
	static const char text[] = "[A]\n[B]\nC=1\n";
	autostrbuf keys = { 0 };

	(void)state;
	assert_int_equal(ini_read("a.conf", text, strlen(text), &stopper, &keys, NULL), -ENOMEM);
	assert_string_equal(strbuf_text(&keys), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_keys_come_with_their_lines),
		cmocka_unit_test(empty_text_is_fine),
		cmocka_unit_test(blanks_around_a_line_do_not_matter),
		cmocka_unit_test(letters_beyond_ascii_are_handed_on),
		cmocka_unit_test(hash_inside_a_value_belongs_to_it),
		cmocka_unit_test(text_outside_a_section_is_refused_line_by_line),
		cmocka_unit_test(line_that_is_neither_section_nor_key_is_refused),
		cmocka_unit_test(continued_line_is_refused),
		cmocka_unit_test(malformed_header_is_refused_and_its_keys_are_not_read),
		cmocka_unit_test(control_character_is_refused),
		cmocka_unit_test(nul_byte_is_refused),
		cmocka_unit_test(bytes_that_are_not_utf8_are_refused),
		cmocka_unit_test(cr_line_ends_are_reported_once),
		cmocka_unit_test(byte_order_mark_is_refused_and_the_rest_is_read),
		cmocka_unit_test(
			header_with_bad_bytes_does_not_give_its_keys_to_the_section_before),
		cmocka_unit_test(text_that_is_too_large_is_not_read),
		cmocka_unit_test(line_that_is_too_long_is_refused),
		cmocka_unit_test(reader_can_end_the_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
