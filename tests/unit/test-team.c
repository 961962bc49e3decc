/* SPDX-License-Identifier: GPL-2.0-or-later */
/* team.json: its text, what readers refuse, names of teams. */
#include "core/team.h"

#include <errno.h>

#include "core/json.h"
#include "expect.h"

#define BOOT "3f1d7c2e-0000-4000-8000-000000000001"

/* The example of the design, as it lies in /run/vfprep/teams/web0. */
static const char golden[] = "{\n"
			     "  \"version\": 1,\n"
			     "  \"team\": \"web0\",\n"
			     "  \"mac\": \"02:00:5e:10:00:01\",\n"
			     "  \"boot_id\": \"" BOOT "\",\n"
			     "  \"verified\": true,\n"
			     "  \"pf\": {\n"
			     "    \"address\": \"0000:01:00.0\",\n"
			     "    \"name\": \"enp1s0f0\",\n"
			     "    \"vf\": 0,\n"
			     "    \"mtu\": 1500\n"
			     "  },\n"
			     "  \"transient\": {\n"
			     "    \"alias\": \"ua-web0_vf\",\n"
			     "    \"address\": \"0000:01:10.0\",\n"
			     "    \"driver\": \"vfio-pci\",\n"
			     "    \"iommu_group\": 6,\n"
			     "    \"nodes\": [\n"
			     "      \"/dev/vfio/6\"\n"
			     "    ]\n"
			     "  },\n"
			     "  \"persistent\": {\n"
			     "    \"alias\": \"ua-web0\",\n"
			     "    \"hint\": \"bridge:br100\"\n"
			     "  },\n"
			     "  \"guest_memory\": 4294967296,\n"
			     "  \"container\": {\n"
			     "    \"uid\": 107,\n"
			     "    \"gid\": 104,\n"
			     "    \"mode\": \"0660\"\n"
			     "  },\n"
			     "  \"settings\": {\n"
			     "    \"trust\": false,\n"
			     "    \"vlan\": 100,\n"
			     "    \"qos\": 0,\n"
			     "    \"vlan_protocol\": \"802.1Q\",\n"
			     "    \"spoofcheck\": true,\n"
			     "    \"min_rate_mbps\": 0,\n"
			     "    \"max_rate_mbps\": 0,\n"
			     "    \"link_state\": \"auto\"\n"
			     "  }\n"
			     "}\n";

static void make_web0(struct team *ret)
{
	autoteam t = {
		.mac = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 },
		.verified = true,
		.pf = { .address = address_of("0000:01:00.0"), .mtu = 1500 },
		.transient = { .address = address_of("0000:01:10.0"), .group = 6 },
		.container = { true, 107, 104, 0660 },
		.guest_memory = UINT64_C(4) << 30,
	};

	assert_int_equal(text_replace(&t.name, "web0"), 0);
	assert_int_equal(text_replace(&t.boot_id, BOOT), 0);
	assert_int_equal(text_replace(&t.pf.name, "enp1s0f0"), 0);
	assert_int_equal(text_replace(&t.transient.driver, "vfio-pci"), 0);
	assert_int_equal(text_replace(&t.hint, "bridge:br100"), 0);
	t.settings.present = 1u << SETTING_TRUST | 1u << SETTING_VLAN | 1u << SETTING_SPOOFCHECK |
			     1u << SETTING_RATE | 1u << SETTING_LINK_STATE;
	t.settings.vlan.id = 100;
	t.settings.spoofcheck = true;
	assert_int_equal(team_copy(&t, ret), 0);
}

static int read_team(const char *text, struct team *ret, struct vfprep_problems *p)
{
	return team_from_json(text, strlen(text), BOOT, "web0/team.json", ret, p);
}

/* The published text with OLD replaced by NEW. */
static char *changed(const char *old, const char *new)
{
	const char *at = strstr(golden, old);
	if (!at)
		fail_msg("there is no %s", old);
	return text_format("%.*s%s%s", (int)(at - golden), golden, new, at + strlen(old));
}

static void published_text_is_the_documented_one(void **state)
{
	autoteam t = { 0 };

	(void)state;
	make_web0(&t);
	expect_taken(team_to_json(&t), golden);
}

static void team_reads_back_as_it_was_published(void **state)
{
	autoteam t = { 0 }, back = { 0 };

	(void)state;
	make_web0(&t);
	assert_int_equal(read_team(golden, &back, NULL), 0);
	assert_true(team_equal(&t, &back));
	expect_taken(team_to_json(&back), golden);
}

