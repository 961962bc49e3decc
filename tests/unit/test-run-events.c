/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What events ask of a run: PFs that come late, that come anew while it works, and the owner that a
 * new node is to have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/record.h"
#include "fake-host.h"
#include "host/state.h"
#include "run-mishap.h"

static const char config[] = "[Match]\nAddress=0000:01:00.0\n"
			     "[PF]\nVirtualFunctions=2\n"
			     "[VF]\nOwner=someone\nGroup=kvm\nMode=0640\n"
			     "[VF 0]\nTeam=web0\n[VF 1]\nTeam=web1\nOwner=\nGroup=\nMode=\n";

/* The driver of the first PF is reloaded behind step RELOAD_AT of a run, so often. */
static enum step_kind reload_at;
static unsigned reloads;

static void reload(struct fake *f)
{
	struct pf *pf = &f->machine->pfs[0];

	pf_drop_vfs(pf);
	pf->numvfs = 0;
	pf->ifindex += 100;
	pf->up = false;
	pf->addr_gen_mode = ADDR_GEN_EUI64;
}

/* The interface of the first PF, which is there again when its VFs have been made. */
static unsigned hidden;

static bool acted_too_early;

static int act_and_reload(void *kernel, const struct step *step, char **ret_detail)
{
	acted_too_early |= ((struct fake *)kernel)->machine->pfs[0].unnamed;
	int r = fake_ops.act(kernel, step, ret_detail);

	if (hidden && step->kind == STEP_NUMVFS) {
		((struct fake *)kernel)->machine->pfs[0].ifindex = hidden;
		hidden = 0;
	}

	if (reloads && step->kind == reload_at) {
		reloads--;
		reload(kernel);
	}
	return r;
}

/* The first PF comes with read COMES_AT; udev is through with its name at read NAMED_AT. */
static unsigned comes_at, named_at;

static int read_late(void *kernel, const struct pci_address *only, struct vfprep_machine **ret,
		     struct vfprep_problems *p)
{
	struct pf *pf = &((struct fake *)kernel)->machine->pfs[0];
	char *driver = pf->driver;

	if (comes_at && comes_at-- > 1)
		pf->driver = NULL;
	pf->unnamed = named_at && named_at-- > 1;
	int r = fake_ops.read(kernel, only, ret, p);
	pf->driver = driver;
	return r;
}

static struct kernel_ops ops;

static int apply(struct fake_host *h, bool look_again, unsigned devices_wait_ms)
{
	const struct wish wish = { .aim = AIM_APPLY, .config = h->config };
	const struct run_request request = {
		.wish = &wish,
		.look_again = look_again,
		.devices_wait_ms = devices_wait_ms,
	};

	vfprep_problems_free(h->problems);
	h->problems = vfprep_problems_new();
	h->outcome = VFPREP_DONE;
	return run(&h->host, &request, &h->outcome, h->problems);
}

static void begin(struct fake_host *h)
{
	fake_host_open(h, config);
	ops = fake_ops;
	ops.act = act_and_reload;
	ops.read = read_late;
	h->host.ops = &ops;
	reloads = comes_at = named_at = hidden = 0;
	acted_too_early = false;
}

static bool is_published(struct fake_host *h, const char *file)
{
	autofree char *text = fake_host_state(h);

	return strstr(text, file);
}

static void a_pf_that_comes_anew_during_a_run_is_prepared_all_the_same(void **state)
{
	static const enum step_kind at[] = { STEP_NUMVFS, STEP_SETTING, STEP_DRIVER, STEP_NODE,
					     STEP_AUTOPROBE };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		struct fake_host h;
		begin(&h);
		reload_at = at[i];
		reloads = 1;
		assert_int_equal(apply(&h, true, 0), 0);
		assert_int_equal(h.outcome, VFPREP_DONE);
		assert_false(problems_any(h.problems));
		assert_true(has_problem(&h, "0000:01:00.0", "came anew"));
		assert_true(is_published(&h, "file teams/web0/team.json"));
		assert_int_equal(h.fake->machine->pfs[0].n_vfs, 2);
		fake_host_close(&h);
	}
}

