/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A card with two ports on one PCI function, as mlx4 makes them: a built tree, and netlink's
 * answers by a table. */
#include "host/probe.h"

#include <errno.h>
#include <string.h>

#include "core/plan.h"
#include "expect.h"
#include "temp-tree.h"

#define BOOT   "b4c6f1b2-0000-4000-8000-000000000000"
#define PF_DIR "sys/bus/pci/devices/0000:01:00.0"

/* The kernel's answers: of interfaces that no machine that runs the test has. */
static struct answer {
	unsigned ifindex;
	const char *name, *device, *port_id;
	unsigned mtu;
} answers[] = {
	{ 70001, "eth0", "0000:01:00.0", "port-a", 1500 },
	{ 70002, "eth1", "0000:01:00.0", "port-b", 9000 },
	{ 70010, "eth2", "0000:01:00.1", "port-a", 1500 },
	{ 70011, "eth3", "0000:01:00.2", "port-b", 1500 },
};

int __wrap_netlink_get_link(struct netlink *n, unsigned ifindex, struct link_facts *ret);
int __wrap_netlink_get_vfs(struct netlink *n, unsigned ifindex, struct vf_list *ret);

int __wrap_netlink_get_link(struct netlink *n, unsigned ifindex, struct link_facts *ret)
{
	(void)n;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		const struct answer *a = &answers[i];
		if (a->ifindex != ifindex)
			continue;
		*ret = (struct link_facts){ .ifindex = ifindex, .mtu = a->mtu, .up = true };
		ret->name = strdup(a->name);
		ret->parent = strdup(a->device);
		ret->port_id_size = a->port_id ? (unsigned)strlen(a->port_id) : 0;
		memcpy(ret->port_id, a->port_id ? a->port_id : "", ret->port_id_size);
		return 0;
	}
	return -ENODEV;
}

/* Each interface lists all VFs, with the MACs that its own port has for them. */
int __wrap_netlink_get_vfs(struct netlink *n, unsigned ifindex, struct vf_list *ret)
{
	(void)n;
	*ret = (struct vf_list){ .announced = 3, .listed = true };
	for (unsigned i = 0; i < 3; i++) {
		struct vf_entry *e = array_add(&ret->entries, &ret->n, sizeof(*e));
		e->index = i;
		e->settings.present = 1u << SETTING_MAC;
		e->settings.mac[0] = 2;
		e->settings.mac[4] = (uint8_t)(ifindex - 70000);
		e->settings.mac[5] = (uint8_t)i;
	}
	return 0;
}

struct fixture {
	struct tree tree;
	struct netlink *netlink;
	struct vfprep_problems *problems;
};

static void add_interface(struct tree *t, unsigned function, const char *name, unsigned ifindex,
			  unsigned dev_port)
{
	autofree char *dir =
		text_format("sys/bus/pci/devices/0000:01:00.%u/net/%s", function, name);
	autofree char *index_path = text_format("%s/ifindex", dir);
	autofree char *port_path = text_format("%s/dev_port", dir);
	autofree char *index_text = text_format("%u\n", ifindex);
	autofree char *port_text = text_format("%u\n", dev_port);

	tree_add_file(t, index_path, index_text);
	tree_add_file(t, port_path, port_text);
}

/* VF 0 has an interface on the first port, VF 1 one on the second; VFIO has VF 2. */
static int setup(void **state)
{
	static struct fixture f;
	struct tree *t = &f.tree;

	tree_new(t);
	answers[1].port_id = "port-b";
	tree_add_file(t, PF_DIR "/sriov_totalvfs", "3\n");
	tree_add_link(t, PF_DIR "/driver", "../../drivers/mlx4_core");
	for (unsigned i = 0; i < 3; i++) {
		autofree char *virtfn = text_format(PF_DIR "/virtfn%u", i);
		autofree char *target = text_format("../0000:01:00.%u", i + 1);
		autofree char *driver =
			text_format("sys/bus/pci/devices/0000:01:00.%u/driver", i + 1);
		tree_add_link(t, virtfn, target);
		tree_add_link(t, driver,
			      i < 2 ? "../../drivers/mlx4_core" : "../../drivers/vfio-pci");
	}
	add_interface(t, 0, "eth1", 70002, 1);
	add_interface(t, 0, "eth0", 70001, 0);
	add_interface(t, 1, "eth2", 70010, 0);
	add_interface(t, 2, "eth3", 70011, 1);
	tree_add_file(t, "proc/sys/kernel/random/boot_id", BOOT "\n");
	assert_int_equal(netlink_open(5000, &f.netlink), 0);
	f.problems = vfprep_problems_new();
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	netlink_free(f->netlink);
	vfprep_problems_free(f->problems);
	tree_free(&f->tree);
	return 0;
}

static struct vfprep_machine *read_machine(struct fixture *f)
{
	struct probe probe = {
		.root_fd = f->tree.fd,
		.rundir_fd = f->tree.fd,
		.netlink = f->netlink,
		.override_timeout_ms = 2000,
	};
	struct vfprep_machine *m = NULL;

	assert_int_equal(probe_machine(&probe, NULL, &m, f->problems), 0);
	return m;
}

static void expect_port(const struct vf *vf, const char *name, unsigned port)
{
	assert_string_equal(vf->port.name, name);
	assert_int_equal(vf->port.ifindex, 70000 + port);
	assert_int_equal(vf->settings.present, 1u << SETTING_MAC);
	assert_int_equal(vf->settings.mac[4], port);
	assert_int_equal(vf->settings.mac[5], vf->index);
}