static void what_is_not_there_has_no_key(void **state)
{
	autoteam t = { 0 }, back = { 0 };

	(void)state;
	make_web0(&t);
	assert_int_equal(text_replace(&t.pf.name, NULL), 0);
	assert_int_equal(text_replace(&t.hint, NULL), 0);
	t.pf.mtu = 0;
	t.transient.group = -1;
	t.settings.present = 0;
	t.container = (struct container_node){ 0 };
	t.guest_memory = 0;
	t.verified = false;
	team_park(&t, (const uint8_t[]){ 2, 0, 0, 0, 0, 7 });
	autofree char *text = team_to_json(&t);
	assert_null(strstr(text, "\"name\""));
	assert_null(strstr(text, "\"hint\""));
	assert_null(strstr(text, "\"mtu\""));
	assert_null(strstr(text, "\"iommu_group\""));
	assert_null(strstr(text, "\"nodes\""));
	assert_null(strstr(text, "\"vlan\""));
	assert_null(strstr(text, "\"container\""));
	assert_null(strstr(text, "\"guest_memory\""));
	assert_non_null(strstr(text, "\"verified\": false"));
	assert_non_null(strstr(text, "\"parked\": true"));
	assert_non_null(strstr(text, "\"parking_mac\": \"02:00:00:00:00:07\""));
	assert_int_equal(read_team(text, &back, NULL), 0);
	assert_true(team_equal(&t, &back));
	assert_int_equal(back.transient.group, -1);
}

static void parked_team_speaks_of_another_mac(void **state)
{
	autoteam t = { 0 };
	char text[MAC_TEXT];

	(void)state;
	make_web0(&t);
	struct settings s = team_settings(&t);
	assert_string_equal(mac_format(s.mac, text), "02:00:5e:10:00:01");
	team_park(&t, (const uint8_t[]){ 2, 0, 0, 0, 0, 7 });
	s = team_settings(&t);
	assert_string_equal(mac_format(s.mac, text), "02:00:00:00:00:07");
	assert_string_equal(mac_format(t.mac, text), "02:00:5e:10:00:01");
	memset(t.parking_mac, 0, sizeof(t.parking_mac)); /* which one is not known */
	s = team_settings(&t);
	assert_false(setting_has(&s, SETTING_MAC));
	team_park(&t, NULL);
	s = team_settings(&t);
	assert_true(setting_has(&s, SETTING_MAC));
	assert_string_equal(mac_format(s.mac, text), "02:00:5e:10:00:01");
	autofree char *json = team_to_json(&t);
	assert_null(strstr(json, "park"));
}

static void unknown_key_is_ignored(void **state)
{
	autoteam t = { 0 }, back = { 0 };
	autofree char *top = changed("\"version\": 1,", "\"version\": 1,\"new\": {\"a\": [null]},");
	autofree char *inner = changed("\"vf\": 0,", "\"vf\": 0,\"speed\": \"25G\",");

	(void)state;
	make_web0(&t);
	assert_int_equal(read_team(top, &back, NULL), 0);
	assert_true(team_equal(&t, &back));
	team_clear(&back);
	assert_int_equal(read_team(inner, &back, NULL), 0);
	assert_true(team_equal(&t, &back));
}

static void other_version_of_the_format_is_refused(void **state)
{
	static const char *const versions[] = { "\"version\": 0", "\"version\": 2",
						"\"version\": 4294967295" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		autoproblems p = vfprep_problems_new();
		autoteam back = { 0 };
		autofree char *text = changed("\"version\": 1", versions[i]);
		assert_int_equal(read_team(text, &back, p), -EPROTONOSUPPORT);
		expect_finding(p, VFPREP_SYSTEM, "web0/team.json", "version");
		assert_null(back.name);
	}
}

static void version_is_looked_at_before_all_else(void **state)
{
	autoteam back = { 0 };

	(void)state;
	assert_int_equal(read_team("{\"version\": 2,\"team\": 7}", &back, NULL), -EPROTONOSUPPORT);
}

static void team_of_another_boot_is_refused_where_the_boot_is_known(void **state)
{
	autoproblems p = vfprep_problems_new();
	autoteam back = { 0 };

	(void)state;
	assert_int_equal(team_from_json(golden, strlen(golden), "another", "team.json", &back, p),
			 -ESTALE);
	expect_finding(p, VFPREP_SYSTEM, "team.json", "before the last boot");
	assert_null(back.name);
	assert_int_equal(team_from_json(golden, strlen(golden), NULL, "team.json", &back, p), 0);
	assert_string_equal(back.boot_id, BOOT);
}

static void expect_malformed(const char *old, const char *new)
{
	autoproblems p = vfprep_problems_new();
	autoteam back = { .pf.vf = 77 };
	autofree char *text = changed(old, new);

	if (read_team(text, &back, p) != -EINVAL)
		fail_msg("'%s' for '%s' was accepted", new, old);
	expect_finding(p, VFPREP_SYSTEM, "web0/team.json", "not a team");
	assert_null(back.name);
	assert_int_equal(back.pf.vf, 77);
}

