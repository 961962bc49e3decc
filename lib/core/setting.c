/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of VF settings: how each is compared, shown, copied and put in JSON. */
#include "core/setting.h"

#include "core/address.h"
#include "core/json.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

static const char *const protocol_names[] = { [VLAN_8021Q] = "802.1Q", [VLAN_8021AD] = "802.1ad" };
static_assert(ARRAY_SIZE(protocol_names) == VLAN_PROTOCOL_COUNT, "a name per protocol");

static const char *const link_names[] = {
	[VF_LINK_AUTO] = "auto", [VF_LINK_ENABLE] = "enable", [VF_LINK_DISABLE] = "disable"
};
static_assert(ARRAY_SIZE(link_names) == VF_LINK_COUNT, "a name per link state");

static int name_find(const char *const *names, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], text) == 0)
			return (int)i;
	}
	return -EINVAL;
}

const char *vlan_protocol_name(enum vlan_protocol p)
{
	return protocol_names[p];
}

int vlan_protocol_parse(const char *text, enum vlan_protocol *ret)
{
	int i = name_find(protocol_names, ARRAY_SIZE(protocol_names), text);
	if (i < 0)
		return i;
	*ret = (enum vlan_protocol)i;
	return 0;
}

const char *vf_link_name(enum vf_link l)
{
	return link_names[l];
}

int vf_link_parse(const char *text, enum vf_link *ret)
{
	int i = name_find(link_names, ARRAY_SIZE(link_names), text);
	if (i < 0)
		return i;
	*ret = (enum vf_link)i;
	return 0;
}

/* MAC */

static bool mac_equal(const struct settings *a, const struct settings *b)
{
	return memcmp(a->mac, b->mac, sizeof(a->mac)) == 0;
}

static void mac_show(const struct settings *s, struct strbuf *b)
{
	char text[MAC_TEXT];
	strbuf_add(b, mac_is_zero(s->mac) ? "none" : mac_format(s->mac, text));
}

static void mac_copy(struct settings *to, const struct settings *from)
{
	memcpy(to->mac, from->mac, sizeof(to->mac));
}

static int mac_to_json(const struct settings *s, struct json_object *object)
{
	return json_add_mac(object, "mac", s->mac);
}

static int mac_from_json(struct settings *s, struct json_object *object)
{
	return json_get_mac(object, "mac", s->mac);
}

/* VLAN */

static bool vlan_equal(const struct settings *a, const struct settings *b)
{
	if (a->vlan.id == 0 && b->vlan.id == 0)
		return a->vlan.qos == b->vlan.qos; /* without a VLAN the protocol says nothing */
	return a->vlan.id == b->vlan.id && a->vlan.qos == b->vlan.qos &&
	       a->vlan.protocol == b->vlan.protocol;
}

static void vlan_show(const struct settings *s, struct strbuf *b)
{
	if (s->vlan.id == 0 && s->vlan.qos == 0)
		strbuf_add(b, "none");
	else
		strbuf_addf(b, "%u qos %u %s", s->vlan.id, s->vlan.qos,
			    protocol_names[s->vlan.protocol]);
}

static void vlan_copy(struct settings *to, const struct settings *from)
{
	to->vlan = from->vlan;
}

static int vlan_to_json(const struct settings *s, struct json_object *object)
{
	int r = json_add_unsigned(object, "vlan", s->vlan.id);
	if (r == 0)
		r = json_add_unsigned(object, "qos", s->vlan.qos);
	if (r == 0)
		r = json_add_text(object, "vlan_protocol", protocol_names[s->vlan.protocol]);
	return r;
}

static int vlan_from_json(struct settings *s, struct json_object *object)
{
	uint64_t id = 0, qos = 0;
	const char *protocol;

	int r = json_get_unsigned(object, "vlan", 4095, &id);
	if (r <= 0)
		return r;
	if (json_get_unsigned(object, "qos", 7, &qos) < 0)
		return -EINVAL;
	r = json_get_text(object, "vlan_protocol", &protocol);
	if (r < 0 || (r == 1 && vlan_protocol_parse(protocol, &s->vlan.protocol) < 0))
		return -EINVAL;
	s->vlan.id = (uint16_t)id;
	s->vlan.qos = (uint8_t)qos;
	return 1;
}

/* Rates */

static bool rate_equal(const struct settings *a, const struct settings *b)
{
	return a->rate.min_mbps == b->rate.min_mbps && a->rate.max_mbps == b->rate.max_mbps;
}

static void rate_show(const struct settings *s, struct strbuf *b)
{
	if (s->rate.min_mbps == 0 && s->rate.max_mbps == 0)
		strbuf_add(b, "none");
	else
		strbuf_addf(b, "min %u max %u Mbit/s", s->rate.min_mbps, s->rate.max_mbps);
}

static void rate_copy(struct settings *to, const struct settings *from)
{
	to->rate = from->rate;
}

static int rate_to_json(const struct settings *s, struct json_object *object)
{
	int r = json_add_unsigned(object, "min_rate_mbps", s->rate.min_mbps);
	return r < 0 ? r : json_add_unsigned(object, "max_rate_mbps", s->rate.max_mbps);
}

