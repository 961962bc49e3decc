/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of findings, and the exit code that it comes to. */
#include "core/problem.h"

#include <assert.h>
#include <string.h>

struct finding {
	enum vfprep_fault fault;
	char *subject, *message, *advice;
};

struct vfprep_problems {
	struct finding *items;
	size_t n;
	bool lost; /* memory ran out: there were more */
};

static const struct {
	const char *name;
	enum exit_code code;
} fault_table[] = {
	[VFPREP_NOTE] = { "note", EXIT_DONE },
	[VFPREP_CONFIG] = { "config", EXIT_CONFIG },
	[VFPREP_PERMISSION] = { "permission", EXIT_OTHER },
	[VFPREP_UNSUPPORTED] = { "unsupported", EXIT_UNSUPPORTED },
	[VFPREP_ABSENT] = { "absent", EXIT_UNSUPPORTED },
	[VFPREP_BUSY] = { "busy", EXIT_BUSY },
	[VFPREP_DRIFT] = { "drift", EXIT_DRIFT },
	[VFPREP_SYSTEM] = { "system", EXIT_OTHER },
	[VFPREP_HOST] = { "host", EXIT_DRIFT },
};
static_assert(ARRAY_SIZE(fault_table) == VFPREP_HOST + 1, "a row per fault");

struct vfprep_problems *vfprep_problems_new(void)
{
	return calloc(1, sizeof(struct vfprep_problems));
}

void vfprep_problems_free(struct vfprep_problems *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		free(p->items[i].subject);
		free(p->items[i].message);
		free(p->items[i].advice);
	}
	free(p->items);
	free(p);
}

size_t vfprep_problems_count(const struct vfprep_problems *p)
{
	return p->n + p->lost;
}

struct vfprep_problem vfprep_problems_get(const struct vfprep_problems *p, size_t i)
{
	if (i >= p->n) {
		return (struct vfprep_problem){ VFPREP_SYSTEM, "vfprep",
						"out of memory, findings were lost", "" };
	}
	const struct finding *f = &p->items[i];
	return (struct vfprep_problem){ f->fault, f->subject, f->message, f->advice };
}

/* One run reads the machine more than once, and finds the same each time. */
static bool has_finding(const struct vfprep_problems *p, enum vfprep_fault fault,
			const char *subject, const char *message)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct finding *f = &p->items[i];
		if (f->fault == fault && strcmp(f->subject, subject) == 0 &&
		    strcmp(f->message, message) == 0)
			return true;
	}
	return false;
}

int problem_add(struct vfprep_problems *p, int r, enum vfprep_fault fault, const char *subject,
		const char *advice, const char *message, ...)
{
	if (!p)
		return r;

	autostrbuf text = { 0 };
	va_list args;
	va_start(args, message);
	strbuf_vaddf(&text, message, args);
	va_end(args);
	autofree char *message_copy = text_make_printable(strbuf_take(&text));
	autofree char *subject_copy = text_make_printable(strdup(subject ? subject : ""));
	autofree char *advice_copy = text_make_printable(strdup(advice ? advice : ""));
	struct finding *f = NULL;
	if (message_copy && subject_copy && has_finding(p, fault, subject_copy, message_copy))
		return r;
	if (message_copy && subject_copy && advice_copy)
		f = array_add(&p->items, &p->n, sizeof(*f));
	if (!f) {
		p->lost = true;
		return r;
	}
	f->fault = fault;
	f->subject = TAKE_PTR(subject_copy);
	f->message = TAKE_PTR(message_copy);
	f->advice = TAKE_PTR(advice_copy);
	return r;
}

void problem_add_all(struct vfprep_problems *p, const struct vfprep_problems *from)
{
	for (size_t i = 0; i < vfprep_problems_count(from); i++) {
		struct vfprep_problem f = vfprep_problems_get(from, i);
		(void)problem_add(p, 0, f.fault, f.subject, f.advice, "%s", f.message);
	}
}

bool problems_have(const struct vfprep_problems *p, enum vfprep_fault fault)
{
	if (p->lost && fault == VFPREP_SYSTEM)
		return true;
	for (size_t i = 0; i < p->n; i++) {
		if (p->items[i].fault == fault)
			return true;
	}
	return false;
}

bool problems_any(const struct vfprep_problems *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->items[i].fault != VFPREP_NOTE)
			return true;
	}
	return p->lost;
}

const char *fault_name(enum vfprep_fault fault)
{
	return fault_table[fault].name;
}

enum exit_code problems_exit_code(const struct vfprep_problems *p, enum vfprep_outcome outcome,
				  bool to_do)
{
	static const enum exit_code order[] = { EXIT_BUSY, EXIT_UNSUPPORTED, EXIT_CONFIG,
						EXIT_DRIFT, EXIT_OTHER };

	if (outcome == VFPREP_LEFT)
		return EXIT_LEFT;
	if (outcome == VFPREP_UNDONE)
		return EXIT_UNDONE;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		for (int fault = VFPREP_CONFIG; fault <= VFPREP_HOST; fault++) {
			if (fault_table[fault].code == order[i] &&
			    problems_have(p, (enum vfprep_fault)fault))
				return order[i];
		}
	}
	return to_do ? EXIT_TO_DO : EXIT_DONE;
}
