/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a PF decides for a VF. The table in setting.c has one row per setting; everything that
 * handles settings loops over it. */
#ifndef CORE_SETTING_H
#define CORE_SETTING_H

#include "core/text.h"

#include <json-c/json.h>

/* The order is the order in which they are set: trust before MAC, because qede lets a trusted VF
 * treat its MAC as advice only (drivers/net/ethernet/qlogic/qed/qed_sriov.c). */
enum setting {
	SETTING_TRUST,
	SETTING_MAC,
	SETTING_VLAN,
	SETTING_SPOOFCHECK,
	SETTING_RATE,
	SETTING_LINK_STATE,
	SETTING_RSS_QUERY,
	SETTING_NODE_GUID,
	SETTING_PORT_GUID,
	SETTING_COUNT,
};

enum vlan_protocol { VLAN_8021Q, VLAN_8021AD, VLAN_PROTOCOL_COUNT };
enum vf_link { VF_LINK_AUTO, VF_LINK_ENABLE, VF_LINK_DISABLE, VF_LINK_COUNT };

/* The settings of one VF. Only those whose bit (1u << enum setting) is in `present` mean
 * anything. */
struct settings {
	unsigned present;
	uint8_t mac[6];
	struct {
		uint16_t id; /* 0-4094; 0 is no VLAN */
		uint8_t qos; /* 0-7 */
		enum vlan_protocol protocol;
	} vlan;
	struct {
		uint32_t min_mbps, max_mbps; /* 0 is no limit */
	} rate;
	enum vf_link link_state;
	bool trust, spoofcheck, rss_query;
	uint64_t node_guid, port_guid;
};

/* One row: its name in steps, and how it is compared, shown and put in JSON. */
struct setting_row {
	const char *name;
	bool (*equal)(const struct settings *a, const struct settings *b);
	void (*format)(const struct settings *s, struct strbuf *b);
	void (*copy)(struct settings *to, const struct settings *from);
	/* Adds the setting's keys to OBJECT. Return: -ENOMEM. */
	int (*to_json)(const struct settings *s, struct json_object *object);
	/* Takes them from OBJECT. Return: 1 when they were there, 0 when not, -EINVAL. */
	int (*from_json)(struct settings *s, struct json_object *object);
};

extern const struct setting_row setting_table[SETTING_COUNT];

static inline bool setting_has(const struct settings *s, enum setting i)
{
	return s->present & (1u << i);
}

/* Present on both sides and equal. */
bool setting_same(enum setting i, const struct settings *a, const struct settings *b);
/* Takes setting I, present or not, from another. */
void setting_copy(enum setting i, struct settings *to, const struct settings *from);
/* The value as steps print it: "none" for a zero MAC, "100 qos 3 802.1Q" for a VLAN. */
void setting_format(enum setting i, const struct settings *s, struct strbuf *b);

int settings_to_json(const struct settings *s, struct json_object **ret);
/* Return: -EINVAL when a key's value is of the wrong type or out of range. */
int settings_from_json(struct json_object *object, struct settings *ret);

const char *vlan_protocol_name(enum vlan_protocol p);
int vlan_protocol_parse(const char *text, enum vlan_protocol *ret);
const char *vf_link_name(enum vf_link l);
int vf_link_parse(const char *text, enum vf_link *ret);

#endif
