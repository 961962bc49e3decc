/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the refusals of PF drivers mean, and what they are known to lack. */
#include "core/driver-rule.h"

#include <errno.h>

#include "core/refuse.h"
#include "core/step.h"
#include "machine-words.h"

#define BIT(setting) (1u << SETTING_##setting)

/* A PF of that driver with two VFs, up and with a carrier. */
static struct vfprep_machine *machine_of(const char *driver)
{
	struct vfprep_machine *m = machine_with_vfs(2);

	assert_int_equal(text_replace(&m->pfs[0].driver, driver), 0);
	m->pfs[0].carrier = true;
	return m;
}

static struct step setting_step(enum setting setting)
{
	struct step s = { .kind = STEP_SETTING, .setting = setting, .vf = 1 };

	s.value.mac[0] = 2;
	s.value.vlan.id = 100;
	s.value.rate.max_mbps = 100;
	return s;
}

/* The words for a refusal of a PF as it is in M; "" when there are none of the driver's own. */
static const char *words_for(const struct vfprep_machine *m, const struct step *s, int error)
{
	const struct meaning *meaning = driver_meaning(&m->pfs[0], s, error);
	return meaning ? meaning->words : "";
}

static void expect_words(const struct vfprep_machine *m, const struct step *s, int error,
			 const char *words)
{
	const char *is = words_for(m, s, error);
	if (*words ? !strstr(is, words) : *is)
		fail_msg("'%s' does not say '%s'", is, words);
}

static void a_vf_that_is_gone_is_what_einval_means(void **state)
{
	automachine m = machine_of("anything");
	struct step s = setting_step(SETTING_TRUST);

	(void)state;
	expect_words(m, &s, EINVAL, "");
	s.vf = 2;
	expect_words(m, &s, EINVAL, "fewer VFs");
	m->pfs[0].has = 0; /* then nobody knows how many there are */
	expect_words(m, &s, EINVAL, "");
	s.kind = STEP_DRIVER;
	m->pfs[0].has = PF_NUMVFS;
	expect_words(m, &s, EINVAL, "");
}

/* igb gives EINVAL for four reasons. */
static void a_rate_is_refused_for_what_it_is(void **state)
{
	static const char *const drivers[] = { "igb", "ixgbe" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		automachine m = machine_of(drivers[i]);
		struct step s = setting_step(SETTING_RATE);

		expect_words(m, &s, EINVAL, i ? "10 Gbit/s" : "above the speed");
		m->pfs[0].carrier = false;
		expect_words(m, &s, EINVAL, "carrier");
		s.value.rate.min_mbps = 1;
		expect_words(m, &s, EINVAL, "lowest rate");
	}
	automachine other = machine_of("ice");
	struct step s = setting_step(SETTING_RATE);
	expect_words(other, &s, EINVAL, "switched the VF off");
	s.value.rate.min_mbps = 1;
	expect_words(other, &s, EINVAL, "lowest rates of all VFs");
	expect_words(other, &s, EOPNOTSUPP, "DCB");
	automachine igb = machine_of("igb");
	expect_words(igb, &s, EOPNOTSUPP, "82576");
}

static void only_a_mac_that_is_cleared_is_what_is_refused(void **state)
{
	static const struct {
		const char *driver;
		int error;
	} rows[] = {
		{ "bnx2x", EINVAL },    { "qede", EINVAL },
		{ "cxgb4", EINVAL },    { "be2net", EINVAL },
		{ "hinic", EINVAL },    { "rvu_nicpf", EINVAL },
		{ "LiquidIO", EINVAL }, { "fsl_enetc", EADDRNOTAVAIL },
		{ "mlx4_core", EPERM },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		automachine m = machine_of(rows[i].driver);
		struct step s = setting_step(SETTING_MAC);

		assert_null(strstr(words_for(m, &s, rows[i].error), "clear the MAC"));
		memset(s.value.mac, 0, sizeof(s.value.mac));
		expect_words(m, &s, rows[i].error, "clear the MAC");
		/* What release meets is not called a failure there. */
		assert_true(step_is_refused(&s, -rows[i].error));
	}
}

