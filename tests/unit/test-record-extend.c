/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records: what is taken into them before it changes, and what leaves them when it is back. */
#include "core/record.h"

#include "own-vfs.h"

/* Extend */

static void each_step_puts_its_original_on_record(void **state)
{
	automachine m = machine_with_vfs(1);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed = false;

	(void)state;
	pf->addr_gen_mode = ADDR_GEN_RANDOM;
	assert_int_equal(text_replace(&pf->vfs[0].function.driver, "vfio-pci"), 0);
	pf->vfs[0].function.node = (struct node){ true, 1, 2, 0640 };
	pf->vfs[0].settings.vlan.id = 7;
	add_pf_step(plan, STEP_ADDR_GEN_MODE, ADDR_GEN_NONE);
	add_pf_step(plan, STEP_LINK, 0);
	add_pf_step(plan, STEP_AUTOPROBE, 0);
	add_vf_step(plan, STEP_SETTING, 0)->setting = SETTING_VLAN;
	add_vf_step(plan, STEP_OVERRIDE, 0);
	add_vf_step(plan, STEP_DRIVER, 0);
	add_vf_step(plan, STEP_NODE, 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_true(changed);

	const struct record *r = pf->record;
	const struct vf *vf = &r->original.vfs[0];
	assert_string_equal(r->boot_id, BOOT);
	assert_int_equal(r->ifindex, 2);
	assert_int_equal(r->original.has, PF_ADDR_GEN_MODE | PF_LINK | PF_AUTOPROBE);
	assert_int_equal(r->original.addr_gen_mode, ADDR_GEN_RANDOM);
	assert_true(r->original.up && r->original.autoprobe);
	assert_int_equal(r->original.n_vfs, 1);
	assert_int_equal(vf->function.inode, 1000);
	assert_int_equal(vf->function.has, FUNCTION_DRIVER | FUNCTION_OVERRIDE | FUNCTION_NODE);
	assert_string_equal(vf->function.driver, "vfio-pci");
	assert_null(vf->function.override);
	assert_int_equal(vf->function.node.mode, 0640);
	assert_int_equal(vf->settings.present,
			 1u << SETTING_VLAN); /* and nothing it leaves alone */
	assert_int_equal(vf->settings.vlan.id, 7);
	assert_false(vf->ours);
}

static void port_of_a_vf_is_on_record_before_its_interface_is_gone(void **state)
{
	automachine m = machine_with_vfs(2);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed = false;

	(void)state;
	pf->vfs[1].port.ifindex = 3;
	assert_int_equal(text_replace(&pf->vfs[1].port.name, "eth1"), 0);
	add_vf_step(plan, STEP_DRIVER, 1);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_int_equal(record_find_vf(pf, 1)->port.ifindex, 3);
	pf->vfs[1].port.ifindex = 0; /* VFIO has it */
	add_vf_step(plan, STEP_NODE, 1);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_int_equal(record_find_vf(pf, 1)->port.ifindex, 3);
	assert_string_equal(record_find_vf(pf, 1)->port.name, "eth1");
}

/* All else is on record from when it was bound before anybody knew its port. */
static void port_that_is_known_by_now_is_a_change_to_save(void **state)
{
	automachine m = machine_with_vfs(1);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed = false;

	(void)state;
	add_vf_step(plan, STEP_DRIVER, 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_false(changed);
	pf->vfs[0].port.ifindex = 3;
	assert_int_equal(text_replace(&pf->vfs[0].port.name, "eth1"), 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_true(changed);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_false(changed);
}

static void first_original_stays_whatever_comes_later(void **state)
{
	automachine m = machine_with_vfs(1);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed;

	(void)state;
	add_pf_step(plan, STEP_LINK, 0);
	add_vf_step(plan, STEP_SETTING, 0)->setting = SETTING_MAC;
	add_vf_step(plan, STEP_DRIVER, 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	pf->up = false;
	pf->vfs[0].settings.mac[5] = 9;
	assert_int_equal(text_replace(&pf->vfs[0].function.driver, "vfio-pci"), 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_false(changed);
	assert_true(pf->record->original.up);
	assert_true(mac_is_zero(record_find_vf(pf, 0)->settings.mac));
	assert_string_equal(record_find_vf(pf, 0)->function.driver, "igbvf");
}

static void what_was_not_known_and_a_node_that_was_not_there_are_not_recorded(void **state)
{
	automachine m = machine_with_vfs(1);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed;

	(void)state;
	pf->has &= ~(unsigned)PF_LINK;
	pf->vfs[0].settings.present = 0;
	add_pf_step(plan, STEP_LINK, 1);
	add_vf_step(plan, STEP_SETTING, 0)->setting = SETTING_MAC;
	add_vf_step(plan, STEP_NODE, 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_int_equal(pf->record->original.has, 0);
	assert_int_equal(record_find_vf(pf, 0)->settings.present, 0);
	assert_int_equal(record_find_vf(pf, 0)->function.has, 0);
}

static void node_that_our_binding_made_is_not_recorded(void **state)
{
	automachine m = machine_with_vfs(1);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed;

	(void)state;
	add_vf_step(plan, STEP_DRIVER, 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_int_equal(text_replace(&pf->vfs[0].function.driver, "vfio-pci"), 0);
	pf->vfs[0].function.node = (struct node){ true, 0, 0, 0600 };
	add_vf_step(plan, STEP_NODE, 0);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_int_equal(record_find_vf(pf, 0)->function.has, FUNCTION_DRIVER);
}

static void steps_of_others_and_of_no_pf_leave_no_record(void **state)
{
	automachine m = machine_with_vfs(1);
	autoplan plan = plan_new();
	bool changed = true;

	(void)state;
	add_pf_step(plan, STEP_MODULE, 0);
	add_pf_step(plan, STEP_PUBLISH, 0);
	add_pf_step(plan, STEP_WITHDRAW, 0);
	add_pf_step(plan, STEP_LINK, 0)->pf = address_of("0000:02:00.0");
	assert_int_equal(record_extend(&m->pfs[0], BOOT, plan, false, &changed), 0);
	assert_false(changed);
	assert_null(m->pfs[0].record);
}

static void vfs_to_come_have_no_originals_yet(void **state)
{
	automachine m = machine_with_vfs(0);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed;

	(void)state;
	add_pf_step(plan, STEP_NUMVFS, 2);
	add_vf_step(plan, STEP_DRIVER, 1);
	add_vf_step(plan, STEP_SETTING, 1)->setting = SETTING_MAC;
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	assert_int_equal(pf->record->original.n_vfs, 0);
	assert_int_equal(pf->record->original.numvfs, 0);
	assert_int_equal(pf->record->making, 2);
	assert_true(pf->record->to_probe);
}

/* Shrink */

static void what_has_its_original_value_again_is_dropped(void **state)
{
	automachine m = machine_with_own_vfs(2);
	struct pf *pf = &m->pfs[0];

	(void)state;
	pf->up = false;
	pf->vfs[0].settings.mac[5] = 9;
	assert_int_equal(text_replace(&pf->vfs[1].function.driver, "vfio-pci"), 0);
	assert_false(record_shrink(pf));
	assert_int_equal(pf->record->original.has, PF_NUMVFS | PF_LINK);
	assert_int_equal(record_find_vf(pf, 0)->settings.present, 1u << SETTING_MAC);
	assert_int_equal(record_find_vf(pf, 0)->function.has, 0);
	assert_int_equal(record_find_vf(pf, 1)->settings.present, 0);
	assert_int_equal(record_find_vf(pf, 1)->function.has, FUNCTION_DRIVER);
	assert_true(record_owns_vfs(pf)); /* ours, though nothing of VF 1 was changed */
}

static void record_is_empty_once_all_is_back(void **state)
{
	automachine m = machine_with_own_vfs(2);
	struct pf *pf = &m->pfs[0];

	(void)state;
	drop_vfs(pf);
	assert_true(record_shrink(pf));
}

static void adopted_vf_leaves_the_record_when_it_is_as_it_was(void **state)
{
	automachine m = machine_with_vfs(2);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed;

	(void)state;
	add_vf_step(plan, STEP_SETTING, 0)->setting = SETTING_MAC;
	add_vf_step(plan, STEP_SETTING, 1)->setting = SETTING_MAC;
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	pf->vfs[1].settings.mac[5] = 9;
	assert_false(record_shrink(pf));
	assert_null(record_find_vf(pf, 0));
	assert_non_null(record_find_vf(pf, 1));
	pf->vfs[1].settings.mac[5] = 0;
	assert_true(record_shrink(pf));
}

static void node_of_another_owner_or_mode_stays_on_record(void **state)
{
	static const struct node others[] = { { true, 9, 2, 0600 },
					      { true, 1, 9, 0600 },
					      { true, 1, 2, 0660 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		automachine m = machine_with_vfs(1);
		struct pf *pf = &m->pfs[0];
		autoplan plan = plan_new();
		bool changed;
		pf->vfs[0].function.node = (struct node){ true, 1, 2, 0600 };
		add_vf_step(plan, STEP_NODE, 0);
		assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
		pf->vfs[0].function.node = others[i];
		assert_false(record_shrink(pf));
		assert_int_equal(record_find_vf(pf, 0)->function.node.mode, 0600);
	}
}

/* Who calls knows whether all of them had their turn. */
static void vfs_that_wait_for_a_driver_stay_on_record(void **state)
{
	automachine m = machine_with_own_vfs(2);

	(void)state;
	assert_true(m->pfs[0].record->to_probe);
	assert_false(record_shrink(&m->pfs[0]));
	assert_true(m->pfs[0].record->to_probe);
	assert_true(record_owns_vfs(&m->pfs[0])); /* though nothing of them was changed */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_puts_its_original_on_record),
		cmocka_unit_test(port_of_a_vf_is_on_record_before_its_interface_is_gone),
		cmocka_unit_test(port_that_is_known_by_now_is_a_change_to_save),
		cmocka_unit_test(first_original_stays_whatever_comes_later),
		cmocka_unit_test(what_was_not_known_and_a_node_that_was_not_there_are_not_recorded),
		cmocka_unit_test(node_that_our_binding_made_is_not_recorded),
		cmocka_unit_test(steps_of_others_and_of_no_pf_leave_no_record),
		cmocka_unit_test(vfs_to_come_have_no_originals_yet),
		cmocka_unit_test(what_has_its_original_value_again_is_dropped),
		cmocka_unit_test(record_is_empty_once_all_is_back),
		cmocka_unit_test(adopted_vf_leaves_the_record_when_it_is_as_it_was),
		cmocka_unit_test(node_of_another_owner_or_mode_stays_on_record),
		cmocka_unit_test(vfs_that_wait_for_a_driver_stay_on_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
