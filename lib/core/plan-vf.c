/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The planner's part about one VF: its steps, and which of them may be. */
#include "core/plan-internal.h"

#include "core/driver-rule.h"
#include "core/record.h"
#include "core/refuse.h"
#include "core/step.h"

#include <string.h>

struct step *planner_add_vf_step(struct planner *pl, enum step_kind kind, const struct vf *have,
				 unsigned index, const char *what, const char *old, const char *new)
{
	char text[PCI_ADDRESS_TEXT];
	struct pci_address address = pf_vf_address(pl->have, index);
	const struct vf *want = pf_find_vf(pl->want, index);
	autofree char *subject = kind == STEP_SETTING ? vf_subject(pl->have, index)
						      : strdup(pci_address_format(address, text));
	struct step *s = subject ? planner_add(pl, kind, subject, what, old, new) : NULL;
	if (!s) {
		pl->failed = true;
		return NULL;
	}
	if (have && have->port.ifindex)
		s->ifindex = have->port.ifindex;
	s->of_vf = true;
	s->to_come = !have;
	s->prepared = want && want->prepared;
	s->vf = index;
	s->address = address;
	s->group = have ? have->function.group : -1;
	return s;
}

static const char *or_none(const char *name)
{
	return name ? name : "none";
}

/* Where the driver reports nothing, what vfprep set and published of this very VF holds: to send an
 * equal MAC again would reset a guest's link on i40e. */
static bool is_believed(const struct planner *pl, const struct vf *want, const struct vf *have,
			enum setting setting)
{
	const struct team *team = machine_team_of_vf(pl->actual, pl->have->address, want->index);

	/* Whoever parks wants it to be so, also where a run before this one was killed. */
	if (pl->aim == AIM_VERIFY || pl->aim == AIM_PARK || setting_has(&have->settings, setting) ||
	    !team || !record_find_vf(pl->have, want->index))
		return false;
	const struct settings published = team_settings(team);
	return setting_same(setting, &want->settings, &published);
}

/* What is likely to fail, or to come about later than one thinks. */
static void note_setting(struct planner *pl, const struct vf *want, const struct vf *have,
			 enum setting setting)
{
	const struct function *f = have ? &have->function : NULL;
	autofree char *subject = vf_subject(pl->have, want->index);

	if (pl->aim != AIM_APPLY)
		return;
	if (driver_lacks(pl->have->driver) & (1u << setting))
		(void)problem_add(pl->p, 0, VFPREP_NOTE, subject, "remove the key if it fails",
				  "%s is not known to set a VF's %s", pl->have->driver,
				  setting_table[setting].name);
	/* igbvf, ixgbevf and mlx5_core keep the one that they came up with. */
	if (setting == SETTING_MAC && f && f->netdev && f->has & FUNCTION_DRIVER &&
	    (!(want->function.has & FUNCTION_DRIVER) ||
	     text_equal(want->function.driver, f->driver)))
		(void)problem_add(
			pl->p, 0, VFPREP_NOTE, subject, "unbind and bind it where that matters",
			"'%s' may keep its old MAC until %s has it anew", f->netdev, f->driver);
}

static void plan_settings(struct planner *pl, const struct vf *want, const struct vf *have)
{
	if (want->index == VF_SELF ||
	    (pl->aim == AIM_UNDO && pl->have->several_ports && !(have && have->port.ifindex)))
		return; /* nothing was set through a port that is not known */
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (!setting_has(&want->settings, i) ||
		    (have && (setting_same(i, &want->settings, &have->settings) ||
			      is_believed(pl, want, have, i))))
			continue;
		autostrbuf old = { 0 }, new = { 0 };
		if (!have)
			strbuf_add(&old, TO_COME);
		else if (setting_has(&have->settings, i))
			setting_format(i, &have->settings, &old);
		else
			strbuf_add(&old, "unknown");
		setting_format(i, &want->settings, &new);
		struct step *s = planner_add_vf_step(pl, STEP_SETTING, have, want->index,
						     setting_table[i].name, strbuf_text(&old),
						     strbuf_text(&new));
		if (s) {
			s->setting = i;
			setting_copy(i, &s->value, &want->settings);
			note_setting(pl, want, have, i);
		}
	}
}

static void add_override(struct planner *pl, const struct vf *have, unsigned index, const char *old,
			 const char *new)
{
	struct step *s = planner_add_vf_step(pl, STEP_OVERRIDE, have, index, "driver_override", old,
					     or_none(new));
	planner_set(pl, s, s ? &s->name : NULL, new);
}

