/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running plans on a machine in memory that fails, or ends the process, at every operation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/files.h"
#include "run-mishap.h"

static const char fresh_config[] = "[Match]\nDriver=igb\n"
				   "[PF]\nVirtualFunctions=3\n"
				   "[VF]\nOwner=someone\nGroup=kvm\n"
				   "[VF 0]\nTeam=web%f%p\nPersistent=bridge:br0\n"
				   "[VF 1]\nTeam=db%f%p\n";

static void make_nothing(struct fake_host *h)
{
	(void)h;
}

/* A way to begin, to do and to look at. */
struct story {
	const char *config;
	void (*make)(struct fake_host *h);
};

static const struct story stories[] = { { fresh_config, make_nothing },
					{ others_config, make_others } };

/* What a VF is like; "absent" when there is none. */
static char *vf_text(const struct fake *f, const struct pf *pf, unsigned index)
{
	const struct vf *vf = pf_find_vf(machine_find_pf(f->machine, pf->address), index);
	char mac[MAC_TEXT];

	if (!vf)
		return strdup("absent");
	const struct function *fn = &vf->function;
	return text_format("mac %s driver %s override %s node %d %u:%u %o",
			   mac_format(vf->settings.mac, mac), fn->driver ? fn->driver : "none",
			   fn->override ? fn->override : "none", fn->node.exists, fn->node.uid,
			   fn->node.gid, fn->node.mode);
}

static const char just_made[] = "mac 00:00:00:00:00:00 driver none override none node 0 0:0 0";

/* Is the VF, its PF or all of the machine named in the findings? */
static bool is_named(const struct fake_host *h, const struct pf *pf, unsigned index, bool *ret_pf)
{
	char pf_address[PCI_ADDRESS_TEXT], address[PCI_ADDRESS_TEXT];
	autofree char *vf =
		text_format("%s vf %u", pci_address_format(pf->address, pf_address), index);
	autofree char *web = text_format("web%u%s", pf->address.function, pf->name);
	autofree char *db = text_format("db%u%s", pf->address.function, pf->name);
	autofree char *plain = text_format("web%u", index);

	pci_address_format(pci_address_of_vf(pf->address, 128, 2, index), address);
	*ret_pf = false;
	bool named = false;
	for (size_t i = 0; i < vfprep_problems_count(h->problems); i++) {
		const char *subject = vfprep_problems_get(h->problems, i).subject;
		if (vfprep_problems_get(h->problems, i).fault == VFPREP_NOTE)
			continue;
		*ret_pf = *ret_pf || strcmp(subject, pf_address) == 0 ||
			  strcmp(subject, "vfio-pci") == 0 || strcmp(subject, "machine") == 0;
		named = named || strcmp(subject, vf) == 0 || strcmp(subject, address) == 0 ||
			(index == 0 && strcmp(subject, web) == 0) ||
			(index == 1 && strcmp(subject, db) == 0) ||
			(pf->address.bus == 1 && strcmp(subject, plain) == 0);
	}
	return named || *ret_pf;
}

/* Named VFs are as before (as they were made, where this run made them), others as wanted. */
static void compare_vfs(const struct fake_host *h, const struct fake *before,
			const struct fake *wanted, unsigned n)
{
	for (size_t i = 0; i < before->machine->n_pfs; i++) {
		const struct pf *pf = &before->machine->pfs[i];
		for (unsigned index = 0; index < pf->totalvfs; index++) {
			bool pf_named;
			bool named = is_named(h, pf, index, &pf_named);
			autofree char *is = vf_text(h->fake, pf, index);
			autofree char *was = vf_text(before, pf, index);
			autofree char *goal = vf_text(wanted, pf, index);
			bool made = named && !pf_named && strcmp(was, "absent") == 0;
			const char *want = made ? just_made : named ? was : goal;
			if (strcmp(is, want) == 0)
				continue;
			print_message("operation %u, pf %zu vf %u%s:\n  is   %s\n  want %s\n", n, i,
				      index, named ? " (named)" : "", is, want);
			show_problems(h);
			fail();
		}
	}
}

