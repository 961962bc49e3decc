/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of verdicts. */
#include "core/checks.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const char *const result_names[] = {
	[CHECK_OK] = "ok",
	[CHECK_PROBLEM] = "problem",
	[CHECK_UNKNOWN] = "unknown",
};
static_assert(ARRAY_SIZE(result_names) == CHECK_RESULT_COUNT, "a name per result");

const char *check_result_name(enum check_result result)
{
	return result_names[result];
}

void checks_clear(struct checks *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->items[i].subject);
		free(c->items[i].detail);
	}
	free(c->items);
	*c = (struct checks){ 0 };
}

int checks_vadd(struct checks *c, const char *name, const char *subject, enum check_result result,
		const char *detail, va_list args)
{
	autostrbuf text = { 0 };

	strbuf_vaddf(&text, detail, args);
	autofree char *detail_copy = strbuf_take(&text);
	autofree char *subject_copy = subject ? strdup(subject) : NULL;
	struct check *check = NULL;
	if (detail_copy && (subject_copy || !subject))
		check = array_add(&c->items, &c->n, sizeof(*check));
	if (!check)
		return -ENOMEM;
	*check = (struct check){ name, TAKE_PTR(subject_copy), result, TAKE_PTR(detail_copy) };
	return 0;
}

int checks_add(struct checks *c, const char *name, const char *subject, enum check_result result,
	       const char *detail, ...)
{
	va_list args;

	va_start(args, detail);
	int r = checks_vadd(c, name, subject, result, detail, args);
	va_end(args);
	return r;
}