void planner_add_driver(struct planner *pl, const struct vf *have, unsigned index, const char *new)
{
	const char *old = have ? have->function.driver : NULL;
	struct step *s = planner_add_vf_step(pl, STEP_DRIVER, have, index, "driver",
					     have ? or_none(old) : TO_COME, or_none(new));
	if (!s)
		return;
	planner_set(pl, s, &s->name, new);
	planner_set(pl, s, &s->old_driver, old);
}

/* Override and driver. With autoprobe off the kernel binds a VF only to the driver that its
 * override names (pci_device_can_probe(), drivers/pci/pci-driver.c), so one may have to stand
 * there for the moment of binding. */
static void plan_driver(struct planner *pl, const struct vf *want, const struct vf *have,
			bool autoprobe)
{
	const struct function *w = &want->function;
	bool known = have && have->function.has & FUNCTION_OVERRIDE;
	const char *now = known ? have->function.override : NULL;
	const char *goal = w->has & FUNCTION_OVERRIDE ? w->override : now;
	const char *old_text = have ? (known ? or_none(now) : "unknown") : TO_COME;
	bool binds = w->has & FUNCTION_DRIVER && !(have && have->function.has & FUNCTION_DRIVER &&
						   text_equal(w->driver, have->function.driver));

	const char *during = goal;
	if (binds && w->driver && (!autoprobe || goal || driver_is_vfio(w->driver)))
		during = w->driver;
	bool override_matters = w->has & FUNCTION_OVERRIDE || !text_equal(during, now);
	if (override_matters && (!known || !text_equal(during, now)))
		add_override(pl, have, want->index, old_text, during);
	if (binds)
		planner_add_driver(pl, have, want->index, w->driver);
	if (!text_equal(during, goal))
		add_override(pl, have, want->index, or_none(during), goal);
}

static char *node_text(const struct node *n)
{
	return n->exists ? text_format("%u:%u %04o", n->uid, n->gid, n->mode) : strdup("none");
}

static void plan_node(struct planner *pl, const struct vf *want, const struct vf *have)
{
	const struct function *w = &want->function;
	const struct function *h = have ? &have->function : NULL;

	if (!(w->has & FUNCTION_NODE) || !w->node.exists ||
	    (w->has & FUNCTION_DRIVER && !driver_is_vfio(w->driver)))
		return;
	if (!(w->has & FUNCTION_DRIVER) && h && h->has & FUNCTION_NODE && !h->node.exists)
		return; /* it went away with its driver */
	/* Binding makes the node anew, as root's. */
	bool stays = h && h->has & FUNCTION_NODE && h->node.exists &&
		     (!(w->has & FUNCTION_DRIVER) || text_equal(w->driver, h->driver));
	if (stays && h->node.uid == w->node.uid && h->node.gid == w->node.gid &&
	    h->node.mode == w->node.mode)
		return;
	autofree char *old = !h ? strdup(TO_COME) : stays ? node_text(&h->node) : strdup("none");
	autofree char *new = node_text(&w->node);
	struct step *s =
		old && new ? planner_add_vf_step(pl, STEP_NODE, have, want->index, "node", old, new)
			   : NULL;
	if (s)
		s->node = w->node;
	else
		pl->failed = true;
}

static void drop_steps(struct planner *pl, size_t n)
{
	while (pl->plan->n > n)
		step_clear(&pl->plan->steps[--pl->plan->n]);
}

bool planner_autoprobe(const struct planner *pl)
{
	return pl->have->autoprobe && !pl->creating;
}

/* sriov_drivers_autoprobe is about VFs. */
static bool autoprobe_of(const struct planner *pl, const struct vf *want)
{
	return want->index == VF_SELF || planner_autoprobe(pl);
}

/* Does another VF go on with the team of that name: one in use, or one that this run is not about?
 */
static bool team_is_held(struct planner *pl, const struct vf *want)
{
	const struct team *team = want->team ? machine_find_team(pl->actual, want->team) : NULL;
	const struct pf *pf = team ? machine_find_pf(pl->actual, team->pf.address) : NULL;
	const struct vf *holder = pf ? pf_find_vf(pf, team->pf.vf) : NULL;
	char address[PCI_ADDRESS_TEXT];

	if (!holder || (pf == pl->have && holder->index == want->index))
		return false;
	bool in_use = refuse_use(pl->wanted, holder);
	const struct pf *wanted_pf = machine_find_pf(pl->wanted, pf->address);
	if (!in_use && wanted_pf &&
	    (pf_find_vf(wanted_pf, holder->index) || wanted_pf->has & PF_NUMVFS))
		return false;
	autofree char *subject = vf_subject(pl->have, want->index);
	(void)problem_add(pl->p, 0, VFPREP_BUSY, subject,
			  in_use ? "stop the guest that has that VF"
				 : "release that team first, or choose another name",
			  "team %s is that of %s, %s", want->team,
			  pci_address_format(holder->function.address, address),
			  in_use ? "which is in use" : "which this run leaves as it is");
	return true;
}

