/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PCI devices a command line names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/cmdline.h"

/* The addresses that TEXT, in which '|' stands for the NUL between arguments, names. */
static char *named(const char *text)
{
	CLEANUP(addresses_clear) struct addresses found = { 0 };
	autofree char *copy = strdup(text);
	struct strbuf b = { 0 };

	for (char *c = copy; *c; c++) {
		if (*c == '|')
			*c = '\0';
	}
	assert_int_equal(cmdline_addresses(copy, strlen(text), &found), 0);
	for (size_t i = 0; i < found.n; i++) {
		char address[PCI_ADDRESS_TEXT];
		strbuf_addf(&b, "%s%s", i ? " " : "", pci_address_format(found.items[i], address));
	}
	return strbuf_take(&b);
}

#define expect_named(text, want)                                                                   \
	do {                                                                                       \
		autofree char *got_ = named(text);                                                 \
		assert_string_equal(got_, want);                                                   \
	} while (0)

static void options_as_qemu_takes_them_are_found(void **state)
{
	(void)state;
	expect_named("qemu|-device|vfio-pci,host=0000:01:10.0,id=x", "0000:01:10.0");
	expect_named("qemu|-device|vfio-pci,host=01:10.2", "0000:01:10.2");
	expect_named("qemu|-device|vfio-pci,id=a,host=10000:E1:00.4,rombar=0", "10000:e1:00.4");
	expect_named("host=01:10.0", "0000:01:10.0");
}

static void json_as_libvirt_writes_it_is_found(void **state)
{
	(void)state;
	expect_named(
		"-device|{\"driver\":\"vfio-pci\",\"host\":\"0000:03:02.0\",\"id\":\"ua-vf0\"}",
		"0000:03:02.0");
	expect_named("{ \"host\" : \"03:02.1\" }", "0000:03:02.1");
}

static void several_are_all_found(void **state)
{
	(void)state;
	expect_named("-device|vfio-pci,host=01:10.0|-device|vfio-pci,host=01:10.2",
		     "0000:01:10.0 0000:01:10.2");
}

static void what_only_looks_alike_is_not(void **state)
{
	(void)state;
	expect_named("", "");
	expect_named("host", "");
	expect_named("host=", "");
	expect_named("\"host\"", "");
	expect_named("\"host\":", "");
	expect_named("\"host\":\"", "");
	expect_named("ghost=01:10.0", "");
	expect_named("curl|--host=example.org", "");
	expect_named("vnc,host=10.0.0.1:5900", "");
	expect_named("host=01:20.0", ""); /* no device has a number above 1f */
	expect_named("hostname=01:10.0", "");
	expect_named("0000:01:10.0", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_as_qemu_takes_them_are_found),
		cmocka_unit_test(json_as_libvirt_writes_it_is_found),
		cmocka_unit_test(several_are_all_found),
		cmocka_unit_test(what_only_looks_alike_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
