/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI addresses, MAC addresses and GUIDs. */
#include "core/address.h"

#include <errno.h>

#include "core/text.h"
#include "expect.h"

static void address_is_read_in_full_and_written_in_lower_case(void **state)
{
	static const char *const texts[] = { "0000:01:10.0", "0000:00:00.0", "ffff:ff:1f.7",
					     "10000:e1:00.0", "ffffffff:00:1f.7" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		expect_address(address_of(texts[i]), texts[i]);
	expect_address(address_of("00AB:CD:1E.7"), "00ab:cd:1e.7");
	expect_address(address_of("00010000:e1:00.0"), "10000:e1:00.0");
	struct pci_address a = address_of("10000:e1:12.5");
	assert_int_equal(a.domain, 0x10000);
	assert_int_equal(a.bus, 0xe1);
	assert_int_equal(a.device, 0x12);
	assert_int_equal(a.function, 5);
}

static void anything_but_a_full_address_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"01:10.0",
		"000:01:10.0",
		"0000:01:10",
		"0000:01:10.",
		"0000:01:10.8",
		"0000:01:20.0",
		"0000:1:10.0",
		"0000:001:10.0",
		"0000:01:10.00",
		"0000-01-10.0",
		"0000:01-10.0",
		"0000:01:10:0",
		" 0000:01:10.0",
		"0000:01:10.0 ",
		"0000:01:10.0\n",
		"0000:01:10.-1",
		"0000:0g:10.0",
		"+000:01:10.0",
		"0x00:01:10.0",
		"0000:*:10.0",
		"100000000:01:10.0",
		"0000:01:10.0/",
		":01:10.0",
		"::::::::",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pci_address a = { .bus = 77 };
		if (pci_address_parse(bad[i], &a) != -EINVAL)
			fail_msg("'%s' was taken for an address", bad[i]);
		assert_int_equal(a.bus, 77);
	}
}

static void addresses_are_ordered_as_the_kernel_lists_them(void **state)
{
	static const char *const rising[] = { "0000:00:00.0", "0000:00:00.7", "0000:00:01.0",
					      "0000:00:1f.7", "0000:01:00.0", "0000:ff:1f.7",
					      "0001:00:00.0", "ffff:ff:1f.7", "10000:00:00.0" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rising); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(rising); k++) {
			int order =
				pci_address_compare(address_of(rising[i]), address_of(rising[k]));
			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
	}
}

static void vf_lies_offset_and_stride_behind_its_pf(void **state)
{
	struct pci_address pf = address_of("0000:01:00.0");

	(void)state;
	expect_address(pci_address_of_vf(pf, 128, 2, 0), "0000:01:10.0");
	expect_address(pci_address_of_vf(pf, 128, 2, 1), "0000:01:10.2");
	expect_address(pci_address_of_vf(pf, 128, 2, 4), "0000:01:11.0");
	expect_address(pci_address_of_vf(pf, 128, 2, 6), "0000:01:11.4");
	expect_address(pci_address_of_vf(address_of("0000:01:00.1"), 128, 2, 0), "0000:01:10.1");
	expect_address(pci_address_of_vf(address_of("0000:3b:00.1"), 9, 1, 0), "0000:3b:01.2");
}

static void vf_may_lie_on_a_bus_behind_its_pfs(void **state)
{
	struct pci_address pf = address_of("10000:01:00.0");

	(void)state;
	expect_address(pci_address_of_vf(pf, 128, 2, 63), "10000:01:1f.6");
	expect_address(pci_address_of_vf(pf, 128, 2, 64), "10000:02:00.0");
	expect_address(pci_address_of_vf(pf, 384, 2, 0), "10000:02:10.0");
	expect_address(pci_address_of_vf(pf, 1, 1, 254), "10000:01:1f.7");
	expect_address(pci_address_of_vf(pf, 1, 1, 255), "10000:02:00.0");
	expect_address(pci_address_of_vf(pf, 16, 1, 65000 - 256), "10000:fd:1f.0");
}