/* It was prepared before, so that its record is about the interface that it had then. */
static void a_pf_whose_interface_comes_during_a_run_is_prepared_all_the_same(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	assert_int_equal(apply(&h, true, 0), 0);
	struct pf *pf = &h.fake->machine->pfs[0];
	reload(h.fake);
	hidden = pf->ifindex;
	pf->ifindex = 0;
	assert_int_equal(apply(&h, true, 0), 0);
	assert_int_equal(hidden, 0);
	assert_false(problems_any(h.problems));
	assert_true(has_problem(&h, "0000:01:00.0", "came anew"));
	assert_true(is_published(&h, "file teams/web0/team.json"));
	fake_host_close(&h);
}

/* Files are matched by names, and one for the moment may be another PF's. */
static void a_pf_is_waited_for_until_udev_has_named_it(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	named_at = 8;
	assert_int_equal(apply(&h, true, 20000), 0);
	assert_int_equal(named_at, 0);
	assert_false(acted_too_early);
	assert_false(problems_any(h.problems));
	assert_true(is_published(&h, "file teams/web0/team.json"));
	fake_host_close(&h);

	begin(&h);
	named_at = 1000;
	assert_int_equal(apply(&h, true, 600), 0);
	assert_true(has_problem(&h, "eth0", "udev was not through with it"));
	assert_true(is_published(&h, "file teams/web0/team.json"));
	fake_host_close(&h);
}

/* Its driver is another one by the run itself, and with it its interface. */
static void a_nic_does_not_come_anew_by_what_is_done_with_it(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, "[Match]\nAddress=0000:02:00.0\n[NIC]\nTeam=nic0\n");
	assert_int_equal(apply(&h, true, 0), 0);
	assert_true(is_published(&h, "file teams/nic0/team.json"));
	for (size_t i = 0; i < vfprep_problems_count(h.problems); i++)
		assert_null(strstr(vfprep_problems_get(h.problems, i).message, "came anew"));
	fake_host_close(&h);
}

/* Right behind the last step. */
static int settle_and_reload(void *kernel, unsigned ifindex)
{
	if (reloads) {
		reloads--;
		reload(kernel);
	}
	return fake_ops.settle(kernel, ifindex);
}

static void a_pf_that_comes_anew_behind_the_last_step_is_prepared_too(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	ops.settle = settle_and_reload;
	h.fake->machine->pfs[0].up = h.fake->machine->pfs[0].carrier = true;
	reload_at = STEP_COUNT;
	reloads = 1;
	assert_int_equal(apply(&h, true, 0), 0);
	assert_int_equal(reloads, 0);
	assert_false(problems_any(h.problems));
	assert_int_equal(h.fake->machine->pfs[0].n_vfs, 2);
	fake_host_close(&h);
}

static void who_was_not_asked_to_look_again_does_not(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	reload_at = STEP_NODE;
	reloads = 1;
	assert_int_equal(apply(&h, false, 0), 0);
	assert_int_equal(h.fake->machine->pfs[0].n_vfs, 0);
	fake_host_close(&h);
}

static void a_pf_that_comes_anew_without_end_is_let_be(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	reload_at = STEP_NODE;
	reloads = 100;
	assert_int_equal(apply(&h, true, 0), 0);
	assert_true(problems_any(h.problems));
	assert_true(reloads > 90);
	fake_host_close(&h);
}

static void a_run_that_fails_is_not_repeated(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	h.fake->fails_to_bind = "0000:01:10.0";
	assert_int_equal(apply(&h, true, 0), 0);
	assert_int_equal(h.outcome, VFPREP_UNDONE);
	assert_int_equal(h.fake->counts.acts[STEP_NUMVFS], 1);
	fake_host_close(&h);
}

static void a_pf_that_is_named_is_waited_for(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	comes_at = 4;
	assert_int_equal(apply(&h, false, 60000), 0);
	assert_false(problems_any(h.problems));
	assert_int_equal(comes_at, 0);
	assert_true(is_published(&h, "file teams/web0/team.json"));
	fake_host_close(&h);
}

