/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command line wants of one VF or NIC, and how its faults are told. */
#include "core/prepare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/desire.h"
#include "fake-host.h"

static int lookup(const char *name, unsigned *ret)
{
	if (strcmp(name, "kvm") != 0)
		return -ENOENT;
	*ret = 104;
	return 0;
}

static const struct names names = { lookup, lookup };

/* Two VFs on the first PF, whose link is down; the second PF has none. */
static struct vfprep_machine *read_machine(struct fake_host *h)
{
	struct vfprep_machine *m = NULL;

	assert_int_equal(host_read(&h->host, NULL, &m, h->problems), 0);
	return m;
}

static int setup(void **state)
{
	static struct fake_host h;

	fake_host_open(&h, "[Match]\nAddress=0000:09:00.0\n");
	fake_host_raw(&h, "numvfs 0000:01:00.0 2");
	*state = &h;
	return 0;
}

static int teardown(void **state)
{
	fake_host_close(*state);
	return 0;
}

/* What desire_prepare() says and wants of NAME with one option, or with two. */
struct answer {
	struct vfprep_machine *wanted;
	struct vfprep_problems *problems;
	int r;
};

static void answer_clear(struct answer *w)
{
	machine_free(w->wanted);
	vfprep_problems_free(w->problems);
}
#define autoanswer CLEANUP(answer_clear) struct answer

static struct answer ask_for(struct fake_host *h, const struct prepare_request *request)
{
	struct answer w = { .problems = vfprep_problems_new() };
	automachine m = read_machine(h);

	w.r = desire_prepare(request, m, &w.wanted, w.problems);
	return w;
}

/* The one VF or NIC that is wanted, and nothing else is. */
static const struct vf *only_wanted(const struct answer *w)
{
	assert_int_equal(w->r, 0);
	assert_int_equal(vfprep_problems_count(w->problems), 0);
	assert_int_equal(w->wanted->n_pfs, 1);
	assert_int_equal(pf_count(&w->wanted->pfs[0]), 1);
	const struct vf *vf = pf_at(&w->wanted->pfs[0], 0);
	assert_true(vf->prepared);
	return vf;
}

/* One finding, about SUBJECT. */
static void expect_problem(const struct answer *w, enum vfprep_fault fault, const char *subject,
			   const char *words)
{
	assert_null(w->wanted);
	assert_true(w->r < 0);
	assert_int_equal(vfprep_problems_count(w->problems), 1);
	struct vfprep_problem f = vfprep_problems_get(w->problems, 0);
	assert_int_equal(f.fault, fault);
	assert_string_equal(f.subject, subject);
	if (!strstr(f.message, words))
		print_message("'%s' is not in '%s'\n", words, f.message);
	assert_non_null(strstr(f.message, words));
}

static void without_options_it_is_bound_and_not_published(void **state)
{
	autoanswer w = ask_for(
		*state, &(struct prepare_request){ .name = "0000:01:10.0", .names = &names });
	const struct vf *vf = only_wanted(&w);

	assert_int_equal(vf->index, 0);
	assert_string_equal(vf->function.driver, "vfio-pci");
	assert_string_equal(vf->function.override, "vfio-pci");
	assert_int_equal(vf->function.node.mode, 0600);
	assert_int_equal(vf->settings.present, 0);
	assert_null(vf->team);
}

