/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a domain's log says of a VF that QEMU could not take. */
#include "core/qemu-log.h"

#include <errno.h>

#include "expect.h"

#define START                                                                                      \
	"2026-01-02 03:04:05.678+0000: starting up libvirt version: 11.3.0, package: 2, qemu "     \
	"version: 10.0.2Debian 1:10.0.2, kernel: 6.1.0, hostname: box\n"                           \
	"LC_ALL=C \\\n"                                                                            \
	"-device '{\"driver\":\"vfio-pci\",\"host\":\"0000:01:10.0\",\"id\":\"ua-web0_vf\"}'\n"
#define QEMU        "2026-01-02T03:04:06.000000Z qemu-system-x86_64: "
#define WARNING(of) QEMU "warning: vfio " of ": failed to open /dev/vfio/6: Permission denied\n"

static char id[] = "ua-web0_vf", pair[] = "ua-web0";

/* WANT NULL: nothing is to be found. */
static void expect_warning(const char *log, const char *want)
{
	const struct qemu_device vf = {
		.id = id, .pair = pair, .has_address = true, .address = { 0, 1, 0x10, 0 }
	};
	autofree char *warning = NULL;
	int r = qemu_log_warning(log, &vf, &warning);

	assert_int_equal(r, want != NULL);
	if (want)
		assert_string_equal(warning, want);
	else
		assert_null(warning);
}

static void what_is_about_the_vf_is_found(void **state)
{
	static const char taken[] =
		"vfio 0000:01:10.0: failed to open /dev/vfio/6: Permission denied";

	(void)state;
	expect_warning(START WARNING("0000:01:10.0"), taken);
	expect_warning(WARNING("0000:01:10.0"), taken); /* a log that was begun anew */
	expect_warning(START QEMU "warning: failover primary device must be on PCIExpress bus\n",
		       "failover primary device must be on PCIExpress bus");
	expect_warning(START "qemu-kvm: warning: Cannot attach more than one primary device to "
			     "'ua-web0': 'ua-web0_vf' and 'ua-vf1'",
		       "Cannot attach more than one primary device to 'ua-web0': 'ua-web0_vf' and "
		       "'ua-vf1'");
	expect_warning(START QEMU "warning: Bus 'pci.0' does not support hotplugging\n",
		       "Bus 'pci.0' does not support hotplugging");
	expect_warning(START QEMU "warning: Hot-plug failed: unsupported by the port device "
				  "'pci.1'\n",
		       "Hot-plug failed: unsupported by the port device 'pci.1'");
	expect_warning(START QEMU "warning: Unsupported bus. Bus doesn't have property "
				  "'acpi-pcihp-bsel' set\n",
		       "Unsupported bus. Bus doesn't have property 'acpi-pcihp-bsel' set");
	expect_warning(START WARNING("0000:01:10.0") QEMU "warning: Primary device not found\r\n",
		       "Primary device not found");
	expect_warning(START QEMU "warning: ua-web0_vf: \x1b[2J\n", "ua-web0_vf: ?[2J");
}

static void what_is_not_is_left_out(void **state)
{
	(void)state;
	expect_warning("", NULL);
	expect_warning(START, NULL);
	expect_warning(START WARNING("0000:01:10.2"), NULL);
	expect_warning(START WARNING("0000:01:10.01"), NULL);
	expect_warning(START QEMU "warning: host doesn't support requested feature\n", NULL);
	expect_warning(START QEMU "warning: ua-web0_vf2 and ua-web01 are others\n", NULL);
	expect_warning(START QEMU "vfio 0000:01:10.0: no warning\n", NULL);
}

static void earlier_starts_do_not_count(void **state)
{
	(void)state;
	expect_warning(START WARNING("0000:01:10.0") START, NULL);
	expect_warning(START WARNING("0000:01:10.0") "2026-01-02 04:00:00.000+0000: shutting down, "
						     "reason=shutdown\n" START QEMU
						     "warning: Primary device not found\n",
		       "Primary device not found");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_about_the_vf_is_found),
		cmocka_unit_test(what_is_not_is_left_out),
		cmocka_unit_test(earlier_starts_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