static void a_switch_in_switchdev_mode_is_named(void **state)
{
	automachine m = machine_of("mlx5_core");
	struct step vlan = setting_step(SETTING_VLAN), mac = setting_step(SETTING_MAC);

	(void)state;
	expect_words(m, &vlan, EOPNOTSUPP, "switchdev");
	expect_words(m, &mac, EOPNOTSUPP, "");
	expect_words(m, &mac, EPERM, "DPU");
	vlan.value.vlan.id = 0; /* that it takes, for libvirt's sake */
	expect_words(m, &vlan, EOPNOTSUPP, "");
}

static void a_pf_that_is_down_is_what_eagain_means_to_otx2(void **state)
{
	automachine m = machine_of("rvu_nicpf");
	struct step s = setting_step(SETTING_MAC);

	(void)state;
	expect_words(m, &s, EAGAIN, "");
	m->pfs[0].up = false;
	expect_words(m, &s, EAGAIN, "PF is down");
	automachine bnx2x = machine_of("bnx2x");
	expect_words(bnx2x, &s, EINVAL, "");
	bnx2x->pfs[0].up = false;
	expect_words(bnx2x, &s, EINVAL, "PF is down");
}

/* They say of a QoS what others say of a protocol or of anything. */
static void a_qos_that_is_refused_is_named(void **state)
{
	automachine cxgb4 = machine_of("cxgb4");
	automachine otx2 = machine_of("rvu_nicpf");
	struct step s = setting_step(SETTING_VLAN);

	(void)state;
	expect_words(cxgb4, &s, EPROTONOSUPPORT, "");
	expect_words(otx2, &s, EINVAL, "");
	s.value.vlan.qos = 3;
	expect_words(cxgb4, &s, EPROTONOSUPPORT, "QoS");
	expect_words(otx2, &s, EINVAL, "QoS");
}

static void who_may_not_be_trusted_is_no_matter_of_privilege(void **state)
{
	automachine m = machine_of("LiquidIO");
	struct step s = setting_step(SETTING_TRUST);

	(void)state;
	expect_words(m, &s, EPERM, "one VF at a time");
}

/* strerror() has no word for it. */
static void the_kernel_s_own_number_is_translated(void **state)
{
	automachine m = machine_of("anything");
	autoproblems p = vfprep_problems_new();
	struct step s = setting_step(SETTING_TRUST);

	(void)state;
	s.subject = strdup("vf");
	s.what = strdup("trust");
	s.old_text = strdup("off");
	s.new_text = strdup("on");
	assert_int_equal(step_explain(&s, -524, NULL, &m->pfs[0], p), -524);
	expect_finding(p, VFPREP_UNSUPPORTED, "vf", "the PF's driver cannot set it");
	autoproblems count = vfprep_problems_new();
	s.kind = STEP_NUMVFS; /* cxgb4 below a bridge without ARI */
	assert_int_equal(step_explain(&s, -524, NULL, NULL, count), -524);
	expect_finding(count, VFPREP_UNSUPPORTED, "vf", "cannot make VFs");
	step_clear(&s);
}

/* PF wants one VF with SETTINGS, and to be UP. Return: how many steps are planned. */
static size_t plan_with(const char *driver, unsigned settings, bool up, struct vfprep_problems *p)
{
	automachine actual = machine_of(driver);
	automachine wanted = machine_new();
	struct pf *pf = machine_add_pf(wanted, address_of(PF_ADDRESS));
	struct vf *vf = pf_add_vf(pf, 0);
	autoplan plan = NULL;

	actual->pfs[0].up = up;
	pf->has = PF_LINK;
	pf->up = up;
	vf->settings.present = settings;
	vf->settings.mac[0] = 2;
	vf->settings.link_state = VF_LINK_ENABLE;
	vf->settings.trust = true;
	assert_int_equal(plan_make(wanted, actual, AIM_APPLY, &plan, p), 0);
	return plan->n;
}

static void what_a_driver_lacks_is_noted_and_tried(void **state)
{
	autoproblems igb = vfprep_problems_new();
	autoproblems ixgbe = vfprep_problems_new();

	(void)state;
	assert_int_equal(driver_lacks("igb"),
			 BIT(LINK_STATE) | BIT(RSS_QUERY) | BIT(NODE_GUID) | BIT(PORT_GUID));
	assert_int_equal(driver_lacks("nobody-knows"), 0);
	assert_int_equal(driver_lacks(NULL), 0);
	assert_int_equal(plan_with("igb", BIT(LINK_STATE) | BIT(MAC), true, igb), 2);
	expect_finding(igb, VFPREP_NOTE, "0000:01:00.0 vf 0",
		       "igb is not known to set a VF's link_state");
	assert_int_equal(plan_with("ixgbe", BIT(LINK_STATE) | BIT(MAC), true, ixgbe), 2);
	assert_int_equal(vfprep_problems_count(ixgbe), 0);
}

