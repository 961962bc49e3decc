/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The planner's part about teams: what is published, what is taken back. */
#include "core/plan-internal.h"

#include "core/cdi.h"
#include "core/layout.h"

#include <errno.h>
#include <string.h>

static char *team_path(const struct planner *pl, const char *name)
{
	const char *rundir = pl->actual->rundir ? pl->actual->rundir : TEAM_RUNDIR;
	return text_format("%s/teams/%s", rundir, name);
}

int team_of_vf(const struct vfprep_machine *m, const struct pf *pf, const struct vf *want,
	       struct team *ret)
{
	const struct vf *have = pf_find_vf(pf, want->index);
	struct team t = { .verified = have != NULL };

	t.pf.address = pf->address;
	bool has_port = have && have->port.ifindex;
	t.pf.name = has_port ? have->port.name : pf->name;
	t.pf.vf = want->index;
	t.pf.mtu = has_port ? have->port.mtu : pf->mtu;
	t.name = want->team;
	t.boot_id = m->boot_id;
	t.transient.address = pf_vf_address(pf, want->index);
	t.transient.driver = want->function.driver;
	t.transient.group = have ? have->function.group : -1;
	t.hint = want->persistent;
	t.container = want->container;
	t.guest_memory = want->guest_memory;
	if (have)
		t.settings = have->settings;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (want->index == VF_SELF || !setting_has(&want->settings, i))
			continue;
		t.verified = have && t.verified && setting_has(&have->settings, i);
		setting_copy(i, &t.settings, &want->settings);
	}
	bool known = want->index == VF_SELF ? pf->has & PF_PERMANENT_MAC
					    : want->parked || setting_has(&t.settings, SETTING_MAC);
	if (!known) /* guests pair NICs by it */
		return -ENODATA;
	memcpy(t.mac,
	       want->index == VF_SELF ? pf->permanent_mac
	       : want->parked         ? want->team_mac
				      : t.settings.mac,
	       sizeof(t.mac));
	team_park(&t, want->parked ? want->parking_mac : NULL);
	t.settings.present &= ~(1u << SETTING_MAC); /* it stands at the top */
	return team_copy(&t, ret);
}

/* What is to be published of a VF whose team is. Return: -ENODATA, -ENOMEM. */
static int team_to_be(const struct planner *pl, const struct vf *want, const struct team *published,
		      struct team *ret)
{
	if (pl->aim != AIM_PARK)
		return team_of_vf(pl->actual, pl->have, want, ret);
	int r = team_copy(published, ret);
	if (r == 0)
		team_park(ret, want->parked ? want->parking_mac : NULL);
	return r;
}

/* IN_PARKING: nothing but that differs; else: nothing differs. */
static bool compare_published(struct planner *pl, const struct vf *want, bool in_parking)
{
	autoteam team = { .transient.group = -1 };
	const struct team *published = machine_find_team(pl->actual, want->team);

	if (!published || !pf_find_vf(pl->have, want->index))
		return false;
	int r = team_to_be(pl, want, published, &team);
	if (r < 0) {
		pl->failed = pl->failed || r == -ENOMEM;
		return false;
	}
	bool same = team_equal(&team, published);
	if (!in_parking || same)
		return same && !in_parking;
	team_park(&team, published->parked ? published->parking_mac : NULL);
	return team_equal(&team, published);
}

bool planner_is_published(struct planner *pl, const struct vf *want)
{
	return compare_published(pl, want, false);
}

/* The team stays where it is, for whoever has its directory open, and only says so. What it says
 * while a step changes the MAC is "parked". */
