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

void check_verdict_clear(struct check_verdict *v)
{
	free(v->why);
	free(v->detail);
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

int checks_add_verdict(struct checks *c, const char *name, const char *subject,
		       const struct check_verdict *v, struct vfprep_problems *p)
{
	const char *text = v->why ? v->why : v->detail;
	enum check_result result = v->is_unknown ? CHECK_UNKNOWN
				   : v->why      ? CHECK_PROBLEM
						 : CHECK_OK;

	if (!text)
		return -ENOMEM;
	if (v->why)
		(void)problem_add(p, 0, VFPREP_HOST, subject ? subject : name, v->advice, "%s",
				  text);
	return checks_add(c, name, subject, result, "%s", text);
}
