/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which rule is for which PF. */
#include "core/desire.h"

#include "core/record.h"

#include <fnmatch.h>
#include <string.h>

static bool any_fits(const struct globs *globs, const char *value)
{
	for (size_t i = 0; value && i < globs->n; i++) {
		if (fnmatch(globs->items[i], value, 0) == 0)
			return true;
	}
	return false;
}

static bool name_fits(const struct globs *globs, const struct pf *pf)
{
	/* A NIC that VFIO has lost its interface, and is still the one that had it. */
	if (any_fits(globs, pf->name) ||
	    (!pf->name && pf->record && any_fits(globs, pf->record->original.name)))
		return true;
	for (size_t i = 0; i < pf->n_altnames; i++) {
		if (any_fits(globs, pf->altnames[i]))
			return true;
	}
	return false;
}

static bool driver_fitted(const struct globs *globs, const struct pf *pf)
{
	const struct vf *self = record_find_vf(pf, VF_SELF);
	return self && any_fits(globs, self->function.driver);
}

static bool match_fits(const struct globs *globs, enum match_key key, const struct pf *pf)
{
	char address[PCI_ADDRESS_TEXT], mac[MAC_TEXT];

	switch (key) {
	case MATCH_ADDRESS:
		return any_fits(globs, pci_address_format(pf->address, address));
	case MATCH_NAME:
		return name_fits(globs, pf);
	case MATCH_PERMANENT_MAC:
		return pf->has & PF_PERMANENT_MAC &&
		       any_fits(globs, mac_format(pf->permanent_mac, mac));
	case MATCH_PATH:
		return any_fits(globs, pf->path);
	case MATCH_DRIVER:
		return any_fits(globs, pf->driver) || driver_fitted(globs, pf);
	case MATCH_DEVICE: {
		autofree char *device = text_format("%04x:%04x", pf->vendor, pf->device);
		return any_fits(globs, device);
	}
	case MATCH_COUNT:
		break;
	}
	return false;
}

static bool globs_fit(const struct rule *rule, const struct pf *pf)
{
	for (unsigned key = 0; key < MATCH_COUNT; key++) {
		if (rule->match[key].n && !match_fits(&rule->match[key], key, pf))
			return false;
	}
	return true;
}

static bool rule_fits(const struct rule *rule, const struct pf *pf)
{
	return (rule->nic ? pf->self != NULL : pf->totalvfs > 0) && globs_fit(rule, pf);
}

const struct rule *config_rule_for(const struct vfprep_config *config, const struct pf *pf)
{
	for (size_t i = 0; i < config->n_rules; i++) {
		if (rule_fits(&config->rules[i], pf))
			return &config->rules[i];
	}
	return NULL;
}

void config_tell_matches(const struct vfprep_config *config, const struct vfprep_machine *actual,
			 struct vfprep_problems *p)
{
	for (size_t i = 0; i < actual->n_pfs; i++) {
		const struct pf *pf = &actual->pfs[i];
		const struct rule *first = config_rule_for(config, pf);
		char subject[PCI_ADDRESS_TEXT];

		pci_address_format(pf->address, subject);
		if (!first)
			(void)problem_add(p, 0, VFPREP_NOTE, subject, NULL, "no file is for it");
		for (const struct rule *r = first; r && r < config->rules + config->n_rules; r++) {
			if (rule_fits(r, pf))
				(void)problem_add(p, 0, VFPREP_NOTE, subject, NULL,
						  r == first ? "'%s' configures it"
							     : "'%s' fits it too and is ignored",
						  r->file);
		}
	}
}

/* A PF that the rule may mean: what nobody tells of an interface that is elsewhere aside. */
static const struct pf *find_elsewhere(const struct rule *rule, const struct vfprep_machine *actual)
{
	if (!rule->match[MATCH_NAME].n && !rule->match[MATCH_PERMANENT_MAC].n)
		return NULL;
	for (size_t i = 0; i < actual->n_pfs; i++) {
		const struct pf *pf = &actual->pfs[i];
		bool fits = pf->elsewhere.is && (rule->nic ? pf->self != NULL : pf->totalvfs > 0);
		for (unsigned key = 0; key < MATCH_COUNT; key++) {
			if (key != MATCH_NAME && key != MATCH_PERMANENT_MAC && rule->match[key].n)
				fits = fits && match_fits(&rule->match[key], key, pf);
		}
		if (fits)
			return pf;
	}
	return NULL;
}

static void tell_unmatched(const struct rule *rule, const struct vfprep_machine *actual,
			   struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];
	const struct pf *pf = find_elsewhere(rule, actual);
	const char *what = rule->nic ? "NIC" : "PF";

	if (!pf) {
		(void)problem_add(p, 0, VFPREP_NOTE, rule->file,
				  "see vfprep list for what this machine has",
				  "[Match] fits no %s of this machine", what);
		return;
	}
	autofree char *where = elsewhere_text(&pf->elsewhere);
	autofree char *advice = elsewhere_advice(&pf->elsewhere);
	(void)problem_add(p, 0, VFPREP_NOTE, rule->file, advice,
			  "[Match] fits no %s of this machine; if %s is meant: %s", what,
			  pci_address_format(pf->address, address), where ? where : "?");
}

void config_tell_unmatched(const struct vfprep_config *config, const struct vfprep_machine *actual,
			   struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];

	for (size_t i = 0; i < config->n_rules; i++) {
		const struct rule *rule = &config->rules[i];
		const struct pf *plain = NULL;
		bool fits = false;
		for (size_t k = 0; k < actual->n_pfs; k++) {
			fits = fits || rule_fits(rule, &actual->pfs[k]);
			if (!plain && !rule->nic && !actual->pfs[k].totalvfs &&
			    globs_fit(rule, &actual->pfs[k]))
				plain = &actual->pfs[k];
		}
		if (!fits && plain)
			(void)problem_add(p, 0, VFPREP_UNSUPPORTED, rule->file,
					  "switch SR-IOV on in the firmware of card and board, or "
					  "use [NIC]",
					  "%s can make no VFs: it has no SR-IOV",
					  pci_address_format(plain->address, address));
		else if (!fits)
			tell_unmatched(rule, actual, p);
	}
}

/* Its driver has made what it makes of it. A driver is linked before it makes the interface
 * (drivers/base/dd.c, really_probe()). */
static bool is_ready(const struct pf *pf, bool patient)
{
	return pf->driver && (!patient || !pf->self || pf->ifindex || pf->elsewhere.is ||
			      driver_is_vfio(pf->driver));
}

bool config_find_missing(const struct vfprep_config *config, const struct vfprep_machine *actual,
			 bool patient, struct missing *ret)
{
	static const enum match_key keys[] = { MATCH_ADDRESS, MATCH_PERMANENT_MAC };

	for (size_t i = 0; i < config->n_rules * ARRAY_SIZE(keys); i++) {
		const struct rule *rule = &config->rules[i / ARRAY_SIZE(keys)];
		enum match_key key = keys[i % ARRAY_SIZE(keys)];
		for (size_t k = 0; k < rule->match[key].n; k++) {
			const struct globs one = { &rule->match[key].items[k], 1 };
			bool there = strpbrk(one.items[0], "*?[\\") != NULL;
			for (size_t n = 0; n < actual->n_pfs && !there; n++)
				there = is_ready(&actual->pfs[n], patient) &&
					match_fits(&one, key, &actual->pfs[n]);
			if (there)
				continue;
			*ret = (struct missing){ rule->file, one.items[0] };
			return true;
		}
	}
	return false;
}