static void each_option_is_its_key(void **state)
{
	autoanswer w = ask_for(
		*state, &(struct prepare_request){ .name = "0000:01:10.2",
						   .values = { [PREPARE_TEAM] = "web%i",
							       [PREPARE_MAC] = "02:00:5e:10:00:01",
							       [PREPARE_OWNER] = "kvm",
							       [PREPARE_GROUP] = "7",
							       [PREPARE_MODE] = "0606",
							       [PREPARE_PERSISTENT] = "bridge:br0",
							       [PREPARE_CONTAINER_OWNER] = "107",
							       [PREPARE_GUEST_MEMORY] = "1G" },
						   .names = &names });
	const struct vf *vf = only_wanted(&w);
	char mac[MAC_TEXT];

	assert_int_equal(vf->index, 1);
	assert_string_equal(vf->team, "web1");
	assert_string_equal(vf->persistent, "bridge:br0");
	assert_string_equal(mac_format(vf->settings.mac, mac), "02:00:5e:10:00:01");
	assert_string_equal(vf->function.driver, "vfio-pci");
	assert_int_equal(vf->function.node.uid, 104);
	assert_int_equal(vf->function.node.gid, 7);
	assert_int_equal(vf->function.node.mode, 0606);
	assert_true(vf->container.known);
	assert_int_equal(vf->container.uid, 107);
	assert_int_equal(vf->container.gid, 7);
	assert_int_equal(vf->container.mode, 0606);
	assert_int_equal(vf->guest_memory, 1 << 30);
}

static void a_driver_alone_is_that_driver(void **state)
{
	struct prepare_request request = { .name = "0000:01:10.0", .names = &names };

	request.values[PREPARE_DRIVER] = "igbvf";
	autoanswer own = ask_for(*state, &request);
	assert_string_equal(only_wanted(&own)->function.driver, "igbvf");
	request.values[PREPARE_DRIVER] = "none";
	autoanswer none = ask_for(*state, &request);
	assert_int_equal(only_wanted(&none)->function.has, 0);
}

/* Of the PF only what the VF needs: no number of VFs, no other VF, also where vfprep made all. */
static void nothing_else_is_wanted(void **state)
{
	struct fake_host *h = *state;
	struct prepare_request request = { .name = "0000:01:10.0", .names = &names };

	autoanswer down = ask_for(h, &request);
	(void)only_wanted(&down);
	assert_int_equal(down.wanted->pfs[0].has, PF_LINK | PF_ADDR_GEN_MODE);
	assert_true(down.wanted->pfs[0].up);
	assert_null(down.wanted->pfs[0].self);

	fake_host_raw(h, "numvfs 0000:01:00.0 0");
	fake_host_configure(h, "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=3\n"
			       "[VF]\nTeam=web%i\n");
	assert_int_equal(fake_host_apply(h), 0);
	autoanswer up = ask_for(h, &request);
	assert_int_equal(only_wanted(&up)->index, 0);
	assert_int_equal(up.wanted->pfs[0].has & (PF_NUMVFS | PF_AUTOPROBE), 0);

	request.name = "eth1";
	autoanswer nic = ask_for(h, &request);
	assert_int_equal(only_wanted(&nic)->index, VF_SELF);
	assert_int_equal(nic.wanted->pfs[0].has, 0);
}

/* What an apply that was killed left to be put right is the next apply's business. */
static void nothing_that_an_apply_left_is_wanted(void **state)
{
	struct fake_host *h = *state;
	const struct pf *pf = &h->fake->machine->pfs[0];

	fake_host_raw(h, "numvfs 0000:01:00.0 0");
	fake_host_configure(h, "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=3\n");
	for (unsigned n = 1; pf->n_vfs == 0; n++) {
		assert_true(n < 100);
		fake_host_heal(h);
		h->fake->die_at = n;
		(void)fake_host_apply(h);
	}
	fake_host_heal(h);
	assert_false(pf->autoprobe);
	automachine m = read_machine(h);
	assert_true(m->pfs[0].record->original.has & PF_AUTOPROBE);
	autoanswer w =
		ask_for(h, &(struct prepare_request){ .name = "0000:01:10.0", .names = &names });
	assert_int_equal(only_wanted(&w)->index, 0);
	assert_int_equal(w.wanted->pfs[0].has & (PF_NUMVFS | PF_AUTOPROBE), 0);
}

