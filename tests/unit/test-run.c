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
#include <sys/stat.h>

#include "core/cdi.h"
#include "core/desire.h"
#include "core/verify.h"
#include "fake-host.h"
#include "host/files.h"
#include "host/sysfs.h"

static const char fresh_config[] = "[Match]\nDriver=igb\n"
				   "[PF]\nVirtualFunctions=3\n"
				   "[VF]\nOwner=someone\nGroup=kvm\n"
				   "[VF 0]\nTeam=web%f%p\nPersistent=bridge:br0\n"
				   "[VF 1]\nTeam=db%f%p\n";

static const char others_config[] = "[Match]\nAddress=0000:01:00.0\n"
				    "[VF]\nOwner=someone\nGroup=kvm\n"
				    "[VF 0]\nTeam=web0\n[VF 1]\nTeam=web1\n[VF 2]\nTeam=web2\n";

static void make_nothing(struct fake_host *h)
{
	(void)h;
}

/* Three VFs of somebody else: one on its net driver, one on vfio-pci and handed to someone. */
static void make_others(struct fake_host *h)
{
	static const char *const done[] = {
		"module vfio-pci",
		"link 0000:01:00.0 up",
		"autoprobe 0000:01:00.0 0",
		"numvfs 0000:01:00.0 3",
		"mac 0000:01:00.0 0 02:00:00:00:00:a0",
		"mac 0000:01:00.0 2 02:00:00:00:00:a2",
		"override 0000:01:10.0 igbvf",
		"bind 0000:01:10.0 igbvf",
		"override 0000:01:10.0 none",
		"override 0000:01:10.4 vfio-pci",
		"bind 0000:01:10.4 vfio-pci",
		"chown 0000:01:10.4 77:88 0606",
	};
	for (size_t i = 0; i < ARRAY_SIZE(done); i++)
		fake_host_raw(h, done[i]);
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

static void show_problems(const struct fake_host *h)
{
	for (size_t i = 0; i < vfprep_problems_count(h->problems); i++) {
		struct vfprep_problem f = vfprep_problems_get(h->problems, i);
		print_message("  %s: %s\n", f.subject, f.message);
	}
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

/* Whatever has happened, no CDI device leads to what is not published, or not as it is. Of a team
 * whose device did not get published any more, that alone is forgiven. */
static void cdi_devices_are_true(const struct fake_host *h, struct vfprep_machine *m, unsigned n)
{
	autonames names = { 0 };

	assert_int_equal(sysfs_list(h->host.cdi_fd, ".", &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		autofree char *name = cdi_file_team(names.names[i]);
		const struct team *t = name ? machine_find_team(m, name) : NULL;
		if (t && !t->cdi_differs)
			continue;
		print_message("operation %u: %s is not true\n", n, names.names[i]);
		show_problems(h);
		fail();
	}
	for (size_t i = 0; i < m->n_teams; i++)
		m->teams[i].cdi_differs = false;
}

/* Whatever has happened, nothing untrue is published. */
static void teams_are_true(struct fake_host *h, unsigned n)
{
	CLEANUP(verdicts_clear) struct verdicts v = { 0 };
	automachine m = NULL;
	autoproblems p = vfprep_problems_new();

	assert_int_equal(host_read(&h->host, NULL, &m, p), 0);
	cdi_devices_are_true(h, m, n);
	assert_int_equal(verify_teams(m, NULL, 0, &v, p), 0);
	for (size_t i = 0; i < v.n; i++) {
		if (v.items[i].good && !mac_is_zero(v.items[i].team->mac))
			continue;
		print_message("operation %u: %s is not true\n", n, v.items[i].team->name);
		show_problems(h);
		fail();
	}
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

enum mishap { FAILS_ONCE, FAILS_ON, DIES };

static void arm(struct fake_host *h, enum mishap mishap, unsigned n, int error)
{
	fake_host_heal(h);
	h->fake->fail_errno = error;
	h->fake->fail_at = mishap == DIES ? 0 : n;
	h->fake->die_at = mishap == DIES ? n : 0;
	h->fake->fail_on = mishap == FAILS_ON;
}

/* Has the run come to an end without the mishap? */
static bool is_over(const struct fake_host *h, unsigned n)
{
	return h->fake->ops < n;
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

static bool has_problem(const struct fake_host *h, const char *subject, const char *words)
{
	for (size_t i = 0; i < vfprep_problems_count(h->problems); i++) {
		struct vfprep_problem f = vfprep_problems_get(h->problems, i);
		if (strcmp(f.subject, subject) == 0 && strstr(f.message, words))
			return true;
	}
	show_problems(h);
	return false;
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

static void a_mac_that_the_driver_does_not_clear_stays_and_is_no_failure(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	h.fake->refuses_zero_mac = true;
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(vfprep_problems_count(h.problems), 0);
	autofree char *state_text = fake_host_state(&h);
	/* Its own goes back; the one that had none keeps vfprep's. */
	assert_non_null(strstr(state_text, "vf 0: mac 02:00:00:00:00:a0"));
	assert_null(strstr(state_text, "vf 1: mac 00:00:00:00:00:00"));
	assert_non_null(strstr(state_text, "0000:01:10.2: driver none override none"));
	fake_host_close(&h);
}

static void a_vf_that_chooses_a_mac_again_is_released_once(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	h.fake->chooses_macs = true;
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	autofree char *released = fake_host_state(&h);
	assert_non_null(strstr(released, "vf 1: mac 02:00:00:00:00:cc"));
	assert_null(strstr(released, "file state/"));
	fake_host_close(&h);
}

static void a_setting_that_the_kernel_took_and_lost_is_a_failure_of_its_vf(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	autofree char *first = fake_host_state(&h);
	h.fake->loses_macs = true;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_UNDONE);
	assert_true(has_problem(&h, "0000:01:00.0 vf 1", "the kernel took it, but reports none"));
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, first);
	fake_host_close(&h);
}

static void a_mac_that_shows_late_is_waited_for(void **state)
{
	(void)state;
	for (unsigned wait_ms = 0; wait_ms <= 1000; wait_ms += 1000) {
		struct fake_host h;
		fake_host_open(&h, "[Match]\nAddress=0000:01:00.0\n[VF 1]\nTeam=web1\n");
		make_others(&h);
		h.fake->late_reads = 3;
		h.settings_wait_ms = wait_ms;
		assert_int_equal(fake_host_apply(&h), 0);
		assert_int_equal(h.outcome, wait_ms ? VFPREP_DONE : VFPREP_UNDONE);
		fake_host_close(&h);
	}
}

/* i40e leaves a VF out of its list while it resets it for the MAC that it was just given. */
static void a_vf_that_is_being_reset_is_waited_for(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, "[Match]\nAddress=0000:01:00.0\n[VF 1]\nTeam=web1\n");
	make_others(&h);
	h.fake->hole_reads = 2;
	h.settings_wait_ms = 2000;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(h.fake->hole_reads, 0);
	assert_int_equal(vfprep_problems_count(h.problems), 0); /* no "not verified" */
	fake_host_close(&h);
}

/* Puts a file of somebody else's into the run directory. */
static void put_file(const struct fake_host *h, const char *path, const char *text)
{
	assert_true(file_write(h->host.rundir_fd, path, text) >= 0);
}

static void a_record_that_cannot_be_read_keeps_its_pf_from_being_touched(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	put_file(&h, "state/0000:01:00.0.json", "{\"version\":2}\n");
	autofree char *first = fake_host_state(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_true(has_problem(&h, "0000:01:00.0", "cannot be read, so nothing is touched"));
	autofree char *after = fake_host_state(&h);
	assert_string_equal(after, first);
	fake_host_close(&h);
}

static void a_file_of_others_in_a_teams_directory_keeps_nobody_from_withdrawing(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	put_file(&h, "teams/web0/notes", "mine\n");
	assert_int_equal(fake_host_release_all(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	autofree char *after = fake_host_state(&h);
	assert_non_null(strstr(after, "file teams/web0/notes"));
	assert_null(strstr(after, "team.json"));
	fake_host_close(&h);
}

static void a_driver_that_lists_no_vfs_is_set_once_and_not_called_verified(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	h.fake->lists_nothing = true;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_false(problems_any(h.problems));
	assert_true(has_problem(&h, "0000:01:00.0 vf 1", "could not be verified"));
	autofree char *team = NULL;
	size_t size;
	assert_int_equal(file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &team, &size),
			 0);
	assert_non_null(strstr(team, "\"verified\": false"));

	/* An equal MAC is not sent again. */
	autofree char *applied = fake_host_state(&h);
	h.fake->loses_macs = true;
	const uint8_t other[] = { 2, 0, 0, 0, 0, 1 };
	memcpy(h.fake->machine->pfs[0].vfs[1].settings.mac, other, 6);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(vfprep_problems_count(h.problems), 0);
	assert_memory_equal(h.fake->machine->pfs[0].vfs[1].settings.mac, other, 6);

	assert_int_equal(fake_host_release_all(&h), 0);
	assert_true(has_problem(&h, "0000:01:00.0 vf 1", "keeps the one it got"));
	fake_host_close(&h);
}

static void what_was_not_reported_cannot_be_put_back_and_is_called_left(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	h.fake->lists_nothing = true;
	h.fake->fails_to_bind = "0000:01:10.2";
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_LEFT);
	assert_true(has_problem(&h, "0000:01:00.0", "was not reported"));
	fake_host_close(&h);
}

/* Where nothing is reported, what is published is what was believed. */
static void a_team_that_nobody_can_verify_outlives_a_failure(void **state)
{
	(void)state;
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		autofree char *before = NULL;
		autofree char *after = NULL;
		size_t size;
		fake_host_open(&h, others_config);
		make_others(&h);
		h.fake->lists_nothing = true;
		assert_int_equal(fake_host_apply(&h), 0);
		assert_int_equal(
			file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &before, &size),
			0);
		fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n[VF]\nGroup=kvm\n"
					"[VF 0]\nTeam=web0\n[VF 1]\nTeam=web1\nOwner=5\n"
					"ContainerOwner=someone\n"
					"[VF 2]\nTeam=web2\n");
		arm(&h, FAILS_ONCE, n, EIO);
		(void)fake_host_apply(&h);
		bool over = is_over(&h, n);
		if (file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &after, &size) == 0)
			assert_string_equal(after, before);
		fake_host_close(&h);
		if (over)
			break;
	}
}

