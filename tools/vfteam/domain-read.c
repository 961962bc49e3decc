/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A domain's XML by expat: elements and attributes, each with where it stands. Nothing is expanded
 * and nothing is fetched: a text with a DOCTYPE, without which there are no entities, is refused.
 */
#include "tools/vfteam/domain.h"

#include <errno.h>
#include <expat.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#define NO_ELEMENT SIZE_MAX

struct reader {
	XML_Parser parser;
	struct domain *d;
	size_t open; /* the innermost element that is open; NO_ELEMENT: none */
	unsigned depth;
	const char *refused; /* in words; NULL: nothing was */
	unsigned refused_line;
	bool no_memory;
};

static void element_clear(struct element *e)
{
	for (size_t i = 0; i < e->n_attributes; i++) {
		free(e->attributes[i].name);
		free(e->attributes[i].value);
	}
	free(e->attributes);
	free(e->name);
	strbuf_free(&e->text);
}

void domain_clear(struct domain *d)
{
	for (size_t i = 0; i < d->n; i++)
		element_clear(&d->elements[i]);
	free(d->elements);
	*d = (struct domain){ 0 };
}

static void stop(struct reader *reader, const char *why)
{
	if (!why)
		reader->no_memory = true;
	else if (!reader->refused) {
		reader->refused = why;
		reader->refused_line = (unsigned)XML_GetCurrentLineNumber(reader->parser);
	}
	(void)XML_StopParser(reader->parser, XML_FALSE); /* it may be stopped already */
}

/* Expat still hands over the end of an element that is empty. */
static bool is_stopped(const struct reader *reader)
{
	return reader->refused || reader->no_memory;
}

/* Where the values of a start tag stand. Expat has found it well-formed, and hands its attributes
 * over in the order of the text. */
static void place_values(const char *text, struct element *e)
{
	const char *at = text + e->begin + 1 + strlen(e->name);

	for (size_t i = 0; i < e->n_attributes; i++) {
		while (*at != '\'' && *at != '"')
			at++;
		const char *end = strchr(at + 1, *at);
		e->attributes[i].begin = (size_t)(at + 1 - text);
		e->attributes[i].end = (size_t)(end - text);
		at = end + 1;
	}
}