/* The state that story ends in when nothing goes wrong. */
static char *good_end(const struct story *story, struct fake **ret_fake)
{
	struct fake_host h;
	fake_host_open(&h, story->config);
	story->make(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(vfprep_problems_count(h.problems), 0);
	char *state = fake_host_state(&h);
	*ret_fake = h.fake;
	h.fake = NULL;
	fake_host_close(&h);
	return state;
}

/* Whatever has happened: apply ends right, and release equals the first state. */
static void ends_right(struct fake_host *h, const char *good, const char *first, unsigned n)
{
	fake_host_heal(h);
	teams_are_true(h, n);
	assert_int_equal(fake_host_apply(h), 0);
	autofree char *applied = fake_host_state(h);
	if (strcmp(applied, good) != 0) {
		print_message("after operation %u and another apply\n", n);
		show_problems(h);
	}
	assert_string_equal(applied, good);
	assert_int_equal(h->outcome, VFPREP_DONE);

	assert_int_equal(fake_host_release_all(h), 0);
	autofree char *released = fake_host_state(h);
	if (strcmp(released, first) != 0) {
		print_message("after operation %u, another apply and release\n", n);
		show_problems(h);
	}
	assert_string_equal(released, first);
}

static void apply_with(const struct story *story, enum mishap mishap, int error)
{
	struct fake *wanted;
	autofree char *good = good_end(story, &wanted);

	for (unsigned n = 1;; n++) {
		struct fake_host h, fresh;
		fake_host_open(&fresh, story->config);
		story->make(&fresh);
		fake_host_open(&h, story->config);
		story->make(&h);
		autofree char *first = fake_host_state(&h);
		arm(&h, mishap, n, error);
		int r = fake_host_apply(&h);
		bool over = is_over(&h, n);
		if (!over && mishap == FAILS_ONCE) {
			assert_int_not_equal(h.outcome, VFPREP_LEFT);
			if (r < 0) {
				autofree char *now = fake_host_state(&h);
				assert_string_equal(now, first);
			} else {
				compare_vfs(&h, fresh.fake, wanted, n);
			}
		}
		ends_right(&h, good, first, n);
		fake_host_close(&h);
		fake_host_close(&fresh);
		if (over) {
			assert_true(n > 20); /* there was something to fail at */
			break;
		}
	}
	fake_free(wanted);
}

static void release_with(const struct story *story, enum mishap mishap)
{
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		fake_host_open(&h, story->config);
		story->make(&h);
		autofree char *first = fake_host_state(&h);
		assert_int_equal(fake_host_apply(&h), 0);
		autofree char *good = fake_host_state(&h);
		arm(&h, mishap, n, EIO);
		(void)fake_host_release_all(&h);
		bool over = is_over(&h, n);
		fake_host_heal(&h);
		assert_int_equal(fake_host_release_all(&h), 0);
		autofree char *released = fake_host_state(&h);
		if (strcmp(released, first) != 0) {
			print_message("release, operation %u\n", n);
			show_problems(&h);
		}
		assert_string_equal(released, first);
		ends_right(&h, good, first, n);
		fake_host_close(&h);
		if (over)
			break;
	}
}

static void an_apply_that_fails_anywhere_is_undone_for_what_it_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++) {
		apply_with(&stories[i], FAILS_ONCE, EIO);
		apply_with(&stories[i], FAILS_ONCE, EINVAL);
		apply_with(&stories[i], FAILS_ONCE, ENOSPC);
	}
}

/* Whatever an operation on the machine can say. */
static const int errors[] = { EPERM,  EACCES,        EROFS,           EBUSY,       EINVAL,   EIO,
			      ENODEV, ENOENT,        ERANGE,          EOPNOTSUPP,  EAGAIN,   ENOMEM,
			      ENOSPC, EREMOTEIO,     ETIMEDOUT,       EALREADY,    ENETDOWN, ENXIO,
			      EEXIST, EADDRNOTAVAIL, EPROTONOSUPPORT, EAFNOSUPPORT };

