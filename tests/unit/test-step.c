/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step: how it reads, when it is done, what its failure means. */
#include "core/step.h"

#include <errno.h>

#include "core/park.h"
#include "machine-words.h"

#define ERRNO_MAX 133 /* EHWPOISON, the last that Linux has */

/* Text */

/* What is wanted: two VFs, the first of them a team. */
static struct vfprep_machine *wanted_team(void)
{
	struct vfprep_machine *m = machine_new();
	struct pf *pf = machine_add_pf(m, address_of(PF_ADDRESS));
	struct vf *vf = pf_add_vf(pf, 0);

	pf->has = PF_NUMVFS | PF_LINK | PF_ADDR_GEN_MODE;
	pf->numvfs = 2;
	pf->up = true;
	pf->addr_gen_mode = ADDR_GEN_NONE;
	vf->function.has = FUNCTION_DRIVER | FUNCTION_OVERRIDE | FUNCTION_NODE;
	vf->function.node = (struct node){ true, 64055, 104, 0660 };
	vf->settings.present = (1u << SETTING_COUNT) - 1;
	vf->settings.mac[0] = 2;
	vf->settings.vlan.id = 100;
	vf->settings.rate.max_mbps = 1000;
	assert_int_equal(text_replace(&vf->function.driver, "vfio-pci"), 0);
	assert_int_equal(text_replace(&vf->function.override, "vfio-pci"), 0);
	assert_int_equal(text_replace(&vf->team, "web0"), 0);
	return m;
}

static void expect_plan(const struct vfprep_machine *wanted, const struct vfprep_machine *actual,
			enum plan_aim aim, unsigned *kinds, const char *expected)
{
	autoplan plan = NULL;
	autostrbuf b = { 0 };

	assert_int_equal(plan_make(wanted, actual, aim, &plan, NULL), 0);
	for (size_t i = 0; i < plan->n; i++) {
		autofree char *line = step_line(&plan->steps[i]);
		strbuf_addf(&b, "%s\n", line);
		*kinds |= 1u << plan->steps[i].kind;
	}
	assert_string_equal(strbuf_text(&b), expected);
}

static void every_kind_of_step_reads_subject_what_old_new(void **state)
{
	automachine actual = machine_with_vfs(0);
	automachine wanted = wanted_team();
	unsigned kinds = 0;

	(void)state;
	actual->pfs[0].up = false;
	expect_plan(wanted, actual, AIM_APPLY, &kinds,
		    "vfio-pci: module none -> loaded\n"
		    "0000:01:00.0: addr_gen_mode eui64 -> none\n"
		    "0000:01:00.0: link down -> up\n"
		    "0000:01:00.0: sriov_drivers_autoprobe 1 -> 0\n"
		    "0000:01:00.0: sriov_numvfs 0 -> 2\n"
		    "0000:01:00.0 vf 0: trust - -> off\n"
		    "0000:01:00.0 vf 0: mac - -> 02:00:00:00:00:00\n"
		    "0000:01:00.0 vf 0: vlan - -> 100 qos 0 802.1Q\n"
		    "0000:01:00.0 vf 0: spoofcheck - -> off\n"
		    "0000:01:00.0 vf 0: rate - -> min 0 max 1000 Mbit/s\n"
		    "0000:01:00.0 vf 0: link_state - -> auto\n"
		    "0000:01:00.0 vf 0: rss_query - -> off\n"
		    "0000:01:00.0 vf 0: node_guid - -> none\n"
		    "0000:01:00.0 vf 0: port_guid - -> none\n"
		    "0000:01:10.0: driver_override - -> vfio-pci\n"
		    "0000:01:10.0: driver - -> vfio-pci\n"
		    "0000:01:10.0: node - -> 64055:104 0660\n"
		    "0000:01:00.0: sriov_drivers_autoprobe 0 -> 1\n"
		    "0000:01:10.2: drivers_probe - -> done\n"
		    "web0: publish none -> /run/vfprep/teams/web0\n");

	struct team *team = array_add(&actual->teams, &actual->n_teams, sizeof(*team));
	assert_int_equal(text_replace(&team->name, "old"), 0);
	team->pf.address = address_of(PF_ADDRESS);
	wanted->pfs[0].has = 0;
	wanted->pfs[0].n_vfs--;
	vf_clear(&wanted->pfs[0].vfs[0]);
	expect_plan(wanted, actual, AIM_APPLY, &kinds,
		    "old: publish /run/vfprep/teams/old -> none\n");

	static const char *const old[] = { "old" };
	automachine parked = NULL;
	automachine there = machine_with_vfs(2);
	struct team *own = array_add(&there->teams, &there->n_teams, sizeof(*own));
	assert_int_equal(text_replace(&own->name, "old"), 0);
	own->pf.address = there->pfs[0].address;
	own->transient.address = there->pfs[0].vfs[0].function.address;
	own->transient.group = there->pfs[0].vfs[0].function.group;
	assert_int_equal(text_replace(&own->boot_id, there->boot_id), 0);
	assert_int_equal(desire_parked(there, old, 1, true, &parked, NULL), 0);
	expect_plan(parked, there, AIM_PARK, &kinds,
		    "old: parked no -> yes\n"
		    "0000:01:00.0 vf 0: mac none -> b6:74:ad:f9:1e:4b\n");
	assert_int_equal(kinds, (1u << STEP_COUNT) - 1);
}

