/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public API on a machine in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <assert.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "expect.h"
#include "fake-host.h"
#include "host/context.h"
#include "host/files.h"

/* Everything but the machine is public from here on. */
#include "vfprep.h"

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

static const char config_text[] = "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=2\n"
				  "[VF 0]\nTeam=web0\n[VF 1]\nTeam=web1\n";

struct fixture {
	struct fake_host h;
	struct vfprep *ctx;
	struct vfprep_problems *p;
	struct strbuf lines, log;
};

static struct fixture f;

/* The context borrows the fixture's machine. */
static int open_fake(int rundir_fd, unsigned timeout_percent, const struct log *log,
		     void **ret_kernel)
{
	(void)rundir_fd;
	(void)timeout_percent;
	(void)log;
	*ret_kernel = f.h.fake;
	return 0;
}

static void close_fake(void *kernel)
{
	(void)kernel; /* it is the fixture's */
}

static const struct kernel_source source = { &fake_ops, open_fake, close_fake, NULL };

static void log_line(void *user, int priority, const char *line)
{
	struct strbuf *b = user;
	strbuf_addf(b, "<%d>%s\n", priority, line);
}

static int setup(void **state)
{
	(void)state;
	f = (struct fixture){ 0 };
	fake_host_open(&f.h, "[Match]\nAddress=0000:09:00.0\n");
	autofree char *conf = text_format("%s/conf", f.h.dir);
	autofree char *run = text_format("%s/run", f.h.dir);
	assert_int_equal(file_write(f.h.host.rundir_fd, "conf/10-uplink.conf", config_text), 0);
	assert_int_equal(context_new(&source, &f.ctx), 0);
	assert_int_equal(vfprep_set_directories(f.ctx, conf, run), 0);
	assert_int_equal(vfprep_set_timeouts(f.ctx, 10, 0), 0);
	f.p = vfprep_problems_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vfprep_free(f.ctx);
	vfprep_problems_free(f.p);
	strbuf_free(&f.lines);
	strbuf_free(&f.log);
	fake_host_close(&f.h);
	return 0;
}

static void forget_problems(void)
{
	vfprep_problems_free(f.p);
	f.p = vfprep_problems_new();
}

static const struct vf *vf_of_first(unsigned index)
{
	return pf_find_vf(&f.h.fake->machine->pfs[0], index);
}

/* The flow */

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

/* The parts */

static const unsigned first_ifindex = 2; /* of fake_new() */

static struct vfprep_vf make_vf(unsigned index, unsigned present, uint8_t last)
{
	return (struct vfprep_vf){ .index = index,
				   .present = present,
				   .mac = { 2, 0, 0, 0, 0, last },
				   .vlan = 100,
				   .vlan_qos = 3,
				   .trust = 1,
				   .max_rate_mbps = 500 };
}

static const unsigned all_of_fake =
	VFPREP_TRUST | VFPREP_MAC | VFPREP_VLAN | VFPREP_SPOOFCHECK | VFPREP_RATE;

static void vfs_are_read_by_number(void **state)
{
	struct vfprep_vf *vfs = NULL;
	size_t n = 99;

	(void)state;
	assert_int_equal(vfprep_vf_read(f.ctx, first_ifindex, &vfs, &n, f.p), 0);
	assert_int_equal(n, 0);
	free(vfs);
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 3");
	fake_host_raw(&f.h, "mac 0000:01:00.0 2 02:00:00:00:00:a2");
	assert_int_equal(vfprep_vf_read(f.ctx, first_ifindex, &vfs, &n, f.p), 0);
	assert_int_equal(n, 3);
	assert_int_equal(vfs[2].index, 2);
	assert_int_equal(vfs[2].present, all_of_fake | VFPREP_LINK_STATE);
	assert_int_equal(vfs[2].mac[5], 0xa2);
	assert_int_equal(vfs[2].spoofcheck, 1);
	assert_int_equal(vfs[2].vlan_protocol, 0x8100);
	free(vfs);
	f.h.fake->lists_nothing = true;
	assert_int_equal(vfprep_vf_read(f.ctx, first_ifindex, &vfs, &n, f.p), 0);
	assert_int_equal(n, 3);
	assert_int_equal(vfs[2].index, 2);
	assert_int_equal(vfs[2].present, 0);
	free(vfs);
	assert_int_equal(vfprep_vf_read(f.ctx, 77, &vfs, &n, f.p), -ENODEV);
	expect_finding(f.p, VFPREP_ABSENT, "", "77");
	assert_int_equal(vfprep_vf_read(f.ctx, 0, &vfs, &n, NULL), -ENODEV);
}

