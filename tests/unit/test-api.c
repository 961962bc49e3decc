/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flow of the public API: configuration, plan, run. */
#include "api-fixture.h"

/* What programs were built with: a new member takes of the reserved ones. */
#if UINTPTR_MAX == UINT64_MAX
static_assert(sizeof(struct vfprep_problem) == 32, "it is returned by value");
static_assert(sizeof(struct vfprep_vf) == 80, "arrays of it go both ways");
static_assert(offsetof(struct vfprep_vf, mac) == 8 && offsetof(struct vfprep_vf, vlan) == 18 &&
		      offsetof(struct vfprep_vf, min_rate_mbps) == 24 &&
		      offsetof(struct vfprep_vf, node_guid) == 32 &&
		      offsetof(struct vfprep_vf, reserved) == 48,
	      "members stay where they are");
#endif

static struct vfprep_config *load_config(void)
{
	struct vfprep_config *config = NULL;
	assert_int_equal(vfprep_config_load(f.ctx, &config, f.p), 0);
	return config;
}

static struct vfprep_plan *plan_apply(const struct vfprep_config *config)
{
	struct vfprep_machine *m = NULL;
	struct vfprep_plan *plan = NULL;
	assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0);
	assert_int_equal(vfprep_plan_apply(config, NULL, 0, m, &plan, f.p), 0);
	vfprep_machine_free(m);
	return plan;
}

static void take_line(void *user, const char *line, int r)
{
	struct strbuf *b = user;
	assert_true(r >= 0);
	strbuf_addf(b, "%s\n", line);
}

static void apply(void)
{
	struct vfprep_config *config = load_config();
	struct vfprep_plan *plan = plan_apply(config);
	enum vfprep_outcome outcome = VFPREP_LEFT;
	assert_int_equal(vfprep_run(f.ctx, plan, NULL, NULL, &outcome, f.p), 0);
	assert_int_equal(outcome, VFPREP_DONE);
	vfprep_plan_free(plan);
	vfprep_config_free(config);
}

static void a_plan_is_run_line_by_line(void **state)
{
	struct vfprep_config *config = load_config();
	struct vfprep_plan *plan = plan_apply(config);
	enum vfprep_outcome outcome = VFPREP_LEFT;
	autostrbuf planned = { 0 };

	(void)state;
	assert_true(vfprep_plan_count(plan) > 10);
	for (size_t i = 0; i < vfprep_plan_count(plan); i++) {
		autofree char *line = vfprep_plan_line(plan, i);
		strbuf_addf(&planned, "%s\n", line);
	}
	vfprep_set_log(f.ctx, log_line, &f.log);
	assert_int_equal(vfprep_run(f.ctx, plan, take_line, &f.lines, &outcome, f.p), 0);
	assert_int_equal(outcome, VFPREP_DONE);
	assert_int_equal(vfprep_problems_count(f.p), 0);
	assert_string_equal(strbuf_text(&f.lines), strbuf_text(&planned));
	assert_non_null(strstr(strbuf_text(&f.log), "<6>0000:01:10.0: driver - -> vfio-pci\n"));
	vfprep_plan_free(plan);

	plan = plan_apply(config);
	assert_int_equal(vfprep_plan_count(plan), 0);
	expect_taken(vfprep_plan_to_json(plan), "[\n]\n");
	vfprep_plan_free(plan);
	vfprep_config_free(config);
}

static void what_is_waited_for_is_logged(void **state)
{
	(void)state;
	vfprep_set_log(f.ctx, log_line, &f.log);
	f.h.fake->late_reads = 3; /* after the VFs were made, and once they are set */
	apply();
	assert_non_null(strstr(strbuf_text(&f.log), "<7>waiting for settings to show"));
	vfprep_set_log(f.ctx, NULL, NULL);
}

/* A MAC that the driver does not clear is not there "already". */
static void what_stays_is_not_called_done(void **state)
{
	struct vfprep_machine *m = NULL;
	struct vfprep_plan *plan = NULL;
	enum vfprep_outcome outcome = VFPREP_LEFT;

	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 2");
	assert_int_equal(file_write(f.h.host.rundir_fd, "conf/10-uplink.conf",
				    "[Match]\nAddress=0000:01:00.0\n[VF 1]\nTeam=web1\n"),
			 0);
	apply();
	f.h.fake->refuses_zero_mac = true;
	assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0);
	assert_int_equal(vfprep_plan_release(NULL, 0, m, &plan, f.p), 0);
	vfprep_set_log(f.ctx, log_line, &f.log);
	assert_int_equal(vfprep_run(f.ctx, plan, NULL, NULL, &outcome, f.p), 0);
	assert_int_equal(outcome, VFPREP_DONE);
	if (!strstr(strbuf_text(&f.log), "-> none (refused by the driver, stays)\n"))
		fail_msg("the log does not say what stays: %s", strbuf_text(&f.log));
	vfprep_plan_free(plan);
	vfprep_machine_free(m);
}