static void each_required_key_has_to_be_there(void **state)
{
	(void)state;
	expect_malformed("\"version\"", "\"x\"");
	expect_malformed("\"team\"", "\"x\"");
	expect_malformed("\"mac\"", "\"x\"");
	expect_malformed("\"boot_id\"", "\"x\"");
	expect_malformed("\"pf\"", "\"x\"");
	expect_malformed("\"address\": \"0000:01:00.0\"", "\"x\": 1");
	expect_malformed("\"vf\"", "\"x\"");
	expect_malformed("\"transient\"", "\"x\"");
	expect_malformed("\"address\": \"0000:01:10.0\"", "\"x\": 1");
	expect_malformed("\"driver\"", "\"x\"");
}

static void each_key_has_to_be_of_its_type(void **state)
{
	(void)state;
	expect_malformed("\"version\": 1", "\"version\": \"1\"");
	expect_malformed("\"version\": 1", "\"version\": 1.0");
	expect_malformed("\"version\": 1", "\"version\": -1");
	expect_malformed("\"team\": \"web0\"", "\"team\": null");
	expect_malformed("\"mac\": \"02:00:5e:10:00:01\"", "\"mac\": \"02005e100001\"");
	expect_malformed("\"boot_id\": \"", "\"boot_id\": 1,\"x\": \"");
	expect_malformed("\"verified\": true", "\"verified\": 1");
	expect_malformed("\"verified\": true", "\"verified\": true,\"parked\": \"no\"");
	expect_malformed("\"verified\": true",
			 "\"verified\": true,\"parked\": true,\"parking_mac\": true");
	expect_malformed("\"verified\": true",
			 "\"verified\": true,\"parking_mac\": \"02:00:00:00:07\"");
	expect_malformed("\"address\": \"0000:01:00.0\"", "\"address\": \"01:00.0\"");
	expect_malformed("\"name\": \"enp1s0f0\"", "\"name\": null");
	expect_malformed("\"vf\": 0", "\"vf\": \"0\"");
	expect_malformed("\"vf\": 0", "\"vf\": 4294967296");
	expect_malformed("\"mtu\": 1500", "\"mtu\": -1500");
	expect_malformed("\"address\": \"0000:01:10.0\"", "\"address\": \"0000:01:20.0\"");
	expect_malformed("\"driver\": \"vfio-pci\"", "\"driver\": true");
	expect_malformed("\"iommu_group\": 6", "\"iommu_group\": 2147483648");
	expect_malformed("\"iommu_group\": 6", "\"iommu_group\": \"6\"");
	expect_malformed("\"hint\": \"bridge:br100\"", "\"hint\": []");
	expect_malformed("\"hint\": \"bridge:br100\"", "\"hint\": \"a\\u0000b\"");
	expect_malformed("\"vlan\": 100", "\"vlan\": 5000");
	expect_malformed("\"link_state\": \"auto\"", "\"link_state\": \"up\"");
	expect_malformed("\"persistent\": {", "\"persistent\": [],\"x\": {");
	expect_malformed("\"settings\": {", "\"settings\": null,\"x\": {");
	expect_malformed("\"uid\": 107", "\"uid\": -1");
	expect_malformed("\"uid\": 107", "\"x\": 107");
	expect_malformed("\"gid\": 104", "\"gid\": \"kvm\"");
	expect_malformed("\"mode\": \"0660\"", "\"mode\": 432");
	expect_malformed("\"mode\": \"0660\"", "\"mode\": \"1777\"");
	expect_malformed("\"container\": {", "\"container\": true,\"x\": {");
	expect_malformed("\"guest_memory\": 4294967296", "\"guest_memory\": 4.5");
	expect_malformed("\"guest_memory\": 4294967296", "\"guest_memory\": 1");
	expect_malformed("\"guest_memory\": 4294967296", "\"guest_memory\": 70368744177665");
}

static void name_that_could_leave_its_directory_or_element_is_refused(void **state)
{
	(void)state;
	expect_malformed("\"team\": \"web0\"", "\"team\": \"../web0\"");
	expect_malformed("\"team\": \"web0\"", "\"team\": \"web'0\"");
	expect_malformed("\"team\": \"web0\"", "\"team\": \"\"");
}

static void what_is_no_json_is_refused(void **state)
{
	autoproblems p = vfprep_problems_new();
	autoteam back = { 0 };
	autofree char *huge = text_format("%*s", TEAM_JSON_MAX + 1, "{}");

	(void)state;
	assert_int_equal(team_from_json(golden, strlen(golden) - 3, BOOT, "team.json", &back, p),
			 -EINVAL);
	expect_finding(p, VFPREP_SYSTEM, "team.json", "not JSON");
	assert_int_equal(read_team(huge, &back, NULL), -EINVAL);
	assert_int_equal(read_team("", &back, NULL), -EINVAL);
}

