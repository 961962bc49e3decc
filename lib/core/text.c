/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text and memory: a growing string, whole-string integers, arrays that grow. */
#include "core/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Makes room for N more bytes and the NUL behind them. */
static bool strbuf_reserve(struct strbuf *b, size_t n)
{
	if (b->failed)
		return false;
	if (n > SIZE_MAX / 2 - b->len - 1) {
		b->failed = true;
		return false;
	}
	size_t want = b->len + n + 1;
	if (want <= b->size)
		return true;
	size_t size = b->size ? b->size : 64;
	while (size < want)
		size *= 2;
	char *data = realloc(b->data, size);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->size = size;
	return true;
}

void strbuf_add_bytes(struct strbuf *b, const void *bytes, size_t n)
{
	if (!strbuf_reserve(b, n))
		return;
	if (n)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void strbuf_add(struct strbuf *b, const char *text)
{
	strbuf_add_bytes(b, text, strlen(text));
}

void strbuf_vaddf(struct strbuf *b, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		b->failed = true;
	else if (strbuf_reserve(b, (size_t)n)) {
		(void)vsnprintf(b->data + b->len, (size_t)n + 1, format, again); /* room was made */
		b->len += (size_t)n;
	}
	va_end(again);
}

void strbuf_addf(struct strbuf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	strbuf_vaddf(b, format, args);
	va_end(args);
}

char *strbuf_take(struct strbuf *b)
{
	strbuf_add(b, ""); /* an empty one has no memory yet */
	char *text = b->failed ? NULL : TAKE_PTR(b->data);
	strbuf_free(b);
	return text;
}

const char *strbuf_text(const struct strbuf *b)
{
	return b->data ? b->data : "";
}

void strbuf_free(struct strbuf *b)
{
	free(b->data);
	*b = (struct strbuf){ 0 };
}

char *text_format(const char *format, ...)
{
	autostrbuf b = { 0 };
	va_list args;
	va_start(args, format);
	strbuf_vaddf(&b, format, args);
	va_end(args);
	return strbuf_take(&b);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return INT_MAX;
}

int text_to_u64(const char *text, int base, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	bool over = false;
	for (const char *c = text; *c; c++) {
		int digit = digit_value(*c);
		if (digit >= base)
			return -EINVAL;
		over = over || value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base;
		value = value * (uint64_t)base + (uint64_t)digit;
	}
	if (over || value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int text_to_unsigned(const char *text, int base, unsigned min, unsigned max, unsigned *ret)
{
	uint64_t value;
	int r = text_to_u64(text, base, min, max, &value);
	if (r == 0)
		*ret = (unsigned)value;
	return r;
}

int text_to_size(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	static const char letters[] = "KMG";
	size_t n = strlen(text);
	const char *letter = n ? strchr(letters, text[n - 1]) : NULL;
	unsigned shift = letter ? 10 * (unsigned)(letter - letters + 1) : 0;
	autofree char *number = strndup(text, letter ? n - 1 : n);
	uint64_t value;

	if (!number)
		return -ENOMEM;
	int r = text_to_u64(number, 10, 0, UINT64_MAX >> shift, &value);
	if (r < 0)
		return r;
	value <<= shift;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

size_t text_utf8_length(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;

	if (s[0] < 0x80)
		return 1;
	size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n < length)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Longer than needed, a surrogate, beyond U+10FFFF: the table of RFC 3629, section 4. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return length;
}

char *text_make_printable(char *text)
{
	size_t left = text ? strlen(text) : 0;

	for (char *c = text; left;) {
		size_t length = text_utf8_length(c, left);
		unsigned char first = (unsigned char)*c;
		/* C2 80 to C2 9F are the control characters U+0080 to U+009F. */
		bool control = first < ' ' || first == 0x7f ||
			       (first == 0xc2 && length && (unsigned char)c[1] < 0xa0);
		size_t n = length ? length : 1;
		if (control || !length)
			memset(c, '?', n);
		c += n;
		left -= n;
	}
	return text;
}

bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

int text_replace(char **dest, const char *text)
{
	char *copy = NULL;
	if (text) {
		copy = strdup(text);
		if (!copy)
			return -ENOMEM;
	}
	free(*dest);
	*dest = copy;
	return 0;
}

void *array_add(void *items, size_t *n, size_t size)
{
	char *array;

	if (*n >= SIZE_MAX / 2 / size)
		return NULL;
	memcpy(&array, items, sizeof(array)); /* a pointer of any type */
	/* Doubling by the count alone: there is room up to the next power of two. */
	if ((*n & (*n - 1)) == 0) {
		size_t room = *n ? *n * 2 : 1;
		char *grown = realloc(array, room * size);
		if (!grown)
			return NULL;
		array = grown;
		memcpy(items, &array, sizeof(array));
	}
	char *item = array + *n * size;
	memset(item, 0, size);
	(*n)++;
	return item;
}
