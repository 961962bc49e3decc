/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of VF settings: JSON and back, equality, text. */
#include "core/setting.h"

#include <errno.h>

#include "core/json.h"
#include "expect.h"

/* Each setting with a value that is not the one of zeroed memory. */
static const struct settings full = {
	.present = (1u << SETTING_COUNT) - 1,
	.mac = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 },
	.vlan = { 100, 3, VLAN_8021AD },
	.rate = { 100, 4294967295u },
	.link_state = VF_LINK_DISABLE,
	.trust = true,
	.spoofcheck = true,
	.rss_query = true,
	.node_guid = 0x1122334455667788,
	.port_guid = 0x99aabbccddeeff00,
};

static const char *const full_text[SETTING_COUNT] = {
	[SETTING_TRUST] = "on",
	[SETTING_MAC] = "02:00:5e:10:00:01",
	[SETTING_VLAN] = "100 qos 3 802.1ad",
	[SETTING_SPOOFCHECK] = "on",
	[SETTING_RATE] = "min 100 max 4294967295 Mbit/s",
	[SETTING_LINK_STATE] = "disable",
	[SETTING_RSS_QUERY] = "on",
	[SETTING_NODE_GUID] = "11:22:33:44:55:66:77:88",
	[SETTING_PORT_GUID] = "99:aa:bb:cc:dd:ee:ff:00",
};

static const char *const zero_text[SETTING_COUNT] = {
	[SETTING_TRUST] = "off",      [SETTING_MAC] = "none",       [SETTING_VLAN] = "none",
	[SETTING_SPOOFCHECK] = "off", [SETTING_RATE] = "none",      [SETTING_LINK_STATE] = "auto",
	[SETTING_RSS_QUERY] = "off",  [SETTING_NODE_GUID] = "none", [SETTING_PORT_GUID] = "none",
};

static const char *const keys[SETTING_COUNT] = {
	[SETTING_TRUST] = "{\"trust\":true}",
	[SETTING_MAC] = "{\"mac\":\"02:00:5e:10:00:01\"}",
	[SETTING_VLAN] = "{\"vlan\":100,\"qos\":3,\"vlan_protocol\":\"802.1ad\"}",
	[SETTING_SPOOFCHECK] = "{\"spoofcheck\":true}",
	[SETTING_RATE] = "{\"min_rate_mbps\":100,\"max_rate_mbps\":4294967295}",
	[SETTING_LINK_STATE] = "{\"link_state\":\"disable\"}",
	[SETTING_RSS_QUERY] = "{\"rss_query\":true}",
	[SETTING_NODE_GUID] = "{\"node_guid\":\"11:22:33:44:55:66:77:88\"}",
	[SETTING_PORT_GUID] = "{\"port_guid\":\"99:aa:bb:cc:dd:ee:ff:00\"}",
};

static int from_text(const char *text, struct settings *ret)
{
	autojson o = NULL;
	assert_int_equal(json_parse(text, strlen(text), 4096, "test", &o, NULL), 0);
	return settings_from_json(o, ret);
}

static void expect_format(enum setting i, const struct settings *s, const char *text)
{
	autostrbuf b = { 0 };
	setting_format(i, s, &b);
	assert_string_equal(strbuf_text(&b), text);
}

static void each_setting_goes_to_json_and_back_alone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		autojson o = NULL;
		struct settings one = full, back = { 0 };
		one.present = 1u << i;
		assert_int_equal(settings_to_json(&one, &o), 0);
		autofree char *text = json_text(o, false);
		text[strlen(text) - 1] = '\0';
		assert_string_equal(text, keys[i]);
		assert_int_equal(from_text(text, &back), 0);
		assert_int_equal(back.present, one.present);
		assert_true(setting_same(i, &one, &back));
	}
}