/* Failures */

static void make_step(struct step *s, enum step_kind kind)
{
	*s = (struct step){ .kind = kind, .group = -1 };
	assert_int_equal(text_replace(&s->subject, "0000:01:00.0 vf 3"), 0);
	assert_int_equal(text_replace(&s->what, "what"), 0);
	assert_int_equal(text_replace(&s->old_text, "old"), 0);
	assert_int_equal(text_replace(&s->new_text, "new"), 0);
}

static enum vfprep_fault fault_of(enum step_kind kind, int error)
{
	autoproblems p = vfprep_problems_new();
	struct step s;

	make_step(&s, kind);
	assert_int_equal(step_explain(&s, -error, NULL, NULL, p), -error);
	expect_finding(p, vfprep_problems_get(p, 0).fault, "0000:01:00.0 vf 3",
		       "what old -> new: ");
	step_clear(&s);
	return vfprep_problems_get(p, 0).fault;
}

static void every_failure_of_every_step_is_explained(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < STEP_COUNT; kind++) {
		for (int error = 1; error <= ERRNO_MAX; error++)
			assert_int_not_equal(fault_of(kind, error), VFPREP_NOTE);
	}
}

static void what_may_not_be_done_is_a_matter_of_permission(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < STEP_COUNT; kind++) {
		assert_int_equal(fault_of(kind, EACCES), VFPREP_PERMISSION);
		assert_int_equal(fault_of(kind, EROFS), VFPREP_PERMISSION);
		/* Drivers say it of too many VFs too. */
		assert_int_equal(fault_of(kind, EPERM),
				 kind == STEP_NUMVFS ? VFPREP_UNSUPPORTED : VFPREP_PERMISSION);
	}
}

static void what_did_not_end_in_time_is_busy(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < STEP_COUNT; kind++) {
		assert_int_equal(fault_of(kind, ETIMEDOUT), VFPREP_BUSY);
		assert_int_equal(fault_of(kind, EALREADY), VFPREP_BUSY);
	}
}

static void errno_is_taken_for_what_it_means_to_the_step(void **state)
{
	(void)state;
	assert_int_equal(fault_of(STEP_NUMVFS, EBUSY), VFPREP_BUSY);
	assert_int_equal(fault_of(STEP_NUMVFS, ENOMEM), VFPREP_UNSUPPORTED);
	assert_int_equal(fault_of(STEP_SETTING, ENOMEM), VFPREP_SYSTEM);
	assert_int_equal(fault_of(STEP_SETTING, EOPNOTSUPP), VFPREP_UNSUPPORTED);
	assert_int_equal(fault_of(STEP_SETTING, ENODEV), VFPREP_ABSENT);
	assert_int_equal(fault_of(STEP_DRIVER, ENODEV), VFPREP_UNSUPPORTED);
	assert_int_equal(fault_of(STEP_DRIVER, EINVAL), VFPREP_UNSUPPORTED);
	assert_int_equal(fault_of(STEP_NODE, ENOENT), VFPREP_UNSUPPORTED);
	assert_int_equal(fault_of(STEP_MODULE, ENOENT), VFPREP_ABSENT);
	assert_int_equal(fault_of(STEP_MODULE, EREMOTEIO), VFPREP_UNSUPPORTED);
	assert_int_equal(fault_of(STEP_PUBLISH, EIO), VFPREP_SYSTEM);
}

