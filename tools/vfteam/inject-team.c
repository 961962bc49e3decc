/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which edits give a domain both sides of a team, and where it does not allow them. What libvirt
 * and QEMU ask of the result is not looked at here: domain-rules.c does that. */
#include "core/persistent.h"
#include "tools/vfteam/domain-rules.h"
#include "tools/vfteam/inject.h"
#include "tools/vfteam/layout.h"

#include <errno.h>
#include <string.h>

struct job {
	const struct cli *cli;
	const struct domain *d;
	const char *name; /* of the domain's file */
	const struct element *devices;
	const struct teams *teams;
	const struct team *team; /* one of them */
	struct splices *s;
	char *alias, *vf_alias;          /* those of the team */
	const struct element *hostdev;   /* the VF in the domain; NULL: it is not there */
	const char *persistent;          /* the alias of the persistent side, or its number */
	const struct element *interface; /* that side; NULL: it is not there */
};

static void job_clear(struct job *job)
{
	free(job->alias);
	free(job->vf_alias);
}

static const char *alias_of(const struct job *job, const struct element *e)
{
	return domain_child_attribute(job->d, e, "alias", "name");
}

#define REFUSE(job, e, advice, ...)                                                                \
	domain_fault((job)->cli->problems, (job)->name, (e), (advice), __VA_ARGS__)

/* Does the device give the team's VF to the guest? */
static bool has_vf(const struct domain *d, const struct element *device, const struct team *t)
{
	const struct element *address = domain_source_address(d, device);
	struct pci_address a;

	return address && domain_pci_address(address, &a) == 0 &&
	       pci_address_compare(a, t->transient.address) == 0;
}

/* After a boot the VFs of two teams may have changed places; the other one's gets its own. */
static bool is_of_another(const struct job *job, const struct element *device)
{
	const struct team *t = teams_by_alias(job->teams, alias_of(job, device));

	return t && t != job->team;
}

/* The hostdev of the team: that with its alias, or one that has its VF. */
static int find_hostdev(struct job *job)
{
	const struct element *own = domain_by_alias(job->d, job->vf_alias), *other = NULL;
	char address[PCI_ADDRESS_TEXT];

	(void)pci_address_format(job->team->transient.address, address);
	for (const struct element *e = NULL; (e = domain_child(job->d, job->devices, NULL, e));) {
		if (e != own && has_vf(job->d, e, job->team) && !is_of_another(job, e))
			other = e;
	}
	if (own && !element_is(own, "hostdev"))
		return REFUSE(job, own, "give this device another alias",
			      "the alias '%s' is taken, and the team needs it", job->vf_alias);
	if (own && !domain_source_address(job->d, own))
		return REFUSE(job, own, "take it out", "this hostdev '%s' is no PCI device",
			      job->vf_alias);
	if (own && other)
		return REFUSE(job, other, "take one of them out",
			      "this %s has the VF %s, which the hostdev in line %u is for",
			      other->name, address, own->line);
	if (other && !element_is(other, "hostdev"))
		return REFUSE(job, other, "take it out; libvirt cannot set its MAC in a container",
			      "this %s has the VF %s of the team", other->name, address);
	job->hostdev = own ? own : other;
	return 0;
}

/* A MAC is what a guest knows its NIC by: it never changes without being asked for. */
static int check_mac(const struct job *job)
{
	const struct element *e = job->interface;
	const char *text = domain_child_attribute(job->d, e, "mac", "address");
	char want[MAC_TEXT];
	uint8_t mac[6];

	if (!text || mac_parse(text, mac) < 0 || mac_is_zero(mac) ||
	    memcmp(mac, job->team->mac, sizeof(mac)) == 0)
		return 0; /* or a rule says what is wrong with it */
	return REFUSE(job, e,
		      "set MACAddress= of the team on the host to that of the guest, or change it "
		      "in the domain",
		      "the MAC of this interface is '%s', that of the team %s is %s", text,
		      job->team->name, mac_format(job->team->mac, want));
}

static int check_interface(const struct job *job)
{
	const struct element *e = job->interface;
	bool is_own = text_equal(job->persistent, job->alias);

	if (!element_is(e, "interface"))
		return REFUSE(
			job, e, "give this device another alias",
			"the alias '%s' is taken, and the team needs an interface of that name",
			job->persistent);
	if (job->cli->onto && text_equal(element_attribute(e, "type"), "hostdev"))
		return REFUSE(job, e, NULL, "an interface of type 'hostdev' cannot stay");
	if (!job->cli->onto && is_own && !domain_teaming(job->d, e))
		return REFUSE(job, e,
			      "give it another alias, or make it the persistent side by --onto",
			      "the alias '%s' is taken, and the team needs it", job->persistent);
	return check_mac(job);
}