static void a_pf_that_does_not_come_is_a_note_and_the_others_are_prepared(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	fake_host_configure(&h, "[Match]\nPermanentMACAddress=02:00:00:00:00:99 "
				"52:54:00:aa:00:01\n[PF]\nVirtualFunctions=1\n[VF 0]\nTeam=web0\n");
	assert_int_equal(apply(&h, false, 300), 0);
	assert_false(problems_any(h.problems));
	assert_true(has_problem(&h, "test.conf", "'02:00:00:00:00:99' did not come within"));
	assert_true(is_published(&h, "file teams/web0/team.json"));
	fake_host_close(&h);
}

static void globs_are_not_waited_for(void **state)
{
	static const char *const files[] = { "[Match]\nAddress=0000:09:00.*\n",
					     "[Match]\nAddress=0000:09:00.[0]\n",
					     "[Match]\nName=far0\n",
					     "[Match]\nDriver=mlx5_core\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct fake_host h;
		begin(&h);
		fake_host_configure(&h, files[i]);
		/* The test itself would not end in its time. */
		assert_int_equal(apply(&h, false, 3600 * 1000), 0);
		fake_host_close(&h);
	}
}

/* What udev is told of VF INDEX; not there: nothing. */
static struct node kept(const struct fake_host *h, unsigned index)
{
	const struct pci_address pf = { .bus = 1 };
	CLEANUP(record_freep) struct record *r = state_read_record(h->host.rundir_fd, pf);

	for (size_t i = 0; r && i < r->original.n_vfs; i++) {
		if (r->original.vfs[i].index == index)
			return r->original.vfs[i].kept;
	}
	return (struct node){ 0 };
}

static void assert_kept(const struct fake_host *h, unsigned index, unsigned uid, unsigned mode)
{
	struct node node = kept(h, index);

	assert_true(node.exists);
	assert_int_equal(node.uid, uid);
	assert_int_equal(node.mode, mode);
}

static void the_owner_of_a_prepared_vf_is_on_record_until_it_is_released(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	assert_int_equal(apply(&h, true, 0), 0);
	assert_kept(&h, 0, 64055, 0640);
	fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=2\n"
				"[VF 0]\nTeam=web0\nMode=0604\n");
	assert_int_equal(apply(&h, true, 0), 0);
	assert_kept(&h, 0, 0, 0604);
	/* A VF on its way to somebody else is nobody's. */
	fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=2\n"
				"[VF 0]\nDriver=none\n");
	assert_int_equal(apply(&h, true, 0), 0);
	assert_false(kept(&h, 0).exists);
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_false(kept(&h, 0).exists);
	fake_host_close(&h);
}

static void a_vf_that_is_worked_on_is_nobodys_until_it_is_confirmed(void **state)
{
	struct fake_host h;

	(void)state;
	begin(&h);
	assert_int_equal(apply(&h, true, 0), 0);
	fake_host_raw(&h, "unbind 0000:01:10.0");
	h.fake->fails_to_bind = "0000:01:10.0";
	assert_int_equal(apply(&h, true, 0), 0);
	assert_int_equal(h.outcome, VFPREP_UNDONE);
	assert_false(kept(&h, 0).exists);
	h.fake->fails_to_bind = NULL;
	assert_int_equal(apply(&h, true, 0), 0);
	assert_kept(&h, 0, 64055, 0640);
	fake_host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pf_that_comes_anew_during_a_run_is_prepared_all_the_same),
		cmocka_unit_test(a_pf_whose_interface_comes_during_a_run_is_prepared_all_the_same),
		cmocka_unit_test(a_pf_is_waited_for_until_udev_has_named_it),
		cmocka_unit_test(a_nic_does_not_come_anew_by_what_is_done_with_it),
		cmocka_unit_test(a_pf_that_comes_anew_behind_the_last_step_is_prepared_too),
		cmocka_unit_test(who_was_not_asked_to_look_again_does_not),
		cmocka_unit_test(a_pf_that_comes_anew_without_end_is_let_be),
		cmocka_unit_test(a_run_that_fails_is_not_repeated),
		cmocka_unit_test(a_pf_that_is_named_is_waited_for),
		cmocka_unit_test(a_pf_that_does_not_come_is_a_note_and_the_others_are_prepared),
		cmocka_unit_test(globs_are_not_waited_for),
		cmocka_unit_test(the_owner_of_a_prepared_vf_is_on_record_until_it_is_released),
		cmocka_unit_test(a_vf_that_is_worked_on_is_nobodys_until_it_is_confirmed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