static void words_of_the_kernel_stand_behind_ours(void **state)
{
	autoproblems p = vfprep_problems_new();
	struct step s;

	(void)state;
	make_step(&s, STEP_SETTING);
	assert_int_equal(step_explain(&s, -EINVAL, "100% wrong", NULL, p), -EINVAL);
	step_clear(&s);
	assert_string_equal(vfprep_problems_get(p, 0).message,
			    "what old -> new: the PF's driver refuses this value "
			    "(Invalid argument; 100% wrong)");
	assert_true(*vfprep_problems_get(p, 0).advice);
}

static void only_the_way_back_to_no_mac_may_be_refused(void **state)
{
	struct step s = { .kind = STEP_SETTING, .setting = SETTING_MAC };

	(void)state;
	assert_true(step_may_stay(&s));
	assert_true(step_is_refused(&s, -EINVAL));
	assert_true(step_is_refused(&s, -EPERM));
	assert_true(step_is_refused(&s, -EADDRNOTAVAIL));
	assert_false(step_is_refused(&s, -ETIMEDOUT));
	assert_false(step_is_refused(&s, 0));
	s.value.mac[5] = 1;
	assert_false(step_is_refused(&s, -EINVAL));
	s = (struct step){ .kind = STEP_SETTING, .setting = SETTING_VLAN };
	assert_false(step_is_refused(&s, -EINVAL));
	s = (struct step){ .kind = STEP_DRIVER, .setting = SETTING_MAC };
	assert_false(step_is_refused(&s, -EINVAL));
}

/* Done */

/* Is the last step of the plan done on that machine? */
static bool last_is_done(const struct vfprep_plan *plan, const struct vfprep_machine *m)
{
	return step_is_done(&plan->steps[plan->n - 1], m);
}

static void pf_step_is_done_when_the_pf_has_the_value(void **state)
{
	automachine m = machine_with_vfs(2);
	autoplan plan = plan_new();

	(void)state;
	static const struct {
		enum step_kind kind;
		unsigned bit, is, is_not;
	} table[] = {
		{ STEP_ADDR_GEN_MODE, PF_ADDR_GEN_MODE, ADDR_GEN_EUI64, ADDR_GEN_NONE },
		{ STEP_LINK, PF_LINK, 1, 0 },
		{ STEP_AUTOPROBE, PF_AUTOPROBE, 1, 0 },
		{ STEP_NUMVFS, PF_NUMVFS, 2, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		add_pf_step(plan, table[i].kind, table[i].is_not);
		assert_false(last_is_done(plan, m));
		add_pf_step(plan, table[i].kind, table[i].is);
		assert_true(last_is_done(plan, m));
		m->pfs[0].has &= ~table[i].bit; /* what is not known is not done */
		assert_false(last_is_done(plan, m));
	}
}

static void vf_step_is_done_when_the_vf_has_the_value(void **state)
{
	automachine m = machine_with_vfs(2);
	struct function *f = &m->pfs[0].vfs[1].function;
	autoplan plan = plan_new();

	(void)state;
	add_vf_step(plan, STEP_OVERRIDE, 1);
	assert_true(last_is_done(plan, m)); /* there is none */
	assert_int_equal(text_replace(&f->override, "vfio-pci"), 0);
	assert_false(last_is_done(plan, m));

	struct step *s = add_vf_step(plan, STEP_DRIVER, 1);
	assert_int_equal(text_replace(&s->name, "vfio-pci"), 0);
	assert_false(last_is_done(plan, m));
	assert_int_equal(text_replace(&f->driver, "vfio-pci"), 0);
	assert_true(last_is_done(plan, m));

	add_vf_step(plan, STEP_NODE, 1)->node = (struct node){ true, 1, 2, 0600 };
	assert_false(last_is_done(plan, m));
	static const struct node others[] = { { true, 1, 2, 0660 },
					      { true, 1, 3, 0600 },
					      { true, 3, 2, 0600 },
					      { false, 1, 2, 0600 } };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		f->node = others[i];
		assert_false(last_is_done(plan, m));
	}
	f->node = (struct node){ true, 1, 2, 0600 };
	assert_true(last_is_done(plan, m));

	s = add_vf_step(plan, STEP_SETTING, 1);
	s->setting = SETTING_MAC;
	s->value.present = 1u << SETTING_MAC;
	assert_true(last_is_done(plan, m));
	s->value.mac[5] = 1;
	assert_false(last_is_done(plan, m));

	add_vf_step(plan, STEP_DRIVERS_PROBE, 1);
	assert_true(last_is_done(plan, m));
	assert_int_equal(text_replace(&f->driver, NULL), 0);
	assert_false(last_is_done(plan, m));
	f->has = 0; /* what is not known is not done */
	assert_int_equal(text_replace(&f->override, NULL), 0);
	assert_int_equal(text_replace(&f->driver, "vfio-pci"), 0);
	for (size_t i = 0; i < plan->n; i++) {
		if (plan->steps[i].kind != STEP_SETTING)
			assert_false(step_is_done(&plan->steps[i], m));
	}
}

