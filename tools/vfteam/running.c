/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has a guest that runs got its VFs? From what its QEMU has open and what its log says. */
#include "tools/vfteam/running.h"

#include "core/qemu-log.h"

#include <errno.h>
#include <string.h>

#define START_ANEW "let vfteam inject mend its domain, and start it anew"

/* One VF of the guest, and what is known of it. */
struct side {
	const struct running *g;
	const struct qemu_device *vf;
	const struct qemu_device *nic; /* NULL: there is none of that name */
	const struct team *team;       /* NULL: none that is published */
	int group;
	char *subject;
};

void running_clear(struct running *g)
{
	qemu_args_clear(&g->args);
	free(g->groups);
	free(g->vf_groups);
	free(g->log);
	free(g->log_path);
	*g = (struct running){ 0 };
}

static const struct team *find_team(const struct teams *teams, const struct qemu_device *vf)
{
	const struct found_team *t = vf->has_address ? teams_by_vf(teams, vf->address) : NULL;

	return t ? &t->team : NULL;
}

static bool has_group(const struct running *g, int group)
{
	for (size_t i = 0; i < g->n_groups; i++) {
		if (g->groups[i] == group)
			return true;
	}
	return false;
}

/* VFs of the guest whose group it has open. */
static unsigned count_opened(const struct running *g)
{
	unsigned n = 0;

	for (size_t i = 0; i < g->args.n; i++)
		n += !g->args.devices[i].is_nic && has_group(g, g->vf_groups[i]);
	return n;
}

/* Not taken, as far as can be seen: what QEMU has said of it, and else that it waits. */
static int say_hidden(const struct side *s, struct check_verdict *v)
{
	autofree char *warning = NULL;
	int r = s->g->log ? qemu_log_warning(s->g->log, s->vf, &warning) : 0;

	if (r < 0)
		return r;
	if (r) {
		v->advice =
			"mend what it says, see vfteam check with its domain, and start it anew";
		v->why = text_format("not taken, and QEMU only warned: %s", warning);
	} else if (!s->g->sees_descriptors || s->group < 0) {
		v->is_unknown = true;
		v->advice =
			"run it as the user whose QEMU it is, or as root, where /sys is mounted";
		v->why = s->group < 0 ? text_format("whether it was taken is not known: its IOMMU "
						    "group cannot be seen from here")
				      : text_format("whether it was taken is not known: what pid "
						    "%u has open cannot be seen from here",
						    s->g->pid);
	} else {
		v->advice = "wait until the guest is up; it needs virtio_net and net_failover, and "
			    "a VF that was unplugged has to be plugged in again";
		v->why = text_format("not taken: QEMU hides it until the guest's driver asks for "
				     "it%s",
				     s->g->log ? "" : ", and there is no log that says more");
	}
	return 0;
}

static int check_vf(const struct side *s, struct checks *ret, struct vfprep_problems *p)
{
	unsigned opened = count_opened(s->g);
	autoverdict v = { 0 };
	int r = 0;

	if (!s->vf->pair) {
		v.advice = START_ANEW;
		v.why = text_format("the guest has it without a team: no failover_pair_id is on "
				    "QEMU's command line");
	} else if (!s->nic || !s->nic->failover) {
		v.advice = START_ANEW;
		v.why = text_format("QEMU does not pair it: '%s' is %s", s->vf->pair,
				    s->nic ? "a NIC without failover" : "no virtio NIC of its");
	} else if (s->group < 0 || !has_group(s->g, s->group)) {
		r = say_hidden(s, &v);
	} else if (s->g->n_devices < opened) {
		v.advice = "look at its log";
		v.why = text_format("QEMU has /dev/vfio/%d open, but %u devices for %u VFs",
				    s->group, s->g->n_devices, opened);
	} else {
		v.detail = text_format("taken: pid %u has /dev/vfio/%d open", s->g->pid, s->group);
	}
	return r < 0 ? r : checks_add_verdict(ret, "VF", s->subject, &v, p);
}