/* What was shown is what is done, or nothing is. */
static void a_plan_for_another_machine_is_not_run(void **state)
{
	struct vfprep_config *config = load_config();
	struct vfprep_plan *plan = plan_apply(config);
	enum vfprep_outcome outcome = VFPREP_LEFT;

	(void)state;
	fake_host_raw(&f.h, "link 0000:01:00.0 up");
	autofree char *before = fake_state(f.h.fake);
	assert_int_equal(vfprep_run(f.ctx, plan, take_line, &f.lines, &outcome, f.p), -ESTALE);
	expect_finding(f.p, VFPREP_BUSY, "", "another one than it was planned for");
	autofree char *after = fake_state(f.h.fake);
	assert_string_equal(before, after);
	assert_string_equal(strbuf_text(&f.lines), "");
	assert_int_equal(outcome, VFPREP_LEFT); /* untouched, as all ret_ parameters */
	vfprep_plan_free(plan);
	vfprep_config_free(config);
}

static void what_is_applied_is_verified_and_released(void **state)
{
	static const char *const names[] = { "web1", NULL }, *const none[] = { NULL };
	struct vfprep_machine *m = NULL;
	struct vfprep_plan *plan = NULL;
	enum vfprep_outcome outcome = VFPREP_LEFT;

	(void)state;
	autofree char *before = fake_state(f.h.fake);
	apply();
	fake_host_raw(&f.h, "mac 0000:01:00.0 1 02:00:00:00:00:99");
	assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0);
	assert_int_equal(vfprep_plan_verify(NULL, m, &plan, f.p), 0);
	expect_finding(f.p, VFPREP_DRIFT, "web1", "mac");
	assert_int_equal(vfprep_plan_count(plan), 1);
	forget_problems();
	assert_int_equal(vfprep_run(f.ctx, plan, NULL, NULL, &outcome, f.p), -EINVAL);
	expect_finding(f.p, VFPREP_CONFIG, "", "not to be run");
	vfprep_plan_free(plan);
	forget_problems();

	assert_int_equal(vfprep_plan_release(none, 0, m, &plan, f.p), -EINVAL);
	forget_problems();
	assert_int_equal(vfprep_plan_verify(none, m, &plan, f.p), -EINVAL);
	expect_finding(f.p, VFPREP_CONFIG, "", "no name");
	forget_problems();
	assert_int_equal(vfprep_plan_release(NULL, 1 << 7, m, &plan, f.p), -EINVAL);
	forget_problems();
	assert_int_equal(vfprep_plan_release(names, 0, m, &plan, f.p), 0);
	assert_int_equal(vfprep_run(f.ctx, plan, NULL, NULL, &outcome, f.p), 0);
	assert_true(mac_is_zero(vf_of_first(1)->settings.mac));
	assert_false(mac_is_zero(vf_of_first(0)->settings.mac));
	vfprep_plan_free(plan);
	vfprep_machine_free(m);

	assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0);
	assert_int_equal(vfprep_plan_release(NULL, 0, m, &plan, f.p), 0);
	assert_int_equal(vfprep_run(f.ctx, plan, NULL, NULL, &outcome, f.p), 0);
	assert_int_equal(outcome, VFPREP_DONE);
	vfprep_plan_free(plan);
	vfprep_machine_free(m);
	assert_int_equal(vfprep_problems_count(f.p), 0);
	autofree char *after = fake_state(f.h.fake);
	assert_string_equal(before, after);
}

static void a_pf_that_no_file_is_for_is_pruned(void **state)
{
	struct vfprep_config *config = NULL;
	struct vfprep_machine *m = NULL;
	struct vfprep_plan *plan = NULL;
	enum vfprep_outcome outcome = VFPREP_LEFT;

	(void)state;
	autofree char *before = fake_state(f.h.fake);
	apply();
	assert_int_equal(file_write(f.h.host.rundir_fd, "conf/10-uplink.conf",
				    "[Match]\nAddress=0000:02:00.0\n"),
			 0);
	assert_int_equal(vfprep_config_load(f.ctx, &config, f.p), 0);
	assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0);
	assert_int_equal(vfprep_plan_apply(config, NULL, 0, m, &plan, f.p), 0);
	assert_int_equal(vfprep_plan_count(plan), 0);
	expect_finding(f.p, VFPREP_NOTE, "0000:01:00.0", "no file matches it");
	vfprep_plan_free(plan);
	forget_problems();

	assert_int_equal(vfprep_plan_release(NULL, VFPREP_PRUNE, m, &plan, f.p), -EINVAL);
	expect_finding(f.p, VFPREP_CONFIG, "", "unknown flags: 0x4");
	forget_problems();
	assert_int_equal(vfprep_plan_apply(config, NULL, VFPREP_PRUNE, m, &plan, f.p), 0);
	assert_int_equal(vfprep_run(f.ctx, plan, NULL, NULL, &outcome, f.p), 0);
	assert_int_equal(outcome, VFPREP_DONE);
	vfprep_plan_free(plan);
	vfprep_machine_free(m);
	vfprep_config_free(config);
	autofree char *after = fake_state(f.h.fake);
	assert_string_equal(before, after);
}

