/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of systemd's journal with fields, where that is what stderr leads to. */
#ifndef VFPREP_JOURNAL_H
#define VFPREP_JOURNAL_H

#include "host/run.h"

/* Whom the subjects of findings stand for: what the steps before them told. */
struct journal_name {
	char *subject; /* the address of a VF, or a team */
	struct pci_address pf;
	unsigned vf; /* or VF_SELF */
};

struct journal {
	const char *stream; /* $JOURNAL_STREAM; NULL: not set */
	struct journal_name *names;
	size_t n_names;
};

void journal_clear(struct journal *j);

/* The entries, as in systemd's JOURNAL_NATIVE_PROTOCOL: a field a line, NAME=VALUE. NULL when
 * memory ran out; the caller frees it. */
char *journal_step_entry(enum run_phase phase, const struct step *s, int r);
char *journal_problem_entry(const struct journal *j, const struct vfprep_problem *f);

/* Remembers whom a step is about. Where memory is short, fields are missing. */
void journal_note_step(struct journal *j, const struct step *s);

/* Sends an entry in place of text on FD, stdout or stderr. Return: false when FD does not lead to
 * the journal, or that does not take it: then text has to be printed. */
bool journal_send(const struct journal *j, int fd, const char *entry);

#endif
