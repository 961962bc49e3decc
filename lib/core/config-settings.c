/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of [VF] sections for what a PF decides for a VF, but for its MAC. */
#include "core/address.h"
#include "core/config-parse.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static int parse_number(struct config_parser *p, const char *value, unsigned max,
			const char *advice, unsigned *ret)
{
	int r = text_to_unsigned(value, 10, 0, max, ret);
	if (r == -ERANGE)
		return config_fault(p, advice, "%s is more than %u", value, max);
	return r < 0 ? config_fault(p, advice, "'%s' is no number", value) : 0;
}

/* The kernel cuts what does not fit into 12 bits, so that 65636 would be VLAN 100. */
static int parse_vlan_id(struct config_parser *p, const char *value, struct settings *s)
{
	unsigned id = 0;
	int r = parse_number(p, value, 4094, "VLANs are 1 to 4094; 0 is none", &id);
	s->vlan.id = (uint16_t)id;
	return r;
}

static int parse_qos(struct config_parser *p, const char *value, struct settings *s)
{
	unsigned qos = 0;
	int r = parse_number(p, value, 7, "priorities are 0 to 7", &qos);
	s->vlan.qos = (uint8_t)qos;
	return r;
}

static int parse_protocol(struct config_parser *p, const char *value, struct settings *s)
{
	if (vlan_protocol_parse(value, &s->vlan.protocol) < 0)
		return config_fault(p, "write 802.1Q or 802.1ad", "'%s' is no VLAN protocol",
				    value);
	return 0;
}

/* As systemd.link(5) has it, and as `ip link` shows it. */
static int parse_link_state(struct config_parser *p, const char *value, struct settings *s)
{
	bool on;

	if (vf_link_parse(value, &s->link_state) == 0)
		return 0;
	if (config_boolean(value, &on) < 0)
		return config_fault(p, "write auto, yes or no", "'%s' is no link state", value);
	s->link_state = on ? VF_LINK_ENABLE : VF_LINK_DISABLE;
	return 0;
}

static int parse_guid(struct config_parser *p, const char *value, uint64_t *ret)
{
	if (guid_parse(value, ret) < 0 || !*ret)
		return config_fault(p, "write it as 00:11:22:33:44:55:66:77", "'%s' is no GUID",
				    value);
	if (p->vf == &p->rule.defaults || vf_section_count(p->vf) > 1)
		return config_fault(p, "write it in a section for one VF, as [VF 3]",
				    "%s would come out more than once", value);
	return 0;
}

int config_parse_setting(struct config_parser *p, enum vf_key key, const char *value)
{
	struct settings *s = &p->vf->wish.settings;

	switch (key) {
	case VF_KEY_VLAN_ID:
		return parse_vlan_id(p, value, s);
	case VF_KEY_QOS:
		return parse_qos(p, value, s);
	case VF_KEY_VLAN_PROTOCOL:
		return parse_protocol(p, value, s);
	case VF_KEY_TRUST:
		return config_parse_boolean(p, value, &s->trust);
	case VF_KEY_SPOOFCHECK:
		return config_parse_boolean(p, value, &s->spoofcheck);
	case VF_KEY_LINK_STATE:
		return parse_link_state(p, value, s);
	case VF_KEY_MIN_RATE:
		return parse_number(p, value, UINT32_MAX, "0 is no limit", &s->rate.min_mbps);
	case VF_KEY_MAX_RATE:
		return parse_number(p, value, UINT32_MAX, "0 is no limit", &s->rate.max_mbps);
	case VF_KEY_RSS_QUERY:
		return config_parse_boolean(p, value, &s->rss_query);
	case VF_KEY_NODE_GUID:
		return parse_guid(p, value, &s->node_guid);
	case VF_KEY_PORT_GUID:
		return parse_guid(p, value, &s->port_guid);
	case VF_KEY_TEAM:
	case VF_KEY_DRIVER:
	case VF_KEY_OWNER:
	case VF_KEY_GROUP:
	case VF_KEY_MODE:
	case VF_KEY_CONTAINER_OWNER:
	case VF_KEY_CONTAINER_GROUP:
	case VF_KEY_GUEST_MEMORY:
	case VF_KEY_PERSISTENT:
	case VF_KEY_MAC:
	case VF_KEY_COUNT:
		break;
	}
	assert(false);
	return -EINVAL;
}