static void all_settings_go_to_json_and_back_together(void **state)
{
	static const struct settings zero = { .present = (1u << SETTING_COUNT) - 1 };
	static const struct settings *const both[] = { &full, &zero };

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(both); k++) {
		autojson o = NULL;
		struct settings back = { 0 };
		assert_int_equal(settings_to_json(both[k], &o), 0);
		assert_int_equal(settings_from_json(o, &back), 0);
		assert_int_equal(back.present, both[k]->present);
		for (unsigned i = 0; i < SETTING_COUNT; i++)
			assert_true(setting_same(i, both[k], &back));
	}
}

static void absent_setting_is_an_absent_key(void **state)
{
	autojson o = NULL;
	struct settings none = full, back = full;

	(void)state;
	none.present = 0;
	assert_int_equal(settings_to_json(&none, &o), 0);
	expect_taken(json_text(o, false), "{}\n");
	assert_int_equal(settings_from_json(o, &back), 0);
	assert_int_equal(back.present, 0);
}

static void wrong_value_is_refused_and_changes_nothing(void **state)
{
	static const char *const bad[] = {
		"{\"trust\":1}",
		"{\"trust\":\"on\"}",
		"{\"trust\":null}",
		"{\"mac\":\"02:00:5e:10:00\"}",
		"{\"mac\":null}",
		"{\"vlan\":4096}",
		"{\"vlan\":-1}",
		"{\"vlan\":65636}",
		"{\"vlan\":\"100\"}",
		"{\"vlan\":100.0}",
		"{\"vlan\":100,\"qos\":8}",
		"{\"vlan\":100,\"qos\":-1}",
		"{\"vlan\":100,\"vlan_protocol\":\"802.1q\"}",
		"{\"vlan\":100,\"vlan_protocol\":33024}",
		"{\"spoofcheck\":0}",
		"{\"min_rate_mbps\":4294967296}",
		"{\"min_rate_mbps\":1,\"max_rate_mbps\":-1}",
		"{\"max_rate_mbps\":true}",
		"{\"link_state\":\"up\"}",
		"{\"link_state\":0}",
		"{\"rss_query\":\"off\"}",
		"{\"node_guid\":\"11:22:33:44:55:66:77\"}",
		"{\"port_guid\":1234}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct settings s = { .present = 77 };
		if (from_text(bad[i], &s) != -EINVAL)
			fail_msg("%s was taken for settings", bad[i]);
		assert_int_equal(s.present, 77);
	}
}

static void setting_differs_from_another_value_and_from_none(void **state)
{
	const struct settings zero = { .present = full.present };
	struct settings absent = full;

	(void)state;
	absent.present = 0;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		assert_true(setting_same(i, &full, &full));
		assert_true(setting_same(i, &zero, &zero));
		assert_false(setting_same(i, &full, &zero));
		assert_false(setting_same(i, &full, &absent));
		assert_false(setting_same(i, &absent, &full));
		assert_false(setting_same(i, &absent, &absent));
	}
}

static bool vlans_are_same(unsigned id, unsigned qos, enum vlan_protocol protocol)
{
	struct settings a = { .present = 1u << SETTING_VLAN, .vlan = { 100, 3, VLAN_8021Q } },
			b = a;
	if (id == 0)
		a.vlan.id = a.vlan.qos = 0;
	b.vlan.id = (uint16_t)id;
	b.vlan.qos = (uint8_t)qos;
	b.vlan.protocol = protocol;
	return setting_same(SETTING_VLAN, &a, &b) && setting_same(SETTING_VLAN, &b, &a);
}

static void vlan_is_id_qos_and_protocol(void **state)
{
	(void)state;
	assert_true(vlans_are_same(100, 3, VLAN_8021Q));
	assert_false(vlans_are_same(101, 3, VLAN_8021Q));
	assert_false(vlans_are_same(100, 4, VLAN_8021Q));
	assert_false(vlans_are_same(100, 3, VLAN_8021AD));
}

static void protocol_of_no_vlan_says_nothing(void **state)
{
	(void)state;
	assert_true(vlans_are_same(0, 0, VLAN_8021Q));
	assert_true(vlans_are_same(0, 0, VLAN_8021AD));
	assert_false(vlans_are_same(0, 5, VLAN_8021Q));
}