/* A step that failed with ERROR: what it concerns is back, or the run says that it is not. */
static void expect_undone(const struct story *story, const struct fake_host *h, int r, int error,
			  const struct fake *wanted, unsigned n)
{
	struct fake_host fresh;

	fake_host_open(&fresh, story->config);
	story->make(&fresh);
	assert_true(problems_any(h->problems));
	assert_int_equal(r, 0);
	bool module = strstr(h->fake->failed_step, ": module ");
	if (module) /* nothing was touched */
		assert_int_equal(h->outcome, VFPREP_DONE);
	else if (error == ETIMEDOUT) /* it may still be going on */
		assert_int_equal(h->outcome, VFPREP_LEFT);
	else
		assert_int_equal(h->outcome, VFPREP_UNDONE);
	if (module || error != ETIMEDOUT)
		compare_vfs(h, fresh.fake, wanted, n);
	fake_host_close(&fresh);
}

static void each_kind_of_step_failing_with_each_errno_is_undone(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(stories) * ARRAY_SIZE(errors); k++) {
		const struct story *story = &stories[k / ARRAY_SIZE(errors)];
		int error = errors[k % ARRAY_SIZE(errors)];
		struct fake *wanted;
		autofree char *good = good_end(story, &wanted);
		unsigned failed = 0;
		for (unsigned n = 1;; n++) {
			struct fake_host h;
			fake_host_open(&h, story->config);
			story->make(&h);
			arm(&h, FAILS_ONCE, n, error);
			int r = fake_host_apply(&h);
			bool over = is_over(&h, n);
			if (h.fake->failed_step)
				expect_undone(story, &h, r, error, wanted, n);
			failed += h.fake->failed_step != NULL;
			fake_host_close(&h);
			if (over)
				break;
		}
		assert_true(failed > 8);
		fake_free(wanted);
	}
}

static void fewer_vfs_than_asked_for_are_taken_away_again(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, fresh_config);
	h.fake->machine->has_vfio_pci = true;
	autofree char *first = fake_host_state(&h);
	h.fake->makes_at_most = 2;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_UNDONE);
	assert_true(has_problem(&h, "0000:01:00.0", "another number of VFs"));
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, first);
	fake_host_close(&h);
}

/* One NIC is for a guest as a whole, and then for its VFs. */
static void a_nic_gets_its_driver_back_before_it_makes_vfs(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, "[Match]\nName=eth1\n[NIC]\nTeam=whole\n");
	autofree char *first = fake_host_state(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(vfprep_problems_count(h.problems), 0);
	assert_string_equal(h.fake->machine->pfs[1].driver, "vfio-pci");
	assert_int_equal(fake_host_apply(&h), 0); /* without an interface it is still that one */
	assert_false(problems_any(h.problems));

	fake_host_configure(&h, "[Match]\nName=eth1\n[PF]\nVirtualFunctions=2\n");
	assert_int_equal(fake_host_apply(&h), 0);
	assert_true(has_problem(&h, "0000:02:00.0", "gets its own driver back first"));
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_string_equal(h.fake->machine->pfs[1].driver, "igb");
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(vfprep_problems_count(h.problems), 0);
	assert_int_equal(h.fake->machine->pfs[1].n_vfs, 2);
	assert_int_equal(fake_host_release_all(&h), 0);
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, first);
	fake_host_close(&h);
}

static void an_apply_that_keeps_failing_ends_right_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++)
		apply_with(&stories[i], FAILS_ON, EIO);
}

static void an_apply_that_is_killed_anywhere_ends_right_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++)
		apply_with(&stories[i], DIES, EIO);
}

static void a_release_that_fails_or_is_killed_anywhere_ends_right_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++) {
		release_with(&stories[i], FAILS_ONCE);
		release_with(&stories[i], FAILS_ON);
		release_with(&stories[i], DIES);
	}
}

static const char two_vfs_config[] = "[Match]\nAddress=0000:01:00.0\n"
				     "[PF]\nVirtualFunctions=2\nRecreate=yes\n"
				     "[VF 0]\nTeam=web0\n";