static void step_about_what_is_gone_is_not_done(void **state)
{
	automachine m = machine_with_vfs(1);
	autoplan plan = plan_new();

	(void)state;
	for (unsigned kind = STEP_SETTING; kind < STEP_COUNT; kind++) {
		add_vf_step(plan, kind, 5);
		assert_false(last_is_done(plan, m));
	}
	for (unsigned kind = 0; kind < STEP_COUNT; kind++) {
		if (kind == STEP_MODULE || kind == STEP_WITHDRAW)
			continue;
		add_vf_step(plan, kind, 0)->pf = address_of("0000:09:00.0");
		assert_false(last_is_done(plan, m));
	}
}

static void module_and_team_are_looked_for_in_the_whole_machine(void **state)
{
	automachine m = machine_with_vfs(0);
	autoplan plan = plan_new();

	(void)state;
	assert_int_equal(text_replace(&add_pf_step(plan, STEP_MODULE, 0)->name, "vfio-pci"), 0);
	assert_false(last_is_done(plan, m));
	m->has_vfio_pci = true;
	assert_true(last_is_done(plan, m));
	assert_int_equal(text_replace(&add_pf_step(plan, STEP_MODULE, 0)->name, "mlx5_vfio_pci"),
			 0);
	assert_false(last_is_done(plan, m));
	assert_int_equal(machine_add_driver(m, "mlx5_vfio_pci"), 0);
	assert_true(last_is_done(plan, m));

	assert_int_equal(text_replace(&add_pf_step(plan, STEP_WITHDRAW, 0)->name, "web0"), 0);
	assert_true(last_is_done(plan, m));
	struct team *team = array_add(&m->teams, &m->n_teams, sizeof(*team));
	assert_int_equal(text_replace(&team->name, "web0"), 0);
	assert_false(last_is_done(plan, m));
	assert_int_equal(text_replace(&add_pf_step(plan, STEP_PUBLISH, 0)->name, "web0"), 0);
	assert_false(last_is_done(plan, m)); /* it may be published with another content */
	assert_int_equal(text_replace(&add_pf_step(plan, STEP_PARK, 1)->name, "web0"), 0);
	assert_false(last_is_done(plan, m));
	team->parked = true;
	assert_true(last_is_done(plan, m));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_step_reads_subject_what_old_new),
		cmocka_unit_test(every_failure_of_every_step_is_explained),
		cmocka_unit_test(what_may_not_be_done_is_a_matter_of_permission),
		cmocka_unit_test(what_did_not_end_in_time_is_busy),
		cmocka_unit_test(errno_is_taken_for_what_it_means_to_the_step),
		cmocka_unit_test(words_of_the_kernel_stand_behind_ours),
		cmocka_unit_test(only_the_way_back_to_no_mac_may_be_refused),
		cmocka_unit_test(pf_step_is_done_when_the_pf_has_the_value),
		cmocka_unit_test(vf_step_is_done_when_the_vf_has_the_value),
		cmocka_unit_test(step_about_what_is_gone_is_not_done),
		cmocka_unit_test(module_and_team_are_looked_for_in_the_whole_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
