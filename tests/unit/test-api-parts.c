/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the public API: VFs by number, and their drivers. */
#include "api-fixture.h"

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