static int copy_attributes(struct element *e, const XML_Char **attributes)
{
	for (; *attributes; attributes += 2) {
		struct attribute *a = array_add(&e->attributes, &e->n_attributes, sizeof(*a));
		if (!a || text_replace(&a->name, attributes[0]) < 0 ||
		    text_replace(&a->value, attributes[1]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = user;
	struct domain *d = reader->d;

	if (is_stopped(reader))
		return;
	if (reader->depth >= DOMAIN_DEPTH_MAX) {
		stop(reader, "elements stand deeper within each other than in any domain");
		return;
	}
	if (d->n >= DOMAIN_ELEMENTS_MAX) {
		stop(reader, "there are more elements than in any domain");
		return;
	}
	struct element *e = array_add(&d->elements, &d->n, sizeof(*e));
	if (!e || text_replace(&e->name, name) < 0 || copy_attributes(e, attributes) < 0) {
		stop(reader, NULL);
		return;
	}
	e->line = (unsigned)XML_GetCurrentLineNumber(reader->parser);
	e->begin = (size_t)XML_GetCurrentByteIndex(reader->parser);
	e->content = e->begin + (size_t)XML_GetCurrentByteCount(reader->parser);
	e->parent = reader->open == NO_ELEMENT ? 0 : reader->open;
	place_values(d->text, e);
	reader->open = d->n - 1;
	reader->depth++;
}

#define BLANKS " \t\r\n"

static void XMLCALL on_text(void *user, const XML_Char *text, int length)
{
	struct reader *reader = user;

	if (is_stopped(reader))
		return;
	struct strbuf *b = &reader->d->elements[reader->open].text;
	while (!b->len && length && strchr(BLANKS, *text)) {
		text++;
		length--;
	}
	if (length)
		strbuf_add_bytes(b, text, (size_t)length);
	if (b->failed)
		stop(reader, NULL);
}

static void trim_end(struct strbuf *b)
{
	while (b->len && strchr(BLANKS, b->data[b->len - 1]))
		b->data[--b->len] = '\0';
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct reader *reader = user;

	(void)name; /* expat has compared it */
	if (is_stopped(reader))
		return;
	struct element *e = &reader->d->elements[reader->open];
	trim_end(&e->text);
	/* Of <a/> both are behind it, and the count is 0. */
	e->close = (size_t)XML_GetCurrentByteIndex(reader->parser);
	e->end = e->close + (size_t)XML_GetCurrentByteCount(reader->parser);
	reader->open = reader->open ? e->parent : NO_ELEMENT;
	reader->depth--;
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
			       const XML_Char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	stop(user, "a DOCTYPE, and with it entities, has no place in a domain");
}

static void XMLCALL on_declaration(void *user, const XML_Char *version, const XML_Char *encoding,
				   int standalone)
{
	(void)version; /* expat knows which there are */
	(void)standalone;
	if (encoding && strcasecmp(encoding, "UTF-8") != 0 && strcasecmp(encoding, "US-ASCII") != 0)
		stop(user, "its encoding is not UTF-8");
}

static int fault_at(struct vfprep_problems *p, const char *name, unsigned line, const char *why)
{
	autofree char *subject = text_format("%s:%u", name, line);
	return problem_add(p, -EINVAL, VFPREP_CONFIG, subject, NULL, "%s", why);
}

static int parse(struct reader *reader, const char *name, struct vfprep_problems *p)
{
	const struct domain *d = reader->d;

	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
	XML_SetXmlDeclHandler(reader->parser, on_declaration);
	enum XML_Status status = XML_Parse(reader->parser, d->text, (int)d->size, 1);
	if (reader->no_memory)
		return problem_add(p, -ENOMEM, VFPREP_SYSTEM, name, NULL, "out of memory");
	if (reader->refused)
		return fault_at(p, name, reader->refused_line, reader->refused);
	if (status != XML_STATUS_OK) {
		autofree char *why = text_format("not XML: %s",
						 XML_ErrorString(XML_GetErrorCode(reader->parser)));
		return fault_at(p, name, (unsigned)XML_GetCurrentLineNumber(reader->parser),
				why ? why : "not XML");
	}
	return 0;
}

int domain_read(const char *text, size_t size, const char *name, struct domain *ret,
		struct vfprep_problems *p)
{
	autodomain d = { .text = text, .size = size };
	struct reader reader = { .d = &d, .open = NO_ELEMENT };

	if (size > DOMAIN_MAX)
		return problem_add(p, -EINVAL, VFPREP_CONFIG, name, NULL,
				   "%zu bytes are more than the %zu that a domain may have", size,
				   DOMAIN_MAX);
	if (memchr(text, '\0', size))
		return problem_add(p, -EINVAL, VFPREP_CONFIG, name, NULL,
				   "not XML in UTF-8: there are zero bytes in it");
	/* Named, so that no declaration makes it take another. */
	reader.parser = XML_ParserCreate("UTF-8");
	if (!reader.parser)
		return problem_add(p, -ENOMEM, VFPREP_SYSTEM, name, NULL, "out of memory");
	int r = parse(&reader, name, p);
	XML_ParserFree(reader.parser);
	if (r < 0)
		return r;
	if (!element_is(&d.elements[0], "domain"))
		return fault_at(p, name, d.elements[0].line, "the root element is no <domain>");
	if (!domain_devices(&d))
		return fault_at(p, name, d.elements[0].line, "the domain has no <devices>");
	const struct element *second = domain_child(&d, d.elements, "devices", domain_devices(&d));
	if (second) /* libvirt takes the devices of all, and rules have to see them */
		return fault_at(p, name, second->line, "this is a second <devices>");
	*ret = d;
	d = (struct domain){ 0 };
	return 0;
}