static int find_interface(struct job *job)
{
	const struct element *teaming = job->hostdev ? domain_teaming(job->d, job->hostdev) : NULL;
	const char *persistent = teaming ? element_attribute(teaming, "persistent") : NULL;
	const char *onto = job->cli->onto;

	if (persistent && onto && strcmp(persistent, onto) != 0)
		return REFUSE(job, teaming, "take the hostdev out, or leave --onto out",
			      "the persistent side of '%s' is '%s', not '%s'",
			      alias_of(job, job->hostdev) ? alias_of(job, job->hostdev)
							  : job->team->name,
			      persistent, onto);
	job->persistent = onto ? onto : persistent ? persistent : job->alias;
	job->interface = domain_persistent_side(job->d, job->persistent);
	if (!job->interface && onto)
		return problem_add(job->cli->problems, -ENOENT, VFPREP_ABSENT, job->name,
				   "give an interface that <alias>",
				   "no interface has the alias '%s'", onto);
	return job->interface ? check_interface(job) : 0;
}

static void add_child(const struct job *job, const struct element *e, char *xml)
{
	if (xml)
		layout_add(job->d, e, NULL, NULL, xml, job->s);
	else
		job->s->failed = true;
	free(xml);
}

/* What --persistent would say of an interface that is there; NULL: nothing that it could say. */
static char *hint_of(const struct domain *d, const struct element *e)
{
	static const char *const targets[][3] = {
		{ "bridge", "source", "bridge" },
		{ "network", "source", "network" },
		{ "direct", "source", "dev" },
		{ "ethernet", "target", "dev" },
	};
	const char *type = element_attribute(e, "type");

	if (text_equal(type, "user"))
		return strdup(text_equal(domain_child_attribute(d, e, "backend", "type"), "passt")
				      ? "passt"
				      : "user");
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		const char *target = domain_child_attribute(d, e, targets[i][1], targets[i][2]);
		if (text_equal(type, targets[i][0]) && target)
			return text_format("%s:%s", type, target);
	}
	return NULL;
}

/* Is it a fit stand-in for the VF? */
static void note_fitness(const struct job *job)
{
	const char *mtu = domain_child_attribute(job->d, job->interface, "mtu", "size");
	autofree char *text = hint_of(job->d, job->interface);
	CLEANUP(hint_clear) struct hint hint = { 0 };
	struct interface_tuning tuning = { 0 };
	const char *why;

	if (!text || hint_parse(text, &hint, &why) < 0)
		return; /* libvirt has its own say on that */
	if (mtu && domain_number(mtu, UINT16_MAX, &tuning.mtu) < 0)
		return;
	(void)persistent_check(job->team, &hint, &tuning, job->cli->problems);
}

/* By --onto: what the interface has not got yet. */
static void complete_interface(const struct job *job)
{
	const struct element *e = job->interface;
	char mac[MAC_TEXT];

	if (!job->cli->onto)
		return;
	note_fitness(job);
	if (!domain_child(job->d, e, "mac", NULL))
		add_child(job, e,
			  text_format("<mac address='%s'/>\n", mac_format(job->team->mac, mac)));
	if (!domain_teaming(job->d, e))
		add_child(job, e, strdup("<teaming type='persistent'/>\n"));
}

static int make_interface(const struct job *job)
{
	autofree char *xml = NULL;
	const struct element *after = domain_last_child(job->d, job->devices, "interface");
	const struct element *before = job->hostdev;

	/* With teaming of its own its persistent= dangles, which a rule tells. */
	if (!text_equal(job->persistent, job->alias))
		return 0;
	int r = cli_make_interface(job->cli, job->team, &xml);
	if (r < 0)
		return r;
	if (before)
		after = NULL;
	else if (!after)
		before = domain_child(job->d, job->devices, "hostdev", NULL);
	layout_add(job->d, job->devices, after, before, xml, job->s);
	return 0;
}