static void a_machine_goes_through_json(void **state)
{
	struct vfprep_machine *m = NULL, *again = NULL;

	(void)state;
	apply();
	assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0);
	autofree char *text = vfprep_machine_to_json(m);
	assert_int_equal(vfprep_machine_from_json(text, strlen(text), &again, f.p), 0);
	expect_taken(vfprep_machine_to_json(again), text);
	vfprep_machine_free(again);
	vfprep_machine_free(m);
	again = NULL;
	assert_int_equal(vfprep_machine_from_json("{", 1, &again, f.p), -EINVAL);
	assert_null(again);
}

static void a_bad_file_is_told_with_its_line(void **state)
{
	struct vfprep_config *config = NULL;

	(void)state;
	assert_int_equal(file_write(f.h.host.rundir_fd, "conf/20.conf",
				    "[Match]\nDriver=igb\n[PF]\n"
				    "Virtual=2\n"),
			 0);
	assert_int_equal(vfprep_config_load(f.ctx, &config, f.p), -EINVAL);
	assert_null(config);
	autofree char *subject = text_format("%s/conf/20.conf:4", f.h.dir);
	expect_finding(f.p, VFPREP_CONFIG, subject, "Virtual");
}

/* Whoever keeps a context for long sees what others made of the run directory since. */
static void a_run_directory_of_others_is_seen(void **state)
{
	autofree char *run = text_format("%s/later/run", f.h.dir);
	struct vfprep *other = NULL;
	struct vfprep_config *config = load_config();

	(void)state;
	assert_int_equal(vfprep_set_directories(f.ctx, NULL, run), 0);
	assert_int_equal(context_new(&source, &other), 0);
	assert_int_equal(vfprep_set_directories(other, NULL, run), 0);
	for (unsigned again = 0; again < 2; again++) {
		struct vfprep_machine *m = NULL;
		struct vfprep_plan *plan = NULL;
		enum vfprep_outcome outcome = VFPREP_LEFT;

		assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0); /* it has none yet */
		vfprep_machine_free(m);
		plan = plan_apply(config);
		assert_int_equal(vfprep_run(other, plan, NULL, NULL, &outcome, f.p), 0);
		vfprep_plan_free(plan);

		assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0);
		assert_int_equal(vfprep_plan_release(NULL, 0, m, &plan, f.p), 0);
		assert_true(vfprep_plan_count(plan) > 0);
		assert_int_equal(vfprep_run(f.ctx, plan, NULL, NULL, &outcome, f.p), 0);
		assert_int_equal(outcome, VFPREP_DONE);
		vfprep_plan_free(plan);
		vfprep_machine_free(m);
		fake_host_raw(&f.h, "link 0000:01:00.0 down");

		autofree char *command = text_format("rm -r %s/later", f.h.dir);
		assert_int_equal(system(command), 0);
	}
	assert_int_equal(vfprep_problems_count(f.p), 0);
	vfprep_free(other);
	vfprep_config_free(config);
}

/* What is in the way is no matter of privilege. */
static void a_run_directory_that_is_none_is_told(void **state)
{
	autofree char *run = text_format("%s/conf/10-uplink.conf", f.h.dir);
	struct vfprep_machine *m = NULL;

	(void)state;
	assert_int_equal(vfprep_set_directories(f.ctx, NULL, run), 0);
	assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), -ENOTDIR);
	expect_finding(f.p, VFPREP_SYSTEM, run, "Not a directory");
	assert_null(m);
}

static int read_within(struct vfprep *ctx)
{
	struct vfprep_machine *m = NULL;
	int r = vfprep_machine_read(ctx, &m, NULL);
	vfprep_machine_free(m);
	return r;
}

static void use_within(void *user, const char *line, int r)
{
	(void)line;
	(void)r;
	assert_int_equal(read_within(user), -EBUSY);
}

static void a_context_in_use_is_not_used_within(void **state)
{
	struct vfprep_config *config = load_config();
	struct vfprep_plan *plan = plan_apply(config);
	enum vfprep_outcome outcome = VFPREP_LEFT;

	(void)state;
	assert_int_equal(vfprep_run(f.ctx, plan, use_within, f.ctx, &outcome, f.p), 0);
	assert_int_equal(outcome, VFPREP_DONE);
	assert_int_equal(read_within(f.ctx), 0);
	vfprep_plan_free(plan);
	vfprep_config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_plan_is_run_line_by_line, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_waited_for_is_logged, setup, teardown),
		cmocka_unit_test_setup_teardown(what_stays_is_not_called_done, setup, teardown),
		cmocka_unit_test_setup_teardown(a_plan_for_another_machine_is_not_run, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_applied_is_verified_and_released, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_pf_that_no_file_is_for_is_pruned, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_machine_goes_through_json, setup, teardown),
		cmocka_unit_test_setup_teardown(a_bad_file_is_told_with_its_line, setup, teardown),
		cmocka_unit_test_setup_teardown(a_run_directory_of_others_is_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(a_run_directory_that_is_none_is_told, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_context_in_use_is_not_used_within, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
