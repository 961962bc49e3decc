/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of a QEMU, as libvirt writes it and as people do. */
#include "core/qemu-args.h"

#include <errno.h>

#include "expect.h"

#define NIC_WORDS "virtio-net-pci,netdev=h0,mac=02:00:5e:10:00:01,id=ua-web0,failover=on,bus=rp1"
#define VF_WORDS  "vfio-pci,host=01:10.0,id=ua-web0_vf,failover_pair_id=ua-web0,bus=rp2"
#define NIC_JSON                                                                                   \
	"{\"driver\":\"virtio-net-pci\",\"failover\":true,\"netdev\":\"hostua-web0\","             \
	"\"id\":\"ua-web0\",\"mac\":\"02:00:5e:10:00:01\",\"bus\":\"pci.1\",\"addr\":\"0x0\"}"
#define VF_JSON                                                                                    \
	"{\"driver\":\"vfio-pci\",\"host\":\"0000:01:10.0\",\"id\":\"ua-web0_vf\","                \
	"\"failover_pair_id\":\"ua-web0\",\"bus\":\"pci.3\",\"addr\":\"0x0\"}"

/* WORDS with blanks where the arguments end. */
static void read_args(const char *words, struct qemu_args *ret)
{
	autofree char *text = strdup(words);
	size_t n = strlen(text);

	for (char *c = text; *c; c++)
		*c = *c == ' ' ? '\0' : *c;
	assert_int_equal(qemu_args_read(text, n + 1, ret), 0);
}
#define autoargs CLEANUP(qemu_args_clear) struct qemu_args

static void expect_pair(const char *words)
{
	autoargs a = { 0 };

	read_args(words, &a);
	assert_int_equal(a.n, 2);
	assert_true(a.devices[0].is_nic);
	assert_true(a.devices[0].failover);
	assert_string_equal(a.devices[0].id, "ua-web0");
	assert_string_equal(a.devices[0].mac, "02:00:5e:10:00:01");
	assert_null(a.devices[0].pair);
	assert_false(a.devices[1].is_nic);
	assert_string_equal(a.devices[1].id, "ua-web0_vf");
	assert_string_equal(a.devices[1].pair, "ua-web0");
	assert_true(a.devices[1].has_address);
	expect_address(a.devices[1].address, "0000:01:10.0");
	assert_ptr_equal(qemu_args_pair(&a, &a.devices[1]), &a.devices[0]);
	assert_null(qemu_args_pair(&a, &a.devices[0]));
}

static void both_forms_of_a_device_are_read(void **state)
{
	(void)state;
	expect_pair("qemu -device " NIC_JSON " -device " VF_JSON);
	expect_pair("qemu -device " NIC_WORDS " -device " VF_WORDS);
}

static void the_domain_is_told_by_name_and_uuid(void **state)
{
	static const struct {
		const char *words, *name;
	} names[] = {
		{ "qemu -name guest=web,debug-threads=on -machine q35", "web" },
		{ "qemu -name web -machine q35", "web" },
		{ "qemu -name guest=a=b,,c,process=qemu:x -M q35", "a=b,c" },
		{ "qemu -name web,,1 -M q35", "web,1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		autoargs a = { 0 };
		read_args(names[i].words, &a);
		assert_string_equal(a.name, names[i].name);
		assert_true(a.is_qemu);
	}
	autoargs a = { 0 };
	read_args("qemu -S -uuid 93A5c045-6457-2c09-e56f-927cdf34e178 -name debug-threads=on", &a);
	assert_string_equal(a.uuid, "93A5c045-6457-2c09-e56f-927cdf34e178");
	assert_null(a.name);
	assert_false(a.is_qemu);
}

static void what_is_no_side_of_a_team_is_left_out(void **state)
{
	autoargs a = { 0 };

	(void)state;
	read_args(
		"qemu -device e1000e,netdev=h1,mac=02:00:5e:10:00:01 -device pcie-root-port,id=rp1 "
		"-device {broken -device {\"driver\":7} -device -device",
		&a);
	assert_int_equal(a.n, 0);
}

static void words_are_as_qemu_takes_them(void **state)
{
	autoargs a = { 0 };

	(void)state;
	/* A key without a value is on; of one that stands twice the last counts; driver= may be
	 * written out; a VF without a team is one too. */
	read_args("qemu -device id=x,driver=virtio-net,failover -device "
		  "virtio-net,id=a,id=b,failover=off "
		  "-device vfio-pci,host=0000:01:10.2 -device e1000e,id=t,failover_pair_id=x "
		  "-device vfio-pci,host=nowhere",
		  &a);
	assert_int_equal(a.n, 5);
	assert_true(a.devices[0].is_nic && a.devices[0].failover);
	assert_string_equal(a.devices[1].id, "b");
	assert_false(a.devices[1].failover);
	expect_address(a.devices[2].address, "0000:01:10.2");
	assert_null(a.devices[2].pair);
	assert_ptr_equal(qemu_args_pair(&a, &a.devices[3]), &a.devices[0]);
	assert_false(a.devices[4].has_address);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_of_a_device_are_read),
		cmocka_unit_test(the_domain_is_told_by_name_and_uuid),
		cmocka_unit_test(what_is_no_side_of_a_team_is_left_out),
		cmocka_unit_test(words_are_as_qemu_takes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