static bool differs_in_parking(struct planner *pl, const struct vf *want)
{
	return compare_published(pl, want, true);
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

/* Is what the team says about its VF to be untrue? */
static bool is_untrue(struct planner *pl, const struct team *t)
{
	for (size_t i = 0; i < pf_count(pl->want); i++) {
		const struct vf *want = pf_at(pl->want, i);
		if (want->index != t->pf.vf)
			continue;
		bool unwanted = !text_equal(want->team, t->name);
		if (!unwanted && differs_in_parking(pl, want))
			return false;
		/* Where only the settings change, its name stays. */
		return pl->fates[i] == FATE_ALL ? unwanted || !planner_is_published(pl, want)
		       : pl->fates[i] == FATE_SETTINGS
			       ? !unwanted && !planner_is_published(pl, want)
			       : false;
	}
	return false;
}

static struct step *add_vf_team_step(struct planner *pl, enum step_kind kind, const struct vf *want,
				     const char *what, const char *old, const char *new)
{
	struct step *s = planner_add(pl, kind, want->team, what, old, new);

	if (!s)
		return NULL;
	s->of_vf = true;
	s->prepared = want->prepared;
	s->vf = want->index;
	s->address = pf_vf_address(pl->have, want->index);
	planner_set(pl, s, &s->name, want->team);
	return s;
}

static const char *yes_or_no(bool yes)
{
	return yes ? "yes" : "no";
}

/* The teams that are to be parked, or (not PARKED) to be so no more. */
static void plan_parking(struct planner *pl, bool parked)
{
	for (size_t i = 0; i < pf_count(pl->want); i++) {
		const struct vf *want = pf_at(pl->want, i);
		if (!want->team || want->parked != parked || pl->fates[i] != FATE_ALL ||
		    !differs_in_parking(pl, want))
			continue;
		const struct team *published = machine_find_team(pl->actual, want->team);
		struct step *s = add_vf_team_step(pl, STEP_PARK, want, "parked",
						  yes_or_no(published->parked), yes_or_no(parked));
		if (s)
			s->number = parked;
	}
}

void planner_withdraw(struct planner *pl)
{
	for (size_t i = 0; i < pl->actual->n_teams; i++) {
		const struct team *t = &pl->actual->teams[i];
		if (pci_address_compare(t->pf.address, pl->have->address) != 0)
			continue;
		bool vanishes = pl->vanish && t->pf.vf != VF_SELF;
		if (vanishes || !pf_find_vf(pl->have, t->pf.vf) || is_untrue(pl, t))
			add_withdraw(pl, t->name);
	}
	for (size_t i = 0; i < pf_count(pl->want); i++) { /* a name that another VF has so far */
		const struct vf *want = pf_at(pl->want, i);
		if (want->team && pl->fates[i] == FATE_ALL &&
		    machine_find_team(pl->actual, want->team) && !planner_is_published(pl, want) &&
		    !differs_in_parking(pl, want))
			add_withdraw(pl, want->team);
	}
	plan_parking(pl, true);
}

void planner_withdraw_orphans(struct planner *pl)
{
	for (size_t i = 0; i < pl->actual->n_teams; i++) {
		const struct team *t = &pl->actual->teams[i];
		if (!machine_find_pf(pl->actual, t->pf.address))
			add_withdraw(pl, t->name);
	}
}

/* Is the VF's team to be published, and not only to be parked or not? */
static bool is_to_be_published(struct planner *pl, size_t i)
{
	const struct vf *want = pf_at(pl->want, i);

	return want->team && pl->fates[i] == FATE_ALL && !planner_is_published(pl, want) &&
	       !differs_in_parking(pl, want);
}

/* Of each persistent side that leads over this PF once, with the first team that has it. */
static void note_layouts(struct planner *pl)
{
	for (size_t i = 0; i < pl->want->n_vfs; i++) {
		const struct vf *want = &pl->want->vfs[i];
		bool told = false;
		size_t more = 0;

		if (layout_find(pl->actual, pl->have, want->persistent) != LAYOUT_OWN_PF ||
		    !is_to_be_published(pl, i))
			continue;
		for (size_t k = 0; k < pl->want->n_vfs; k++) {
			if (k == i || !text_equal(pl->want->vfs[k].persistent, want->persistent) ||
			    !is_to_be_published(pl, k))
				continue;
			told = told || k < i;
			more++;
		}
		if (!told)
			layout_note(pl->have, want->persistent, want->team, more, pl->p);
	}
}

void planner_publish(struct planner *pl)
{
	if (pl->aim == AIM_APPLY)
		note_layouts(pl);
	for (size_t i = 0; i < pf_count(pl->want); i++) {
		const struct vf *want = pf_at(pl->want, i);
		if (!is_to_be_published(pl, i))
			continue;
		autofree char *path = team_path(pl, want->team);
		struct step *s =
			path ? add_vf_team_step(pl, STEP_PUBLISH, want, "publish", "none", path)
			     : NULL;
		if (!s) {
			pl->failed = true;
			return;
		}
		planner_set(pl, s, &s->persistent, want->persistent);
	}
	plan_parking(pl, false);
}
