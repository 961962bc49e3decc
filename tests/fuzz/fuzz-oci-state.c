/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what a container runtime tells the hook: part of it comes from who starts
 * containers. */
#include "core/oci-state.h"

#include "core/team.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(oci_state_clear) struct oci_state s = { 0 };
	autoproblems p = vfprep_problems_new();

	int r = oci_state_read((const char *)data, size, &s, p);
	if (r < 0) {
		assert(r == -EINVAL);
		assert(s.pid == 0 && !s.teams);
		assert(vfprep_problems_count(p) == 1);
		const char *message = vfprep_problems_get(p, 0).message;
		for (const char *c = message; *c; c++)
			assert((unsigned char)*c >= ' ');
		return 0;
	}
	assert(s.pid > 1 && s.pid <= 4 * 1024 * 1024);
	for (size_t i = 0; i < s.n_teams; i++) {
		assert(team_name_valid(s.teams[i]));
		for (size_t k = 0; k < i; k++)
			assert(strcmp(s.teams[k], s.teams[i]) != 0);
	}
	return 0;
}