static void mac_is_six_octets_with_colons(void **state)
{
	char text[MAC_TEXT];
	uint8_t mac[6];

	(void)state;
	assert_int_equal(mac_parse("02:00:5E:10:aF:01", mac), 0);
	assert_memory_equal(mac, ((uint8_t[]){ 0x02, 0x00, 0x5e, 0x10, 0xaf, 0x01 }), 6);
	assert_string_equal(mac_format(mac, text), "02:00:5e:10:af:01");
}

static void anything_but_a_mac_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"02",
		"02:00:5e:10:00",
		"02:00:5e:10:00:01:02",
		"02-00-5e-10-00-01",
		"0200.5e10.0001",
		"2:00:5e:10:00:01",
		"02:00:5e:10:00:0g",
		"02:00:5e:10:00:1 ",
		" 2:00:5e:10:00:01",
		"02:00:5e:10:00:01\n",
		"02:00:5e:10:00:+1",
		"02:00:5e:10:0001:",
		"02:00:5e:10:00:",
		"02:00:5e:10:00:01 ",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint8_t mac[6] = { 77 };
		if (mac_parse(bad[i], mac) != -EINVAL)
			fail_msg("'%s' was taken for a MAC", bad[i]);
		assert_int_equal(mac[0], 77);
	}
}

static void expect_unfit(const char *text, const char *word)
{
	uint8_t mac[6];
	assert_int_equal(mac_parse(text, mac), 0);
	const char *why = mac_unfit(mac);
	if (!word)
		assert_null(why);
	else if (!why || !strstr(why, word))
		fail_msg("%s: '%s' does not say '%s'", text, why ? why : "it may be used", word);
}

static void mac_that_no_vf_may_have_is_known(void **state)
{
	(void)state;
	expect_unfit("00:00:00:00:00:00", "zero");
	expect_unfit("01:00:5e:00:00:01", "multicast");
	expect_unfit("33:33:00:00:00:01", "multicast");
	expect_unfit("ff:ff:ff:ff:ff:ff", "multicast");
	expect_unfit("fe:00:5e:10:00:01", "fe");
	expect_unfit("00:00:00:00:00:01", NULL);
	expect_unfit("02:00:5e:10:00:01", NULL);
	expect_unfit("52:54:00:aa:00:01", NULL);
	expect_unfit("fa:00:5e:10:00:01", NULL);
	expect_unfit("00:fe:00:00:00:00", NULL);
}

static void guid_is_eight_octets_first_one_highest(void **state)
{
	char text[GUID_TEXT];
	uint64_t guid;

	(void)state;
	assert_int_equal(guid_parse("11:22:33:44:55:66:77:fF", &guid), 0);
	assert_true(guid == 0x11223344556677ff);
	assert_string_equal(guid_format(guid, text), "11:22:33:44:55:66:77:ff");
	assert_string_equal(guid_format(0, text), "00:00:00:00:00:00:00:00");
	assert_string_equal(guid_format(UINT64_MAX, text), "ff:ff:ff:ff:ff:ff:ff:ff");
	guid = 77;
	assert_int_equal(guid_parse("11:22:33:44:55:66", &guid), -EINVAL);
	assert_int_equal(guid_parse("11:22:33:44:55:66:77:ff:", &guid), -EINVAL);
	assert_int_equal(guid_parse("1122:3344:5566:77ff:0000", &guid), -EINVAL);
	assert_int_equal(guid_parse("0x11223344556677ff", &guid), -EINVAL);
	assert_true(guid == 77);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_is_read_in_full_and_written_in_lower_case),
		cmocka_unit_test(anything_but_a_full_address_is_refused),
		cmocka_unit_test(addresses_are_ordered_as_the_kernel_lists_them),
		cmocka_unit_test(vf_lies_offset_and_stride_behind_its_pf),
		cmocka_unit_test(vf_may_lie_on_a_bus_behind_its_pfs),
		cmocka_unit_test(mac_is_six_octets_with_colons),
		cmocka_unit_test(anything_but_a_mac_is_refused),
		cmocka_unit_test(mac_that_no_vf_may_have_is_known),
		cmocka_unit_test(guid_is_eight_octets_first_one_highest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
