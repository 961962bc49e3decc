/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files to rules: what files come to, alone and together. */
#include "config-files.h"

static struct vfprep_config *config_of_good(const char *name)
{
	autofree char *path = text_format("tests/unit/config/good/%s.conf", name);
	size_t size;
	autofree char *text = read_source(path, &size);
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	assert_non_null(c);
	assert_int_equal(config_add_file(c, name, text, size, &host, p), 0);
	config_check(c, p);
	for (size_t i = 0; i < vfprep_problems_count(p); i++) {
		struct vfprep_problem f = vfprep_problems_get(p, i);
		fail_msg("%s: %s", f.subject, f.message);
	}
	assert_int_equal(c->n_rules, 1);
	return TAKE_PTR(c);
}

/* The one finding that is expected of the files. */
static void expect_one(const struct vfprep_problems *p, const char *subject, const char *words)
{
	assert_int_equal(vfprep_problems_count(p), 1);
	struct vfprep_problem f = vfprep_problems_get(p, 0);
	assert_int_equal(f.fault, VFPREP_CONFIG);
	assert_string_equal(f.subject, subject);
	assert_non_null(strstr(f.message, words));
}

static void good_files_have_no_findings(void **state)
{
	static const char *const names[] = {
		"uplink", "match",   "overrides", "one-team-for-the-card", "persistent-default",
		"nic",    "settings"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		autoconfig c = config_of_good(names[i]);
		assert_string_equal(c->rules[0].file, names[i]);
	}
}

static void settings_are_those_of_the_section_over_the_defaults(void **state)
{
	autoconfig c = config_of_good("settings");
	const struct rule *rule = &c->rules[0];
	struct vf_wish w;

	(void)state;
	assert_true(rule_wish(rule, 0, &w));
	assert_int_equal(w.settings.present, 1u << SETTING_VLAN | 1u << SETTING_TRUST |
						     1u << SETTING_SPOOFCHECK |
						     1u << SETTING_LINK_STATE | 1u << SETTING_RATE);
	assert_int_equal(w.settings.vlan.id, 100);
	assert_int_equal(w.settings.vlan.qos, 2);
	assert_int_equal(w.settings.vlan.protocol, VLAN_8021AD);
	assert_true(w.settings.trust);
	assert_true(w.settings.spoofcheck);
	assert_int_equal(w.settings.link_state, VF_LINK_AUTO);
	assert_int_equal(w.settings.rate.max_mbps, 1000);

	assert_true(rule_wish(rule, 1, &w));
	assert_int_equal(w.settings.vlan.id, 200);
	assert_int_equal(w.settings.vlan.qos, 0);
	assert_int_equal(w.settings.vlan.protocol, VLAN_8021Q);
	assert_false(w.settings.trust);
	assert_int_equal(w.settings.link_state, VF_LINK_DISABLE);
	assert_int_equal(w.settings.rate.max_mbps, 0);
	assert_true(w.settings.rss_query);
	assert_int_equal(w.settings.node_guid, 0x0011223344556677);
	assert_int_equal(w.settings.port_guid, 0x0011223344556678);

	/* Three states: unset again is neither yes nor no. */
	assert_true(rule_wish(rule, 2, &w));
	assert_int_equal(w.settings.present,
			 1u << SETTING_SPOOFCHECK | 1u << SETTING_LINK_STATE | 1u << SETTING_RATE);
	assert_int_equal(w.settings.link_state, VF_LINK_ENABLE);

	assert_true(rule_wish(rule, 4, &w));
	assert_true(setting_has(&w.settings, SETTING_VLAN));
	assert_int_equal(w.settings.vlan.id, 0);
	assert_false(setting_has(&w.settings, SETTING_RATE));
}

