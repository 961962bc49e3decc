/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must not be done, and how the refusal reads. */
#include "core/refuse.h"

#include "own-vfs.h"

/* What is wanted of the machine's PF: so many VFs. */
static struct vfprep_machine *wanted_vfs(unsigned n)
{
	struct vfprep_machine *m = machine_new();
	struct pf *pf = machine_add_pf(m, address_of(PF_ADDRESS));

	pf->has = PF_NUMVFS;
	pf->numvfs = n;
	return m;
}

static void hold(struct vf *vf, unsigned pid)
{
	assert_int_equal(vf_set_use(vf, USE_PROCESS, pid, pid ? "qemu" : NULL), 0);
}

static void expect_pf_refused(const struct vfprep_machine *want, const struct vfprep_machine *have,
			      enum plan_aim aim, enum vfprep_fault fault, const char *word)
{
	autoproblems p = vfprep_problems_new();

	assert_true(refuse_pf(&want->pfs[0], &have->pfs[0], want, aim, p));
	expect_finding(p, fault, PF_ADDRESS, word);
	assert_true(*vfprep_problems_get(p, 0).advice);
}

static void expect_pf_accepted(const struct vfprep_machine *want, const struct vfprep_machine *have,
			       enum plan_aim aim)
{
	autoproblems p = vfprep_problems_new();

	assert_false(refuse_pf(&want->pfs[0], &have->pfs[0], want, aim, p));
	assert_int_equal(vfprep_problems_count(p), 0);
}

static void pf_on_which_an_earlier_run_still_works_is_left_alone(void **state)
{
	automachine want = wanted_vfs(2);
	automachine have = machine_with_vfs(0);

	(void)state;
	expect_pf_accepted(want, have, AIM_APPLY);
	assert_int_equal(text_replace(&have->pfs[0].busy, "pid 12, sriov_numvfs"), 0);
	expect_pf_refused(want, have, AIM_APPLY, VFPREP_BUSY, "pid 12, sriov_numvfs");
	expect_pf_refused(want, have, AIM_RELEASE, VFPREP_BUSY, "pid 12");
	expect_pf_refused(want, have, AIM_UNDO, VFPREP_BUSY, "pid 12");
}

static void more_vfs_than_the_device_has_are_refused(void **state)
{
	automachine want = wanted_vfs(7);
	automachine have = machine_with_vfs(0);

	(void)state;
	expect_pf_accepted(want, have, AIM_APPLY);
	want->pfs[0].numvfs = 8;
	expect_pf_refused(want, have, AIM_APPLY, VFPREP_UNSUPPORTED, "8 VFs are wanted");
}

static void pf_without_a_driver_makes_no_vfs(void **state)
{
	automachine want = wanted_vfs(2);
	automachine have = machine_with_vfs(0);

	(void)state;
	assert_int_equal(text_replace(&have->pfs[0].driver, NULL), 0);
	expect_pf_refused(want, have, AIM_APPLY, VFPREP_UNSUPPORTED, "no driver");
	want->pfs[0].numvfs = 0;
	expect_pf_accepted(want, have, AIM_APPLY);
}

static void number_of_vfs_of_somebody_else_is_not_ours_to_choose(void **state)
{
	automachine want = wanted_vfs(2);
	automachine have = machine_with_vfs(2);
	automachine own = machine_with_own_vfs(2);

	(void)state;
	expect_pf_refused(want, have, AIM_APPLY, VFPREP_BUSY, "vfprep did not make");
	expect_pf_accepted(want, own, AIM_APPLY);
	want->pfs[0].has = 0;
	expect_pf_accepted(want, have, AIM_APPLY);
}

static void count_changes_by_way_of_zero_only(void **state)
{
	automachine want = wanted_vfs(4);
	automachine own = machine_with_own_vfs(2);

	(void)state;
	expect_pf_refused(want, own, AIM_APPLY, VFPREP_BUSY, "by way of 0");
	expect_pf_refused(want, own, AIM_RELEASE, VFPREP_BUSY, "by way of 0");
	want->pfs[0].numvfs = 0;
	expect_pf_accepted(want, own, AIM_APPLY);
}

static void one_vf_in_use_keeps_the_count(void **state)
{
	automachine want = wanted_vfs(0);
	automachine own = machine_with_own_vfs(2);
	autoproblems p = vfprep_problems_new();

	(void)state;
	expect_pf_accepted(want, own, AIM_RELEASE);
	hold(&own->pfs[0].vfs[1], 4242);
	assert_true(refuse_pf(&want->pfs[0], &own->pfs[0], want, AIM_RELEASE, p));
	expect_finding(p, VFPREP_BUSY, "0000:01:00.0 vf 1",
		       "0000:01:10.2 is in use by pid 4242 (qemu): nothing of this PF");
	expect_pf_accepted(want, own, AIM_UNDO); /* vfprep itself may be who has it */
}

