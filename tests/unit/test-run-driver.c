/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs about VFs that get the driver that Driver=auto stands for, and modules that are not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/verify.h"
#include "fake-host.h"

#define VARIANT "mlx5_vfio_pci"

static const char config[] = "[Match]\nAddress=0000:01:00.0\n"
			     "[PF]\nVirtualFunctions=2\n"
			     "[VF 0]\nTeam=web0\nDriver=auto\n"
			     "[VF 1]\nTeam=web1\n";

static const char both_config[] = "[Match]\nDriver=igb\n"
				  "[PF]\nVirtualFunctions=1\n"
				  "[VF 0]\nTeam=web%p\nDriver=auto\n";

static bool has_problem(const struct fake_host *h, enum vfprep_fault fault, const char *subject,
			const char *words)
{
	for (size_t i = 0; i < vfprep_problems_count(h->problems); i++) {
		struct vfprep_problem f = vfprep_problems_get(h->problems, i);
		if (f.fault == fault && strcmp(f.subject, subject) == 0 && strstr(f.message, words))
			return true;
	}
	for (size_t i = 0; i < vfprep_problems_count(h->problems); i++) {
		struct vfprep_problem f = vfprep_problems_get(h->problems, i);
		print_message("  %s: %s\n", f.subject, f.message);
	}
	return false;
}

static const struct vf *vf_of(const struct fake_host *h, size_t pf, unsigned index)
{
	return pf_find_vf(&h->fake->machine->pfs[pf], index);
}

static struct vfprep_machine *seen(struct fake_host *h)
{
	struct vfprep_machine *m = NULL;

	assert_int_equal(host_read(&h->host, NULL, &m, h->problems), 0);
	return m;
}

static void the_best_driver_is_loaded_bound_published_verified_and_released(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, config);
	fake_host_raw(&h, "variant 0000:01:00.0 " VARIANT);
	autofree char *first = fake_host_state(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_false(problems_any(h.problems));
	assert_true(has_problem(&h, VFPREP_NOTE, VARIANT, "since 9.7.0"));
	assert_true(h.fake->machine->has_vfio_pci);
	assert_true(machine_has_driver(h.fake->machine, VARIANT));
	assert_string_equal(vf_of(&h, 0, 0)->function.driver, VARIANT);
	assert_string_equal(vf_of(&h, 0, 0)->function.override, VARIANT);
	assert_string_equal(vf_of(&h, 0, 1)->function.driver, "vfio-pci");

	automachine m = seen(&h);
	struct verdicts verdicts;
	assert_string_equal(machine_find_team(m, "web0")->transient.driver, VARIANT);
	assert_int_equal(verify_teams(m, NULL, 0, &verdicts, h.problems), 0);
	assert_true(verdicts.items[0].good && verdicts.items[1].good);
	verdicts_clear(&verdicts);

	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(vfprep_problems_count(h.problems), 0); /* nothing to do, nothing to say */
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_true(machine_has_driver(h.fake->machine, VARIANT)); /* modules stay */
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, first);
	fake_host_close(&h);
}

static void a_module_that_is_not_there_costs_only_the_pfs_that_need_it(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, both_config);
	fake_host_raw(&h, "variant 0000:01:00.0 " VARIANT);
	h.fake->lacks_module = VARIANT;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_true(has_problem(&h, VFPREP_ABSENT, VARIANT, "the module is not there"));
	assert_true(has_problem(&h, VFPREP_NOTE, "0000:01:00.0", "there is no driver '" VARIANT));
	assert_int_equal(h.fake->machine->pfs[0].n_vfs, 0);
	assert_false(h.fake->machine->pfs[0].up);
	assert_string_equal(vf_of(&h, 1, 0)->function.driver, "vfio-pci");
	automachine m = seen(&h);
	assert_null(m->pfs[0].record);
	assert_null(machine_find_team(m, "webeth0"));
	assert_non_null(machine_find_team(m, "webeth1"));

	h.fake->lacks_module = NULL;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_false(problems_any(h.problems));
	assert_string_equal(vf_of(&h, 0, 0)->function.driver, VARIANT);
	fake_host_close(&h);
}

static void a_vf_that_is_for_another_driver_than_its_pf_said_fails_and_the_next_run_knows(
	void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, config);
	h.fake->new_vfs_are_for = VARIANT;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_UNDONE);
	assert_true(has_problem(&h, VFPREP_SYSTEM, "0000:01:00.0 vf 0",
				"stands for '" VARIANT "' now that it is there"));
	assert_null(vf_of(&h, 0, 0)->function.driver);
	assert_null(vf_of(&h, 0, 0)->function.override);
	assert_string_equal(vf_of(&h, 0, 1)->function.driver, "vfio-pci");
	automachine m = seen(&h);
	assert_null(machine_find_team(m, "web0"));
	assert_non_null(machine_find_team(m, "web1"));

	assert_int_equal(fake_host_apply(&h), 0);
	assert_false(problems_any(h.problems));
	assert_string_equal(vf_of(&h, 0, 0)->function.driver, VARIANT);
	fake_host_close(&h);
}

static void a_nic_may_have_it_too(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, "[Match]\nName=eth1\n[NIC]\nTeam=whole\nDriver=auto\n");
	fake_host_raw(&h, "variant 0000:02:00.0 " VARIANT);
	autofree char *first = fake_host_state(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_false(problems_any(h.problems));
	assert_string_equal(h.fake->machine->pfs[1].driver, VARIANT);
	assert_int_equal(fake_host_release_all(&h), 0);
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, first);
	fake_host_close(&h);
}

static void a_driver_that_is_better_by_now_is_bound_by_the_next_run(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, config);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_string_equal(vf_of(&h, 0, 0)->function.driver, "vfio-pci");
	fake_host_raw(&h, "variant 0000:01:00.0 " VARIANT);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_false(problems_any(h.problems));
	assert_string_equal(vf_of(&h, 0, 0)->function.driver, VARIANT);
	assert_string_equal(vf_of(&h, 0, 1)->function.driver, "vfio-pci");
	automachine m = seen(&h);
	assert_string_equal(machine_find_team(m, "web0")->transient.driver, VARIANT);
	fake_host_close(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_driver_is_loaded_bound_published_verified_and_released),
		cmocka_unit_test(a_module_that_is_not_there_costs_only_the_pfs_that_need_it),
		cmocka_unit_test(
			a_vf_that_is_for_another_driver_than_its_pf_said_fails_and_the_next_run_knows),
		cmocka_unit_test(a_nic_may_have_it_too),
		cmocka_unit_test(a_driver_that_is_better_by_now_is_bound_by_the_next_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
