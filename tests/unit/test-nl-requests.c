/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of VFs as iproute2 sends them, tests/recorded, and as vfprep does. */
#include "core/nl-vf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "core/nl-link.h"
#include "recorded.h"

static struct nlmsghdr *request(const char *name)
{
	return load_message(getenv("VFPREP_SOURCE"), "/tests/recorded/requests", name);
}

/* Ours for VF 3, with the recorded one's interface. */
static struct nl_msg *encode_as(const struct nlmsghdr *theirs, enum setting i,
				const struct settings *s)
{
	const struct ifinfomsg *info = nlmsg_data(theirs);

	return nl_vf_encode((unsigned)info->ifi_index, 3, i, s);
}

/* All but the message's type and number is the same. iproute2 sends RTM_NEWLINK for whatever it
 * does to a link; of one that is there, and with this little in the message, the kernel makes the
 * same of both (net/core/rtnetlink.c, do_setlink), but RTM_SETLINK makes none that is not. */
static void expect_same_request(const char *name, enum setting i, const struct settings *s)
{
	autofree struct nlmsghdr *theirs = request(name);
	struct nl_msg *msg = encode_as(theirs, i, s);
	const struct nlmsghdr *ours = nlmsg_hdr(msg);

	assert_int_equal(theirs->nlmsg_type, RTM_NEWLINK);
	assert_int_equal(ours->nlmsg_type, RTM_SETLINK);
	assert_int_equal(ours->nlmsg_flags, theirs->nlmsg_flags);
	if (ours->nlmsg_len != theirs->nlmsg_len ||
	    memcmp(nlmsg_data(ours), nlmsg_data(theirs), (size_t)nlmsg_datalen(ours)) != 0)
		fail_msg("%s: iproute2 sends other bytes", name);
	nlmsg_free(msg);
}

static void iproute2_sends_the_same_bytes(void **state)
{
	static const struct {
		const char *name;
		enum setting setting;
		struct settings s;
	} cases[] = {
		{ "mac", SETTING_MAC, { .mac = { 2, 0, 0x5e, 0x10, 0, 1 } } },
		{ "mac-none", SETTING_MAC, { 0 } },
		{ "vlan", SETTING_VLAN, { .vlan = { .id = 100 } } },
		{ "vlan-qos", SETTING_VLAN, { .vlan = { .id = 100, .qos = 3 } } },
		{ "vlan-8021q", SETTING_VLAN, { .vlan = { .id = 100, .qos = 3 } } },
		{ "vlan-8021ad",
		  SETTING_VLAN,
		  { .vlan = { .id = 100, .qos = 3, .protocol = VLAN_8021AD } } },
		{ "vlan-none", SETTING_VLAN, { 0 } },
		{ "trust-on", SETTING_TRUST, { .trust = true } },
		{ "trust-off", SETTING_TRUST, { 0 } },
		{ "spoofcheck-on", SETTING_SPOOFCHECK, { .spoofcheck = true } },
		{ "spoofcheck-off", SETTING_SPOOFCHECK, { 0 } },
		{ "link-auto", SETTING_LINK_STATE, { .link_state = VF_LINK_AUTO } },
		{ "link-enable", SETTING_LINK_STATE, { .link_state = VF_LINK_ENABLE } },
		{ "link-disable", SETTING_LINK_STATE, { .link_state = VF_LINK_DISABLE } },
		{ "rate-max", SETTING_RATE, { .rate = { .max_mbps = 1000 } } },
		{ "rate-min-max", SETTING_RATE, { .rate = { .min_mbps = 100, .max_mbps = 1000 } } },
		{ "rate-none", SETTING_RATE, { 0 } },
		{ "rss-query-on", SETTING_RSS_QUERY, { .rss_query = true } },
		{ "rss-query-off", SETTING_RSS_QUERY, { 0 } },
		{ "node-guid", SETTING_NODE_GUID, { .node_guid = 0x1122334455667788 } },
		{ "port-guid", SETTING_PORT_GUID, { .port_guid = 0x1122334455667799 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_same_request(cases[i].name, cases[i].setting, &cases[i].s);
}

/* "rate" is the older word: of the highest rate alone. The kernel then asks the driver for the
 * lowest one and passes on both; here both are always said. */
static void a_rate_goes_the_newer_way(void **state)
{
	const struct settings s = { .rate = { .max_mbps = 1000 } };
	autofree struct nlmsghdr *theirs = request("rate");
	struct nl_msg *msg = encode_as(theirs, SETTING_RATE, &s);
	struct nlattr *attributes[IFLA_VF_MAX + 1];
	const struct nlmsghdr *both[] = { theirs, nlmsg_hdr(msg) };
	const struct ifla_vf_tx_rate *old = NULL;
	const struct ifla_vf_rate *new = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		struct nlattr *list = nlmsg_attrdata(both[i], sizeof(struct ifinfomsg));
		struct nlattr *info = nla_data(list);

		assert_int_equal(
			nl_first_attributes(nla_data(info), nla_len(info), attributes, IFLA_VF_MAX),
			0);
		if (attributes[IFLA_VF_TX_RATE])
			old = nla_data(attributes[IFLA_VF_TX_RATE]);
		if (attributes[IFLA_VF_RATE])
			new = nla_data(attributes[IFLA_VF_RATE]);
	}
	assert_non_null(old);
	assert_non_null(new);
	assert_int_equal(new->vf, old->vf);
	assert_int_equal(new->max_tx_rate, old->rate);
	assert_int_equal(new->min_tx_rate, 0);
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iproute2_sends_the_same_bytes),
		cmocka_unit_test(a_rate_goes_the_newer_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
