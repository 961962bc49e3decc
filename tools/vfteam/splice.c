/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of a text that leave all the rest of it byte for byte. */
#include "tools/vfteam/splice.h"

#include <assert.h>
#include <string.h>

void splices_clear(struct splices *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i].text);
	free(s->items);
	*s = (struct splices){ 0 };
}

void splices_add(struct splices *s, size_t at, size_t remove, char *text)
{
	struct splice *item = text ? array_add(&s->items, &s->n, sizeof(*item)) : NULL;
	if (!item) {
		free(text);
		s->failed = true;
		return;
	}
	/* Sorted as they come: they are few. Equal places keep their order, but what is removed
	 * there comes last. */
	while (item > s->items &&
	       (item[-1].at > at || (item[-1].at == at && item[-1].remove && !remove))) {
		*item = item[-1];
		item--;
	}
	*item = (struct splice){ at, remove, text };
}

char *splices_apply(struct splices *s, const char *text, size_t size, size_t *ret_size)
{
	autostrbuf b = { 0 };
	size_t done = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct splice *item = &s->items[i];
		assert(item->at >= done && item->at + item->remove <= size);
		strbuf_add_bytes(&b, text + done, item->at - done);
		strbuf_add(&b, item->text);
		done = item->at + item->remove;
	}
	strbuf_add_bytes(&b, text + done, size - done);
	size_t n = b.len;
	char *result = s->failed ? NULL : strbuf_take(&b);
	if (result)
		*ret_size = n;
	return result;
}

bool splices_origin(const struct splices *s, size_t offset, size_t *ret)
{
	size_t before = 0, after = 0; /* how far the two texts are walked */

	for (size_t i = 0; i < s->n; i++) {
		const struct splice *item = &s->items[i];
		size_t same = item->at - before, added = strlen(item->text);
		if (offset < after + same)
			break;
		if (offset < after + same + added)
			return false;
		after += same + added;
		before = item->at + item->remove;
	}
	*ret = before + (offset - after);
	return true;
}
