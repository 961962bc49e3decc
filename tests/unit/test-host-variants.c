/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Are the VFIO drivers there that the configuration wants besides vfio-pci? */
#include "host-tree.h"

#define VARIANT "mlx5_vfio_pci"

static void variant_driver_is_there_loadable_or_missing(void **state)
{
	struct fixture *f = *state;
	struct pf *pf = &f->machine->pfs[0];

	set_config(f, MATCH "[PF]\nVirtualFunctions=3\n[VF]\nTeam=web%i\nDriver=auto\n");
	assert_int_equal(text_replace(&pf->vfs[0].function.auto_driver, VARIANT), 0);
	assert_int_equal(text_replace(&pf->vfs[1].function.auto_driver, "vfio-pci"), 0);
	assert_int_equal(text_replace(&pf->vf_auto_driver, VARIANT), 0);
	check(f);
	expect_finding(f->problems, VFPREP_NOTE, VARIANT, "libvirt");
	expect_verdict_on(f, "vfio", VARIANT, CHECK_UNKNOWN, "not known");
	tree_add_file(&f->tree, "lib/modules/" RELEASE "/modules.dep",
		      "kernel/drivers/vfio/pci/vfio-pci.ko.xz:\n"
		      "kernel/drivers/vfio/pci/mlx5/mlx5-vfio-pci.ko.xz: kernel/vfio.ko\n");
	check(f);
	expect_finding(f->problems, VFPREP_NOTE, VARIANT, "libvirt");
	expect_verdict_on(f, "vfio", VARIANT, CHECK_OK, "can be loaded");
	tree_add_file(&f->tree, "lib/modules/" RELEASE "/modules.dep",
		      "kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/mlx5-vfio-pci.ko\n");
	check(f);
	expect_finding(f->problems, VFPREP_HOST, VARIANT, RELEASE);
	expect_verdict_on(f, "vfio", VARIANT, CHECK_PROBLEM, "no such module");
	assert_int_equal(machine_add_driver(f->machine, VARIANT), 0);
	check(f);
	expect_finding(f->problems, VFPREP_NOTE, VARIANT, "libvirt");
	expect_verdict_on(f, "vfio", VARIANT, CHECK_OK, "is there");

	/* A name, though nobody says that it is the best. */
	set_config(f, MATCH "[PF]\nVirtualFunctions=2\n[VF]\nDriver=pds_vfio_pci\n");
	check(f);
	expect_finding(f->problems, VFPREP_HOST, "pds_vfio_pci", RELEASE);
}

static void what_driver_auto_stands_for_is_not_known(void **state)
{
	struct fixture *f = *state;

	set_config(f, MATCH "[PF]\nVirtualFunctions=2\n[VF 0]\nTeam=web0\nDriver=auto\n");
	check(f);
	expect_finding(f->problems, VFPREP_HOST, PF_ADDRESS, "what Driver=auto stands for");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(variant_driver_is_there_loadable_or_missing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_driver_auto_stands_for_is_not_known, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