static void numbered_section_overrides_the_defaults_key_by_key(void **state)
{
	autoconfig c = config_of_good("uplink");
	const struct rule *rule = &c->rules[0];
	static const uint8_t mac[6] = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 };
	struct vf_wish w;

	(void)state;
	assert_int_equal(rule->numvfs_wish, NUMVFS_COUNT);
	assert_int_equal(rule->numvfs, 4);
	assert_true(rule->bring_up);
	assert_true(rule_wish(rule, 0, &w));
	assert_string_equal(w.team, "web0");
	assert_int_equal(w.mac_wish, MAC_LITERAL);
	assert_true(setting_has(&w.settings, SETTING_MAC));
	assert_memory_equal(w.settings.mac, mac, sizeof(mac));
	assert_string_equal(w.persistent, "bridge:br100");
	assert_int_equal(w.owner, 64055);
	assert_int_equal(w.group, 104);
	assert_int_equal(w.line[VF_KEY_TEAM], 14);
	assert_int_equal(w.line[VF_KEY_OWNER], 10);
	assert_int_equal(w.emptied, 0);

	assert_true(rule_wish(rule, 3, &w));
	assert_string_equal(w.team, "db%i");
	assert_int_equal(w.set, 1 << VF_KEY_TEAM | 1 << VF_KEY_OWNER | 1 << VF_KEY_GROUP);
	assert_null(w.persistent);
	assert_int_equal(w.settings.present, 0);
}

static void empty_value_unsets_the_default(void **state)
{
	autoconfig c = config_of_good("overrides");
	const struct rule *rule = &c->rules[0];
	struct vf_wish w;

	(void)state;
	assert_true(rule_wish(rule, 0, &w));
	assert_int_equal(w.set, (1 << VF_KEY_VLAN_ID) - 1);
	assert_string_equal(w.team, "%p-%f-%i");
	assert_string_equal(w.driver, "mlx5_vfio_pci");
	assert_int_equal(w.owner, 1000);
	assert_int_equal(w.mode, 0640);
	assert_int_equal(w.container_owner, 107);
	assert_int_equal(w.container_group, 104);
	assert_int_equal(w.guest_memory, UINT64_C(4) << 30);
	assert_int_equal(w.mac_wish, MAC_AUTO);
	assert_false(setting_has(&w.settings, SETTING_MAC));

	assert_true(rule_wish(rule, 1, &w));
	assert_int_equal(w.set, 1 << VF_KEY_TEAM | 1 << VF_KEY_DRIVER | 1 << VF_KEY_MODE |
					1 << VF_KEY_GUEST_MEMORY | 1 << VF_KEY_MAC);
	assert_int_equal(w.mode, 0600);
	assert_int_equal(w.guest_memory, UINT64_C(512) << 20);
	assert_int_equal(w.mac_wish, MAC_LITERAL);
	assert_int_equal(w.settings.mac[5], 0x0a);
}

static void largest_guest_is_that_of_a_team(void **state)
{
	autoconfig c = config_of_good("overrides");
	autoconfig others = config_new();

	(void)state;
	assert_int_equal(config_largest_guest(c), UINT64_C(4) << 30);
	add_text(others, "a.conf",
		 "[Match]\nAddress=*\n[VF]\nGuestMemory=9G\n"
		 "[VF 0]\nTeam=a\nGuestMemory=2048K\n[VF 1]\nDriver=igbvf\n",
		 NULL);
	assert_int_equal(config_largest_guest(others), UINT64_C(2) << 20);
	add_text(others, "b.conf", "[Match]\nName=b\n[NIC]\nTeam=b\nGuestMemory=3145728\n", NULL);
	assert_int_equal(config_largest_guest(others), UINT64_C(3) << 20);
}

static void section_is_for_the_vfs_that_it_lists(void **state)
{
	static const unsigned listed[] = { 3, 4, 6 }, others[] = { 0, 2, 5, 7, 65534 };
	autoconfig c = config_of_good("overrides");
	struct vf_wish w;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(listed); i++) {
		assert_true(rule_wish(&c->rules[0], listed[i], &w));
		assert_null(w.team);
		assert_string_equal(w.driver, "none");
		assert_int_equal(w.mac_wish, MAC_NONE);
		assert_int_equal(w.owner, 1000);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		assert_true(rule_wish(&c->rules[0], others[i], &w));
		assert_string_equal(w.team, "%p-%f-%i");
	}
}

static void without_defaults_only_listed_vfs_have_a_wish(void **state)
{
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();
	struct vf_wish w;

	(void)state;
	add_text(c, "a.conf", MATCH "[VF 2]\n", p);
	assert_int_equal(vfprep_problems_count(p), 0);
	assert_true(rule_wish(&c->rules[0], 2, &w));
	assert_int_equal(w.set, 0);
	assert_false(rule_wish(&c->rules[0], 1, &w));
}