/* What may be done for a VF for which there are steps, OTHERS of them no settings. */
static enum vf_fate decide_use(struct planner *pl, const struct vf *want, const struct vf *have,
			       bool steps, bool others)
{
	const struct team *team = machine_team_of_vf(pl->actual, pl->have->address, want->index);
	bool renamed = !text_equal(want->team, team ? team->name : NULL);

	if (!have || !refuse_use(pl->wanted, have))
		return FATE_ALL;
	if (!pl->wanted->live && (steps || renamed)) {
		report_in_use(pl->have, have, "it is left as it is", pl->p);
		return FATE_NOTHING;
	}
	if (others || renamed) {
		report_in_use(pl->have, have, "only its settings are changed", pl->p);
		return FATE_SETTINGS;
	}
	return FATE_ALL;
}

/* Only the link of the PF's own interface is vfprep's to set. */
static void note_port(struct planner *pl, const struct vf *want, const struct vf *have)
{
	if (pl->aim != AIM_APPLY || !have || !have->port.ifindex || have->port.up ||
	    have->port.ifindex == pl->have->ifindex)
		return;
	autofree char *subject = vf_subject(pl->have, want->index);
	(void)problem_add(pl->p, 0, VFPREP_NOTE, subject, "set it up",
			  "it belongs to the port of '%s', which is down",
			  have->port.name ? have->port.name : "?");
}

/* Of a parked team it changes without a step. */
static bool team_mac_changes(struct planner *pl, const struct vf *want)
{
	const struct team *team = want->parked ? machine_find_team(pl->actual, want->team) : NULL;

	return team && memcmp(team->mac, want->team_mac, sizeof(team->mac)) != 0;
}

/* Its interface goes away with its driver, and another one comes with it. */
static void note_link(struct planner *pl)
{
	char subject[PCI_ADDRESS_TEXT];

	if (pl->aim == AIM_APPLY && pl->have->has & PF_LINK && pl->have->up)
		(void)problem_add(pl->p, 0, VFPREP_NOTE,
				  pci_address_format(pl->have->address, subject), NULL,
				  "'%s' is up, and will be down when it comes back after a release",
				  pl->have->name);
}

enum vf_fate planner_decide(struct planner *pl, const struct vf *want)
{
	const struct vf *have = pf_find_vf(pl->have, want->index);
	size_t first = pl->plan->n;

	bool self = want->index == VF_SELF;
	if ((pl->vanish && !self) || ((!pl->creating || self) && !have))
		return FATE_NOTHING;
	if (pl->aim == AIM_UNDO || pl->aim == AIM_VERIFY)
		return FATE_ALL;
	plan_settings(pl, want, have);
	size_t settings_end = pl->plan->n;
	plan_driver(pl, want, have, autoprobe_of(pl, want));
	plan_node(pl, want, have);
	bool steps = pl->plan->n > first, others = pl->plan->n > settings_end;
	drop_steps(pl, first);

	steps = steps || team_mac_changes(pl, want);
	enum vf_fate fate =
		pl->aim == AIM_PARK ? FATE_ALL : decide_use(pl, want, have, steps, others);
	/* Also where all is right but that it is not published (any more). */
	bool concerned = steps || (want->team && !planner_is_published(pl, want)) ||
			 (self && setting_has(&want->settings, SETTING_MAC));
	bool refused = (concerned && fate != FATE_NOTHING &&
			refuse_vf(want, have, pl->have, pl->wanted, pl->actual, pl->aim, pl->p)) ||
		       team_is_held(pl, want);
	if (self && steps && !refused && fate == FATE_ALL)
		note_link(pl);
	if (steps && !refused)
		note_port(pl, want, have);
	return refused ? FATE_NOTHING : fate;
}

void planner_add_vf(struct planner *pl, size_t i)
{
	const struct vf *want = pf_at(pl->want, i);
	const struct vf *have = pf_find_vf(pl->have, want->index);

	if (pl->fates[i] == FATE_NOTHING)
		return;
	plan_settings(pl, want, have);
	if (pl->fates[i] == FATE_SETTINGS)
		return;
	plan_driver(pl, want, have, autoprobe_of(pl, want));
	plan_node(pl, want, have);
}