/* What others keep there is no matter of who only wants the netlink. */
static void the_parts_need_no_run_directory(void **state)
{
	struct vfprep_vf *vfs = NULL;
	size_t n = 99;

	(void)state;
	assert_int_equal(file_write(f.h.host.rundir_fd, "file", "x"), 0);
	autofree char *file = text_format("%s/file", f.h.dir);
	assert_int_equal(vfprep_set_directories(f.ctx, NULL, file), 0);
	assert_int_equal(vfprep_vf_read(f.ctx, first_ifindex, &vfs, &n, f.p), 0);
	assert_int_equal(n, 0);
	free(vfs);
}

/* One list before, one message for each setting that differs, one list after. */
static void vfs_are_set_by_the_least_messages(void **state)
{
	struct vfprep_vf vfs[7];

	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 7");
	for (unsigned i = 0; i < 7; i++)
		vfs[i] = make_vf(i, all_of_fake, (uint8_t)(i + 1));
	fake_host_heal(&f.h);
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, vfs, 7, f.p), 0);
	assert_int_equal(f.h.fake->ops, 1 + 7 * 5 + 1);
	assert_int_equal(vf_of_first(6)->settings.mac[5], 7);
	assert_int_equal(vf_of_first(6)->settings.vlan.qos, 3);
	assert_int_equal(vf_of_first(6)->settings.rate.max_mbps, 500);
	assert_true(vf_of_first(6)->settings.trust);
	assert_false(vf_of_first(6)->settings.spoofcheck);
	fake_host_heal(&f.h);
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, vfs, 7, f.p), 0);
	assert_int_equal(f.h.fake->ops, 1);
	assert_int_equal(vfprep_problems_count(f.p), 0);
}

/* Whatever fails: its VF is as it was, the other as wanted, and the error is the kernel's. */
static void a_vf_that_fails_is_put_back(void **state)
{
	(void)state;
	for (unsigned at = 2; at <= 11; at++) {
		struct vfprep_vf vfs[] = { make_vf(0, all_of_fake, 1), make_vf(1, all_of_fake, 2) };
		unsigned bad = at < 7 ? 0 : 1;

		fake_host_raw(&f.h, "numvfs 0000:01:00.0 0");
		fake_host_raw(&f.h, "numvfs 0000:01:00.0 2");
		struct settings fresh = vf_of_first(bad)->settings;
		fake_host_heal(&f.h);
		f.h.fake->fail_at = at;
		f.h.fake->fail_errno = EPERM;
		forget_problems();
		assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, vfs, 2, f.p), -EPERM);
		assert_int_equal(vfprep_problems_count(f.p), 1);
		assert_string_equal(vfprep_problems_get(f.p, 0).subject,
				    bad ? "eth0 vf 1" : "eth0 vf 0");
		for (unsigned i = 0; i < SETTING_COUNT; i++) {
			if (setting_has(&fresh, i))
				assert_true(setting_same(i, &fresh, &vf_of_first(bad)->settings));
		}
		assert_int_equal(vf_of_first(!bad)->settings.mac[5], !bad + 1);
		fake_host_heal(&f.h);
	}
}

