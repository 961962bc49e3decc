/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which VFIO driver is the best for a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/variant.h"

/* As depmod writes it, with the lines that the id tables of Linux' drivers/vfio/pci make (mlx5,
 * hisilicon, pds, virtio, nvgrace-gpu, qat) among lines of other kinds. */
static const char aliases[] =
	"# Aliases extracted from modules themselves.\n"
	"alias pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_core\n"
	"alias devname:vfio/vfio vfio\n"
	"alias char-major-10-196 vfio\n"
	"alias vfio_pci:v000019E5d0000A251sv*sd*bc*sc*i* hisi_acc_vfio_pci\n"
	"alias vfio_pci:v000019E5d0000A259sv*sd*bc*sc*i* hisi_acc_vfio_pci\n"
	"alias vfio_pci:v000019E5d0000A256sv*sd*bc*sc*i* hisi_acc_vfio_pci\n"
	"alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci\n"
	"alias vfio_pci:v000010DEd00002342sv*sd*bc*sc*i* nvgrace_gpu_vfio_pci\n"
	"alias vfio_pci:v00001DD8d00001003sv*sd*bc*sc*i* pds_vfio_pci\n"
	"alias vfio_pci:v00008086d00004941sv*sd*bc*sc*i* qat_vfio_pci\n"
	"alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"
	"alias vfio_pci:v00001AF4d00001041sv*sd*bc*sc*i* virtio_vfio_pci\n";

#define CONNECTX   "pci:v000015B3d0000101Esv000015B3sd00000001bc02sc00i00"
#define IGB_VF     "pci:v00008086d000010CAsv00008086sd00000000bc02sc00i00"
#define VIRTIO_NET "pci:v00001AF4d00001041sv00001AF4sd00001100bc02sc00i00"

static void expect_best(const char *text, const char *modalias, const char *want)
{
	autovariants v = { 0 };

	assert_int_equal(variants_read(&v, text, strlen(text)), 0);
	const char *got = variants_find(&v, modalias);
	if (want)
		assert_string_equal(got ? got : "none", want);
	else
		assert_null(got);
}

static void the_line_of_the_device_is_better_than_the_one_for_all(void **state)
{
	(void)state;
	expect_best(aliases, CONNECTX, "mlx5_vfio_pci");
	expect_best(aliases, CONNECTX "\n", "mlx5_vfio_pci");
	expect_best(aliases, VIRTIO_NET, "virtio_vfio_pci");
	expect_best(aliases, "pci:v00001DD8d00001003sv00001DD8sd00005001bc02sc00i00",
		    "pds_vfio_pci");
	expect_best(aliases, "pci:v000019E5d0000A256sv00000000sd00000000bc10sc00i00",
		    "hisi_acc_vfio_pci");
	expect_best(aliases, IGB_VF, "vfio_pci");
}

static void where_no_line_fits_it_is_vfio_pci(void **state)
{
	(void)state;
	expect_best("", IGB_VF, "vfio_pci");
	/* Before Linux 5.16 there are none. */
	expect_best("alias pci:v00008086d000010CAsv*sd*bc*sc*i* igbvf\n", IGB_VF, "vfio_pci");
}

static void fewer_wildcards_win_and_of_equals_the_first(void **state)
{
	(void)state;
	expect_best("alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* two_vfio_pci\n"
		    "alias vfio_pci:v00008086d000010CAsv*sd*bc02sc00i* four_vfio_pci\n"
		    "alias vfio_pci:v00008086d*sv*sd*bc*sc*i* one_vfio_pci\n",
		    IGB_VF, "four_vfio_pci");
	expect_best("alias vfio_pci:v00008086d*sv*sd*bc02sc*i* first_vfio_pci\n"
		    "alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* second_vfio_pci\n",
		    IGB_VF, "first_vfio_pci");
}

static void a_field_is_a_star_or_equal_and_no_glob(void **state)
{
	(void)state;
	expect_best("alias vfio_pci:v00008086d000010C?sv*sd*bc*sc*i* a_vfio_pci\n"
		    "alias vfio_pci:v00008086d000010[C]Asv*sd*bc*sc*i* b_vfio_pci\n"
		    "alias vfio_pci:v0000*d*sv*sd*bc*sc*i* c_vfio_pci\n"
		    "alias vfio_pci:v**d*sv*sd*bc*sc*i* d_vfio_pci\n"
		    "alias vfio_pci:vd000010CAsv*sd*bc*sc*i* e_vfio_pci\n"
		    "alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i*x f_vfio_pci\n",
		    IGB_VF, "vfio_pci");
	/* Digits are compared as they stand, as libvirt does it. */
	expect_best("alias vfio_pci:v00008086d000010casv*sd*bc*sc*i* low_vfio_pci\n", IGB_VF,
		    "vfio_pci");
}