static void team_differs_in_each_of_its_parts(void **state)
{
	static const char *const parts[][2] = {
		{ "\"team\": \"web0\"", "\"team\": \"web1\"" },
		{ "\"mac\": \"02:00:5e:10:00:01\"", "\"mac\": \"02:00:5e:10:00:02\"" },
		{ "\"verified\": true", "\"verified\": false" },
		{ "\"verified\": true", "\"verified\": true,\"parked\": true" },
		{ "\"verified\": true", "\"verified\": true,\"parked\": true,"
					"\"parking_mac\": \"02:00:00:00:00:07\"" },
		{ "\"address\": \"0000:01:00.0\"", "\"address\": \"0000:01:00.1\"" },
		{ "\"name\": \"enp1s0f0\"", "\"name\": \"eth0\"" },
		{ "\"name\": \"enp1s0f0\"", "\"x\": 1" },
		{ "\"vf\": 0", "\"vf\": 1" },
		{ "\"mtu\": 1500", "\"mtu\": 9000" },
		{ "\"address\": \"0000:01:10.0\"", "\"address\": \"0000:01:10.2\"" },
		{ "\"driver\": \"vfio-pci\"", "\"driver\": \"mlx5_vfio_pci\"" },
		{ "\"iommu_group\": 6", "\"iommu_group\": 7" },
		{ "\"iommu_group\": 6", "\"x\": 7" },
		{ "\"hint\": \"bridge:br100\"", "\"hint\": \"bridge:br0\"" },
		{ "\"hint\": \"bridge:br100\"", "\"x\": 1" },
		{ "\"vlan\": 100", "\"vlan\": 101" },
		{ "\"trust\": false", "\"x\": 1" },
		{ "\"uid\": 107", "\"uid\": 108" },
		{ "\"gid\": 104", "\"gid\": 105" },
		{ "\"mode\": \"0660\"", "\"mode\": \"0600\"" },
		{ "\"container\"", "\"x\"" },
		{ "\"guest_memory\": 4294967296", "\"guest_memory\": 4294967295" },
		{ "\"guest_memory\"", "\"x\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		autoteam t = { 0 }, other = { 0 };
		autofree char *text = changed(parts[i][0], parts[i][1]);
		make_web0(&t);
		assert_int_equal(read_team(text, &other, NULL), 0);
		if (team_equal(&t, &other) || team_equal(&other, &t))
			fail_msg("'%s' makes no difference", parts[i][1]);
	}
}

static void copy_is_equal_and_stands_alone(void **state)
{
	autoteam t = { 0 }, copy = { 0 };

	(void)state;
	make_web0(&t);
	assert_int_equal(team_copy(&t, &copy), 0);
	assert_true(team_equal(&t, &copy));
	assert_ptr_not_equal(t.name, copy.name);
	team_clear(&t);
	assert_string_equal(copy.name, "web0");
	assert_int_equal(t.transient.group, -1);
}

static void name_of_a_team_is_short_plain_and_has_no_dash_at_an_end(void **state)
{
	static const char *const good[] = {
		"a", "0", "web0", "DB-1", "a--b", "9-9", "abcdefghijklmnopqrstuvwxyz012345"
	};
	static const char *const bad[] = { "",
					   "-",
					   "-a",
					   "a-",
					   "a_b",
					   "a.b",
					   "a b",
					   "a/b",
					   "..",
					   "a\n",
					   "a'b",
					   "\xc3\xa4",
					   "a\x80"
					   "b",
					   "web%i",
					   "abcdefghijklmnopqrstuvwxyz0123456" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(team_name_valid(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (team_name_valid(bad[i]))
			fail_msg("'%s' was taken for a team's name", bad[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_text_is_the_documented_one),
		cmocka_unit_test(team_reads_back_as_it_was_published),
		cmocka_unit_test(what_is_not_there_has_no_key),
		cmocka_unit_test(parked_team_speaks_of_another_mac),
		cmocka_unit_test(unknown_key_is_ignored),
		cmocka_unit_test(other_version_of_the_format_is_refused),
		cmocka_unit_test(version_is_looked_at_before_all_else),
		cmocka_unit_test(team_of_another_boot_is_refused_where_the_boot_is_known),
		cmocka_unit_test(each_required_key_has_to_be_there),
		cmocka_unit_test(each_key_has_to_be_of_its_type),
		cmocka_unit_test(name_that_could_leave_its_directory_or_element_is_refused),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(team_differs_in_each_of_its_parts),
		cmocka_unit_test(copy_is_equal_and_stands_alone),
		cmocka_unit_test(name_of_a_team_is_short_plain_and_has_no_dash_at_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