static void set_value(const struct job *job, const struct element *e, const char *name, char *text)
{
	for (size_t i = 0; i < e->n_attributes; i++) {
		const struct attribute *a = &e->attributes[i];
		if (strcmp(a->name, name) != 0)
			continue;
		splices_add(job->s, a->begin, a->end - a->begin, text);
		return;
	}
	autofree char *value = text;
	size_t behind_name = e->begin + 1 + strlen(e->name);
	splices_add(job->s, behind_name, 0, value ? text_format(" %s='%s'", name, value) : NULL);
}

/* Another boot, or another host: the VF has another address. */
static void update_address(const struct job *job)
{
	const struct element *e = domain_source_address(job->d, job->hostdev);
	struct pci_address a = job->team->transient.address, old;
	char text[PCI_ADDRESS_TEXT], old_text[PCI_ADDRESS_TEXT];

	if (!e || domain_pci_address(e, &old) < 0 || pci_address_compare(a, old) == 0)
		return;
	autofree char *subject = text_format("%s:%u", job->name, e->line);
	(void)problem_add(job->cli->problems, 0, VFPREP_NOTE, subject, NULL,
			  "the VF of the team %s is %s now, not %s", job->team->name,
			  pci_address_format(a, text), pci_address_format(old, old_text));
	set_value(job, e, "domain", text_format("0x%04x", a.domain));
	set_value(job, e, "bus", text_format("0x%02x", a.bus));
	set_value(job, e, "slot", text_format("0x%02x", a.device));
	set_value(job, e, "function", text_format("0x%x", a.function & 7u));
}

static void complete_hostdev(const struct job *job)
{
	const struct element *e = job->hostdev;

	update_address(job);
	if (!domain_teaming(job->d, e))
		add_child(job, e,
			  text_format("<teaming type='transient' persistent='%s'/>\n",
				      job->persistent));
	if (!domain_child(job->d, e, "alias", NULL))
		add_child(job, e, text_format("<alias name='%s'/>\n", job->vf_alias));
}

static void make_hostdev(const struct job *job)
{
	const struct domain *d = job->d;
	const struct element *after = domain_last_child(d, job->devices, "hostdev");
	const struct element *interface =
		job->interface ? job->interface : domain_last_child(d, job->devices, "interface");
	autofree char *xml = fragment_hostdev_of(job->team, job->persistent);

	if (!after || (interface && interface->end > after->end))
		after = interface; /* the last one's place is that of a new interface too */
	if (xml)
		layout_add(d, job->devices, after, NULL, xml, job->s);
	else
		job->s->failed = true;
}

static int edit(struct job *job)
{
	int r = find_hostdev(job);
	if (r == 0)
		r = find_interface(job);
	if (r < 0)
		return r;
	cli_note_parked(job->cli, job->team);
	if (job->interface)
		complete_interface(job);
	else
		r = make_interface(job);
	if (job->hostdev)
		complete_hostdev(job);
	else
		make_hostdev(job);
	return r;
}

int inject_teams(const struct cli *cli, const struct domain *d, const char *name,
		 const struct teams *teams, struct splices *s)
{
	int first = 0;

	for (size_t i = 0; i < teams->n; i++) {
		const struct team *t = &teams->items[i].team;
		CLEANUP(job_clear)
		struct job job = {
			.cli = cli,
			.d = d,
			.name = name,
			.devices = domain_devices(d),
			.teams = teams,
			.team = t,
			.s = s,
			.alias = team_alias(t),
			.vf_alias = team_vf_alias(t),
		};
		int r = job.alias && job.vf_alias ? edit(&job) : -ENOMEM;
		first = first ? first : r;
	}
	return first;
}

/* Where an element that begins a line moves, its line moves. */
static void move_behind(const struct domain *d, const struct element *e,
			const struct element *behind, struct splices *s)
{
	size_t start = layout_line_start(d, e->begin), size = e->end - start;

	splices_add(s, behind->end, 0, strndup(d->text + start, size));
	splices_add(s, start, size, strdup(""));
}

void inject_order(const struct domain *d, const struct teams *teams, struct splices *s)
{
	for (size_t i = 0; i < teams->n; i++) {
		const struct team *t = &teams->items[i].team;
		for (const struct element *e = NULL;
		     (e = domain_child(d, domain_devices(d), "hostdev", e));) {
			const char *persistent =
				domain_child_attribute(d, e, "teaming", "persistent");
			if (!persistent || !has_vf(d, e, t))
				continue;
			const struct element *interface = domain_persistent_side(d, persistent);
			if (interface && interface->begin > e->begin)
				move_behind(d, e, interface, s);
		}
	}
}
