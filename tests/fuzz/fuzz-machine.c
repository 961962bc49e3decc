/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a machine (--machine FILE) or as a saved record, and a release planned for it. */
#include "core/desire.h"
#include "core/machine-json.h"
#include "core/plan.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "replay.h"

/* One finding says what is wrong, in one line that a terminal can show. */
static void check_finding(const struct vfprep_problems *p, int r)
{
	assert(r == -EINVAL || r == -EPROTONOSUPPORT);
	assert(vfprep_problems_count(p) == 1);
	struct vfprep_problem f = vfprep_problems_get(p, 0);
	assert(strcmp(f.subject, "machine.json") == 0);
	for (const char *c = f.message; *c; c++)
		assert((unsigned char)*c >= ' ');
}

/* What is written is what was read: writing it once more gives the same text. */
static void check_round_trip(const struct vfprep_machine *m)
{
	autofree char *text = machine_to_json(m);
	automachine back = NULL;

	assert(text);
	if (strlen(text) > MACHINE_JSON_MAX)
		return;
	assert(machine_from_json(text, strlen(text), "machine.json", &back, NULL) == 0);
	autofree char *again = machine_to_json(back);
	assert(again && strcmp(text, again) == 0);
}

static void check_release(const struct vfprep_machine *m)
{
	automachine wanted = NULL;
	autoplan plan = NULL;
	autoproblems p = vfprep_problems_new();

	if (desire_originals(m, NULL, 0, &wanted, p) < 0 ||
	    plan_make(wanted, m, AIM_RELEASE, &plan, p) < 0)
		return;
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *s = &plan->steps[i];
		autofree char *line = plan_line(plan, i);
		assert(line && s->kind < STEP_COUNT);
		assert(s->kind != STEP_PUBLISH && s->kind != STEP_DRIVERS_PROBE);
		assert(!s->of_vf || machine_find_pf(m, s->pf));
	}
}

static void check_record(const char *text, size_t size)
{
	CLEANUP(record_freep) struct record *r = NULL;
	CLEANUP(record_freep) struct record *back = NULL;

	if (record_from_json(text, size, "machine.json", &r, NULL) < 0)
		return;
	autofree char *written = record_to_json(r);
	assert(written);
	if (strlen(written) > RECORD_JSON_MAX)
		return;
	assert(record_from_json(written, strlen(written), "machine.json", &back, NULL) == 0);
	autofree char *again = record_to_json(back);
	assert(again && strcmp(written, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoproblems p = vfprep_problems_new();
	automachine m = NULL;

	check_record((const char *)data, size);
	int r = machine_from_json((const char *)data, size, "machine.json", &m, p);
	if (r < 0) {
		assert(!m);
		check_finding(p, r);
		return 0;
	}
	check_round_trip(m);
	check_release(m);
	return 0;
}
