/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A domain's XML: where its elements and values stand, and numbers as libvirt reads them. */
#include "tools/vfteam/domain.h"

#include <errno.h>

#include "expect.h"

static const char text[] = "<?xml version='1.0'?>\n"
			   "<!-- <devices> -->\n"
			   "<domain\ttype='kvm'>\n"
			   "  <description><![CDATA[<devices/>]]> &lt;x&gt;</description>\n"
			   "  <devices>\n"
			   "    <interface  type = \"user\"\n"
			   "      note='a&amp;\"b'/><hostdev/>\n"
			   "    <interface><alias name='ua-1'/></interface>\n"
			   "  </devices>\n"
			   "</domain>\n";

static void read_text(struct domain *d)
{
	autoproblems p = vfprep_problems_new();

	assert_int_equal(domain_read(text, strlen(text), "text", d, p), 0);
	assert_int_equal(vfprep_problems_count(p), 0);
}

/* The bytes between two offsets. */
static void expect_bytes(size_t begin, size_t end, const char *want)
{
	assert_true(end >= begin && end < sizeof(text));
	assert_int_equal(end - begin, strlen(want));
	assert_memory_equal(text + begin, want, end - begin);
}

static void elements_are_found_where_they_stand(void **state)
{
	autodomain d = { 0 };

	(void)state;
	read_text(&d);
	const struct element *devices = domain_devices(&d);
	assert_int_equal(devices->line, 5);
	const struct element *first = domain_child(&d, devices, "interface", NULL);
	assert_int_equal(first->line, 6);
	expect_bytes(first->begin, first->end,
		     "<interface  type = \"user\"\n      note='a&amp;\"b'/>");
	assert_int_equal(first->close, first->end); /* it has no end tag */
	const struct element *second = domain_child(&d, devices, "interface", first);
	expect_bytes(second->begin, second->content, "<interface>");
	expect_bytes(second->close, second->end, "</interface>");
	assert_null(domain_child(&d, devices, "interface", second));
	assert_ptr_equal(domain_last_child(&d, devices, NULL), second);
	assert_ptr_equal(domain_by_alias(&d, "ua-1"), second);
	assert_null(domain_by_alias(&d, "ua-2"));
	/* A grandchild is no child. */
	assert_null(domain_child(&d, devices, "alias", NULL));
}

/* As libvirt numbers those that have no alias, or lose theirs; a VF gets another kind of number. */
static void a_persistent_side_is_found_by_alias_or_number(void **state)
{
	static const char xml[] = "<domain><devices>\n"
				  "<interface type='user'><alias name='ua-1'/></interface>\n"
				  "<interface type='hostdev'/>\n"
				  "<interface type='user'/>\n"
				  "<interface type='user'><alias name='red'/></interface>\n"
				  "<hostdev/>\n"
				  "<interface type='user'/>\n"
				  "<disk><alias name='net1'/></disk>\n"
				  "</devices></domain>\n";
	static const struct {
		const char *name;
		unsigned line;
	} cases[] = { { "ua-1", 2 }, { "net0", 4 }, { "red", 5 },   { "net1", 5 },  { "net2", 7 },
		      { "net3", 0 }, { "net", 0 },  { "net-1", 0 }, { "net0x", 0 }, { "ua-2", 0 } };
	autoproblems p = vfprep_problems_new();
	autodomain d = { 0 };

	(void)state;
	assert_int_equal(domain_read(xml, strlen(xml), "text", &d, p), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct element *e = domain_persistent_side(&d, cases[i].name);
		assert_int_equal(e ? e->line : 0, cases[i].line);
	}
}

static void values_are_read_and_placed(void **state)
{
	autodomain d = { 0 };

	(void)state;
	read_text(&d);
	const struct element *e = domain_child(&d, domain_devices(&d), NULL, NULL);
	assert_string_equal(element_attribute(e, "type"), "user");
	assert_string_equal(element_attribute(e, "note"), "a&\"b");
	assert_null(element_attribute(e, "typ"));
	expect_bytes(e->attributes[0].begin, e->attributes[0].end, "user");
	expect_bytes(e->attributes[1].begin, e->attributes[1].end, "a&amp;\"b");
}

static void text_is_read_without_blanks_around_it(void **state)
{
	autodomain d = { 0 };

	(void)state;
	read_text(&d);
	const struct element *e = domain_child(&d, d.elements, "description", NULL);
	assert_string_equal(element_text(e), "<devices/> <x>");
	assert_string_equal(element_text(domain_devices(&d)), "");
}

static void numbers_are_those_of_libvirt(void **state)
{
	static const struct {
		const char *text;
		unsigned value;
	} good[] = { { "0", 0 }, { "0x10", 16 }, { "0X1f", 31 }, { "16", 16 }, { "010", 8 } };
	static const char *const bad[] = { "", "0x", "x1", "1 ", " 1", "-1", "09", "256", "0x100" };
	unsigned value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(domain_number(good[i].text, 255, &value), 0);
		assert_int_equal(value, good[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(domain_number(bad[i], 255, &value), -EINVAL);
}

static void aliases_are_kept_that_have_libvirts_form(void **state)
{
	static const char *const dropped[] = { "",       "ua-",    "ua",     "net0",       "Ua-x",
					       "ua-a.b", "ua-a:b", "ua-a b", "ua-\xc3\xa4" };

	(void)state;
	assert_true(alias_is_kept("ua-x"));
	assert_true(alias_is_kept("ua-A_z-09"));
	for (size_t i = 0; i < ARRAY_SIZE(dropped); i++)
		assert_false(alias_is_kept(dropped[i]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_found_where_they_stand),
		cmocka_unit_test(a_persistent_side_is_found_by_alias_or_number),
		cmocka_unit_test(values_are_read_and_placed),
		cmocka_unit_test(text_is_read_without_blanks_around_it),
		cmocka_unit_test(numbers_are_those_of_libvirt),
		cmocka_unit_test(aliases_are_kept_that_have_libvirts_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
