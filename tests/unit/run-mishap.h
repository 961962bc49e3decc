/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of runs share: VFs that others have made, an operation that goes wrong, and what
 * has to be true then. */
#ifndef TESTS_RUN_MISHAP_H
#define TESTS_RUN_MISHAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/cdi.h"
#include "core/verify.h"
#include "fake-host.h"
#include "host/sysfs.h"

static const char others_config[] = "[Match]\nAddress=0000:01:00.0\n"
				    "[VF]\nOwner=someone\nGroup=kvm\n"
				    "[VF 0]\nTeam=web0\n[VF 1]\nTeam=web1\n[VF 2]\nTeam=web2\n";

/* Three VFs of somebody else: one on its net driver, one on vfio-pci and handed to someone. */
static inline void make_others(struct fake_host *h)
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

static inline void show_problems(const struct fake_host *h)
{
	for (size_t i = 0; i < vfprep_problems_count(h->problems); i++) {
		struct vfprep_problem f = vfprep_problems_get(h->problems, i);
		print_message("  %s: %s\n", f.subject, f.message);
	}
}

static inline bool has_problem(const struct fake_host *h, const char *subject, const char *words)
{
	for (size_t i = 0; i < vfprep_problems_count(h->problems); i++) {
		struct vfprep_problem f = vfprep_problems_get(h->problems, i);
		if (strcmp(f.subject, subject) == 0 && strstr(f.message, words))
			return true;
	}
	show_problems(h);
	return false;
}

/* Whatever has happened, no CDI device leads to what is not published, or not as it is. Of a team
 * whose device did not get published any more, that alone is forgiven. */
static inline void cdi_devices_are_true(const struct fake_host *h, struct vfprep_machine *m,
					unsigned n)
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
static inline void teams_are_true(struct fake_host *h, unsigned n)
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

enum mishap { FAILS_ONCE, FAILS_ON, DIES, MISHAP_COUNT };

static inline void arm(struct fake_host *h, enum mishap mishap, unsigned n, int error)
{
	fake_host_heal(h);
	h->fake->fail_errno = error;
	h->fake->fail_at = mishap == DIES ? 0 : n;
	h->fake->die_at = mishap == DIES ? n : 0;
	h->fake->fail_on = mishap == FAILS_ON;
}

/* Has the run come to an end without the mishap? */
static inline bool is_over(const struct fake_host *h, unsigned n)
{
	return h->fake->ops < n;
}

#endif
