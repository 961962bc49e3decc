/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree of directories and links to what Driver=auto stands for, and the loading of modules. */
#include "host/variant-read.h"

#include <errno.h>

#include "probe-tree.h"

#define RELEASE "6.1.0-56-amd64"
#define ALIASES "lib/modules/" RELEASE "/modules.alias"

static void add_aliases(struct fixture *f, const char *text)
{
	tree_add_file(&f->tree, "proc/sys/kernel/osrelease", RELEASE "\n");
	tree_add_file(&f->tree, ALIASES, text);
	tree_add_file(&f->tree, PF_DIR "/sriov_vf_device", "10ca\n");
	tree_add_file(&f->tree, PF_DIR "/class", "0x020000\n");
	tree_add_file(&f->tree, PF_DIR "/modalias",
		      "pci:v00008086d000010C9sv00008086sd00000000bc02sc00i00\n");
	add_vf(&f->tree, 0, 6);
	tree_add_file(&f->tree, VF_DIR "0/modalias",
		      "pci:v00008086d000010CAsv00008086sd00000000bc02sc00i00\n");
	add_vf(&f->tree, 1, 7); /* without a modalias */
}

/* Device ids as the emulated igb has them; the drivers' names are made up. */
static void what_driver_auto_stands_for_is_read(void **state)
{
	struct fixture *f = *state;

	add_aliases(f, "# Aliases extracted from modules themselves.\n"
		       "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"
		       "alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* igbvf_vfio_pci\n"
		       "alias vfio_pci:v00008086d000010CAsv00008086sd*bc*sc*i* own_vfio_pci\n");
	/* Loaded modules tell what their drivers are called, others cannot. */
	tree_add_dir(&f->tree, "sys/module/igbvf_vfio_pci/drivers/pci:igbvf-vfio-pci");
	tree_add_dir(&f->tree, "sys/bus/pci/drivers/igbvf-vfio-pci");
	tree_add_dir(&f->tree, "sys/bus/pci/drivers/igbvf");
	automachine m = read_machine(f, NULL);
	struct pf *pf = m->pfs;

	assert_string_equal(pf->vf_auto_driver, "igbvf-vfio-pci");
	assert_string_equal(pf->vfs[0].function.auto_driver, "own_vfio_pci");
	assert_null(pf->vfs[1].function.auto_driver);
	assert_string_equal(pf->self->function.auto_driver, "vfio-pci");
	assert_true(m->has_vfio_pci);
	assert_int_equal(m->n_variants, 1);
	assert_string_equal(m->variants[0], "igbvf-vfio-pci");
	assert_false(problems_any(f->problems));
}

static void without_modules_alias_nobody_says_what_driver_auto_stands_for(void **state)
{
	struct fixture *f = *state;

	add_aliases(f, "");
	automachine empty = read_machine(f, NULL);
	assert_string_equal(empty->pfs[0].vf_auto_driver, "vfio-pci");
	assert_string_equal(empty->pfs[0].vfs[0].function.auto_driver, "vfio-pci");

	assert_int_equal(unlinkat(f->tree.fd, PF_DIR "/sriov_vf_device", 0), 0);
	automachine old = read_machine(f, NULL); /* a kernel without that file */
	assert_null(old->pfs[0].vf_auto_driver);
	assert_string_equal(old->pfs[0].vfs[0].function.auto_driver, "vfio-pci");

	assert_int_equal(unlinkat(f->tree.fd, ALIASES, 0), 0);
	tree_add_file(&f->tree, PF_DIR "/sriov_vf_device", "10ca\n");
	automachine none = read_machine(f, NULL);
	assert_null(none->pfs[0].vf_auto_driver);
	assert_null(none->pfs[0].vfs[0].function.auto_driver);
	assert_null(none->pfs[0].self->function.auto_driver);
	assert_false(problems_any(f->problems)); /* nobody has asked for it */
}

/* No module is loaded here: the kernel that runs the test has none of these names. */
static void a_driver_that_is_there_needs_no_module(void **state)
{
	struct fixture *f = *state;
	struct step s = { .kind = STEP_MODULE, .group = -1, .name = (char *)"vfio-pci" };

	assert_int_equal(act(f, &s, NULL), 1);
	s.name = (char *)"no_such_vfio_pci";
	assert_int_equal(act(f, &s, "no module 'no_such_vfio_pci'"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_driver_auto_stands_for_is_read, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			without_modules_alias_nobody_says_what_driver_auto_stands_for, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_driver_that_is_there_needs_no_module, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