static void each_vf_in_use_is_told(void **state)
{
	automachine want = wanted_vfs(0);
	automachine own = machine_with_own_vfs(3);
	autoproblems p = vfprep_problems_new();

	(void)state;
	hold(&own->pfs[0].vfs[0], 7);
	hold(&own->pfs[0].vfs[2], 0);
	assert_true(refuse_pf(&want->pfs[0], &own->pfs[0], want, AIM_RELEASE, p));
	assert_int_equal(vfprep_problems_count(p), 2);
	assert_non_null(strstr(vfprep_problems_get(p, 1).message, "could not be found"));
}

static void release_of_a_whole_pf_is_all_or_nothing(void **state)
{
	automachine want = wanted_vfs(0);
	automachine have = machine_with_vfs(3);
	autoproblems p = vfprep_problems_new();

	(void)state;
	want->pfs[0].has = 0;
	(void)pf_add_vf(&want->pfs[0], 1);
	hold(&have->pfs[0].vfs[1], 7);
	expect_pf_accepted(want, have, AIM_RELEASE); /* that VF alone is refused later */
	want->pfs[0].whole = true;
	assert_true(refuse_pf(&want->pfs[0], &have->pfs[0], want, AIM_RELEASE, p));
	expect_finding(p, VFPREP_BUSY, "0000:01:00.0 vf 1", "nothing of this PF");
	have->pfs[0].vfs[1].use.kind = USE_FREE;
	have->pfs[0].vfs[2].use.kind = USE_PROCESS; /* nothing is wanted of it */
	expect_pf_accepted(want, have, AIM_RELEASE);
}

/* One VF */

/* VF INDEX is wanted with a MAC that ends in LAST. */
static struct vf *want_mac(struct vfprep_machine *want, unsigned index, uint8_t last)
{
	struct vf *vf = pf_add_vf(&want->pfs[0], index);

	vf->settings.present = 1u << SETTING_MAC;
	vf->settings.mac[0] = last ? 2 : 0;
	vf->settings.mac[5] = last;
	return vf;
}

static void have_mac(struct vf *vf, uint8_t last)
{
	vf->settings.mac[0] = 2;
	vf->settings.mac[5] = last;
}

static bool vf_is_refused(const struct vf *want, const struct vfprep_machine *wanted,
			  const struct vfprep_machine *have, enum plan_aim aim,
			  struct vfprep_problems *p)
{
	const struct pf *pf = &have->pfs[0];
	return refuse_vf(want, pf_find_vf(pf, want->index), pf, wanted, have, aim, p);
}

static void expect_vf_refused(const struct vf *want, const struct vfprep_machine *wanted,
			      const struct vfprep_machine *have, enum vfprep_fault fault,
			      const char *word)
{
	autoproblems p = vfprep_problems_new();
	autofree char *subject = text_format(PF_ADDRESS " vf %u", want->index);

	assert_true(vf_is_refused(want, wanted, have, AIM_APPLY, p));
	expect_finding(p, fault, subject, word);
	assert_true(*vfprep_problems_get(p, 0).advice);
}

static void expect_vf_accepted(const struct vf *want, const struct vfprep_machine *wanted,
			       const struct vfprep_machine *have, enum plan_aim aim)
{
	autoproblems p = vfprep_problems_new();

	assert_false(vf_is_refused(want, wanted, have, aim, p));
	assert_int_equal(vfprep_problems_count(p), 0);
}

static void nothing_is_set_through_a_pf_without_an_interface(void **state)
{
	automachine wanted = wanted_vfs(2);
	automachine have = machine_with_vfs(2);
	struct vf *want = want_mac(wanted, 1, 9);

	(void)state;
	have->pfs[0].ifindex = 0;
	expect_vf_refused(want, wanted, have, VFPREP_UNSUPPORTED, "no network interface");
	want->settings.present = 0; /* its driver can be chosen all the same */
	expect_vf_accepted(want, wanted, have, AIM_APPLY);
}

static void nothing_is_set_through_a_port_that_is_not_known(void **state)
{
	automachine wanted = wanted_vfs(2);
	automachine have = machine_with_vfs(2);
	struct vf *want = want_mac(wanted, 1, 9);

	(void)state;
	have->pfs[0].several_ports = true;
	have->pfs[0].vfs[0].port.ifindex = 2;
	expect_vf_refused(want, wanted, have, VFPREP_UNSUPPORTED, "which of its PF's ports");
	have->pfs[0].vfs[1].port.ifindex = 3;
	expect_vf_accepted(want, wanted, have, AIM_APPLY);
}