static void a_drift_that_could_not_be_mended_is_not_published(void **state)
{
	unsigned undone = 0;

	(void)state;
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		fake_host_open(&h, others_config);
		make_others(&h);
		assert_int_equal(fake_host_apply(&h), 0);
		autofree char *before = NULL;
		autofree char *after = NULL;
		size_t size;
		assert_int_equal(
			file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &before, &size),
			0);
		fake_host_raw(&h, "mac 0000:01:00.0 1 02:00:00:00:00:99");
		fake_host_raw(&h, "unbind 0000:01:10.2");
		arm(&h, FAILS_ONCE, n, EIO);
		int r = fake_host_apply(&h);
		bool over = is_over(&h, n), failed = r == 0 && h.outcome == VFPREP_UNDONE;
		fake_host_heal(&h);
		if (failed)
			teams_are_true(&h, n);
		/* Nor is it another team now. */
		if (file_read(h.host.rundir_fd, "teams/web1/team.json", 4096, &after, &size) == 0)
			assert_string_equal(after, before);
		undone += failed;
		fake_host_close(&h);
		if (over)
			break;
	}
	assert_true(undone > 1);
}

/* Who has a VF changes hands when it has come about, and not where the run fails. */
static void what_was_prepared_stays_so_until_a_file_has_taken_it_over(void **state)
{
	static const char other[] = "[Match]\nAddress=0000:01:00.0\n[VF 2]\nDriver=none\n";

	(void)state;
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		fake_host_open(&h, others_config);
		make_others(&h);
		assert_int_equal(fake_host_prepare(&h, "0000:01:10.2", "web1"), 0);
		autofree char *prepared = fake_host_state(&h);
		fake_host_configure(&h, other);
		assert_int_equal(fake_host_apply(&h), 0);
		autofree char *left_alone = fake_host_state(&h);
		assert_string_equal(left_alone, prepared);

		fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n"
					"[VF 1]\nTeam=web1\nMACAddress=02:00:5e:00:00:09\n");
		arm(&h, FAILS_ONCE, n, EIO);
		int r = fake_host_apply(&h);
		bool over = is_over(&h, n), done = r == 0 && h.outcome == VFPREP_DONE;
		done = done && !problems_any(h.problems);
		fake_host_heal(&h);
		if (done) /* a record that could not be tidied is so by the next run */
			assert_int_equal(fake_host_apply(&h), 0);
		fake_host_configure(&h, other);
		assert_int_equal(fake_host_apply(&h), 0);
		autofree char *after = fake_host_state(&h);
		if (done)
			assert_null(strstr(after, "file teams/web1/team.json"));
		else
			assert_string_equal(after, prepared);
		fake_host_close(&h);
		if (over)
			break;
	}
}

