/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text and memory: a growing string, whole-string integers, owned locals. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define FORMAT(n, m)  __attribute__((format(printf, n, m)))
#define CLEANUP(f)    __attribute__((cleanup(f)))

/* Hands an owned pointer over: its value, leaving NULL behind. */
#define TAKE_PTR(p)                                                                                \
	({                                                                                         \
		__typeof__(p) *taken_ = &(p);                                                      \
		__typeof__(p) value_ = *taken_;                                                    \
		*taken_ = NULL;                                                                    \
		value_;                                                                            \
	})

static inline void text_freep(void *p)
{
	free(*(void **)p);
}
#define autofree CLEANUP(text_freep)

/* Declares the cleanup function NAMEp for a type that NAME frees. */
#define DEFINE_CLEANUP(type, name)                                                                 \
	static inline void name##p(type **p)                                                       \
	{                                                                                          \
		name(*p);                                                                          \
	}

/* A growing string. Start from {0}. A failed allocation sticks: later additions do nothing and
 * strbuf_take() returns NULL, so only the end has to be checked. */
struct strbuf {
	char *data;
	size_t len, size;
	bool failed;
};

void strbuf_add(struct strbuf *b, const char *text);
void strbuf_add_bytes(struct strbuf *b, const void *bytes, size_t n);
void strbuf_addf(struct strbuf *b, const char *format, ...) FORMAT(2, 3);
void strbuf_vaddf(struct strbuf *b, const char *format, va_list args) FORMAT(2, 0);
/* The string, or NULL when memory ran out; the caller frees it and b is empty again. */
char *strbuf_take(struct strbuf *b);
/* What is there so far; never NULL. */
const char *strbuf_text(const struct strbuf *b);
void strbuf_free(struct strbuf *b);
#define autostrbuf CLEANUP(strbuf_free) struct strbuf

/* printf into memory of the caller. Return: NULL when there is none. */
char *text_format(const char *format, ...) FORMAT(1, 2);

/* The whole of TEXT as a number in BASE (0 is not allowed) between MIN and MAX; no sign, no blank,
 * no prefix. Return: -EINVAL when it is no such number, -ERANGE when it is out of range. */
int text_to_u64(const char *text, int base, uint64_t min, uint64_t max, uint64_t *ret);
int text_to_unsigned(const char *text, int base, unsigned min, unsigned max, unsigned *ret);

/* A number of bytes with K, M or G behind it, each 1024 times the one before. Return: as above. */
int text_to_size(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/* How many bytes the UTF-8 sequence at TEXT has, of which N, at least one, are left; 0 when it is
 * none. */
size_t text_utf8_length(const char *text, size_t n);

/* Replaces what a terminal would obey by '?': names come from the kernel, from processes and from
 * files of others. Returns TEXT, which may be NULL. */
char *text_make_printable(char *text);

/* Both NULL, or both the same text. */
bool text_equal(const char *a, const char *b);

/* Replaces *DEST (freed) by a copy of TEXT, which may be NULL. Return: -ENOMEM. */
int text_replace(char **dest, const char *text);

/* Makes room for one more item of SIZE bytes behind the N in *ITEMS and returns it, zeroed; NULL
 * when memory ran out or the product does not fit. N is counted up. */
void *array_add(void *items, size_t *n, size_t size);

#endif
