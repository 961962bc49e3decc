/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A team as libvirt XML. Every rule here was tried against libvirt 9.0 and 11.3: managed='no'
 * always (11.3 wants the host's modules.alias otherwise), both aliases explicit (a dangling
 * persistent= is accepted and the team silently absent). */
#include "core/fragment.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	bool has_target;
} hint_table[] = {
	[HINT_USER] = { "user", false },        [HINT_PASST] = { "passt", false },
	[HINT_BRIDGE] = { "bridge", true },     [HINT_NETWORK] = { "network", true },
	[HINT_ETHERNET] = { "ethernet", true }, [HINT_DIRECT] = { "direct", true },
};
static_assert(ARRAY_SIZE(hint_table) == HINT_COUNT, "a row per kind");

void hint_clear(struct hint *h)
{
	free(h->target);
	*h = (struct hint){ 0 };
}

/* An interface's name as the kernel takes it (dev_valid_name, net/core/dev.c). */
static const char *interface_name_unfit(const char *name)
{
	if (strlen(name) > 15)
		return "an interface's name has at most 15 letters";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strpbrk(name, "/: \t"))
		return "no interface can have such a name";
	return NULL;
}

static const char *target_unfit(enum hint_kind kind, const char *target)
{
	if (!*target)
		return "a name has to follow the ':'";
	for (const char *c = target; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 127)
			return "there is a control character in the name";
	}
	if (kind == HINT_NETWORK)
		return strchr(target, '/') ? "no libvirt network can have a '/' in its name" : NULL;
	return interface_name_unfit(target);
}

int hint_parse(const char *text, struct hint *ret, const char **ret_why)
{
	size_t n = strcspn(text, ":");
	for (unsigned i = 0; i < HINT_COUNT; i++) {
		if (strlen(hint_table[i].name) != n || strncmp(text, hint_table[i].name, n) != 0)
			continue;
		const char *target = text[n] ? text + n + 1 : NULL;
		if (!hint_table[i].has_target != !target) {
			*ret_why = target ? "nothing may follow it"
					  : "it needs a name, as in 'bridge:br0'";
			return -EINVAL;
		}
		*ret_why = target ? target_unfit((enum hint_kind)i, target) : NULL;
		if (*ret_why)
			return -EINVAL;
		struct hint hint = { .kind = (enum hint_kind)i };
		if (text_replace(&hint.target, target) < 0)
			return -ENOMEM;
		*ret = hint;
		return 0;
	}
	*ret_why = "it is none of user, passt, bridge:NAME, network:NAME, ethernet:TAP, "
		   "direct:INTERFACE";
	return -EINVAL;
}

/* Text between single quotes in XML. */
static void add_escaped(struct strbuf *b, const char *text)
{
	for (const char *c = text; *c; c++) {
		switch (*c) {
		case '&':
			strbuf_add(b, "&amp;");
			break;
		case '<':
			strbuf_add(b, "&lt;");
			break;
		case '\'':
			strbuf_add(b, "&apos;");
			break;
		default:
			strbuf_add_bytes(b, c, 1);
		}
	}
}

char *fragment_hostdev(const struct team *t)
{
	autofree char *persistent = team_alias(t);
	return persistent ? fragment_hostdev_of(t, persistent) : NULL;
}

char *fragment_hostdev_of(const struct team *t, const char *persistent)
{
	struct pci_address a = t->transient.address;

	return text_format(
		"<hostdev mode='subsystem' type='pci' managed='no'>\n"
		"  <source>\n"
		"    <address domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>\n"
		"  </source>\n"
		"  <teaming type='transient' persistent='%s'/>\n"
		"  <alias name='ua-%s_vf'/>\n"
		"</hostdev>\n",
		a.domain, a.bus, a.device, a.function & 7u, persistent, t->name);
}

static void add_source(struct strbuf *b, const struct hint *hint)
{
	switch (hint->kind) {
	case HINT_USER:
		return;
	case HINT_PASST:
		strbuf_add(b, "  <backend type='passt'/>\n");
		return;
	case HINT_BRIDGE:
		strbuf_add(b, "  <source bridge='");
		break;
	case HINT_NETWORK:
		strbuf_add(b, "  <source network='");
		break;
	case HINT_DIRECT:
		strbuf_add(b, "  <source dev='");
		break;
	case HINT_ETHERNET:
		strbuf_add(b, "  <target dev='");
		break;
	case HINT_COUNT:
		return;
	}
	add_escaped(b, hint->target);
	switch (hint->kind) {
	case HINT_DIRECT:
		strbuf_add(b, "' mode='bridge'/>\n");
		break;
	case HINT_ETHERNET: /* the tap is there already and ours to use as it is */
		strbuf_add(b, "' managed='no'/>\n");
		break;
	case HINT_USER:
	case HINT_PASST:
	case HINT_BRIDGE:
	case HINT_NETWORK:
	case HINT_COUNT:
		strbuf_add(b, "'/>\n");
		break;
	}
}

char *fragment_interface(const struct team *t, const char *hint_text,
			 const struct interface_tuning *tuning)
{
	CLEANUP(hint_clear) struct hint hint = { 0 };
	autostrbuf b = { 0 };
	char mac[MAC_TEXT];
	const char *why;

	if (hint_parse(hint_text, &hint, &why) < 0)
		return NULL;
	const char *type = hint.kind == HINT_PASST ? "user" : hint_table[hint.kind].name;
	strbuf_addf(&b, "<interface type='%s'>\n", type);
	strbuf_addf(&b, "  <mac address='%s'/>\n", mac_format(t->mac, mac));
	add_source(&b, &hint);
	if (tuning && tuning->mtu)
		strbuf_addf(&b, "  <mtu size='%u'/>\n", tuning->mtu);
	strbuf_add(&b, "  <model type='virtio'/>\n");
	if (tuning && tuning->queues)
		strbuf_addf(&b, "  <driver queues='%u'/>\n", tuning->queues);
	strbuf_addf(&b,
		    "  <teaming type='persistent'/>\n"
		    "  <alias name='ua-%s'/>\n"
		    "</interface>\n",
		    t->name);
	return strbuf_take(&b);
}
