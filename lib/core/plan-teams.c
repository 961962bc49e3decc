/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The planner's part about teams: what is published, what is taken back. */
#include "core/plan-internal.h"

#include <string.h>

static char *team_path(const struct planner *pl, const char *name)
{
	const char *rundir = pl->actual->rundir ? pl->actual->rundir : "/run/vfprep";
	return text_format("%s/teams/%s", rundir, name);
}

int team_of_vf(const struct vfprep_machine *m, const struct pf *pf, const struct vf *want,
	       struct team *ret)
{
	const struct vf *have = pf_find_vf(pf, want->index);
	struct team t = { .verified = pf->lists_vfs };

	t.pf.address = pf->address;
	t.pf.name = pf->name;
	t.pf.vf = want->index;
	t.pf.mtu = pf->mtu;
	t.name = want->team;
	t.boot_id = m->boot_id;
	t.transient.address = pf_vf_address(pf, want->index);
	t.transient.driver = want->function.driver;
	t.transient.group = have ? have->function.group : -1;
	t.hint = want->persistent;
	if (have)
		t.settings = have->settings;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (setting_has(&want->settings, i))
			setting_copy(i, &t.settings, &want->settings);
	}
	memcpy(t.mac, t.settings.mac, sizeof(t.mac));
	t.settings.present &= ~(1u << SETTING_MAC); /* it stands at the top */
	return team_copy(&t, ret);
}

/* Is exactly that published already? */
static bool is_published(struct planner *pl, const struct vf *want)
{
	autoteam team = { .transient.group = -1 };
	const struct team *published = machine_find_team(pl->actual, want->team);

	if (!published || !pf_find_vf(pl->have, want->index))
		return false;
	if (team_of_vf(pl->actual, pl->have, want, &team) < 0) {
		pl->failed = true;
		return false;
	}
	return team_equal(&team, published);
}

static void add_withdraw(struct planner *pl, const char *name)
{
	for (size_t i = 0; i < pl->plan->n; i++) {
		const struct step *s = &pl->plan->steps[i];
		if (s->kind == STEP_WITHDRAW && strcmp(s->name, name) == 0)
			return;
	}
	autofree char *path = team_path(pl, name);
	struct step *s =
		path ? planner_add(pl, STEP_WITHDRAW, name, "publish", path, "none") : NULL;
	planner_set(pl, s, s ? &s->name : NULL, name);
	pl->failed = pl->failed || !s;
}

/* Is VF INDEX left as it is, because it is in use? */
static bool is_left_alone(const struct planner *pl, unsigned index)
{
	const struct vf *have = pf_find_vf(pl->have, index);
	return pl->aim != AIM_UNDO && have && have->in_use;
}

void planner_withdraw(struct planner *pl, bool vanish)
{
	for (size_t i = 0; i < pl->actual->n_teams; i++) {
		const struct team *t = &pl->actual->teams[i];
		if (pci_address_compare(t->pf.address, pl->have->address) != 0)
			continue;
		const struct vf *want = pf_find_vf(pl->want, t->pf.vf);
		const struct vf *have = pf_find_vf(pl->have, t->pf.vf);
		bool gone = !have || vanish;
		bool unwanted = want && !text_equal(want->team, t->name);
		bool untrue = want && !unwanted && !is_published(pl, want);
		if (gone || ((unwanted || untrue) && !is_left_alone(pl, t->pf.vf)))
			add_withdraw(pl, t->name);
	}
	for (size_t i = 0; i < pl->want->n_vfs; i++) { /* a name that another VF has so far */
		const struct vf *want = &pl->want->vfs[i];
		if (want->team && machine_find_team(pl->actual, want->team) &&
		    !is_published(pl, want) && !is_left_alone(pl, want->index))
			add_withdraw(pl, want->team);
	}
}

void planner_publish(struct planner *pl, const bool *left_out)
{
	for (size_t i = 0; i < pl->want->n_vfs; i++) {
		const struct vf *want = &pl->want->vfs[i];
		if (!want->team || left_out[i] || is_published(pl, want) ||
		    is_left_alone(pl, want->index))
			continue;
		autofree char *path = team_path(pl, want->team);
		struct step *s =
			path ? planner_add(pl, STEP_PUBLISH, want->team, "publish", "none", path)
			     : NULL;
		if (!s) {
			pl->failed = true;
			return;
		}
		s->of_vf = true;
		s->vf = want->index;
		s->address = pf_vf_address(pl->have, want->index);
		planner_set(pl, s, &s->name, want->team);
		planner_set(pl, s, &s->persistent, want->persistent);
	}
}