static void what_cannot_be_judged_is_neither_done_nor_undone(void **state)
{
	struct fake_host h;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	h.fake->loses_macs = h.fake->miscounts = true;
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_LEFT);
	autofree char *after = fake_host_state(&h);
	assert_null(strstr(after, "team.json"));
	fake_host_close(&h);
}

/* The first time that vfprep met the NIC, nobody could ask for its MAC. */
static void a_nic_is_published_with_its_mac_or_not_at_all(void **state)
{
	static const char config[] = "[Match]\nAddress=0000:02:00.0\n[NIC]\nTeam=whole\n";
	struct fake_host h;
	autofree char *team = NULL;
	size_t size;

	(void)state;
	fake_host_open(&h, "[Match]\nAddress=0000:02:00.0\n[NIC]\nDriver=vfio-pci\nOwner=5\n");
	fake_host_raw(&h, "module vfio-pci");
	fake_host_raw(&h, "override 0000:02:00.0 vfio-pci");
	fake_host_raw(&h, "unbind 0000:02:00.0");
	fake_host_raw(&h, "bind 0000:02:00.0 vfio-pci");
	assert_int_equal(fake_host_apply(&h), 0);
	fake_host_configure(&h, config);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_true(has_problem(&h, "0000:02:00.0", "its permanent MAC is not known"));
	fake_host_raw(&h, "override 0000:02:00.0 none");
	fake_host_raw(&h, "unbind 0000:02:00.0");
	fake_host_raw(&h, "bind 0000:02:00.0 igb");
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(file_read(h.host.rundir_fd, "teams/whole/team.json", 4096, &team, &size),
			 0);
	assert_non_null(strstr(team, "\"mac\": \"52:54:00:aa:00:02\""));
	fake_host_close(&h);
}

