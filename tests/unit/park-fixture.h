/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in memory with two prepared teams, of which one gets parked. */
#ifndef TESTS_PARK_FIXTURE_H
#define TESTS_PARK_FIXTURE_H

#include "run-mishap.h"

#include <errno.h>
#include <sys/stat.h>

#include "host/files.h"

#define TEAM_MAC "02:00:5e:00:00:01"

static const char config[] = "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=2\n"
			     "[VF 0]\nTeam=web0\nMACAddress=" TEAM_MAC "\nPersistent=bridge:br0\n"
			     "[VF 1]\nTeam=db1\n";

static inline void open_prepared(struct fake_host *h)
{
	fake_host_open(h, config);
	assert_int_equal(fake_host_apply(h), 0);
	assert_int_equal(vfprep_problems_count(h->problems), 0);
}

static inline struct vf *vf0(const struct fake_host *h)
{
	return pf_find_vf(&h->fake->machine->pfs[0], 0);
}

static inline bool vf_has_mac(const struct fake_host *h, const char *mac)
{
	char text[MAC_TEXT];
	return strcmp(mac_format(vf0(h)->settings.mac, text), mac) == 0;
}

/* What a container reads. */
static inline void read_team(const struct fake_host *h, const char *name, struct team *ret)
{
	autofree char *path = text_format("teams/%s/team.json", name);
	autofree char *text = NULL;
	size_t size;

	assert_int_equal(file_read(h->host.rundir_fd, path, TEAM_JSON_MAX, &text, &size), 0);
	assert_int_equal(team_from_json(text, size, NULL, path, ret, NULL), 0);
}

static inline ino_t directory_of(const struct fake_host *h)
{
	struct stat st;
	assert_int_equal(fstatat(h->host.rundir_fd, "teams/web0", &st, 0), 0);
	return st.st_ino;
}

/* Parked is what team.json says and what the VF has. */
static inline void expect_parked(const struct fake_host *h, bool parked)
{
	autoteam t = { .transient.group = -1 };
	char text[MAC_TEXT];

	read_team(h, "web0", &t);
	assert_string_equal(mac_format(t.mac, text), TEAM_MAC);
	assert_int_equal(t.parked, parked);
	assert_int_equal(vf_has_mac(h, TEAM_MAC), !parked);
	if (parked) {
		assert_memory_equal(vf0(h)->settings.mac, t.parking_mac, 6);
		assert_null(mac_unfit(t.parking_mac));
		assert_int_equal(t.parking_mac[0] & 3, 2);
	}
}

static inline void expect_done(const struct fake_host *h, int r)
{
	assert_int_equal(r, 0);
	assert_int_equal(h->outcome, VFPREP_DONE);
	assert_int_equal(vfprep_problems_count(h->problems), 0);
}

static inline void expect_refused(const struct fake_host *h, int r, enum vfprep_fault fault,
				  const char *words)
{
	assert_int_equal(r, 0);
	assert_int_equal(h->outcome, VFPREP_DONE);
	assert_int_equal(vfprep_problems_count(h->problems), 1);
	assert_int_equal(vfprep_problems_get(h->problems, 0).fault, fault);
	assert_non_null(strstr(vfprep_problems_get(h->problems, 0).message, words));
}

static inline size_t count_good(struct fake_host *h)
{
	CLEANUP(verdicts_clear) struct verdicts v = { 0 };
	automachine m = NULL;
	size_t good = 0;

	assert_int_equal(host_read(&h->host, NULL, &m, NULL), 0);
	assert_int_equal(verify_teams(m, NULL, 0, &v, NULL), 0);
	for (size_t i = 0; i < v.n; i++)
		good += v.items[i].good;
	return good;
}

#endif