static int check_mac(const struct side *s, struct checks *ret, struct vfprep_problems *p)
{
	autoverdict v = { 0 };
	char want[MAC_TEXT];
	uint8_t mac[6];

	if (!s->nic)
		return 0;
	if (!s->nic->mac || mac_parse(s->nic->mac, mac) < 0) {
		v.advice = START_ANEW;
		v.why = text_format("QEMU's command line has no MAC for '%s'", s->nic->id);
	} else if (!s->team) {
		v.is_unknown = true;
		v.detail = text_format("that of '%s' is %s; no team that is published has the VF",
				       s->nic->id, s->nic->mac);
	} else if (memcmp(mac, s->team->mac, sizeof(mac)) != 0) {
		v.advice =
			"set MACAddress= of the team on the host to that of the guest, or change "
			"it in the domain and start it anew";
		v.why = text_format("that of '%s' is %s, that of its VF is %s: the guest does not "
				    "join them",
				    s->nic->id, s->nic->mac, mac_format(s->team->mac, want));
	} else {
		v.detail = text_format("both sides have %s", mac_format(mac, want));
	}
	return checks_add_verdict(ret, "MAC", s->subject, &v, p);
}

/* A team by its name, what is none by its id. */
static char *subject_of(const struct side *s)
{
	char address[PCI_ADDRESS_TEXT];

	if (s->team)
		return strdup(s->team->name);
	if (s->vf->id)
		return strdup(s->vf->id);
	return strdup(s->vf->has_address ? pci_address_format(s->vf->address, address) : "?");
}

static int check_side(const struct running *g, size_t i, const struct teams *teams,
		      struct checks *ret, struct vfprep_problems *p)
{
	const struct qemu_device *vf = &g->args.devices[i];
	struct side s = { .g = g,
			  .vf = vf,
			  .nic = qemu_args_pair(&g->args, vf),
			  .team = find_team(teams, vf),
			  .group = g->vf_groups[i] };

	s.subject = subject_of(&s);
	int r = s.subject ? check_vf(&s, ret, p) : -ENOMEM;
	if (r == 0)
		r = check_mac(&s, ret, p);
	free(s.subject);
	return r;
}

static bool is_on_command_line(const struct running *g, const struct team *t)
{
	for (size_t i = 0; i < g->args.n; i++) {
		const struct qemu_device *d = &g->args.devices[i];
		if (d->has_address && pci_address_compare(d->address, t->transient.address) == 0)
			return true;
	}
	return false;
}

/* Is there a NIC that the guest's driver would join with the VF? */
static bool has_pair(const struct running *g, const struct team *t)
{
	uint8_t mac[6];

	for (size_t i = 0; i < g->args.n; i++) {
		const struct qemu_device *d = &g->args.devices[i];
		if (d->is_nic && d->failover && d->mac && mac_parse(d->mac, mac) == 0 &&
		    memcmp(mac, t->mac, sizeof(mac)) == 0)
			return true;
	}
	return false;
}

/* VFs that were plugged in when the guest ran already. Its command line does not tell for which
 * NIC, nor what NICs came with them. */
static int check_plugged(const struct running *g, const struct teams *teams, struct checks *ret)
{
	unsigned taken = count_opened(g);
	int r = 0;

	for (size_t i = 0; r == 0 && i < teams->n && g->n_devices > taken; i++) {
		const struct team *t = &teams->items[i].team;
		if (is_on_command_line(g, t) || !has_group(g, t->transient.group))
			continue;
		bool paired = has_pair(g, t);
		taken++;
		r = checks_add(ret, "VF", t->name, paired ? CHECK_OK : CHECK_UNKNOWN,
			       "taken, and plugged in after the start: pid %u has /dev/vfio/%d "
			       "open%s",
			       g->pid, t->transient.group,
			       paired ? "" : "; whether it is paired cannot be seen from here");
	}
	return r;
}

int running_verdicts(const struct running *g, const struct teams *teams, struct checks *ret,
		     struct vfprep_problems *p)
{
	size_t before = ret->n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < g->args.n; i++) {
		const struct qemu_device *d = &g->args.devices[i];
		if (d->pair || (!d->is_nic && find_team(teams, d)))
			r = check_side(g, i, teams, ret, p);
	}
	if (r == 0)
		r = check_plugged(g, teams, ret);
	if (r == 0 && ret->n == before)
		(void)problem_add(p, 0, VFPREP_HOST, g->args.name, START_ANEW,
				  "no VF of a team is on QEMU's command line");
	return r;
}