static void a_team_that_changes_keeps_its_directory_for_who_has_it_mounted(void **state)
{
	struct fake_host h;
	struct stat before, after;

	(void)state;
	fake_host_open(&h, others_config);
	make_others(&h);
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(fstatat(h.host.rundir_fd, "teams/web0", &before, 0), 0);
	fake_host_configure(&h, "[Match]\nAddress=0000:01:00.0\n[VF 0]\nTeam=web0\n"
				"MACAddress=02:00:5e:00:00:77\n");
	assert_int_equal(fake_host_apply(&h), 0);
	assert_int_equal(h.outcome, VFPREP_DONE);
	assert_int_equal(fstatat(h.host.rundir_fd, "teams/web0", &after, 0), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(fstatat(h.host.rundir_fd, "teams/web1", &after, 0), -1);
	fake_host_close(&h);
}

/* No directory of a team that could not be published stays behind. */
static void what_could_not_be_published_leaves_nothing(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (unsigned n = 1;; n++) {
		struct fake_host h;
		fake_host_open(&h, others_config);
		make_others(&h);
		arm(&h, FAILS_ONCE, n, ENOSPC);
		(void)fake_host_apply(&h);
		bool over = is_over(&h, n);
		failed += h.outcome == VFPREP_UNDONE;
		autofree char *after = fake_host_state(&h);
		if (strstr(after, "nothing in"))
			print_message("operation %u\n%s", n, after);
		assert_null(strstr(after, "nothing in"));
		fake_host_close(&h);
		if (over)
			break;
	}
	assert_true(failed > 10);
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
		cmocka_unit_test(
			a_file_of_others_in_a_teams_directory_keeps_nobody_from_withdrawing),
		cmocka_unit_test(a_mac_that_the_driver_does_not_clear_stays_and_is_no_failure),
		cmocka_unit_test(a_mac_that_shows_late_is_waited_for),
		cmocka_unit_test(a_vf_that_is_being_reset_is_waited_for),
		cmocka_unit_test(a_vf_that_chooses_a_mac_again_is_released_once),
		cmocka_unit_test(a_setting_that_the_kernel_took_and_lost_is_a_failure_of_its_vf),
		cmocka_unit_test(another_number_of_vfs_that_fails_anywhere_comes_about_later),
		cmocka_unit_test(a_driver_that_lists_no_vfs_is_set_once_and_not_called_verified),
		cmocka_unit_test(what_was_not_reported_cannot_be_put_back_and_is_called_left),
		cmocka_unit_test(a_team_that_nobody_can_verify_outlives_a_failure),
		cmocka_unit_test(a_drift_that_could_not_be_mended_is_not_published),
		cmocka_unit_test(what_was_prepared_stays_so_until_a_file_has_taken_it_over),
		cmocka_unit_test(what_cannot_be_judged_is_neither_done_nor_undone),
		cmocka_unit_test(a_nic_is_published_with_its_mac_or_not_at_all),
		cmocka_unit_test(a_team_that_changes_keeps_its_directory_for_who_has_it_mounted),
		cmocka_unit_test(a_holder_whom_nobody_can_see_is_found_by_the_claim),
		cmocka_unit_test(what_could_not_be_published_leaves_nothing),
		cmocka_unit_test(a_group_that_cannot_be_opened_costs_its_vf_alone),
		cmocka_unit_test(a_release_that_fails_or_is_killed_anywhere_ends_right_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