static const struct {
	enum prepare_value value;
	const char *subject, *text, *words;
} bad_values[] = {
	{ PREPARE_TEAM, "--team", "a_b", "no team name" },
	{ PREPARE_TEAM, "--team", "web%x", "%x" },
	{ PREPARE_TEAM, "--team", "", "empty" },
	{ PREPARE_MAC, "--mac", "02:00", "no MAC address" },
	{ PREPARE_MAC, "--mac", "01:00:5e:00:00:01", "" },
	{ PREPARE_DRIVER, "--driver", "../x", "no driver name" },
	{ PREPARE_OWNER, "--owner", "nobody-here", "no user" },
	{ PREPARE_GROUP, "--group", "nobody-here", "no group" },
	{ PREPARE_MODE, "--mode", "0999", "no mode" },
	{ PREPARE_PERSISTENT, "--persistent", "user", "without Team" },
	{ PREPARE_CONTAINER_OWNER, "--container-owner", "kvm", "without Team" },
	{ PREPARE_CONTAINER_GROUP, "--container-group", "kvm", "without Team" },
	{ PREPARE_GUEST_MEMORY, "--guest-memory", "4G", "without Team" },
	{ PREPARE_TEAM, "--team", "a\rb", "control character" },
};

static void each_bad_value_is_told_by_its_option(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_values); i++) {
		struct prepare_request request = { .name = "0000:01:10.0", .names = &names };
		request.values[bad_values[i].value] = bad_values[i].text;
		autoanswer w = ask_for(*state, &request);
		assert_int_equal(w.r, -EINVAL);
		expect_problem(&w, VFPREP_CONFIG, bad_values[i].subject, bad_values[i].words);
		assert_string_equal(prepare_option(bad_values[i].value), bad_values[i].subject);
	}
}

static void all_bad_values_are_told(void **state)
{
	struct prepare_request request = { .name = "0000:01:10.0", .names = &names };

	for (unsigned i = 0; i < PREPARE_COUNT; i++)
		request.values[i] = "/ /";
	autoanswer w = ask_for(*state, &request);
	assert_int_equal(vfprep_problems_count(w.problems), PREPARE_COUNT);
	for (unsigned i = 0; i < PREPARE_COUNT; i++) {
		struct vfprep_problem f = vfprep_problems_get(w.problems, i);
		assert_int_equal(f.fault, VFPREP_CONFIG);
		assert_string_equal(f.subject, prepare_option(i));
	}
}

/* A newline does not smuggle a second key in, by whichever option. */
static void a_value_is_one_line(void **state)
{
	static const char *const texts[] = { "web0\nDriver=none", "kvm\n[VF 1]\nTeam=x", "a\n",
					     "\nTeam=x" };

	for (unsigned value = 0; value < PREPARE_COUNT; value++) {
		for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
			struct prepare_request request = { .name = "0000:01:10.0",
							   .names = &names };
			request.values[value] = texts[i];
			autoanswer w = ask_for(*state, &request);
			expect_problem(&w, VFPREP_CONFIG, prepare_option(value),
				       "more than a line");
		}
	}
}

static void what_is_not_there_is_absent(void **state)
{
	static const char *const absent[] = { "web0", "0000:01:10.4", "0000:01", "0000:03:00.0" };

	for (size_t i = 0; i < ARRAY_SIZE(absent); i++) {
		autoanswer w = ask_for(
			*state, &(struct prepare_request){ .name = absent[i], .names = &names });
		expect_problem(&w, VFPREP_ABSENT, absent[i], "");
	}
}

static void a_name_that_fits_two_things_is_not_guessed(void **state)
{
	struct fake_host *h = *state;
	struct prepare_request request = { .name = "eth1", .names = &names };

	fake_host_configure(h, "[Match]\nAddress=0000:01:00.0\n[VF 0]\nTeam=eth1\n");
	assert_int_equal(fake_host_apply(h), 0);
	autoanswer w = ask_for(h, &request);
	assert_int_equal(w.r, -ENOTUNIQ);
	expect_problem(&w, VFPREP_ABSENT, "eth1", "both a team and an interface");
	request.name = "0000:02:00.0";
	autoanswer nic = ask_for(h, &request);
	assert_int_equal(only_wanted(&nic)->index, VF_SELF);
}