static void a_vf_belongs_to_the_port_that_its_interface_names(void **state)
{
	struct fixture *f = *state;
	automachine m = read_machine(f);
	const struct pf *pf = &m->pfs[0];

	assert_string_equal(pf->name, "eth0");
	assert_true(pf->several_ports);
	expect_port(&pf->vfs[0], "eth0", 1);
	expect_port(&pf->vfs[1], "eth1", 2);
	assert_int_equal(pf->vfs[1].port.mtu, 9000);
	assert_true(pf->vfs[1].port.up);
	/* Nothing tells of the third, and what either port says of it is not believed. */
	assert_int_equal(pf->vfs[2].port.ifindex, 0);
	assert_int_equal(pf->vfs[2].settings.present, 0);
	assert_false(problems_any(f->problems));
}

static void save_record(struct fixture *f, const char *boot_id, uint64_t inode)
{
	autofree char *record = text_format(
		"{\"version\":1,\"boot_id\":\"%s\",\"ifindex\":70001,\"original\":{"
		"\"address\":\"0000:01:00.0\",\"vfs\":[{\"index\":2,\"address\":\"0000:01:00.3\","
		"\"inode\":%llu,\"driver\":\"mlx4_core\",\"port\":{\"ifindex\":70002}}]}}",
		boot_id, (unsigned long long)inode);
	tree_add_file(&f->tree, "state/0000:01:00.0.json", record);
}

static void the_record_remembers_the_port_of_a_vf_that_vfio_has(void **state)
{
	struct fixture *f = *state;
	automachine before = read_machine(f);
	uint64_t inode = before->pfs[0].vfs[2].function.inode;

	save_record(f, BOOT, inode);
	automachine m = read_machine(f);
	expect_port(&m->pfs[0].vfs[2], "eth1", 2);
	expect_port(&m->pfs[0].vfs[0], "eth0", 1);
	/* of a VF that was made anew, and of another boot */
	save_record(f, BOOT, inode + 1);
	automachine another = read_machine(f);
	assert_int_equal(another->pfs[0].vfs[2].port.ifindex, 0);
	save_record(f, "another", inode);
	automachine rebooted = read_machine(f);
	assert_int_equal(rebooted->pfs[0].vfs[2].port.ifindex, 0);
}

/* What is left of the PF's interfaces does not tell for the VFs of the other one. */
static void a_port_in_another_namespace_leaves_the_vfs_of_the_first_alone(void **state)
{
	struct fixture *f = *state;
	automachine before = read_machine(f);

	save_record(f, BOOT, before->pfs[0].vfs[2].function.inode);
	assert_int_equal(unlinkat(f->tree.fd, PF_DIR "/net/eth1/ifindex", 0), 0);
	assert_int_equal(unlinkat(f->tree.fd, PF_DIR "/net/eth1/dev_port", 0), 0);
	assert_int_equal(unlinkat(f->tree.fd, PF_DIR "/net/eth1", AT_REMOVEDIR), 0);
	automachine m = read_machine(f);
	assert_true(m->pfs[0].several_ports);
	expect_port(&m->pfs[0].vfs[0], "eth0", 1);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(m->pfs[0].vfs[i].port.ifindex, 0);
		assert_int_equal(m->pfs[0].vfs[i].settings.present, 0);
	}
}

static struct vf *want_team(struct pf *want, unsigned index, const char *team)
{
	struct vf *vf = pf_add_vf(want, index);

	vf->settings.present = 1u << SETTING_MAC;
	vf->settings.mac[0] = 2;
	vf->settings.mac[5] = (uint8_t)(0x77 + index);
	vf->function.has = FUNCTION_DRIVER;
	assert_int_equal(text_replace(&vf->team, team), 0);
	assert_int_equal(text_replace(&vf->function.driver, "vfio-pci"), 0);
	return vf;
}

static void a_vf_is_set_through_its_port_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	automachine m = read_machine(f);
	automachine wanted = machine_new();
	struct pf *want = machine_add_pf(wanted, m->pfs[0].address);
	autoplan plan = NULL;
	autoteam team = { .transient.group = -1 };

	m->no_iommu = false; /* the tree has no groups */
	for (unsigned i = 0; i < 3; i++)
		(void)want_team(want, i, i == 0 ? "a" : i == 1 ? "b" : "c");
	assert_int_equal(plan_make(wanted, m, AIM_APPLY, &plan, f->problems), 0);
	unsigned n = 0;
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *s = &plan->steps[i];
		if (s->kind != STEP_SETTING)
			continue;
		assert_int_equal(s->vf, n);
		assert_int_equal(s->ifindex, 70001 + n);
		n++;
	}
	assert_int_equal(n, 2);
	expect_finding(f->problems, VFPREP_UNSUPPORTED, "0000:01:00.0 vf 2",
		       "which of its PF's ports");
	assert_int_equal(team_of_vf(m, &m->pfs[0], &want->vfs[1], &team), 0);
	assert_string_equal(team.pf.name, "eth1");
	assert_int_equal(team.pf.mtu, 9000);
}

static void interfaces_of_one_port_are_no_several_ports(void **state)
{
	static const char *const port_ids[] = { "port-a", NULL };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(port_ids); i++) {
		answers[1].port_id = port_ids[i];
		automachine m = read_machine(f);
		const struct pf *pf = &m->pfs[0];

		assert_false(pf->several_ports);
		for (size_t k = 0; k < 3; k++) {
			assert_int_equal(pf->vfs[k].port.ifindex, 0);
			assert_int_equal(pf->vfs[k].settings.mac[4], 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_vf_belongs_to_the_port_that_its_interface_names,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_record_remembers_the_port_of_a_vf_that_vfio_has,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_port_in_another_namespace_leaves_the_vfs_of_the_first_alone, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_vf_is_set_through_its_port_or_not_at_all, setup,
						teardown),
		cmocka_unit_test_setup_teardown(interfaces_of_one_port_are_no_several_ports, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