static void a_setting_that_comes_late_is_waited_for(void **state)
{
	struct vfprep_vf vf = make_vf(0, VFPREP_MAC, 1);

	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 1");
	f.h.fake->late_reads = 3; /* that before, and two */
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, &vf, 1, f.p), 0);
	f.h.fake->loses_macs = true;
	vf.mac[5] = 2;
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, &vf, 1, f.p), -EREMOTEIO);
	expect_finding(f.p, VFPREP_SYSTEM, "eth0 vf 0", "reports 02:00:00:00:00:01");
}

/* i40e and ice reset a VF that they begin to trust, and leave it out of their list meanwhile. */
static void a_vf_that_is_reset_is_waited_for(void **state)
{
	struct vfprep_vf vf = make_vf(0, VFPREP_TRUST, 0);

	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 2");
	f.h.fake->hole_reads = 2;
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, &vf, 1, f.p), 0);
	assert_int_equal(f.h.fake->hole_reads, 0);
	vf.trust = 0;
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, &vf, 1, f.p), 0);
	vf.trust = 1;
	f.h.fake->hole_reads = 1000; /* longer than anybody waits: then nobody knows */
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, &vf, 1, f.p), 1);
	assert_int_equal(vfprep_problems_count(f.p), 0);
}

/* An error of one is no reason to leave another as nobody wanted it. */
static void each_vf_is_judged(void **state)
{
	struct vfprep_vf vfs[] = { make_vf(0, VFPREP_MAC, 1), make_vf(1, VFPREP_TRUST, 0),
				   make_vf(2, VFPREP_TRUST | VFPREP_MAC, 3) };

	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 3");
	f.h.fake->loses_macs = true;
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, vfs, 3, f.p), -EREMOTEIO);
	assert_int_equal(vfprep_problems_count(f.p), 2);
	assert_string_equal(vfprep_problems_get(f.p, 1).subject, "eth0 vf 2");
	assert_true(vf_of_first(1)->settings.trust);
	assert_false(vf_of_first(2)->settings.trust); /* as before */

	forget_problems();
	fake_host_heal(&f.h);
	f.h.fake->fail_at = 2; /* the first message */
	f.h.fake->fail_errno = EPERM;
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, vfs, 3, f.p), -EPERM);
	assert_int_equal(vfprep_problems_count(f.p), 2);
	assert_false(vf_of_first(2)->settings.trust);
}

static void what_is_not_reported_cannot_be_verified(void **state)
{
	struct vfprep_vf vf = make_vf(0, VFPREP_MAC | VFPREP_TRUST, 1);

	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 1");
	f.h.fake->lists_nothing = true;
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, &vf, 1, f.p), 1);
	assert_int_equal(vf_of_first(0)->settings.mac[5], 1);
	vf.present |= VFPREP_RSS_QUERY; /* which this driver has not */
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, &vf, 1, f.p), -EOPNOTSUPP);
	assert_int_equal(vfprep_problems_count(f.p), 3); /* two of them stay */
	assert_non_null(strstr(vfprep_problems_get(f.p, 1).message, "not known, so it stays"));
}

static const struct {
	const char *words;
	struct vfprep_vf vf;
} bad_vfs[] = {
	{ "no such VF", { .index = 2, .present = VFPREP_TRUST } },
	{ "multicast", { .present = VFPREP_MAC, .mac = { 1 } } },
	{ "0 to 4094", { .present = VFPREP_VLAN, .vlan = 4095 } },
	{ "0 to 7", { .present = VFPREP_VLAN, .vlan = 1, .vlan_qos = 8 } },
	{ "0x88a8", { .present = VFPREP_VLAN, .vlan = 1, .vlan_protocol = 0xa888 } },
	{ "lowest", { .present = VFPREP_RATE, .min_rate_mbps = 2, .max_rate_mbps = 1 } },
	{ "link state", { .present = VFPREP_LINK_STATE, .link_state = 3 } },
	{ "0 or 1", { .present = VFPREP_TRUST, .trust = 2 } },
	{ "0 or 1", { .present = VFPREP_SPOOFCHECK, .spoofcheck = 255 } },
	{ "0 or 1", { .present = VFPREP_RSS_QUERY, .rss_query = 2 } },
	{ "unknown bit", { .present = 1u << SETTING_COUNT } },
	{ "reserved", { .present = VFPREP_TRUST, .reserved = { 0, 0, 0, 1 } } },
};

