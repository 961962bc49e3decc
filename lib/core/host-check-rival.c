/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does something else set the VFs of a PF that vfprep is to set? */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/desire.h"
#include "core/host-check-internal.h"

static const struct {
	const char *check;  /* name of the verdict */
	const char *does;   /* ends in the device */
	const char *remove; /* what to do to the file */
} kind_table[] = {
	[RIVAL_NETWORKMANAGER] = { "networkmanager", "NetworkManager sets the VFs of",
				   "remove its [sriov] section" },
	[RIVAL_SYSTEMD] = { "systemd", "systemd sets the VFs of", "remove its SR-IOV settings" },
	[RIVAL_NETPLAN] = { "netplan", "netplan sets the VFs of", "remove it from there" },
	[RIVAL_OPERATOR] = { "sriov-operator", "the SR-IOV network operator sets the VFs of",
			     "leave the PF out of the operator's policies" },
	[RIVAL_UDEV] = { "udev", "this rule makes VFs of", "remove the rule" },
	[RIVAL_MODULE] = { "modules", "max_vfs makes VFs of", "remove the option" },
	[RIVAL_DRIVERCTL] = { "driverctl", "driverctl binds", "remove the file" },
	[RIVAL_SCRIPT] = { "scripts", "this line sets VFs of", "remove the line" },
};
static_assert(ARRAY_SIZE(kind_table) == RIVAL_COUNT, "a row per kind");

static bool fits(const struct rival *r, const struct pf *pf)
{
	struct rule rule = { 0 };
	struct vfprep_config config = { .rules = &rule, .n_rules = 1 };

	memcpy(rule.match, r->match, sizeof(rule.match));
	return config_rule_for(&config, pf);
}

static char *subject_of(const struct rival *r)
{
	return r->line ? text_format("%s:%u", r->file, r->line) : strdup(r->file);
}

/* For whom a rival is. */
enum verdict {
	VERDICT_OTHERS, /* for what vfprep leaves alone */
	VERDICT_UNKNOWN,
	VERDICT_OURS,
};

static void report_ours(struct checker *c, const struct rival *r, const char *device,
			const char *more)
{
	autofree char *subject = subject_of(r);
	autofree char *advice = text_format("%s, or leave %s out of vfprep's configuration",
					    kind_table[r->kind].remove, device);
	(void)problem_add(c->problems, 0, VFPREP_HOST, subject, advice, "%s %s%s",
			  kind_table[r->kind].does, device, more);
}

static void report_note(struct checker *c, const struct rival *r, const char *advice,
			const char *device, const char *more)
{
	autofree char *subject = subject_of(r);
	(void)problem_add(c->problems, 0, VFPREP_NOTE, subject, advice, "%s %s%s",
			  kind_table[r->kind].does, device, more);
}

/* It fits no PF; named by the first thing that it says of its device. */
static void report_elsewhere(struct checker *c, const struct rival *r)
{
	const char *device = NULL;
	for (unsigned key = MATCH_COUNT; key-- > 0;)
		device = r->match[key].n ? r->match[key].items[0] : device;
	autofree char *quoted = text_format("'%s'", device ? device : "");
	report_note(c, r, NULL, device && quoted ? quoted : "a device",
		    ", which is no PF of this machine");
}

static enum verdict judge_configured(struct checker *c, const struct rival *r, const char *address)
{
	/* The operator's files stay when it goes. */
	if (r->kind == RIVAL_OPERATOR && !c->in->facts->operator_by) {
		report_note(c, r, NULL, address, " no more: it does not run here");
		return VERDICT_OTHERS;
	}
	if (r->partly) {
		report_note(c, r, "see whether it is for that PF", address,
			    " perhaps: vfprep does not follow all of its conditions");
		return VERDICT_UNKNOWN;
	}
	report_ours(c, r, address, " too");
	return VERDICT_OURS;
}

static enum verdict judge(struct checker *c, const struct rival *r)
{
	const struct vfprep_machine *m = c->in->machine;
	enum verdict worst = VERDICT_OTHERS;
	char address[PCI_ADDRESS_TEXT], other[PCI_ADDRESS_TEXT] = "";
	bool configured = false;

	for (size_t i = 0; i < m->n_pfs; i++) {
		const struct pf *pf = &m->pfs[i];
		if (!fits(r, pf))
			continue;
		if (!checker_rule(c, pf)) {
			pci_address_format(pf->address, other);
			continue;
		}
		configured = true;
		enum verdict v = judge_configured(c, r, pci_address_format(pf->address, address));
		worst = v > worst ? v : worst;
	}
	if (!configured && *other)
		report_note(c, r, NULL, other, ", which vfprep's configuration leaves alone");
	else if (!configured)
		report_elsewhere(c, r);
	return worst;
}

