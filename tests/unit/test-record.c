/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records: whether they still speak of this machine, and whose VFs are there. */
#include "core/record.h"

#include "own-vfs.h"

static void record_of_this_machine_stays_whole(void **state)
{
	automachine m = machine_with_own_vfs(3);
	struct pf *pf = &m->pfs[0];

	(void)state;
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_int_equal(pf->record->original.n_vfs, 3);
	assert_int_equal(pf->record->original.has, PF_NUMVFS | PF_LINK);
	assert_true(record_owns_vfs(pf));
}

static void record_of_another_boot_is_void(void **state)
{
	automachine m = machine_with_own_vfs(3);

	(void)state;
	assert_int_equal(record_reconcile(&m->pfs[0], "boot-2"), 0);
	assert_null(m->pfs[0].record);
}

static void nothing_on_record_is_fine(void **state)
{
	automachine m = machine_with_vfs(1);

	(void)state;
	assert_int_equal(record_reconcile(&m->pfs[0], BOOT), 0);
	assert_null(m->pfs[0].record);
	assert_true(record_shrink(&m->pfs[0]));
	assert_null(record_find_vf(&m->pfs[0], 0));
}

static void record_of_another_interface_keeps_the_pfs_values_only(void **state)
{
	automachine m = machine_with_own_vfs(3);
	struct pf *pf = &m->pfs[0];

	(void)state;
	pf->ifindex = 7;
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_int_equal(pf->record->original.n_vfs, 0);
	assert_int_equal(pf->record->original.has, PF_LINK);
	assert_false(record_owns_vfs(pf));
}

static void an_interface_that_was_elsewhere_is_known_by_its_directory(void **state)
{
	automachine m = machine_with_own_vfs(3);
	struct pf *pf = &m->pfs[0];

	(void)state;
	pf->record->net_inode = pf->net_inode = 77;
	pf->ifindex = 7; /* its own was taken while it was away */
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_true(record_owns_vfs(pf));
	assert_true(pf->record->original.has & PF_NUMVFS);
	assert_int_equal(pf->record->ifindex, 7);
	pf->ifindex = 8;
	pf->net_inode = 78;
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_false(record_owns_vfs(pf));
}

/* cxgb4 makes the interface with the VFs; and one may come back from another namespace. */
static void a_first_interface_is_no_other_one(void **state)
{
	automachine m = machine_with_own_vfs(2);
	struct pf *pf = &m->pfs[0];

	(void)state;
	pf->record->ifindex = 0;
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_true(record_owns_vfs(pf));
	assert_int_equal(pf->record->ifindex, pf->ifindex);
}

/* A driver that was loaded again gives its PF another ifindex. */
static void vfs_made_after_the_interface_changed_are_ours_in_later_runs(void **state)
{
	automachine m = machine_with_own_vfs(3);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed;

	(void)state;
	pf->ifindex = 7;
	drop_vfs(pf);
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	add_pf_step(plan, STEP_NUMVFS, 2);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	add_vfs(pf, 2, 2000);
	assert_int_equal(record_made(pf), 0);
	assert_int_equal(record_reconcile(pf, BOOT), 0); /* the next run */
	assert_true(record_owns_vfs(pf));
}

static void record_of_another_vf_is_void_for_that_vf_alone(void **state)
{
	automachine m = machine_with_own_vfs(3);
	struct pf *pf = &m->pfs[0];

	(void)state;
	pf->vfs[1].function.inode = 4711;
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_non_null(record_find_vf(pf, 0));
	assert_null(record_find_vf(pf, 1));
	assert_non_null(record_find_vf(pf, 2));
	assert_int_equal(pf->record->original.has, PF_NUMVFS | PF_LINK);
	assert_false(record_owns_vfs(pf));
}

static void record_of_a_vf_at_another_address_or_gone_is_void(void **state)
{
	automachine m = machine_with_own_vfs(3);
	struct pf *pf = &m->pfs[0];

	(void)state;
	pf->vfs[0].function.address.bus = 9;
	vf_clear(&pf->vfs[2]);
	pf->n_vfs = 2;
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_null(record_find_vf(pf, 0));
	assert_non_null(record_find_vf(pf, 1));
	assert_null(record_find_vf(pf, 2));
}

/* While the count was being written vfprep was killed: N VFs are there now. */
static struct vfprep_machine *killed_while_making(unsigned wanted, unsigned there)
{
	struct vfprep_machine *m = machine_with_vfs(0);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed;