/* Which setting a key is, or is part of. */
static const enum setting setting_of_key[] = {
	[VF_KEY_VLAN_ID] = SETTING_VLAN,          [VF_KEY_QOS] = SETTING_VLAN,
	[VF_KEY_VLAN_PROTOCOL] = SETTING_VLAN,    [VF_KEY_TRUST] = SETTING_TRUST,
	[VF_KEY_SPOOFCHECK] = SETTING_SPOOFCHECK, [VF_KEY_LINK_STATE] = SETTING_LINK_STATE,
	[VF_KEY_MIN_RATE] = SETTING_RATE,         [VF_KEY_MAX_RATE] = SETTING_RATE,
	[VF_KEY_RSS_QUERY] = SETTING_RSS_QUERY,   [VF_KEY_NODE_GUID] = SETTING_NODE_GUID,
	[VF_KEY_PORT_GUID] = SETTING_PORT_GUID,
};
static_assert(ARRAY_SIZE(setting_of_key) == VF_KEY_COUNT, "a row up to the last key");

void vf_wish_copy_setting(struct vf_wish *to, const struct vf_wish *from, enum vf_key key)
{
	const struct settings *s = &from->settings;

	/* Without a VLAN its priority and protocol are nothing. */
	if (key != VF_KEY_QOS && key != VF_KEY_VLAN_PROTOCOL)
		to->settings.present |= 1u << setting_of_key[key];
	if (key == VF_KEY_VLAN_ID)
		to->settings.vlan.id = s->vlan.id;
	else if (key == VF_KEY_QOS)
		to->settings.vlan.qos = s->vlan.qos;
	else if (key == VF_KEY_VLAN_PROTOCOL)
		to->settings.vlan.protocol = s->vlan.protocol;
	else if (key == VF_KEY_MIN_RATE)
		to->settings.rate.min_mbps = s->rate.min_mbps;
	else if (key == VF_KEY_MAX_RATE)
		to->settings.rate.max_mbps = s->rate.max_mbps;
	else
		setting_table[setting_of_key[key]].copy(&to->settings, s);
}

/* Where the section itself says KEY, what it comes to is at fault there. */
#define fault_of(p, s, wish, key, advice, ...)                                                     \
	(void)ini_fault((p)->problems, (p)->file,                                                  \
			(wish)->line[vf_section_sets(s, key) ? (key) : first_of(s, wish)], advice, \
			__VA_ARGS__)

/* The line of the section's first key that is about a setting. */
static enum vf_key first_of(const struct vf_section *s, const struct vf_wish *wish)
{
	enum vf_key first = VF_KEY_VLAN_ID;
	for (unsigned key = VF_KEY_VLAN_ID; key < VF_KEY_COUNT; key++) {
		if (vf_section_sets(s, (enum vf_key)key) &&
		    (!vf_section_sets(s, first) || wish->line[key] < wish->line[first]))
			first = (enum vf_key)key;
	}
	return first;
}

static bool any_sets(const struct vf_section *s, enum vf_key first, enum vf_key last)
{
	for (unsigned key = first; key <= (unsigned)last; key++) {
		if (vf_section_sets(s, (enum vf_key)key))
			return true;
	}
	return false;
}

static void check_vlan(const struct config_parser *p, const struct vf_section *s,
		       const struct vf_wish *wish)
{
	static const char advice[] = "QualityOfService= and VLANProtocol= are those of a VLAN";
	const struct settings *set = &wish->settings;
	enum vf_key key = wish->set & 1u << VF_KEY_QOS ? VF_KEY_QOS : VF_KEY_VLAN_PROTOCOL;

	if (!any_sets(s, VF_KEY_VLAN_ID, VF_KEY_VLAN_PROTOCOL))
		return;
	if (!(wish->set & 1u << VF_KEY_VLAN_ID)) {
		/* In [VF] they are defaults, of use to the sections that name a VLAN. */
		if (s != &p->rule.defaults || !rule_section_sets(&p->rule, VF_KEY_VLAN_ID))
			fault_of(p, s, wish, key, "add VLANId=", "%s without VLANId",
				 config_key_name(CONFIG_VF, key));
		return;
	}
	if (set->vlan.id == 0 && (set->vlan.qos || set->vlan.protocol != VLAN_8021Q))
		fault_of(p, s, wish, key, advice, "VLANId=0 is no VLAN, and %s is set",
			 config_key_name(CONFIG_VF, key));
}

void config_check_settings(const struct config_parser *p, const struct vf_section *s)
{
	struct vf_wish wish;

	vf_wish_resolve(&p->rule, s, &wish);
	check_vlan(p, s, &wish);
	bool both = wish.set & 1u << VF_KEY_MIN_RATE && wish.set & 1u << VF_KEY_MAX_RATE;
	uint32_t min = wish.settings.rate.min_mbps, max = wish.settings.rate.max_mbps;
	if (both && max && min > max && any_sets(s, VF_KEY_MIN_RATE, VF_KEY_MAX_RATE))
		fault_of(p, s, &wish, VF_KEY_MIN_RATE, NULL,
			 "MinRateMbps %u is more than MaxRateMbps %u", min, max);
}
