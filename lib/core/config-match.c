/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of [Match] and [PF]. */
#include "core/config-parse.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define BLANKS "\t "

static bool has_glob(const char *text)
{
	return strpbrk(text, "*?[\\");
}

/* What fnmatch(3) takes for plain letters, so that the glob would fit nothing, and no one knew. */
static const char *glob_unfit(const char *glob)
{
	for (const char *c = glob; *c; c++) {
		if (*c == '\\') {
			c++;
			if (!*c)
				return "ends in a backslash";
			continue;
		}
		if (*c == '[') {
			const char *end = c + 1;
			if (*end == '!' || *end == '^')
				end++;
			if (*end == ']')
				end++;
			c = strchr(end, ']');
			if (!c)
				return "has a '[' without its ']'";
		}
	}
	return NULL;
}

/* Only letters of LETTERS, besides those of globs. */
static bool consists_of(const char *glob, const char *letters)
{
	for (const char *c = glob; *c; c++) {
		if (!strchr(letters, *c) && !strchr("*?[]!^-\\", *c))
			return false;
	}
	return true;
}

static bool address_fits(const char *glob)
{
	struct pci_address address;
	char text[PCI_ADDRESS_TEXT];

	if (has_glob(glob))
		return consists_of(glob, "0123456789abcdef:.");
	/* As sysfs writes it, or the comparison as text would miss it. */
	return pci_address_parse(glob, &address) == 0 &&
	       strcmp(pci_address_format(address, text), glob) == 0;
}

static bool mac_fits(const char *glob)
{
	uint8_t mac[6];

	return has_glob(glob) ? consists_of(glob, "0123456789abcdef:") : mac_parse(glob, mac) == 0;
}

static bool device_fits(const char *glob)
{
	if (!consists_of(glob, "0123456789abcdef:"))
		return false;
	const char *colon = strchr(glob, ':');
	if (!colon || colon == glob || !colon[1] || strchr(colon + 1, ':'))
		return false;
	/* A side without a glob is a whole number of 16 bits. */
	size_t vendor = strcspn(glob, "*?[\\"), device = strcspn(colon + 1, "*?[\\");
	return (vendor < (size_t)(colon - glob) || colon - glob == 4) &&
	       (colon[1 + device] != '\0' || device == 4);
}

/* Values of keys with `fits` are compared in lower case, as the kernel writes them. */
static const struct {
	bool (*fits)(const char *glob);
	const char *what, *advice;
} match_table[] = {
	[MATCH_ADDRESS] = { address_fits, "a full PCI address or a glob for some",
			    "write it in full, as 0000:01:00.0" },
	[MATCH_NAME] = { NULL, NULL, NULL },
	[MATCH_PERMANENT_MAC] = { mac_fits, "a MAC address or a glob for some",
				  "write it as 52:54:00:aa:00:01" },
	[MATCH_PATH] = { NULL, NULL, NULL },
	[MATCH_DRIVER] = { NULL, NULL, NULL },
	[MATCH_DEVICE] = { device_fits, "a vendor and a device",
			   "write them in hexadecimal, as 8086:10c9 or 8086:*" },
};
static_assert(ARRAY_SIZE(match_table) == MATCH_COUNT, "a row per key");

static int add_glob(struct config_parser *p, unsigned index, const char *text, size_t n)
{
	autofree char *glob = strndup(text, n);

	if (!glob)
		return -ENOMEM;
	const char *unfit = glob_unfit(glob);
	if (unfit)
		return config_fault(p, "glob(7) says what may be written", "'%s' %s", glob, unfit);
	if (match_table[index].fits) {
		for (char *c = glob; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (!match_table[index].fits(glob))
			return config_fault(p, match_table[index].advice, "'%.*s' is not %s",
					    (int)n, text, match_table[index].what);
	}
	struct globs *globs = &p->rule.match[index];
	char **item = array_add(&globs->items, &globs->n, sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = TAKE_PTR(glob);
	return 0;
}

int config_parse_match(struct config_parser *p, unsigned index, const char *value)
{
	int result = 0;

	for (const char *c = value; *c;) {
		size_t n = strcspn(c, BLANKS);
		int r = add_glob(p, index, c, n);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			result = r;
		c += n;
		c += strspn(c, BLANKS);
	}
	return result;
}

static int parse_numvfs(struct config_parser *p, const char *value)
{
	unsigned n = 0;

	p->rule.numvfs_line = p->line;
	if (strcmp(value, "max") == 0) {
		p->rule.numvfs_wish = NUMVFS_MAX;
		return 0;
	}
	int r = text_to_unsigned(value, 10, 0, NUMVFS_LIMIT, &n);
	if (r < 0)
		return config_fault(p, "write a number from 0 to 65535, or max",
				    r == -ERANGE ? "VirtualFunctions=%s is out of range"
						 : "'%s' is not a number of VFs",
				    value);
	p->rule.numvfs_wish = NUMVFS_COUNT;
	p->rule.numvfs = n;
	return 0;
}

int config_boolean(const char *text, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "yes", true }, { "no", false },  { "true", true }, { "false", false },
		{ "on", true },  { "off", false }, { "1", true },    { "0", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*ret = words[i].value;
			return 0;
		}
	}
	return -EINVAL;
}

int config_parse_boolean(struct config_parser *p, const char *value, bool *ret)
{
	if (config_boolean(value, ret) == 0)
		return 0;
	return config_fault(p, "write yes or no", "'%s' is neither yes nor no", value);
}

int config_parse_site(struct config_parser *p, unsigned index, const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	(void)index; /* there is one key */
	if (value[strspn(value, letters)] || strlen(value) > SITE_ID_MAX)
		return config_fault(p, "use up to 64 letters, digits, '.', '_' and '-'",
				    "'%s' is no plain name", value);
	p->site_line = p->line;
	return text_replace(&p->site_id, value);
}

int config_parse_pf(struct config_parser *p, unsigned index, const char *value)
{
	switch ((enum pf_key)index) {
	case PF_KEY_NUMVFS:
		return parse_numvfs(p, value);
	case PF_KEY_BRING_UP:
		return config_parse_boolean(p, value, &p->rule.bring_up);
	case PF_KEY_RECREATE:
		return config_parse_boolean(p, value, &p->rule.recreate);
	case PF_KEY_ADOPT:
		return config_parse_boolean(p, value, &p->rule.adopt);
	case PF_KEY_COUNT:
		break;
	}
	assert(false);
	return -EINVAL;
}
