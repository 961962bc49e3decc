/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said about bad configuration files: all that the file beside each wants. */
#include <dirent.h>

#include "config-files.h"

/* "12: unknown key ... (advice)" of each finding, by line. */
struct found {
	unsigned line;
	size_t order;
	struct vfprep_problem problem;
};

static int by_line(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static struct found *sort_findings(const struct vfprep_problems *p, const char *file)
{
	size_t n = vfprep_problems_count(p);
	struct found *found = calloc(n + 1, sizeof(*found));

	assert_non_null(found);
	for (size_t i = 0; i < n; i++) {
		found[i].order = i;
		found[i].problem = vfprep_problems_get(p, i);
		const char *subject = found[i].problem.subject;
		assert_int_equal(found[i].problem.fault, VFPREP_CONFIG);
		assert_int_equal(strncmp(subject, file, strlen(file)), 0);
		assert_int_equal(text_to_unsigned(subject + strlen(file) + 1, 10, 1, UINT32_MAX,
						  &found[i].line),
				 0);
	}
	qsort(found, n, sizeof(*found), by_line);
	return found;
}

/* Compares the findings with lines of "LINE: WORDS", in the order of lines. */
static void compare_findings(const char *file, char *want, const struct vfprep_problems *p)
{
	autofree struct found *found = sort_findings(p, file);
	size_t n = vfprep_problems_count(p), i = 0;
	char *rest = NULL;

	for (char *line = strtok_r(want, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *words = strstr(line, ": ");
		unsigned number;
		assert_non_null(words);
		*words = '\0';
		words += 2;
		assert_int_equal(text_to_unsigned(line, 10, 1, UINT32_MAX, &number), 0);
		if (i == n || found[i].line != number || !strstr(found[i].problem.message, words))
			fail_msg("%s:%u: want '%s', found '%s: %s'", file, number, words,
				 i < n ? found[i].problem.subject : "nothing",
				 i < n ? found[i].problem.message : "");
		i++;
	}
	if (i < n)
		fail_msg("not wanted: %s: %s", found[i].problem.subject, found[i].problem.message);
}

static void expect_findings_of_bad(const char *file)
{
	autofree char *path = text_format("tests/unit/config/bad/%s", file);
	autofree char *want_path = text_format("%.*swant", (int)strlen(path) - 4, path);
	autofree char *want = read_source(want_path, NULL);
	size_t size;
	autofree char *text = read_source(path, &size);
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	assert_int_equal(config_add_file(c, file, text, size, &host, p), 0);
	assert_int_equal(c->n_rules, vfprep_problems_count(p) ? 0 : 1);
	config_check(c, p);
	compare_findings(file, want, p);
	assert_true(vfprep_problems_count(p) > 0);
}

static void bad_files_have_the_findings_beside_them(void **state)
{
	const char *root = getenv("VFPREP_SOURCE");
	autofree char *path = text_format("%s/tests/unit/config/bad", root ? root : ".");
	unsigned n = 0;

	(void)state;
	DIR *dir = opendir(path);
	if (!dir)
		fail_msg("cannot open %s; is VFPREP_SOURCE the source tree?", path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		size_t length = strlen(entry->d_name);
		if (length < 5 || strcmp(entry->d_name + length - 5, ".conf") != 0)
			continue;
		expect_findings_of_bad(entry->d_name);
		n++;
	}
	(void)closedir(dir);
	assert_true(n > 0);
}

static void messages_are_in_house_style(void **state)
{
	autofree char *text = read_source("tests/unit/config/bad/vf-values.conf", NULL);
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	(void)state;
	add_text(c, "a.conf", text, p);
	for (size_t i = 0; i < vfprep_problems_count(p); i++) {
		struct vfprep_problem f = vfprep_problems_get(p, i);
		assert_null(strchr(f.message, '\n'));
		assert_int_not_equal(f.message[strlen(f.message) - 1], '.');
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files_have_the_findings_beside_them),
		cmocka_unit_test(messages_are_in_house_style),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