	add_pf_step(plan, STEP_NUMVFS, wanted);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_true(changed);
	assert_int_equal(pf->record->making, wanted);
	add_vfs(pf, there, 1000);
	return m;
}

static void vfs_as_many_as_were_being_made_are_ours(void **state)
{
	automachine m = killed_while_making(4, 4);
	struct pf *pf = &m->pfs[0];

	(void)state;
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_int_equal(pf->record->making, 0);
	assert_true(record_owns_vfs(pf));
	assert_true(pf->record->to_probe);
	assert_int_equal(record_find_vf(pf, 3)->function.inode, 1003);
}

static void vfs_of_another_number_than_was_being_made_are_not_ours(void **state)
{
	static const unsigned there[] = { 0, 3, 5 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(there); i++) {
		automachine m = killed_while_making(4, there[i]);
		assert_int_equal(record_reconcile(&m->pfs[0], BOOT), 0);
		assert_int_equal(m->pfs[0].record->making, 0);
		assert_int_equal(m->pfs[0].record->original.n_vfs, 0);
		assert_false(record_owns_vfs(&m->pfs[0]));
	}
}

static void vfs_of_another_interface_are_not_those_that_were_being_made(void **state)
{
	automachine m = killed_while_making(4, 4);

	(void)state;
	m->pfs[0].ifindex = 7;
	assert_int_equal(record_reconcile(&m->pfs[0], BOOT), 0);
	assert_int_equal(m->pfs[0].record->making, 0);
	assert_false(record_owns_vfs(&m->pfs[0]));
}

static void vfs_are_ours_when_all_of_them_are(void **state)
{
	automachine m = machine_with_own_vfs(3);
	automachine others = machine_with_vfs(3);
	automachine none = machine_with_own_vfs(0);
	struct pf *pf = &m->pfs[0];

	(void)state;
	assert_true(record_owns_vfs(pf));
	assert_false(record_owns_vfs(&others->pfs[0]));
	assert_false(record_owns_vfs(&none->pfs[0]));
	pf->record->original.vfs[2].ours = false;
	assert_false(record_owns_vfs(pf));
	pf->record->original.vfs[2].ours = true;
	pf->vfs[2].function.inode = 4711;
	assert_false(record_owns_vfs(pf));
}

static void interface_that_cannot_be_seen_just_now_voids_nothing(void **state)
{
	automachine m = machine_with_own_vfs(2);
	struct pf *pf = &m->pfs[0];

	(void)state;
	pf->ifindex = 0; /* no netlink here, or it is in another network namespace */
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_true(record_owns_vfs(pf));
	assert_true(pf->record->original.has & PF_NUMVFS);
	assert_int_not_equal(pf->record->ifindex, 0);
}

static void what_is_still_being_made_stays_on_record(void **state)
{
	automachine m = killed_while_making(4, 1);
	struct pf *pf = &m->pfs[0];

	(void)state;
	assert_int_equal(text_replace(&pf->busy, "pid 12, sriov_numvfs"), 0);
	assert_int_equal(record_reconcile(pf, BOOT), 0);
	assert_int_equal(pf->record->making, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_of_this_machine_stays_whole),
		cmocka_unit_test(record_of_another_boot_is_void),
		cmocka_unit_test(nothing_on_record_is_fine),
		cmocka_unit_test(record_of_another_interface_keeps_the_pfs_values_only),
		cmocka_unit_test(an_interface_that_was_elsewhere_is_known_by_its_directory),
		cmocka_unit_test(a_first_interface_is_no_other_one),
		cmocka_unit_test(vfs_made_after_the_interface_changed_are_ours_in_later_runs),
		cmocka_unit_test(record_of_another_vf_is_void_for_that_vf_alone),
		cmocka_unit_test(record_of_a_vf_at_another_address_or_gone_is_void),
		cmocka_unit_test(vfs_as_many_as_were_being_made_are_ours),
		cmocka_unit_test(vfs_of_another_number_than_was_being_made_are_not_ours),
		cmocka_unit_test(vfs_of_another_interface_are_not_those_that_were_being_made),
		cmocka_unit_test(vfs_are_ours_when_all_of_them_are),
		cmocka_unit_test(interface_that_cannot_be_seen_just_now_voids_nothing),
		cmocka_unit_test(what_is_still_being_made_stays_on_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