static void mac_of_another_vf_is_refused_and_named(void **state)
{
	automachine wanted = wanted_vfs(2);
	automachine have = machine_with_vfs(2);
	struct vf *want = want_mac(wanted, 1, 9);

	(void)state;
	have_mac(&have->pfs[0].vfs[1], 9); /* its own */
	expect_vf_accepted(want, wanted, have, AIM_APPLY);
	have_mac(&have->pfs[0].vfs[0], 9);
	expect_vf_refused(want, wanted, have, VFPREP_BUSY,
			  "0000:01:10.0 has the MAC 02:00:00:00:00:09");
	expect_vf_accepted(want, wanted, have, AIM_RELEASE); /* what was there goes back */
}

static void mac_of_a_pf_or_of_a_vf_of_another_pf_is_refused(void **state)
{
	automachine wanted = wanted_vfs(2);
	automachine have = machine_with_vfs(2);
	struct vf *want = want_mac(wanted, 1, 9);

	(void)state;
	struct pf *other = add_pf(have, "0000:02:00.0", 3);
	add_vfs(other, 1, 2000);
	expect_vf_accepted(want, wanted, have, AIM_APPLY);
	have_mac(&other->vfs[0], 9);
	expect_vf_refused(want, wanted, have, VFPREP_BUSY, "0000:02:10.0 has the MAC");
	have_mac(&other->vfs[0], 8);
	memcpy(other->mac, want->settings.mac, 6);
	expect_vf_refused(want, wanted, have, VFPREP_BUSY, "0000:02:00.0 has the MAC");
}

static void no_mac_at_all_may_be_on_many_vfs(void **state)
{
	automachine wanted = wanted_vfs(2);
	automachine have = machine_with_vfs(2);
	struct vf *want = want_mac(wanted, 1, 0);

	(void)state;
	expect_vf_accepted(want, wanted, have, AIM_APPLY);
}

static void mac_that_its_holder_is_about_to_lose_is_free(void **state)
{
	automachine wanted = wanted_vfs(2);
	automachine have = machine_with_vfs(2);

	(void)state;
	(void)want_mac(wanted, 0, 8);
	struct vf *want = want_mac(wanted, 1, 9);
	have_mac(&have->pfs[0].vfs[0], 9);
	expect_vf_accepted(want, wanted, have, AIM_APPLY);
}

/* It is wanted to lose it, but is left as it is. */
static void mac_of_a_vf_in_use_is_taken_whatever_is_wanted_of_it(void **state)
{
	automachine wanted = wanted_vfs(2);
	automachine have = machine_with_vfs(2);

	(void)state;
	(void)want_mac(wanted, 0, 8);
	struct vf *want = want_mac(wanted, 1, 9);
	have_mac(&have->pfs[0].vfs[0], 9);
	hold(&have->pfs[0].vfs[0], 4242);
	expect_vf_refused(want, wanted, have, VFPREP_BUSY, "0000:01:10.0 has the MAC");
}

/* A group with VF 0 and 1 of the PF and the device that ADDRESS names. */
static void share_group(struct vfprep_machine *m, const char *address, const char *driver)
{
	static const char *const vfs[] = { "0000:01:10.0", "0000:01:10.2" };
	struct group *g = array_add(&m->groups, &m->n_groups, sizeof(*g));

	g->number = 3;
	for (size_t i = 0; i < 3; i++) {
		struct group_member *member =
			array_add(&g->members, &g->n_members, sizeof(*member));
		assert_int_equal(pci_address_parse(i < 2 ? vfs[i] : address, &member->address), 0);
		assert_int_equal(text_replace(&member->driver, i < 2 ? NULL : driver), 0);
	}
	m->pfs[0].vfs[0].function.group = m->pfs[0].vfs[1].function.group = 3;
}

/* VF INDEX is to go to vfio-pci, for TEAM. */
static struct vf *want_vfio(struct vfprep_machine *want, unsigned index, const char *team)
{
	struct vf *vf = pf_add_vf(&want->pfs[0], index);

	vf->function.has = FUNCTION_DRIVER;
	assert_int_equal(text_replace(&vf->function.driver, "vfio-pci"), 0);
	assert_int_equal(text_replace(&vf->team, team), 0);
	return vf;
}