/* The VF at ADDRESS, there or to come, of a PF with a rule that names it, or such a PF itself. */
static bool is_ours(const struct checker *c, const char *address)
{
	const struct vfprep_machine *m = c->in->machine;
	struct pci_address a;
	struct vf_wish wish;

	if (pci_address_parse(address, &a) < 0)
		return false;
	for (size_t i = 0; i < m->n_pfs; i++) {
		const struct pf *pf = &m->pfs[i];
		const struct rule *rule = checker_rule(c, pf);
		unsigned wanted = rule ? checker_wanted_vfs(rule, pf) : 0;
		if (rule && pci_address_compare(pf->address, a) == 0)
			return true;
		for (unsigned k = 0; k < wanted && k < pf->totalvfs; k++) {
			if (pci_address_compare(pf_vf_address(pf, k), a) == 0)
				return rule_wish(rule, k, &wish);
		}
	}
	return false;
}

/* Overrides of other devices are what driverctl is for. */
static enum verdict judge_override(struct checker *c, const struct rival *r)
{
	const struct globs *address = &r->match[MATCH_ADDRESS];
	if (!address->n || !is_ours(c, address->items[0]))
		return VERDICT_OTHERS;
	autofree char *more =
		r->value ? text_format(" to '%s' whenever it appears", r->value) : NULL;
	report_ours(c, r, address->items[0], more ? more : "");
	return VERDICT_OURS;
}

static const char *find_unread(const struct host_facts *f, enum rival_kind kind)
{
	for (size_t i = 0; i < f->n_unread; i++) {
		if (f->unread[i].kind == kind)
			return f->unread[i].path;
	}
	return NULL;
}

/* The operator that runs is worth a word also where it has set nothing yet. */
static int add_operator(struct checker *c, const char *name)
{
	(void)problem_add(c->problems, 0, VFPREP_NOTE, c->in->facts->operator_by,
			  "leave the PFs of its policies out of vfprep's configuration",
			  "the SR-IOV network operator is on this host, and makes VFs");
	return checker_add(c, name, NULL, CHECK_OK, "is here, and has set no configured PF");
}

static int add_count(struct checker *c, const char *name, enum check_result result,
		     const char *what, size_t n)
{
	return checker_add(c, name, NULL, result, "%s (%zu place%s)", what, n, n == 1 ? "" : "s");
}

static int check_kind(struct checker *c, enum rival_kind kind)
{
	const struct host_facts *f = c->in->facts;
	const char *name = kind_table[kind].check;
	size_t n = 0, n_of[VERDICT_OURS + 1] = { 0 };
	bool comparable = c->in->machine && c->in->config;

	if (!f)
		return checker_add(c, name, NULL, CHECK_UNKNOWN, "not told by --machine");
	for (size_t i = 0; i < f->rivals.n; i++) {
		const struct rival *r = &f->rivals.items[i];
		if (r->kind != kind)
			continue;
		n++;
		if (comparable)
			n_of[kind == RIVAL_DRIVERCTL ? judge_override(c, r) : judge(c, r)]++;
	}
	const char *unread = find_unread(f, kind);
	if (n_of[VERDICT_OURS])
		return add_count(c, name, CHECK_PROBLEM, "sets VFs of configured PFs",
				 n_of[VERDICT_OURS]);
	if (unread)
		return checker_add(c, name, NULL, CHECK_UNKNOWN, "'%s' cannot be read", unread);
	if (n && (!comparable || n_of[VERDICT_UNKNOWN]))
		return add_count(c, name, CHECK_UNKNOWN, "sets VFs, perhaps of configured PFs",
				 comparable ? n_of[VERDICT_UNKNOWN] : n);
	if (kind == RIVAL_OPERATOR && f->operator_by)
		return add_operator(c, name);
	if (n)
		return add_count(c, name, CHECK_OK, "sets VFs, of no configured PF", n);
	return checker_add(c, name, NULL, CHECK_OK, "nothing that sets VFs");
}

int check_rivals(struct checker *c)
{
	int r = 0;
	for (unsigned kind = 0; r == 0 && kind < RIVAL_COUNT; kind++)
		r = check_kind(c, kind);
	return r;
}
