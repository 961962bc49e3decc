/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public form of a VF's settings <-> the one that all else has. */
#include "core/vf-public.h"

#include "core/address.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <linux/if_ether.h>

static_assert(VFPREP_TRUST == 1 << SETTING_TRUST && VFPREP_MAC == 1 << SETTING_MAC &&
		      VFPREP_VLAN == 1 << SETTING_VLAN &&
		      VFPREP_SPOOFCHECK == 1 << SETTING_SPOOFCHECK &&
		      VFPREP_RATE == 1 << SETTING_RATE &&
		      VFPREP_LINK_STATE == 1 << SETTING_LINK_STATE &&
		      VFPREP_RSS_QUERY == 1 << SETTING_RSS_QUERY &&
		      VFPREP_NODE_GUID == 1 << SETTING_NODE_GUID &&
		      VFPREP_PORT_GUID == 1 << SETTING_PORT_GUID && SETTING_COUNT == 9,
	      "a public bit per setting");
static_assert(VFPREP_LINK_AUTO == 0 && VFPREP_LINK_ENABLE == 1 && VFPREP_LINK_DISABLE == 2 &&
		      VF_LINK_AUTO == 0 && VF_LINK_ENABLE == 1 && VF_LINK_DISABLE == 2,
	      "a public name per link state");

/* What is wrong with the values that are present; NULL: nothing. */
static const char *find_fault(const struct vfprep_vf *vf)
{
	unsigned has = vf->present;

	if (has >> SETTING_COUNT)
		return "an unknown bit is present";
	for (size_t i = 0; i < sizeof(vf->reserved) / sizeof(vf->reserved[0]); i++) {
		if (vf->reserved[i])
			return "a reserved member is not 0";
	}
	if ((has & VFPREP_TRUST && vf->trust > 1) ||
	    (has & VFPREP_SPOOFCHECK && vf->spoofcheck > 1) ||
	    (has & VFPREP_RSS_QUERY && vf->rss_query > 1))
		return "a switch is 0 or 1";
	if (has & VFPREP_MAC && vf->mac[0] & 1)
		return "a VF cannot have a multicast MAC";
	if (has & VFPREP_VLAN && vf->vlan > 4094)
		return "a VLAN is 0 to 4094";
	if (has & VFPREP_VLAN && vf->vlan_qos > 7)
		return "a VLAN's QoS is 0 to 7";
	if (has & VFPREP_VLAN && vf->vlan_protocol && vf->vlan_protocol != ETH_P_8021Q &&
	    vf->vlan_protocol != ETH_P_8021AD)
		return "a VLAN's protocol is 0x8100 or 0x88a8";
	if (has & VFPREP_RATE && vf->max_rate_mbps && vf->min_rate_mbps > vf->max_rate_mbps)
		return "the lowest rate is above the highest";
	if (has & VFPREP_LINK_STATE && vf->link_state >= VF_LINK_COUNT)
		return "a link state is auto, enable or disable";
	return NULL;
}

int settings_from_vf(const struct vfprep_vf *vf, struct settings *ret, const char **ret_why)
{
	const char *why = find_fault(vf);

	if (why) {
		*ret_why = why;
		return -EINVAL;
	}
	*ret = (struct settings){
		.present = vf->present,
		.vlan = { .id = vf->vlan,
			  .qos = vf->vlan_qos,
			  .protocol =
				  vf->vlan_protocol == ETH_P_8021AD ? VLAN_8021AD : VLAN_8021Q },
		.rate = { vf->min_rate_mbps, vf->max_rate_mbps },
		.link_state = (enum vf_link)vf->link_state,
		.trust = vf->trust,
		.spoofcheck = vf->spoofcheck,
		.rss_query = vf->rss_query,
		.node_guid = vf->node_guid,
		.port_guid = vf->port_guid,
	};
	memcpy(ret->mac, vf->mac, sizeof(ret->mac));
	return 0;
}

void settings_to_vf(const struct settings *s, unsigned index, struct vfprep_vf *ret)
{
	*ret = (struct vfprep_vf){
		.index = index,
		.present = s->present,
		.trust = s->trust,
		.spoofcheck = s->spoofcheck,
		.rss_query = s->rss_query,
		.vlan_qos = s->vlan.qos,
		.vlan = s->vlan.id,
		.vlan_protocol = s->vlan.protocol == VLAN_8021AD ? ETH_P_8021AD : ETH_P_8021Q,
		.min_rate_mbps = s->rate.min_mbps,
		.max_rate_mbps = s->rate.max_mbps,
		.link_state = (uint16_t)s->link_state,
		.node_guid = s->node_guid,
		.port_guid = s->port_guid,
	};
	memcpy(ret->mac, s->mac, sizeof(ret->mac));
}