static void pf_keys_are_read(void **state)
{
	autoconfig c = config_of_good("overrides");

	(void)state;
	assert_int_equal(c->rules[0].numvfs_wish, NUMVFS_MAX);
	assert_int_equal(c->rules[0].numvfs_line, 6);
	assert_false(c->rules[0].bring_up);
}

static void pf_section_may_be_left_out_or_empty(void **state)
{
	static const char *const texts[] = {
		MATCH,
		MATCH "[PF]\n",
		MATCH "[PF]\nVirtualFunctions=\nBringUp=\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		autoconfig c = config_new();
		autoproblems p = vfprep_problems_new();
		add_text(c, "a.conf", texts[i], p);
		assert_int_equal(vfprep_problems_count(p), 0);
		assert_int_equal(c->rules[0].numvfs_wish, NUMVFS_UNSET);
		assert_true(c->rules[0].bring_up);
	}
}

static void booleans_are_those_of_systemd(void **state)
{
	static const struct {
		const char *text;
		bool value;
	} cases[] = {
		{ "yes", true }, { "no", false },  { "True", true }, { "FALSE", false },
		{ "On", true },  { "off", false }, { "1", true },    { "0", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autoconfig c = config_new();
		autoproblems p = vfprep_problems_new();
		autofree char *text = text_format(MATCH "[PF]\nBringUp=%s\n", cases[i].text);
		add_text(c, "a.conf", text, p);
		assert_int_equal(vfprep_problems_count(p), 0);
		assert_int_equal(c->rules[0].bring_up, cases[i].value);
	}
}

static void match_values_are_kept_as_they_are_compared(void **state)
{
	autoconfig c = config_of_good("match");
	const struct globs *match = c->rules[0].match;
	static const struct {
		enum match_key key;
		size_t n, i;
		const char *glob;
	} cases[] = {
		{ MATCH_ADDRESS, 3, 0, "0000:01:00.[01]" },
		{ MATCH_ADDRESS, 3, 1, "10000:e1:00.0" },
		{ MATCH_NAME, 3, 1, "wan" },
		{ MATCH_NAME, 3, 2, "a\\[b" },
		{ MATCH_PERMANENT_MAC, 2, 0, "52:54:00:aa:00:01" },
		{ MATCH_PATH, 1, 0, "pci-0000:01:00.*" },
		{ MATCH_DRIVER, 2, 1, "ixgbe" },
		{ MATCH_DEVICE, 3, 0, "8086:10c9" },
		{ MATCH_DEVICE, 3, 2, "15b[3-4]:10??" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(match[cases[i].key].n, cases[i].n);
		assert_string_equal(match[cases[i].key].items[cases[i].i], cases[i].glob);
	}
}

static void file_with_faults_adds_no_rule(void **state)
{
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	(void)state;
	add_text(c, "a.conf", MATCH, p);
	add_text(c, "b.conf", MATCH "[PF]\nVirtualFunctions=x\n", p);
	add_text(c, "c.conf", MATCH, p);
	assert_int_equal(c->n_rules, 2);
	assert_string_equal(c->rules[1].file, "c.conf");
	expect_one(p, "b.conf:4", "'x' is not a number");
}

static void faults_count_also_when_nobody_collects_them(void **state)
{
	autoconfig c = config_new();

	(void)state;
	add_text(c, "b.conf", MATCH "[PF]\nVirtualFunctions=x\n", NULL);
	assert_int_equal(c->n_rules, 0);
}

static void team_of_another_file_is_refused(void **state)
{
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	(void)state;
	add_text(c, "a.conf", MATCH "[VF 0]\nTeam=web0\n", p);
	add_text(c, "b.conf", "[Match]\nName=x\n\n[VF 1]\nTeam=web0\n", p);
	config_check(c, p);
	expect_one(p, "b.conf:5", "team 'web0' is taken: a.conf:4");
}

static void mac_of_another_file_is_refused(void **state)
{
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	(void)state;
	add_text(c, "b.conf", MATCH "[VF 0]\nMACAddress=02:00:5e:10:00:0A\n", p);
	add_text(c, "a.conf", "[Match]\nName=x\n[VF 1]\nMACAddress=02:00:5e:10:00:0a\n", p);
	config_check(c, p);
	expect_one(p, "a.conf:4", "MAC '02:00:5e:10:00:0a' is taken: b.conf:4");
}

static void a_file_that_an_earlier_one_overrules_may_repeat_it(void **state)
{
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	(void)state;
	add_text(c, "10-mine.conf", MATCH "[VF 0]\nTeam=web0\n", p);
	add_text(c, "50-vendor.conf", MATCH "[VF 0]\nTeam=web0\n", p);
	config_check(c, p);
	assert_int_equal(vfprep_problems_count(p), 0);
}

static void same_template_in_two_files_is_left_to_the_plan(void **state)
{
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	(void)state;
	add_text(c, "a.conf", MATCH "[VF 0]\nTeam=web%f\n", p);
	add_text(c, "b.conf", MATCH "[VF 0]\nTeam=web%f\n", p);
	config_check(c, p);
	assert_int_equal(vfprep_problems_count(p), 0);
}

static void file_that_is_too_large_is_one_finding(void **state)
{
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();
	autofree char *text = malloc(2 << 20);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', 2 << 20);
	assert_int_equal(config_add_file(c, "a.conf", text, 2 << 20, &host, p), 0);
	expect_one(p, "a.conf", "more than");
	assert_int_equal(c->n_rules, 0);
}

static void sections_are_bounded(void **state)
{
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();
	autostrbuf text = { 0 };

	(void)state;
	strbuf_add(&text, MATCH);
	for (int i = 0; i < 5000; i++)
		strbuf_addf(&text, "[VF %d]\n", i);
	add_text(c, "a.conf", strbuf_text(&text), p);
	expect_one(p, "a.conf:4098", "more than 4096 sections");
}

/* The sections and keys that the manual page describes: "[Match]" of a heading, and "*Name=*" at
 * the start of a line under it, a line each. */
static char *list_manual(char *page)
{
	autostrbuf b = { 0 };
	char *rest = NULL, *section = NULL;

	for (char *line = strtok_r(page, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *open = strchr(line, '['), *close = strchr(line, ']');
		char *end = strstr(line, "=*");
		if (line[0] == '#') {
			section = NULL;
			if (open && close && close > open) {
				*close = '\0';
				section = open + 1;
			}
		} else if (line[0] == '*' && end && section) {
			*end = '\0';
			strbuf_addf(&b, "[%s] %s\n", section, line + 1);
		}
	}
	return strbuf_take(&b);
}

static void manual_page_has_the_keys_of_the_table_in_its_order(void **state)
{
	autofree char *page = read_source("docs/man/vfprep.conf.5.scd", NULL);
	autofree char *documented = list_manual(page);
	autostrbuf known = { 0 };
	const char *name;

	(void)state;
	for (unsigned s = 0; s < CONFIG_SECTION_COUNT; s++) {
		for (size_t i = 0; (name = config_key_name((enum config_section)s, i)); i++)
			strbuf_addf(&known, "[%s] %s\n",
				    config_section_name((enum config_section)s), name);
	}
	assert_string_equal(documented, strbuf_text(&known));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files_have_no_findings),
		cmocka_unit_test(settings_are_those_of_the_section_over_the_defaults),
		cmocka_unit_test(numbered_section_overrides_the_defaults_key_by_key),
		cmocka_unit_test(empty_value_unsets_the_default),
		cmocka_unit_test(largest_guest_is_that_of_a_team),
		cmocka_unit_test(section_is_for_the_vfs_that_it_lists),
		cmocka_unit_test(without_defaults_only_listed_vfs_have_a_wish),
		cmocka_unit_test(pf_keys_are_read),
		cmocka_unit_test(pf_section_may_be_left_out_or_empty),
		cmocka_unit_test(booleans_are_those_of_systemd),
		cmocka_unit_test(match_values_are_kept_as_they_are_compared),
		cmocka_unit_test(file_with_faults_adds_no_rule),
		cmocka_unit_test(faults_count_also_when_nobody_collects_them),
		cmocka_unit_test(team_of_another_file_is_refused),
		cmocka_unit_test(mac_of_another_file_is_refused),
		cmocka_unit_test(a_file_that_an_earlier_one_overrules_may_repeat_it),
		cmocka_unit_test(same_template_in_two_files_is_left_to_the_plan),
		cmocka_unit_test(file_that_is_too_large_is_one_finding),
		cmocka_unit_test(sections_are_bounded),
		cmocka_unit_test(manual_page_has_the_keys_of_the_table_in_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
