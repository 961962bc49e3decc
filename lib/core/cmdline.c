/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which PCI devices a command line names. */
#include "core/cmdline.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Letters that an address with or without its domain can have. */
#define ADDRESS_MAX 16

int cmdline_address(const char *word, struct pci_address *ret)
{
	char full[ADDRESS_MAX + sizeof("0000:")] = "0000:";
	size_t n = strlen(word);

	if (pci_address_parse(word, ret) == 0)
		return 0;
	if (n > ADDRESS_MAX)
		return -EINVAL;
	memcpy(full + strlen(full), word, n + 1);
	return pci_address_parse(full, ret);
}

/* The address at TEXT, which ends before END. Return: 1, 0 when there is none. */
static int take_address(const char *text, const char *end, struct pci_address *ret)
{
	char word[ADDRESS_MAX + 1];
	size_t n = 0;

	while (text + n < end && n < ADDRESS_MAX &&
	       (isxdigit((unsigned char)text[n]) || text[n] == ':' || text[n] == '.'))
		n++;
	memcpy(word, text, n);
	word[n] = '\0';
	return cmdline_address(word, ret) == 0;
}

static const char *skip_blanks(const char *text, const char *end)
{
	while (text < end && isspace((unsigned char)*text))
		text++;
	return text;
}

static bool is_at(const char *text, const char *end, char c)
{
	return text < end && *text == c;
}

/* Where the value begins of the option whose name ends at TEXT; NULL when it has none. */
static const char *find_value(const char *text, const char *end, bool quoted)
{
	if (!quoted)
		return is_at(text, end, '=') ? text + 1 : NULL;
	if (!is_at(text, end, '"'))
		return NULL;
	text = skip_blanks(text + 1, end);
	if (!is_at(text, end, ':'))
		return NULL;
	text = skip_blanks(text + 1, end);
	return is_at(text, end, '"') ? text + 1 : NULL;
}

int cmdline_addresses(const char *bytes, size_t size, struct addresses *to)
{
	const char *end = bytes + size;

	for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), "host", 4)); at += 4) {
		char before = at > bytes ? at[-1] : '\0';
		bool quoted = before == '"';
		if (!quoted && before != ',' && before != '\0')
			continue; /* the end of another word */
		const char *value = find_value(at + 4, end, quoted);
		struct pci_address address;
		if (!value || !take_address(value, end, &address))
			continue;
		struct pci_address *item = array_add(&to->items, &to->n, sizeof(*item));
		if (!item)
			return -ENOMEM;
		*item = address;
	}
	return 0;
}
