/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Teams as container engines take them. */
#include "core/cdi.h"

#include "core/json.h"
#include "expect.h"

static void make_team(struct team *t, const char *name, int group, uint64_t guest_memory)
{
	*t = (struct team){ .transient.group = group,
			    .container = { true, 107, 104, 0660 },
			    .guest_memory = guest_memory };
	assert_int_equal(text_replace(&t->name, name), 0);
}

static const char web0_spec[] = "{\n"
				"  \"cdiVersion\": \"0.3.0\",\n"
				"  \"kind\": \"vfprep.dev/team\",\n"
				"  \"devices\": [\n"
				"    {\n"
				"      \"name\": \"web0\",\n"
				"      \"containerEdits\": {\n"
				"        \"deviceNodes\": [\n"
				"          {\n"
				"            \"path\": \"/dev/vfio/vfio\",\n"
				"            \"type\": \"c\",\n"
				"            \"permissions\": \"rw\",\n"
				"            \"fileMode\": 438,\n"
				"            \"uid\": 107,\n"
				"            \"gid\": 104\n"
				"          },\n"
				"          {\n"
				"            \"path\": \"/dev/vfio/6\",\n"
				"            \"type\": \"c\",\n"
				"            \"permissions\": \"rw\",\n"
				"            \"fileMode\": 432,\n"
				"            \"uid\": 107,\n"
				"            \"gid\": 104\n"
				"          }\n"
				"        ],\n"
				"        \"mounts\": [\n"
				"          {\n"
				"            \"hostPath\": \"/run/vfprep/teams/web0\",\n"
				"            \"containerPath\": \"/run/vfprep/teams/web0\",\n"
				"            \"options\": [\n"
				"              \"ro\",\n"
				"              \"bind\",\n"
				"              \"nosuid\",\n"
				"              \"nodev\",\n"
				"              \"noexec\"\n"
				"            ]\n"
				"          }\n"
				"        ],\n"
				"        \"hooks\": [\n"
				"          {\n"
				"            \"hookName\": \"createRuntime\",\n"
				"            \"path\": \"" VFPREP_PROGRAM "\",\n"
				"            \"args\": [\n"
				"              \"vfprep\",\n"
				"              \"oci-hook\",\n"
				"              \"web0\"\n"
				"            ],\n"
				"            \"timeout\": 10\n"
				"          }\n"
				"        ]\n"
				"      }\n"
				"    }\n"
				"  ]\n"
				"}\n";

static char *spec_of(const char *name, uint64_t guest_memory, const char *rundir)
{
	autoteam t = { 0 };
	const struct team *teams[] = { &t };

	make_team(&t, name, 6, guest_memory);
	return cdi_spec(teams, 1, rundir);
}

static void spec_of_a_team_is_the_documented_one(void **state)
{
	(void)state;
	expect_taken(spec_of("web0", UINT64_C(4) << 30, TEAM_RUNDIR), web0_spec);
}

static void without_a_guest_memory_there_is_no_hook(void **state)
{
	autofree char *text = spec_of("web0", 0, TEAM_RUNDIR);

	(void)state;
	assert_null(strstr(text, "hook"));
}

/* 0.5.0 is what podman 4.3.1 takes at most. */
static void version_is_the_lowest_that_has_what_is_used(void **state)
{
	static const char *const names[][2] = {
		{ "web0", "0.3.0" }, { "W-0", "0.3.0" }, { "0web", "0.5.0" }, { "9", "0.5.0" }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		autofree char *text = spec_of(names[i][0], 0, TEAM_RUNDIR);
		autofree char *want = text_format("\"cdiVersion\": \"%s\"", names[i][1]);
		assert_non_null(strstr(text, want));
	}
}

static void version_of_several_is_that_of_the_one_that_needs_most(void **state)
{
	autoteam a = { 0 }, b = { 0 };
	const struct team *teams[] = { &a, &b };

	(void)state;
	make_team(&a, "web0", 6, 0);
	make_team(&b, "1db", 7, 0);
	autofree char *text = cdi_spec(teams, 2, TEAM_RUNDIR);
	assert_non_null(strstr(text, "\"0.5.0\""));
	assert_non_null(strstr(text, "\"name\": \"web0\""));
	assert_non_null(strstr(text, "\"path\": \"/dev/vfio/7\""));
}

