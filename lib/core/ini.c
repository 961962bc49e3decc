/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* INI text to sections and keys with their lines; strict. */
#include "core/ini.h"

#include <errno.h>
#include <string.h>

#define BLANKS "\t "

/* Where the line that is read belongs. */
enum place {
	PLACE_NOWHERE, /* no section yet */
	PLACE_SECTION,
	PLACE_BROKEN, /* behind a header that is at fault: whose keys follow is not known */
};

struct reading {
	const char *file;
	const struct ini_reader *reader;
	void *user;
	struct vfprep_problems *problems;
	enum place place;
	unsigned line;
	bool cr_reported;
};

int ini_fault(struct vfprep_problems *p, const char *file, unsigned line, const char *advice,
	      const char *message, ...)
{
	autostrbuf text = { 0 };
	va_list args;

	va_start(args, message);
	strbuf_vaddf(&text, message, args);
	va_end(args);
	autofree char *subject = text_format("%s:%u", file, line);
	return problem_add(p, -EINVAL, VFPREP_CONFIG, subject ? subject : file, advice, "%s",
			   strbuf_text(&text));
}

/* Reports the first byte of a line that no text has. Return: 0, or -EINVAL. */
static int check_bytes(const struct reading *r, const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;

	for (size_t i = 0; i < n;) {
		size_t length = text_utf8_length(text + i, n - i);
		if (length == 0)
			return ini_fault(r->problems, r->file, r->line, "save the file as UTF-8",
					 "byte 0x%02x is not UTF-8", s[i]);
		if (s[i] == '\0')
			return ini_fault(r->problems, r->file, r->line, "take it out", "NUL byte");
		/* C2 80 to C2 9F are the control characters U+0080 to U+009F. */
		unsigned c = length == 1 ? s[i] : s[i] == 0xc2 ? s[i + 1] : 0xff;
		if ((c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0))
			return ini_fault(r->problems, r->file, r->line, "take it out",
					 "control character 0x%02x", c);
		i += length;
	}
	return 0;
}

/* Cuts blanks off both ends of the N bytes at TEXT and ends them with a NUL. */
static char *trim(char *text, size_t n)
{
	text[n] = '\0';
	char *start = text + strspn(text, BLANKS);
	for (n = strlen(start); n > 0 && strchr(BLANKS, start[n - 1]);)
		n--;
	start[n] = '\0';
	return start;
}

static int read_section(struct reading *r, char *text)
{
	const char *fault = NULL, *advice = "write it alone on its line, as in [PF]";
	char *name = text + 1;
	char *end = strchr(name, ']');

	r->place = PLACE_BROKEN;
	if (!end)
		fault = "section header without ']'";
	else if (end[1])
		fault = "text behind a section header";
	else if (end == name || strchr(name, '[') || strchr(BLANKS, *name) ||
		 strchr(BLANKS, end[-1]))
		fault = "section header without a plain name";
	if (fault) {
		(void)ini_fault(r->problems, r->file, r->line, advice, "%s", fault);
		return 0;
	}
	*end = '\0';
	r->place = PLACE_SECTION;
	return r->reader->section(r->user, name, r->line);
}

static int read_key(struct reading *r, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals || equals == text) {
		(void)ini_fault(r->problems, r->file, r->line,
				"write KEY=VALUE; a comment is a line that starts with '#' or ';'",
				equals ? "no key before the '='"
				       : "neither a section header nor KEY=VALUE");
		return 0;
	}
	if (text[strlen(text) - 1] == '\\') {
		(void)ini_fault(r->problems, r->file, r->line, "write the value on one line",
				"line ends in '\\', and there are no continuation lines");
		return 0;
	}
	if (r->place == PLACE_NOWHERE) {
		(void)ini_fault(r->problems, r->file, r->line,
				"write a section header such as [Match] before it",
				"text outside a section");
		return 0;
	}
	if (r->place == PLACE_BROKEN)
		return 0;
	char *value = trim(equals + 1, strlen(equals + 1));
	return r->reader->key(r->user, trim(text, (size_t)(equals - text)), value, r->line);
}

/* Reads one line: the N bytes at TEXT, behind which there is room for a NUL. */
static int read_line(struct reading *r, char *text, size_t n)
{
	if (n > 0 && text[n - 1] == '\r') {
		n--;
		if (!r->cr_reported)
			(void)ini_fault(r->problems, r->file, r->line,
					"save the file with Unix line ends", "line ends in CR");
		r->cr_reported = true;
	}
	bool header = n > 0 && text[strspn(text, BLANKS)] == '[';
	int fault = n > INI_LINE_MAX ? ini_fault(r->problems, r->file, r->line, NULL,
						 "line of more than %d bytes", INI_LINE_MAX)
				     : check_bytes(r, text, n);
	if (fault < 0) {
		if (header)
			r->place = PLACE_BROKEN;
		return 0;
	}
	text = trim(text, n);
	if (*text == '\0' || *text == '#' || *text == ';')
		return 0;
	return header ? read_section(r, text) : read_key(r, text);
}

int ini_read(const char *file, const char *text, size_t size, const struct ini_reader *reader,
	     void *user, struct vfprep_problems *p)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct reading r = { .file = file, .reader = reader, .user = user, .problems = p };

	if (size > INI_SIZE_MAX) {
		(void)problem_add(p, 0, VFPREP_CONFIG, file, NULL, "file of more than %d bytes",
				  INI_SIZE_MAX);
		return 0;
	}
	/* A copy, so that lines, keys and values can be ended in place. */
	autofree char *copy = malloc(size + 1);
	if (!copy)
		return -ENOMEM;
	if (size)
		memcpy(copy, text, size);
	copy[size] = '\0';

	char *at = copy, *end = copy + size;
	if (size >= strlen(mark) && memcmp(copy, mark, strlen(mark)) == 0) {
		(void)ini_fault(p, file, 1, "save the file as UTF-8 without one",
				"file starts with a byte order mark");
		at += strlen(mark);
	}
	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		char *next = newline ? newline + 1 : end;
		r.line++;
		int result = read_line(&r, at, (size_t)((newline ? newline : end) - at));
		if (result < 0)
			return result;
		at = next;
	}
	return 0;
}