static void a_bad_value_is_told_before_anything_is_sent(void **state)
{
	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 2");
	autofree char *before = fake_state(f.h.fake);
	for (size_t i = 0; i < ARRAY_SIZE(bad_vfs); i++) {
		struct vfprep_vf vfs[] = { make_vf(0, all_of_fake, 1), bad_vfs[i].vf };
		if (!vfs[1].index)
			vfs[1].index = 1;
		forget_problems();
		assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, vfs, 2, f.p), -EINVAL);
		expect_finding(f.p, i ? VFPREP_CONFIG : VFPREP_ABSENT,
			       i ? "interface 2 vf 1" : "eth0 vf 2", bad_vfs[i].words);
	}
	struct vfprep_vf twice[] = { make_vf(1, VFPREP_MAC, 1), make_vf(1, VFPREP_MAC, 2) };
	forget_problems();
	assert_int_equal(vfprep_vf_set(f.ctx, first_ifindex, twice, 2, f.p), -EINVAL);
	expect_finding(f.p, VFPREP_CONFIG, "interface 2 vf 1", "twice");
	autofree char *after = fake_state(f.h.fake);
	assert_string_equal(before, after);
}

/* The driver */

static void a_vf_is_bound_on_record(void **state)
{
	struct vfprep_machine *m = NULL;
	struct vfprep_plan *plan = NULL;
	enum vfprep_outcome outcome;

	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 2");
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "vfio-pci", f.p), 0);
	assert_string_equal(vf_of_first(0)->function.driver, "vfio-pci");
	assert_string_equal(vf_of_first(0)->function.override, "vfio-pci");
	assert_string_equal(vf_of_first(1)->function.driver, "igbvf");
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "vfio-pci", f.p), 0);

	assert_int_equal(vfprep_unbind(f.ctx, "0000:01:10.0", f.p), 0);
	assert_null(vf_of_first(0)->function.driver);
	assert_string_equal(vf_of_first(0)->function.override, "vfio-pci");

	assert_int_equal(vfprep_machine_read(f.ctx, &m, f.p), 0);
	assert_int_equal(vfprep_plan_release(NULL, 0, m, &plan, f.p), 0);
	assert_int_equal(vfprep_run(f.ctx, plan, NULL, NULL, &outcome, f.p), 0);
	assert_string_equal(vf_of_first(0)->function.driver, "igbvf");
	assert_null(vf_of_first(0)->function.override);
	assert_int_equal(vfprep_problems_count(f.p), 0);
	vfprep_plan_free(plan);
	vfprep_machine_free(m);
}

static void the_best_driver_is_bound_where_it_is_known(void **state)
{
	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 1");
	fake_host_raw(&f.h, "variant 0000:01:00.0 mlx5_vfio_pci");
	f.h.fake->lacks_module = "mlx5_vfio_pci";
	autofree char *before = fake_state(f.h.fake);
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "auto", NULL), -ENODEV);
	fake_host_raw(&f.h, "variant 0000:01:00.0 vendor_gpu");
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "auto", NULL), -EOPNOTSUPP);
	autofree char *after = fake_state(f.h.fake);
	assert_string_equal(before, after);

	fake_host_raw(&f.h, "variant 0000:01:00.0 mlx5_vfio_pci");
	f.h.fake->lacks_module = NULL;
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "auto", f.p), 0);
	assert_string_equal(vf_of_first(0)->function.driver, "mlx5_vfio_pci");
	expect_finding(f.p, VFPREP_NOTE, "mlx5_vfio_pci", "libvirt");
}

