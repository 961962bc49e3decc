/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of systemd's journal with fields. The protocol is a datagram, for which no library is
 * needed: systemd's docs/JOURNAL_NATIVE_PROTOCOL.md. */
#include "tools/vfprep/journal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "core/step.h"
#include "host/fd.h"

void journal_clear(struct journal *j)
{
	for (size_t i = 0; i < j->n_names; i++)
		free(j->names[i].subject);
	free(j->names);
}

static void add_head(struct strbuf *b, int priority)
{
	strbuf_addf(b, "SYSLOG_IDENTIFIER=vfprep\nPRIORITY=%d\n", priority);
}

static void add_pf(struct strbuf *b, struct pci_address pf, bool of_vf, unsigned vf)
{
	char address[PCI_ADDRESS_TEXT];

	strbuf_addf(b, "PF=%s\n", pci_address_format(pf, address));
	if (of_vf && vf != VF_SELF)
		strbuf_addf(b, "VF=%u\n", vf);
}

static bool is_about_team(const struct step *s)
{
	return s->kind == STEP_PUBLISH || s->kind == STEP_WITHDRAW || s->kind == STEP_PARK;
}

char *journal_step_entry(enum run_phase phase, const struct step *s, int r)
{
	autostrbuf b = { 0 };
	autofree char *line = step_line(s);

	if (!line)
		return NULL;
	add_head(&b, r < 0 ? LOG_ERR : LOG_INFO);
	if (s->of_pf)
		add_pf(&b, s->pf, s->of_vf, s->vf);
	if (is_about_team(s))
		strbuf_addf(&b, "TEAM=%s\n", s->name);
	strbuf_addf(&b, "MESSAGE=%s%s%s\n", phase == RUN_UNDO ? "undo: " : "", line,
		    run_result_words(r));
	return strbuf_take(&b);
}

static const struct journal_name *find_name(const struct journal *j, const char *subject)
{
	for (size_t i = 0; i < j->n_names; i++) {
		if (strcmp(j->names[i].subject, subject) == 0)
			return &j->names[i];
	}
	return NULL;
}

void journal_note_step(struct journal *j, const struct step *s)
{
	if (!s->of_pf || !s->of_vf || find_name(j, s->subject))
		return;
	autofree char *subject = strdup(s->subject);
	struct journal_name *name =
		subject ? array_add(&j->names, &j->n_names, sizeof(*name)) : NULL;
	if (name)
		*name = (struct journal_name){ TAKE_PTR(subject), s->pf, s->vf };
}

/* "0000:01:00.0", "0000:01:00.0 vf 3". */
static bool parse_subject(const char *subject, struct pci_address *ret_pf, bool *ret_of_vf,
			  unsigned *ret_vf)
{
	static const char between[] = " vf ";
	const char *vf = strstr(subject, between);
	autofree char *address = vf ? strndup(subject, (size_t)(vf - subject)) : strdup(subject);

	*ret_of_vf = vf != NULL;
	return address && pci_address_parse(address, ret_pf) == 0 &&
	       (!vf || text_to_unsigned(vf + strlen(between), 10, 0, UINT16_MAX, ret_vf) == 0);
}

char *journal_problem_entry(const struct journal *j, const struct vfprep_problem *f)
{
	const struct journal_name *name = find_name(j, f->subject);
	autostrbuf b = { 0 };
	struct pci_address pf;
	unsigned vf = 0;
	bool of_vf;

	add_head(&b, f->fault == VFPREP_NOTE ? LOG_NOTICE : LOG_ERR);
	if (name)
		add_pf(&b, name->pf, true, name->vf);
	else if (parse_subject(f->subject, &pf, &of_vf, &vf))
		add_pf(&b, pf, of_vf, vf);
	if (f->fault == VFPREP_DRIFT || (name && team_name_valid(f->subject)))
		strbuf_addf(&b, "TEAM=%s\n", f->subject);
	strbuf_addf(&b, "FAULT=%s\nMESSAGE=%s%s%s%s%s\n", fault_name(f->fault), f->subject,
		    *f->subject ? ": " : "", f->message, *f->advice ? "; to do: " : "", f->advice);
	return strbuf_take(&b);
}

/* Does FD lead to the journal? systemd says what it has put there. */
static bool leads_to_journal(const struct journal *j, int fd)
{
	struct stat st;

	if (!j->stream || fstat(fd, &st) < 0)
		return false;
	autofree char *is = text_format("%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return text_equal(is, j->stream);
}

bool journal_send(const struct journal *j, int fd, const char *entry)
{
	static const struct sockaddr_un journal = { .sun_family = AF_UNIX,
						    .sun_path = "/run/systemd/journal/socket" };

	if (!entry || !leads_to_journal(j, fd))
		return false;
	autoclose int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t size = strlen(entry);
	return sock >= 0 &&
	       sendto(sock, entry, size, MSG_NOSIGNAL, (const struct sockaddr *)&journal,
		      sizeof(journal)) == (ssize_t)size;
}
