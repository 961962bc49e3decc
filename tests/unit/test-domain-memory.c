/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a domain's QEMU has to be allowed to lock, as libvirt counts it. */
#include "tools/vfteam/domain-memory.h"

#include <errno.h>

#include "expect.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

#define VF "<hostdev type='pci'/>"

/* A domain with 4 GiB; ABOVE stands before the devices. */
static uint64_t need_of(const char *above, const char *devices)
{
	autofree char *text =
		text_format("<domain>%s<devices>%s</devices></domain>", above, devices);
	autodomain d = { 0 };

	assert_non_null(text);
	assert_int_equal(domain_read(text, strlen(text), "text", &d, NULL), 0);
	struct memlock_guest guest = domain_memory(&d);
	return memlock_of_guest(&guest);
}

static void sizes_are_those_of_libvirt(void **state)
{
	static const struct {
		const char *text, *unit;
		uint64_t size;
	} good[] = {
		{ "4194304", NULL, 4 * GIB },
		{ "4194304", "", 4 * GIB },
		{ "5", "b", 5 },
		{ "5", "byte", 5 },
		{ "5", "Bytes", 5 },
		{ "5", "KB", 5000 },
		{ "5", "k", 5120 },
		{ "5", "KiB", 5120 },
		{ "512", "MiB", 512 * MIB },
		{ "512", "m", 512 * MIB },
		{ "512", "MB", UINT64_C(512000000) },
		{ "4", "G", 4 * GIB },
		{ "4", "gib", 4 * GIB },
		{ "4", "GB", UINT64_C(4000000000) },
		{ "1", "TiB", 1024 * GIB },
		{ "1", "TB", UINT64_C(1000000000000) },
		{ "0", "PB", 0 },
		{ "0", "EiB", 0 },
		{ "256", "T", UINT64_C(1) << 48 },
	};
	static const struct {
		const char *text, *unit;
		int error;
	} bad[] = {
		{ "", NULL, -EINVAL },
		{ "4 G", NULL, -EINVAL },
		{ "-1", NULL, -EINVAL },
		{ "0x10", NULL, -EINVAL },
		{ "4", "GiBs", -EINVAL },
		{ "4", "x", -EINVAL },
		{ "4", "iB", -EINVAL },
		{ "4", "Gbit", -EINVAL },
		{ "1", "EiB", -ERANGE },
		{ "2", "k b", -EINVAL },
		{ "281474976710657", "b", -ERANGE },
	};
	uint64_t size;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(domain_size(good[i].text, good[i].unit, &size), 0);
		assert_int_equal(size, good[i].size);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(domain_size(bad[i].text, bad[i].unit, &size), bad[i].error);
}

static void memory_and_1_gib(void **state)
{
	(void)state;
	assert_int_equal(need_of("<memory>4194304</memory>", VF), 5 * GIB);
	assert_int_equal(need_of("<memory unit='GiB'>\n 4\n</memory>", VF), 5 * GIB);
	/* Of whole MiB; KB is no KiB. */
	assert_int_equal(need_of("<memory unit='KB'>1025</memory>", VF), GIB + MIB);
	assert_int_equal(need_of("<memory unit='b'>1048577</memory>", VF), GIB + 2 * MIB);
	/* What could be plugged in is not there yet, and the balloon is no limit. */
	assert_int_equal(need_of("<maxMemory slots='4' unit='GiB'>16</maxMemory>"
				 "<memory unit='GiB'>4</memory>"
				 "<currentMemory unit='GiB'>1</currentMemory>",
				 VF),
			 5 * GIB);
	assert_int_equal(need_of("", VF), 0);
	assert_int_equal(need_of("<memory unit='GiB'>many</memory>", VF), 0);
}

static void nodes_and_modules_go_before_memory(void **state)
{
	static const char nodes[] = "<memory unit='GiB'>1</memory><cpu><numa>"
				    "<cell id='0' cpus='0' memory='2' unit='GiB'/>"
				    "<cell id='1' cpus='1' memory='1048576'/></numa></cpu>";
	static const char module[] = VF "<memory model='dimm'><target>"
					"<size unit='MiB'>513</size></target></memory>";

	(void)state;
	assert_int_equal(need_of(nodes, VF), 4 * GIB);
	assert_int_equal(need_of(nodes, module), 4 * GIB + 514 * MIB);
	/* Without nodes <memory> has the modules in it. */
	assert_int_equal(need_of("<memory unit='GiB'>4</memory>", module), 5 * GIB);
}

static void an_iommu_of_the_guest_counts_each_vf(void **state)
{
	static const char memory[] = "<memory unit='GiB'>4</memory>";

	(void)state;
	assert_int_equal(need_of(memory, VF VF), 5 * GIB);
	assert_int_equal(need_of(memory, VF VF "<iommu model='intel'/>"), 9 * GIB);
	assert_int_equal(need_of(memory, VF "<hostdev type='usb'/><iommu model='intel'/>"),
			 5 * GIB);
	assert_int_equal(need_of(memory, VF "<hostdev type='mdev'/><interface type='hostdev'/>"
					    "<iommu model='smmuv3'/>"),
			 13 * GIB);
	assert_int_equal(need_of(memory, VF "<disk type='nvme'/><interface type='vdpa'/>"),
			 13 * GIB);
	/* More than can be counted. */
	struct memlock_guest huge = { .memory = UINT64_C(1) << 60, .times = 16 };
	assert_int_equal(memlock_of_guest(&huge), MEMLOCK_UNLIMITED);
}

static void limits_of_the_domain_go_before_what_it_needs(void **state)
{
	static const char limit[] = "<memory unit='GiB'>4</memory><memtune>"
				    "<hard_limit unit='G'>3</hard_limit></memtune>";
	static const char locked[] = "<memory unit='GiB'>4</memory>"
				     "<memoryBacking><locked/></memoryBacking>";
	autofree char *both = text_format("%s%s", limit, locked);

	(void)state;
	assert_int_equal(need_of(limit, VF), 3 * GIB);
	assert_int_equal(need_of(locked, VF), MEMLOCK_UNLIMITED);
	assert_int_equal(need_of(both, VF), 3 * GIB);
	/* That is libvirt's word for none. */
	assert_int_equal(need_of("<memory unit='GiB'>4</memory><memtune>"
				 "<hard_limit>9007199254740991</hard_limit></memtune>",
				 VF),
			 5 * GIB);
}

static void the_reason_is_said(void **state)
{
	struct memlock_guest guest = { .memory = GIB };

	(void)state;
	expect_taken(memlock_reason(&guest), "its memory and 1 GiB");
	guest.times = 1;
	expect_taken(memlock_reason(&guest), "its memory and 1 GiB");
	guest.times = 2;
	autofree char *twice = memlock_reason(&guest);
	assert_non_null(strstr(twice, "2 times its memory"));
	guest.locked = true;
	autofree char *locked = memlock_reason(&guest);
	assert_non_null(strstr(locked, "<locked/>"));
	guest.hard_limit = GIB;
	expect_taken(memlock_reason(&guest), "its <hard_limit>");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_those_of_libvirt),
		cmocka_unit_test(memory_and_1_gib),
		cmocka_unit_test(nodes_and_modules_go_before_memory),
		cmocka_unit_test(an_iommu_of_the_guest_counts_each_vf),
		cmocka_unit_test(limits_of_the_domain_go_before_what_it_needs),
		cmocka_unit_test(the_reason_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