static void what_is_in_use_is_not_bound(void **state)
{
	(void)state;
	fake_host_raw(&f.h, "module vfio-pci");
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 1");
	fake_host_raw(&f.h, "unbind 0000:01:10.0");
	fake_host_raw(&f.h, "override 0000:01:10.0 vfio-pci");
	fake_host_raw(&f.h, "bind 0000:01:10.0 vfio-pci");
	f.h.fake->held[vf_of_first(0)->function.group] = true;
	autofree char *before = fake_state(f.h.fake);
	for (unsigned hidden = 0; hidden < 2; hidden++) {
		f.h.fake->hidden = hidden; /* then only its node tells */
		assert_int_equal(vfprep_unbind(f.ctx, "0000:01:10.0", f.p), -EBUSY);
		assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "igbvf", NULL), -EBUSY);
	}
	autofree char *after = fake_state(f.h.fake);
	assert_string_equal(before, after);
}

static void what_cannot_be_bound_is_as_it_was(void **state)
{
	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 1");
	autofree char *before = fake_state(f.h.fake);
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "nosuch", f.p), -ENODEV);
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.2", "vfio-pci", NULL), -ENODEV);
	assert_int_equal(vfprep_bind(f.ctx, "0000:05:00.0", "vfio-pci", NULL), -ENODEV);
	autofree char *after = fake_state(f.h.fake);
	assert_string_equal(before, after);
}

/* What is wrong with another NIC is told, and is no failure of this one. */
static void another_nic_s_trouble_does_not_count(void **state)
{
	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 1");
	assert_int_equal(file_write(f.h.host.rundir_fd, "run/state/0000:02:00.0.json", "{"), 0);
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "vfio-pci", f.p), 0);
	assert_string_equal(vf_of_first(0)->function.driver, "vfio-pci");
	expect_finding(f.p, VFPREP_SYSTEM, "state/0000:02:00.0.json", "JSON");
	assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", "nosuch", NULL), -ENODEV);
	forget_problems();
	assert_int_equal(vfprep_bind(f.ctx, "0000:02:00.0", "vfio-pci", f.p), -EIO);
	assert_true(vfprep_problems_count(f.p) > 1); /* without its record nothing is done */
}

/* An address and the name of a driver, and nothing that something else could be made of. */
static void what_is_no_driver_s_name_is_not_bound(void **state)
{
	static const char *const names[] = { NULL, "", ".", "..", "../igbvf", "a\nb" };

	(void)state;
	fake_host_raw(&f.h, "numvfs 0000:01:00.0 1");
	autofree char *before = fake_state(f.h.fake);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		forget_problems();
		assert_int_equal(vfprep_bind(f.ctx, "0000:01:10.0", names[i], f.p), -EINVAL);
		expect_finding(f.p, VFPREP_CONFIG, "0000:01:10.0", "no driver's name");
	}
	forget_problems();
	assert_int_equal(vfprep_bind(f.ctx, "eth0", "vfio-pci", f.p), -EINVAL);
	expect_finding(f.p, VFPREP_CONFIG, "eth0", "address");
	assert_int_equal(vfprep_unbind(f.ctx, "eth0", NULL), -EINVAL);
	autofree char *after = fake_state(f.h.fake);
	assert_string_equal(before, after);
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
		cmocka_unit_test_setup_teardown(vfs_are_read_by_number, setup, teardown),
		cmocka_unit_test_setup_teardown(the_parts_need_no_run_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(vfs_are_set_by_the_least_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(a_vf_that_fails_is_put_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_setting_that_comes_late_is_waited_for, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_vf_that_is_reset_is_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(each_vf_is_judged, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_reported_cannot_be_verified, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_bad_value_is_told_before_anything_is_sent, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_vf_is_bound_on_record, setup, teardown),
		cmocka_unit_test_setup_teardown(the_best_driver_is_bound_where_it_is_known, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_in_use_is_not_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_bound_is_as_it_was, setup, teardown),
		cmocka_unit_test_setup_teardown(another_nic_s_trouble_does_not_count, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_no_driver_s_name_is_not_bound, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