static void each_bound_of_the_rate_matters(void **state)
{
	struct settings a = { .present = 1u << SETTING_RATE, .rate = { 1, 10 } }, b = a;

	(void)state;
	b.rate.min_mbps = 2;
	assert_false(setting_same(SETTING_RATE, &a, &b));
	b = a;
	b.rate.max_mbps = 20;
	assert_false(setting_same(SETTING_RATE, &a, &b));
}

static void setting_reads_as_steps_print_it(void **state)
{
	static const struct settings zero = { 0 };

	(void)state;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		expect_format(i, &full, full_text[i]);
		expect_format(i, &zero, zero_text[i]);
	}
	expect_format(SETTING_VLAN, &(struct settings){ .vlan = { 100, 0, VLAN_8021Q } },
		      "100 qos 0 802.1Q");
	expect_format(SETTING_VLAN, &(struct settings){ .vlan = { 0, 5, VLAN_8021Q } },
		      "0 qos 5 802.1Q");
	expect_format(SETTING_RATE, &(struct settings){ .rate = { 0, 1000 } },
		      "min 0 max 1000 Mbit/s");
	expect_format(SETTING_LINK_STATE, &(struct settings){ .link_state = VF_LINK_ENABLE },
		      "enable");
}

static void copied_setting_brings_its_presence_and_nothing_else(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		struct settings s = { 0 };
		setting_copy(i, &s, &full);
		assert_int_equal(s.present, 1u << i);
		assert_true(setting_same(i, &s, &full));
		for (unsigned k = 0; k < SETTING_COUNT; k++) {
			if (k != i)
				expect_format(k, &s, zero_text[k]);
		}
		setting_copy(i, &s, &(struct settings){ 0 });
		assert_int_equal(s.present, 0);
	}
}

static void each_row_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(setting_table[i].name, setting_table[k].name);
	}
	assert_string_equal(setting_table[SETTING_VLAN].name, "vlan");
}

static void trust_is_set_before_the_mac(void **state)
{
	(void)state;
	assert_true(SETTING_TRUST < SETTING_MAC);
}

static void names_of_enums_go_there_and_back(void **state)
{
	enum vlan_protocol protocol = 77;
	enum vf_link link = 77;

	(void)state;
	for (unsigned i = 0; i < VLAN_PROTOCOL_COUNT; i++) {
		assert_int_equal(vlan_protocol_parse(vlan_protocol_name(i), &protocol), 0);
		assert_int_equal(protocol, i);
	}
	for (unsigned i = 0; i < VF_LINK_COUNT; i++) {
		assert_int_equal(vf_link_parse(vf_link_name(i), &link), 0);
		assert_int_equal(link, i);
	}
	assert_int_equal(vlan_protocol_parse("802.1", &protocol), -EINVAL);
	assert_int_equal(vlan_protocol_parse("", &protocol), -EINVAL);
	assert_int_equal(vf_link_parse("Auto", &link), -EINVAL);
	assert_int_equal(vf_link_parse("enabled", &link), -EINVAL);
	assert_int_equal(protocol, VLAN_PROTOCOL_COUNT - 1);
	assert_int_equal(link, VF_LINK_COUNT - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_setting_goes_to_json_and_back_alone),
		cmocka_unit_test(all_settings_go_to_json_and_back_together),
		cmocka_unit_test(absent_setting_is_an_absent_key),
		cmocka_unit_test(wrong_value_is_refused_and_changes_nothing),
		cmocka_unit_test(setting_differs_from_another_value_and_from_none),
		cmocka_unit_test(vlan_is_id_qos_and_protocol),
		cmocka_unit_test(protocol_of_no_vlan_says_nothing),
		cmocka_unit_test(each_bound_of_the_rate_matters),
		cmocka_unit_test(setting_reads_as_steps_print_it),
		cmocka_unit_test(copied_setting_brings_its_presence_and_nothing_else),
		cmocka_unit_test(each_row_has_a_name_of_its_own),
		cmocka_unit_test(trust_is_set_before_the_mac),
		cmocka_unit_test(names_of_enums_go_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