static void group_with_a_driver_of_the_host_is_refused_by_member(void **state)
{
	static const char *const harmless[] = { NULL, "vfio-pci", "pci-stub", "pcieport" };
	autoproblems p = vfprep_problems_new();
	automachine want = wanted_vfs(0);

	(void)state;
	const struct vf *vf = want_vfio(want, 0, "web0");
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		automachine have = machine_with_vfs(2);
		share_group(have, "0000:01:00.0", harmless[i]);
		assert_false(refuse_group(vf, &have->pfs[0].vfs[0], &have->pfs[0], want, have, p));
	}
	automachine have = machine_with_vfs(2);
	share_group(have, "0000:01:00.0", "igb");
	assert_true(refuse_group(vf, &have->pfs[0].vfs[0], &have->pfs[0], want, have, p));
	expect_finding(p, VFPREP_UNSUPPORTED, "0000:01:00.0 vf 0",
		       "group 3 cannot go to a guest: 0000:01:00.0 in it has the driver igb");
}

static void two_teams_in_one_group_are_refused_by_name(void **state)
{
	autoproblems p = vfprep_problems_new();
	automachine want = wanted_vfs(0);
	automachine have = machine_with_vfs(2);

	(void)state;
	share_group(have, "0000:00:01.0", "pcieport");
	(void)want_vfio(want, 1, NULL);
	struct vf *vf = want_vfio(want, 0, "web0");
	assert_false(refuse_group(vf, &have->pfs[0].vfs[0], &have->pfs[0], want, have, p));
	assert_int_equal(text_replace(&want->pfs[0].vfs[0].team, "db1"), 0);
	assert_true(refuse_group(vf, &have->pfs[0].vfs[0], &have->pfs[0], want, have, p));
	expect_finding(p, VFPREP_UNSUPPORTED, "0000:01:00.0 vf 0", "teams web0 and db1");
}

static void without_an_iommu_no_vf_goes_to_a_guest(void **state)
{
	autoproblems p = vfprep_problems_new();
	automachine want = wanted_vfs(0);
	automachine have = machine_with_vfs(2);

	(void)state;
	const struct vf *vf = want_vfio(want, 0, "web0");
	assert_false(refuse_vf(vf, &have->pfs[0].vfs[0], &have->pfs[0], want, have, AIM_APPLY, p));
	have->no_iommu = true;
	assert_true(refuse_vf(vf, &have->pfs[0].vfs[0], &have->pfs[0], want, have, AIM_APPLY, p));
	expect_finding(p, VFPREP_UNSUPPORTED, "0000:01:00.0 vf 0", "no IOMMU");
}

static void force_frees_what_a_driver_has_and_nothing_else(void **state)
{
	automachine want = wanted_vfs(0);
	automachine have = machine_with_vfs(1);
	struct vf *vf = &have->pfs[0].vfs[0];

	(void)state;
	assert_int_equal(vf_set_use(vf, USE_DRIVER, 0, "uio_pci_generic"), 0);
	assert_true(refuse_use(want, vf));
	want->force = true;
	assert_false(refuse_use(want, vf));
	hold(vf, 7);
	assert_true(refuse_use(want, vf));
	assert_int_equal(vf_set_use(vf, USE_INTERFACE, 0, "its interface 'eth5' has an address"),
			 0);
	assert_true(refuse_use(want, vf));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pf_on_which_an_earlier_run_still_works_is_left_alone),
		cmocka_unit_test(more_vfs_than_the_device_has_are_refused),
		cmocka_unit_test(pf_without_a_driver_makes_no_vfs),
		cmocka_unit_test(number_of_vfs_of_somebody_else_is_not_ours_to_choose),
		cmocka_unit_test(count_changes_by_way_of_zero_only),
		cmocka_unit_test(one_vf_in_use_keeps_the_count),
		cmocka_unit_test(each_vf_in_use_is_told),
		cmocka_unit_test(release_of_a_whole_pf_is_all_or_nothing),
		cmocka_unit_test(group_with_a_driver_of_the_host_is_refused_by_member),
		cmocka_unit_test(two_teams_in_one_group_are_refused_by_name),
		cmocka_unit_test(without_an_iommu_no_vf_goes_to_a_guest),
		cmocka_unit_test(force_frees_what_a_driver_has_and_nothing_else),
		cmocka_unit_test(nothing_is_set_through_a_pf_without_an_interface),
		cmocka_unit_test(nothing_is_set_through_a_port_that_is_not_known),
		cmocka_unit_test(mac_of_another_vf_is_refused_and_named),
		cmocka_unit_test(mac_of_a_pf_or_of_a_vf_of_another_pf_is_refused),
		cmocka_unit_test(no_mac_at_all_may_be_on_many_vfs),
		cmocka_unit_test(mac_that_its_holder_is_about_to_lose_is_free),
		cmocka_unit_test(mac_of_a_vf_in_use_is_taken_whatever_is_wanted_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