static void a_driver_that_needs_its_pf_up_is_not_tried_without(void **state)
{
	autoproblems down = vfprep_problems_new();
	autoproblems up = vfprep_problems_new();

	(void)state;
	assert_int_equal(plan_with("rvu_nicpf", BIT(MAC), false, down), 0);
	expect_finding(down, VFPREP_UNSUPPORTED, "0000:01:00.0 vf 0",
		       "the PF is down, and rvu_nicpf sets neither MAC nor VLAN then");
	assert_int_equal(plan_with("rvu_nicpf", BIT(MAC), true, up), 1);
	assert_int_equal(plan_with("rvu_nicpf", BIT(TRUST), false, up), 1); /* that it does */
	assert_int_equal(vfprep_problems_count(up), 0);
}

/* Where nothing is to be sent nothing is put off. */
static void what_is_right_already_needs_no_pf_up(void **state)
{
	automachine actual = machine_of("rvu_nicpf");
	automachine wanted = machine_new();
	struct vf *vf = pf_add_vf(machine_add_pf(wanted, address_of(PF_ADDRESS)), 0);
	autoproblems p = vfprep_problems_new();
	autoplan plan = NULL;

	(void)state;
	actual->pfs[0].up = false;
	vf->settings.present = BIT(MAC);
	vf->settings.mac[0] = 2;
	actual->pfs[0].vfs[0].settings = vf->settings;
	assert_int_equal(plan_make(wanted, actual, AIM_APPLY, &plan, p), 0);
	assert_int_equal(vfprep_problems_count(p), 0);
}

/* The VF's own driver keeps the MAC that it came up with. */
static void a_mac_under_a_net_driver_is_noted(void **state)
{
	automachine actual = machine_with_vfs(1);
	automachine wanted = machine_new();
	struct pf *pf = machine_add_pf(wanted, address_of(PF_ADDRESS));
	struct vf *vf = pf_add_vf(pf, 0);
	autoproblems stays = vfprep_problems_new();
	autoproblems goes = vfprep_problems_new();
	autoplan plan = NULL;
	autoplan other = NULL;

	(void)state;
	assert_int_equal(text_replace(&actual->pfs[0].vfs[0].function.netdev, "eth7"), 0);
	vf->settings.present = BIT(MAC);
	vf->settings.mac[0] = 2;
	assert_int_equal(plan_make(wanted, actual, AIM_APPLY, &plan, stays), 0);
	expect_finding(stays, VFPREP_NOTE, "0000:01:00.0 vf 0", "'eth7' may keep its old MAC");
	vf->function.has = FUNCTION_DRIVER;
	assert_int_equal(text_replace(&vf->function.driver, "vfio-pci"), 0);
	assert_int_equal(plan_make(wanted, actual, AIM_APPLY, &other, goes), 0);
	assert_int_equal(vfprep_problems_count(goes), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vf_that_is_gone_is_what_einval_means),
		cmocka_unit_test(a_rate_is_refused_for_what_it_is),
		cmocka_unit_test(only_a_mac_that_is_cleared_is_what_is_refused),
		cmocka_unit_test(a_switch_in_switchdev_mode_is_named),
		cmocka_unit_test(a_pf_that_is_down_is_what_eagain_means_to_otx2),
		cmocka_unit_test(a_qos_that_is_refused_is_named),
		cmocka_unit_test(who_may_not_be_trusted_is_no_matter_of_privilege),
		cmocka_unit_test(the_kernel_s_own_number_is_translated),
		cmocka_unit_test(what_a_driver_lacks_is_noted_and_tried),
		cmocka_unit_test(a_driver_that_needs_its_pf_up_is_not_tried_without),
		cmocka_unit_test(what_is_right_already_needs_no_pf_up),
		cmocka_unit_test(a_mac_under_a_net_driver_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
