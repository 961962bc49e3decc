/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a PF's interface is that is in another network namespace. */
#include "core/elsewhere.h"

#include "core/json.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

void elsewhere_clear(struct elsewhere *e)
{
	free(e->interface);
	free(e->netns);
	free(e->command);
	*e = (struct elsewhere){ 0 };
}

int elsewhere_copy(const struct elsewhere *from, struct elsewhere *ret)
{
	struct elsewhere e = *from;

	e.interface = e.netns = e.command = NULL;
	if (text_replace(&e.interface, from->interface) < 0 ||
	    text_replace(&e.netns, from->netns) < 0 ||
	    text_replace(&e.command, from->command) < 0) {
		elsewhere_clear(&e);
		return -ENOMEM;
	}
	*ret = e;
	return 0;
}

char *elsewhere_text(const struct elsewhere *e)
{
	autostrbuf b = { 0 };

	if (!e->interface || (!e->netns && !e->pid)) {
		strbuf_add(&b, "its interface is in another network namespace");
		return strbuf_take(&b);
	}
	strbuf_addf(&b, "its interface '%s' is in ", e->interface);
	if (e->netns)
		strbuf_addf(&b, "network namespace '%s'", e->netns);
	else
		strbuf_addf(&b, "the network namespace of pid %u", e->pid);
	if (e->netns && e->pid)
		strbuf_addf(&b, " (pid %u%s%s)", e->pid, e->command ? ", " : "",
			    e->command ? e->command : "");
	else if (e->command)
		strbuf_addf(&b, " (%s)", e->command);
	return strbuf_take(&b);
}

/* What a shell takes as one word. */
static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_./:@", *c))
			return false;
	return true;
}

char *elsewhere_advice(const struct elsewhere *e)
{
	bool known = e->interface && is_plain(e->interface);

	if (e->pid == 1)
		return strdup("run vfprep in the network namespace of pid 1");
	if (known && e->netns && is_plain(e->netns))
		return text_format(
			*e->netns == '/' ? "bring it back: nsenter --net=%s ip link set %s netns 1"
					 : "bring it back: ip -n %s link set %s netns 1",
			e->netns, e->interface);
	if (known && e->pid)
		return text_format("bring it back: nsenter -t %u -n ip link set %s netns 1", e->pid,
				   e->interface);
	return strdup("bring it back to the network namespace that vfprep runs in");
}

int elsewhere_to_object(const struct elsewhere *e, struct json_object *pf)
{
	autojson o = json_object_new_object();

	if (!e->is)
		return o ? 0 : -ENOMEM;
	if (!o || json_add_text(o, "interface", e->interface) < 0 ||
	    json_add_text(o, "namespace", e->netns) < 0 ||
	    (e->pid && json_add_unsigned(o, "pid", e->pid) < 0) ||
	    json_add_text(o, "command", e->command) < 0)
		return -ENOMEM;
	if (e->interface && json_add_bool(o, "up", e->up) < 0)
		return -ENOMEM;
	return json_add(pf, "elsewhere", TAKE_PTR(o));
}

int elsewhere_from_object(struct json_object *pf, struct elsewhere *ret)
{
	struct json_object *o;
	int r = json_get_object(pf, "elsewhere", &o);

	if (r <= 0)
		return r;
	ret->is = true;
	if (json_dup_text(o, "interface", &ret->interface) < 0 ||
	    json_dup_text(o, "namespace", &ret->netns) < 0 ||
	    json_get_uint(o, "pid", &ret->pid) < 0 ||
	    json_dup_text(o, "command", &ret->command) < 0 || json_get_bool(o, "up", &ret->up) < 0)
		return -EINVAL;
	return 0;
}
