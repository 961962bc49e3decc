/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a configuration file. */
#include "core/config.h"
#include "replay.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static int find_id(const char *name, unsigned *ret)
{
	if (strcmp(name, "kvm") != 0)
		return -ENOENT;
	*ret = 104;
	return 0;
}

static const struct names host = { find_id, find_id };

/* A finding is one line that a terminal can show. */
static void check_findings(const struct vfprep_problems *p)
{
	for (size_t i = 0; i < vfprep_problems_count(p); i++) {
		struct vfprep_problem f = vfprep_problems_get(p, i);
		assert(f.fault == VFPREP_CONFIG);
		assert(strncmp(f.subject, "a.conf", strlen("a.conf")) == 0);
		assert(*f.message);
		for (const char *c = f.message; *c; c++)
			assert((unsigned char)*c >= ' ' || *c == '\t');
	}
}

/* What a rule without faults promises to those who use it. */
static void check_wish(const struct rule *rule, unsigned index)
{
	struct vf_wish w;

	if (!rule_wish(rule, index, &w))
		return;
	assert(w.emptied == 0);
	assert(!(w.set & 1u << VF_KEY_TEAM) == !w.team);
	assert(!(w.set & 1u << VF_KEY_DRIVER) == !w.driver);
	assert(!(w.set & 1u << VF_KEY_PERSISTENT) == !w.persistent);
	assert(!(w.team && text_equal(w.driver, "none")));
	assert(!(w.team && w.set & 1u << VF_KEY_MAC && w.mac_wish == MAC_NONE));
	assert(w.mode <= 0777);
	for (unsigned key = 0; key < VF_KEY_COUNT; key++)
		assert(!(w.set & 1u << key) == !w.line[key]);
	assert(setting_has(&w.settings, SETTING_MAC) ==
	       (w.set & 1u << VF_KEY_MAC && w.mac_wish == MAC_LITERAL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned indices[] = { 0, 1, 2, 3, 7, 65534 };
	autoconfig c = config_new();
	autoproblems p = vfprep_problems_new();

	if (!c || !p || config_add_file(c, "a.conf", (const char *)data, size, &host, p) == -ENOMEM)
		return 0;
	assert(c->n_rules == (vfprep_problems_count(p) == 0));
	if (c->n_rules) {
		for (size_t i = 0; i < ARRAY_SIZE(indices); i++)
			check_wish(&c->rules[0], indices[i]);
		config_check(c, p);
	}
	check_findings(p);
	return 0;
}