static void a_team_stands_for_its_vf(void **state)
{
	struct fake_host *h = *state;

	fake_host_configure(h, "[Match]\nAddress=0000:01:00.0\n[VF 1]\nTeam=db1\n");
	assert_int_equal(fake_host_apply(h), 0);
	autoanswer w = ask_for(h, &(struct prepare_request){ .name = "db1", .names = &names });
	assert_int_equal(only_wanted(&w)->index, 1);
	assert_null(only_wanted(&w)->team);
}

/* A PF that is no NIC, such as an NVMe controller, has nothing for a guest but its VFs. */
static void a_pf_that_is_no_nic_is_refused(void **state)
{
	struct fake_host *h = *state;

	pf_drop_self(&h->fake->machine->pfs[1]);
	autoanswer w =
		ask_for(h, &(struct prepare_request){ .name = "0000:02:00.0", .names = &names });
	expect_problem(&w, VFPREP_UNSUPPORTED, "0000:02:00.0", "no network card");
}

/* What the planner says of a NIC for which MAC is asked: how many steps, and the only finding. */
static size_t plan_nic(struct fake_host *h, const char *mac, struct vfprep_problems *p)
{
	autoanswer w =
		ask_for(h, &(struct prepare_request){
				   .name = "eth1",
				   .values = { [PREPARE_TEAM] = "store", [PREPARE_MAC] = mac },
				   .names = &names });
	automachine actual = read_machine(h);
	autoplan plan = NULL;

	assert_int_equal(only_wanted(&w)->index, VF_SELF);
	assert_int_equal(plan_make(w.wanted, actual, AIM_APPLY, &plan, p), 0);
	return plan->n;
}

static void the_mac_of_a_nic_is_compared(void **state)
{
	autoproblems none = vfprep_problems_new();
	autoproblems same = vfprep_problems_new();
	autoproblems other = vfprep_problems_new();
	size_t n = plan_nic(*state, NULL, none);

	assert_true(n > 0);
	assert_int_equal(vfprep_problems_count(none), 0);
	assert_int_equal(plan_nic(*state, "52:54:00:AA:00:02", same), n);
	assert_int_equal(vfprep_problems_count(same), 0);
	assert_int_equal(plan_nic(*state, "52:54:00:aa:00:03", other), 0);
	assert_int_equal(vfprep_problems_count(other), 1);
	struct vfprep_problem f = vfprep_problems_get(other, 0);
	assert_int_equal(f.fault, VFPREP_UNSUPPORTED);
	assert_string_equal(f.subject, "0000:02:00.0");
	assert_non_null(strstr(f.message, "52:54:00:aa:00:02"));
}

static void a_nic_has_no_mac_but_an_address(void **state)
{
	static const char *const words[] = { "auto", "none", "52:54" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		autoanswer w = ask_for(
			*state, &(struct prepare_request){ .name = "eth1",
							   .values = { [PREPARE_MAC] = words[i] },
							   .names = &names });
		expect_problem(&w, VFPREP_CONFIG, "--mac", words[i]);
	}
}

static void a_nic_has_no_number_for_its_team(void **state)
{
	autoanswer w =
		ask_for(*state, &(struct prepare_request){
					.name = "eth1", .values = { "store%i" }, .names = &names });
	expect_problem(&w, VFPREP_CONFIG, "--team", "a NIC is no VF");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(without_options_it_is_bound_and_not_published),
		TEST(each_option_is_its_key),
		TEST(a_driver_alone_is_that_driver),
		TEST(nothing_else_is_wanted),
		TEST(nothing_that_an_apply_left_is_wanted),
		TEST(each_bad_value_is_told_by_its_option),
		TEST(all_bad_values_are_told),
		TEST(a_value_is_one_line),
		TEST(what_is_not_there_is_absent),
		TEST(a_name_that_fits_two_things_is_not_guessed),
		TEST(a_team_stands_for_its_vf),
		TEST(a_pf_that_is_no_nic_is_refused),
		TEST(the_mac_of_a_nic_is_compared),
		TEST(a_nic_has_no_mac_but_an_address),
		TEST(a_nic_has_no_number_for_its_team),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