static void another_run_directory_is_mounted_where_containers_look(void **state)
{
	autofree char *text = spec_of("web0", 1, "/srv/\"x\"");

	(void)state;
	autojson root = json_tokener_parse(text);
	assert_non_null(root);
	assert_non_null(strstr(text, "\"hostPath\": \"/srv/\\\"x\\\"/teams/web0\""));
	assert_non_null(strstr(text, "\"containerPath\": \"/run/vfprep/teams/web0\""));
	assert_non_null(strstr(text, "\"--rundir=/srv/\\\"x\\\"\""));
}

static void there_is_a_device_where_there_are_group_and_owner(void **state)
{
	autoteam t = { 0 };

	(void)state;
	make_team(&t, "web0", 0, 0);
	assert_true(cdi_has_device(&t));
	t.transient.group = -1;
	assert_false(cdi_has_device(&t));
	t.transient.group = 6;
	t.container.known = false;
	assert_false(cdi_has_device(&t));
}

static void name_of_the_file_tells_the_team(void **state)
{
	static const char *const others[] = {
		"vfprep.dev-team_.json",     "vfprep.dev-team_a",
		"vfprep.dev-team_a_b.json",  "vfprep.dev-team_a.yaml",
		"vfprep.dev-team.json",      "vendor.com-team_a.json",
		"vfprep.dev-team_-a.json",   "vfprep.dev-team_a.new",
		"xvfprep.dev-team_a.json",   "vfprep.dev-team_a.json.ne",
		"vfprep.dev-team_a.json.old"
	};

	(void)state;
	expect_taken(cdi_file("web-0"), "vfprep.dev-team_web-0.json");
	expect_taken(cdi_file_team("vfprep.dev-team_web-0.json"), "web-0");
	expect_taken(cdi_file_team("vfprep.dev-team_web-0.json.new"), "web-0");
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		autofree char *team = cdi_file_team(others[i]);
		if (team)
			fail_msg("%s is taken for that of %s", others[i], team);
	}
}

static void file_for_hooks_d_is_the_documented_one(void **state)
{
	(void)state;
	expect_taken(cdi_hook_file(TEAM_RUNDIR), "{\n"
						 "  \"version\": \"1.0.0\",\n"
						 "  \"hook\": {\n"
						 "    \"path\": \"" VFPREP_PROGRAM "\",\n"
						 "    \"args\": [\n"
						 "      \"vfprep\",\n"
						 "      \"oci-hook\"\n"
						 "    ],\n"
						 "    \"timeout\": 10\n"
						 "  },\n"
						 "  \"when\": {\n"
						 "    \"annotations\": {\n"
						 "      \"^vfprep\\\\.dev/team$\": \".+\"\n"
						 "    }\n"
						 "  },\n"
						 "  \"stages\": [\n"
						 "    \"createRuntime\"\n"
						 "  ]\n"
						 "}\n");
}

static void options_name_each_thing_once_and_the_largest_guest(void **state)
{
	autoteam a = { 0 }, b = { 0 };
	const struct team *teams[] = { &a, &b };

	(void)state;
	make_team(&a, "web0", 6, UINT64_C(1) << 30);
	make_team(&b, "db1", 7, UINT64_C(2) << 30);
	expect_taken(cdi_run_options(teams, 2, "/srv/run"),
		     "--device=/dev/vfio/vfio:/dev/vfio/vfio:rw\n"
		     "--device=/dev/vfio/6:/dev/vfio/6:rw\n"
		     "--mount=type=bind,source=/srv/run/teams/web0,"
		     "target=/run/vfprep/teams/web0,readonly\n"
		     "--device=/dev/vfio/7:/dev/vfio/7:rw\n"
		     "--mount=type=bind,source=/srv/run/teams/db1,"
		     "target=/run/vfprep/teams/db1,readonly\n"
		     "--ulimit=memlock=3221225472:3221225472\n");
	b.guest_memory = a.guest_memory = 0;
	autofree char *text = cdi_run_options(teams, 2, TEAM_RUNDIR);
	assert_null(strstr(text, "ulimit"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(spec_of_a_team_is_the_documented_one),
		cmocka_unit_test(without_a_guest_memory_there_is_no_hook),
		cmocka_unit_test(version_is_the_lowest_that_has_what_is_used),
		cmocka_unit_test(version_of_several_is_that_of_the_one_that_needs_most),
		cmocka_unit_test(another_run_directory_is_mounted_where_containers_look),
		cmocka_unit_test(there_is_a_device_where_there_are_group_and_owner),
		cmocka_unit_test(name_of_the_file_tells_the_team),
		cmocka_unit_test(file_for_hooks_d_is_the_documented_one),
		cmocka_unit_test(options_name_each_thing_once_and_the_largest_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
