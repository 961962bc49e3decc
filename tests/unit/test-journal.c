/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of systemd's journal: which fields they have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/step.h"
#include "tools/vfprep/journal.h"

/* 0000:01:10.0, VF 0 of 0000:01:00.0. */
static struct step vf_step(enum step_kind kind, const char *subject, const char *what)
{
	struct step s = {
		.kind = kind,
		.of_pf = true,
		.pf = { .bus = 1 },
		.of_vf = true,
		.vf = 3,
		.subject = strdup(subject),
		.what = strdup(what),
		.old_text = strdup("none"),
		.new_text = strdup("new"),
	};
	return s;
}

static void steps_have_pf_vf_and_team(void **state)
{
	struct step s = vf_step(STEP_DRIVER, "0000:01:10.6", "driver");
	autofree char *entry = journal_step_entry(RUN_STEP, &s, 0);

	(void)state;
	assert_string_equal(entry, "SYSLOG_IDENTIFIER=vfprep\nPRIORITY=6\nPF=0000:01:00.0\nVF=3\n"
				   "MESSAGE=0000:01:10.6: driver none -> new\n");
	autofree char *failed = journal_step_entry(RUN_UNDO, &s, -5);
	assert_non_null(strstr(failed, "PRIORITY=3\n"));
	assert_non_null(
		strstr(failed, "MESSAGE=undo: 0000:01:10.6: driver none -> new (failed)\n"));
	step_clear(&s);

	s = vf_step(STEP_PUBLISH, "web0", "publish");
	s.name = strdup("web0");
	autofree char *team = journal_step_entry(RUN_STEP, &s, 0);
	assert_non_null(strstr(team, "PF=0000:01:00.0\nVF=3\nTEAM=web0\nMESSAGE=web0: publish"));
	step_clear(&s);

	s = vf_step(STEP_DRIVER, "0000:01:00.0", "driver");
	s.vf = VF_SELF;
	autofree char *nic = journal_step_entry(RUN_STEP, &s, 0);
	assert_null(strstr(nic, "VF="));
	step_clear(&s);
}

static char *entry_of(const struct journal *j, enum vfprep_fault fault, const char *subject)
{
	const struct vfprep_problem f = { fault, subject, "is wrong", "mend it" };

	return journal_problem_entry(j, &f);
}

static void findings_have_the_fields_of_whom_they_are_about(void **state)
{
	struct journal j = { 0 };
	struct step bind = vf_step(STEP_DRIVER, "0000:01:10.6", "driver");
	struct step publish = vf_step(STEP_PUBLISH, "web0", "publish");

	(void)state;
	journal_note_step(&j, &bind);
	journal_note_step(&j, &bind);
	journal_note_step(&j, &publish);
	assert_int_equal(j.n_names, 2);
	autofree char *pf = entry_of(&j, VFPREP_BUSY, "0000:02:00.0");
	assert_string_equal(pf, "SYSLOG_IDENTIFIER=vfprep\nPRIORITY=3\nPF=0000:02:00.0\n"
				"FAULT=busy\nMESSAGE=0000:02:00.0: is wrong; to do: mend it\n");
	autofree char *vf = entry_of(&j, VFPREP_BUSY, "0000:02:00.0 vf 12");
	assert_non_null(strstr(vf, "PF=0000:02:00.0\nVF=12\n"));
	autofree char *by_step = entry_of(&j, VFPREP_BUSY, "0000:01:10.6");
	assert_non_null(strstr(by_step, "PF=0000:01:00.0\nVF=3\nFAULT"));
	autofree char *team = entry_of(&j, VFPREP_SYSTEM, "web0");
	assert_non_null(strstr(team, "PF=0000:01:00.0\nVF=3\nTEAM=web0\n"));
	autofree char *drift = entry_of(&j, VFPREP_DRIFT, "db1");
	assert_non_null(strstr(drift, "PRIORITY=3\nTEAM=db1\n"));
	static const char *const others[] = { "10-uplink.conf:12", "lock", "",
					      "0000:02:00.0 vf x" };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		autofree char *other = entry_of(&j, VFPREP_NOTE, others[i]);
		assert_non_null(strstr(other, "PRIORITY=5\nFAULT=note\n"));
	}
	step_clear(&bind);
	step_clear(&publish);
	journal_clear(&j);
}

static void text_goes_where_it_is_read(void **state)
{
	static const char *const streams[] = { NULL, "", "1:2", "x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(streams); i++) {
		const struct journal j = { .stream = streams[i] };
		assert_false(journal_send(&j, 2, "MESSAGE=no\n"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_have_pf_vf_and_team),
		cmocka_unit_test(findings_have_the_fields_of_whom_they_are_about),
		cmocka_unit_test(text_goes_where_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