static void lines_that_are_cut_or_of_another_kind_are_passed_over(void **state)
{
	static const char *const lines[] = {
		"alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i*",
		"alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* \n",
		"alias vfio_pci:v00008086d000010CAsv*sd*bc*sc x_vfio_pci\n",
		"alias vfio_pci:v00008086d000010CA x_vfio_pci\nsv*sd*bc*sc*i* x_vfio_pci\n",
		"alias vfio_pci:",
		"alias vfio_pci",
		" alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* x_vfio_pci\n",
		"# alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* x_vfio_pci\n",
		"alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* ../x_vfio_pci\n",
		"alias vfio_platform:v00008086d000010CAsv*sd*bc*sc*i* x_vfio_pci\n",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		expect_best(lines[i], IGB_VF, "vfio_pci");
	expect_best("\n\nalias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* x_vfio_pci", IGB_VF,
		    "x_vfio_pci");
}

static void what_is_not_known_is_not_guessed(void **state)
{
	autovariants v = { 0 };

	(void)state;
	assert_null(variants_find(&v, IGB_VF)); /* there was no file */
	expect_best(aliases, "", NULL);
	expect_best(aliases, "pci:", NULL);
	expect_best(aliases, "usb:v000015B3d0000101Esv*sd*bc*sc*i*", NULL);
	expect_best(aliases, "pci:v000015B3d0000101Esv000015B3", NULL);
}

static void a_vf_to_come_fits_no_pattern_about_what_is_not_known_of_it(void **state)
{
	autofree char *modalias = modalias_of_vf_to_come(0x8086, 0x10ca);

	(void)state;
	expect_best("alias vfio_pci:v00008086d000010CAsv*sd*bc*sc*i* device_vfio_pci\n"
		    "alias vfio_pci:v00008086d000010CAsv*sd*bc02sc*i* class_vfio_pci\n"
		    "alias vfio_pci:v00008086d000010CAsv?sd*bc*sc*i* odd_vfio_pci\n"
		    "alias vfio_pci:v00008086d000010CAsv00008086sd*bc*sc*i* subsystem_vfio_pci\n",
		    modalias, "device_vfio_pci");
	expect_best(aliases, modalias, "vfio_pci");
}

/* One line more, of which most are no aliases of VFIO's, costs no more than to look at it. */
static void a_large_file_is_read_in_one_go(void **state)
{
	autostrbuf b = { 0 };

	(void)state;
	for (unsigned i = 0; i < 40000; i++)
		strbuf_addf(&b, "alias pci:v00008086d%08Xsv*sd*bc*sc*i* some_driver_name\n", i);
	strbuf_add(&b, aliases);
	expect_best(strbuf_text(&b), CONNECTX, "mlx5_vfio_pci");
}

static void drivers_are_called_as_their_modules_but_for_some(void **state)
{
	(void)state;
	assert_string_equal(module_driver_name("vfio_pci"), "vfio-pci");
	assert_string_equal(module_driver_name("xe_vfio_pci"), "xe-vfio-pci");
	assert_string_equal(module_driver_name("mlx5_vfio_pci"), "mlx5_vfio_pci");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_of_the_device_is_better_than_the_one_for_all),
		cmocka_unit_test(where_no_line_fits_it_is_vfio_pci),
		cmocka_unit_test(fewer_wildcards_win_and_of_equals_the_first),
		cmocka_unit_test(a_field_is_a_star_or_equal_and_no_glob),
		cmocka_unit_test(lines_that_are_cut_or_of_another_kind_are_passed_over),
		cmocka_unit_test(what_is_not_known_is_not_guessed),
		cmocka_unit_test(a_vf_to_come_fits_no_pattern_about_what_is_not_known_of_it),
		cmocka_unit_test(a_large_file_is_read_in_one_go),
		cmocka_unit_test(drivers_are_called_as_their_modules_but_for_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