static void recreate_with(enum mishap mishap)
{
	const struct story story = { two_vfs_config, make_nothing };
	struct fake *wanted;
	autofree char *good = good_end(&story, &wanted);

	for (unsigned n = 1;; n++) {
		struct fake_host h;
		fake_host_open(&h, two_vfs_config);
		autofree char *first = fake_host_state(&h);
		fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n"
					"[PF]\nVirtualFunctions=4\n"
					"[VF 0,3]\nTeam=web%i\nGroup=kvm\n");
		assert_int_equal(fake_host_apply(&h), 0);
		fake_host_configure(&h, two_vfs_config);
		arm(&h, mishap, n, EIO);
		(void)fake_host_apply(&h);
		bool over = is_over(&h, n);
		const struct pf *pf = &h.fake->machine->pfs[0];
		/* VFs that are gone do not come back, and the run does not say that they did. */
		if (mishap == FAILS_ONCE && pf->n_vfs == 0)
			assert_int_equal(h.outcome, VFPREP_LEFT);
		ends_right(&h, good, first, n);
		fake_host_close(&h);
		if (over) {
			assert_true(n > 20);
			break;
		}
	}
	fake_free(wanted);
}

static void another_number_of_vfs_that_fails_anywhere_comes_about_later(void **state)
{
	(void)state;
	recreate_with(FAILS_ONCE);
	recreate_with(FAILS_ON);
	recreate_with(DIES);
}

static void a_record_that_cannot_be_read_keeps_its_pf_from_being_touched(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(
		file_write(h.host.rundir_fd, "state/0000:01:00.0.json", "{\"version\":2}\n"), 0);
	autofree char *first = fake_host_state(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_true(has_problem(&h, "0000:01:00.0", "cannot be read, so nothing is touched"));
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, first);
	fake_host_close(&h);
}

static void a_group_that_cannot_be_opened_costs_its_vf_alone(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	h.fake->closed[12] = true; /* that of VF 2, which vfio-pci has */
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_true(problems_have(h.problems, VFPREP_PERMISSION));
	assert_true(has_problem(&h, "0000:01:00.0 vf 2", "0000:01:10.4 cannot be claimed"));
	autofree char *after = fake_host_state(&h);
	assert_non_null(strstr(after, "file teams/web1/team.json"));
	assert_null(strstr(after, "file teams/web2/team.json"));
	assert_non_null(strstr(after, "vf 2: mac 02:00:00:00:00:a2"));
	fake_host_close(&h);
}

static void a_holder_whom_nobody_can_see_is_found_by_the_claim(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	fake_host_raw(&h, "hold 0000:01:10.4");
	h.fake->hidden = true;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_true(has_problem(&h, "0000:01:00.0 vf 2", "a process that could not be found"));
	autofree char *applied = fake_host_state(&h);
	assert_non_null(strstr(applied, "vf 2: mac 02:00:00:00:00:a2"));
	assert_non_null(strstr(applied, "file teams/web1/team.json"));
	fake_host_raw(&h, "drop 0000:01:10.4");

	/* VFs that are about to vanish are claimed all. */
	fake_host_raw(&h, "numvfs 0000:02:00.0 0");
	fake_host_configure(&h, "[Match]\nAddress=0000:02:00.0\n[PF]\nVirtualFunctions=2\n"
				"[VF 1]\nTeam=far\n");
	assert_int_equal(fake_host_apply(&h), 0);
	fake_host_raw(&h, "hold 0000:02:10.2");
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_true(has_problem(&h, "0000:02:00.0 vf 1", "nothing of this PF is touched"));
	autofree char *after = fake_host_state(&h);
	assert_non_null(strstr(after, "0000:02:00.0: numvfs 2"));
	assert_non_null(strstr(after, "file teams/far/team.json"));
	fake_host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_apply_that_fails_anywhere_is_undone_for_what_it_names),
		cmocka_unit_test(each_kind_of_step_failing_with_each_errno_is_undone),
		cmocka_unit_test(fewer_vfs_than_asked_for_are_taken_away_again),
		cmocka_unit_test(a_nic_gets_its_driver_back_before_it_makes_vfs),
		cmocka_unit_test(an_apply_that_keeps_failing_ends_right_later),
		cmocka_unit_test(an_apply_that_is_killed_anywhere_ends_right_later),
		cmocka_unit_test(a_record_that_cannot_be_read_keeps_its_pf_from_being_touched),
		cmocka_unit_test(another_number_of_vfs_that_fails_anywhere_comes_about_later),
		cmocka_unit_test(a_holder_whom_nobody_can_see_is_found_by_the_claim),
		cmocka_unit_test(a_group_that_cannot_be_opened_costs_its_vf_alone),
		cmocka_unit_test(a_release_that_fails_or_is_killed_anywhere_ends_right_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