static int rate_from_json(struct settings *s, struct json_object *object)
{
	int min = json_get_uint(object, "min_rate_mbps", &s->rate.min_mbps);
	int max = json_get_uint(object, "max_rate_mbps", &s->rate.max_mbps);
	if (min < 0 || max < 0)
		return -EINVAL;
	return min || max;
}

/* Link state */

static bool link_state_equal(const struct settings *a, const struct settings *b)
{
	return a->link_state == b->link_state;
}

static void link_state_show(const struct settings *s, struct strbuf *b)
{
	strbuf_add(b, link_names[s->link_state]);
}

static void link_state_copy(struct settings *to, const struct settings *from)
{
	to->link_state = from->link_state;
}

static int link_state_to_json(const struct settings *s, struct json_object *object)
{
	return json_add_text(object, "link_state", link_names[s->link_state]);
}

static int link_state_from_json(struct settings *s, struct json_object *object)
{
	const char *text;
	int r = json_get_text(object, "link_state", &text);
	if (r <= 0)
		return r;
	return vf_link_parse(text, &s->link_state) < 0 ? -EINVAL : 1;
}

/* What is on or off, and the GUIDs: the same code for each field. */

#define DEFINE_FLAG(field)                                                                         \
	static bool field##_equal(const struct settings *a, const struct settings *b)              \
	{                                                                                          \
		return a->field == b->field;                                                       \
	}                                                                                          \
	static void field##_show(const struct settings *s, struct strbuf *b)                       \
	{                                                                                          \
		strbuf_add(b, s->field ? "on" : "off");                                            \
	}                                                                                          \
	static void field##_copy(struct settings *to, const struct settings *from)                 \
	{                                                                                          \
		to->field = from->field;                                                           \
	}                                                                                          \
	static int field##_to_json(const struct settings *s, struct json_object *object)           \
	{                                                                                          \
		return json_add_bool(object, #field, s->field);                                    \
	}                                                                                          \
	static int field##_from_json(struct settings *s, struct json_object *object)               \
	{                                                                                          \
		return json_get_bool(object, #field, &s->field);                                   \
	}

#define DEFINE_GUID(field)                                                                         \
	static bool field##_equal(const struct settings *a, const struct settings *b)              \
	{                                                                                          \
		return a->field == b->field;                                                       \
	}                                                                                          \
	static void field##_show(const struct settings *s, struct strbuf *b)                       \
	{                                                                                          \
		char text[GUID_TEXT];                                                              \
		strbuf_add(b, s->field ? guid_format(s->field, text) : "none");                    \
	}                                                                                          \
	static void field##_copy(struct settings *to, const struct settings *from)                 \
	{                                                                                          \
		to->field = from->field;                                                           \
	}                                                                                          \
	static int field##_to_json(const struct settings *s, struct json_object *object)           \
	{                                                                                          \
		char text[GUID_TEXT];                                                              \
		return json_add_text(object, #field, guid_format(s->field, text));                 \
	}                                                                                          \
	static int field##_from_json(struct settings *s, struct json_object *object)               \
	{                                                                                          \
		const char *text;                                                                  \
		int r = json_get_text(object, #field, &text);                                      \
		if (r <= 0)                                                                        \
			return r;                                                                  \
		return guid_parse(text, &s->field) < 0 ? -EINVAL : 1;                              \
	}

DEFINE_FLAG(trust)
DEFINE_FLAG(spoofcheck)
DEFINE_FLAG(rss_query)
DEFINE_GUID(node_guid)
DEFINE_GUID(port_guid)

#define ROW(name, field)                                                                           \
	{ name, field##_equal, field##_show, field##_copy, field##_to_json, field##_from_json }

const struct setting_row setting_table[SETTING_COUNT] = {
	[SETTING_TRUST] = ROW("trust", trust),
	[SETTING_MAC] = ROW("mac", mac),
	[SETTING_VLAN] = ROW("vlan", vlan),
	[SETTING_SPOOFCHECK] = ROW("spoofcheck", spoofcheck),
	[SETTING_RATE] = ROW("rate", rate),
	[SETTING_LINK_STATE] = ROW("link_state", link_state),
	[SETTING_RSS_QUERY] = ROW("rss_query", rss_query),
	[SETTING_NODE_GUID] = ROW("node_guid", node_guid),
	[SETTING_PORT_GUID] = ROW("port_guid", port_guid),
};

bool setting_same(enum setting i, const struct settings *a, const struct settings *b)
{
	return setting_has(a, i) && setting_has(b, i) && setting_table[i].equal(a, b);
}

void setting_copy(enum setting i, struct settings *to, const struct settings *from)
{
	setting_table[i].copy(to, from);
	to->present = (to->present & ~(1u << i)) | (from->present & (1u << i));
}

void setting_format(enum setting i, const struct settings *s, struct strbuf *b)
{
	setting_table[i].format(s, b);
}

int settings_to_json(const struct settings *s, struct json_object **ret)
{
	autojson object = json_object_new_object();
	if (!object)
		return -ENOMEM;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (!setting_has(s, i))
			continue;
		int r = setting_table[i].to_json(s, object);
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(object);
	return 0;
}

int settings_from_json(struct json_object *object, struct settings *ret)
{
	struct settings s = { 0 };
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		int r = setting_table[i].from_json(&s, object);
		if (r < 0)
			return r;
		if (r)
			s.present |= 1u << i;
	}
	*ret = s;
	return 0;
}
