/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Are the VFIO drivers there that the configuration wants besides vfio-pci? */
#include <errno.h>
#include <string.h>

#include "core/desire.h"
#include "core/host-check-internal.h"

/* The drivers that were looked at already. */
struct seen {
	const char **names;
	size_t n;
};

static void seen_clear(struct seen *s)
{
	free(s->names);
}

/* Return: 1 when it was. */
static int see(struct seen *s, const char *driver)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->names[i], driver) == 0)
			return 1;
	}
	const char **name = array_add(&s->names, &s->n, sizeof(*name));
	if (!name)
		return -ENOMEM;
	*name = driver;
	return 0;
}

static int check_variant(struct checker *c, const char *driver)
{
	const struct host_facts *f = c->in->facts;
	bool there = machine_has_driver(c->in->machine, driver);
	bool loadable = f && host_facts_has_module(f, driver);

	if (!there && f && f->knows_modules && !loadable) {
		(void)problem_add(c->problems, 0, VFPREP_HOST, driver,
				  "install all modules of this kernel, or set Driver=vfio-pci",
				  "the kernel %s does not have this module",
				  f->release ? f->release : "");
		return checker_add(c, "vfio", driver, CHECK_PROBLEM, "no such module");
	}
	driver_note_variant(driver, c->problems);
	if (there)
		return checker_add(c, "vfio", driver, CHECK_OK, "is there");
	return loadable ? checker_add(c, "vfio", driver, CHECK_OK, "can be loaded")
			: checker_add(c, "vfio", driver, CHECK_UNKNOWN,
				      "whether the kernel has it is not known");
}

/* The driver that is wanted of a VF, or of the NIC; NULL: none, or it is not known. */
static const char *wanted_driver(const struct rule *rule, const struct pf *pf, unsigned index,
				 bool *ret_unknown)
{
	struct vf_wish wish;

	if (!rule_wish(rule, index, &wish) || !(wish.set & 1u << VF_KEY_DRIVER))
		return NULL;
	if (strcmp(wish.driver, "auto") != 0)
		return wish.driver;
	const char *driver = auto_driver_of(pf, index, false);
	*ret_unknown = *ret_unknown || !driver;
	return driver;
}

static int check_pf(struct checker *c, const struct pf *pf, struct seen *seen)
{
	const struct rule *rule = checker_rule(c, pf);
	char address[PCI_ADDRESS_TEXT];
	bool unknown = false;

	unsigned n = !rule ? 0 : rule->nic ? 1 : checker_wanted_vfs(rule, pf);
	for (unsigned i = 0; i < n && (rule->nic || i < pf->totalvfs); i++) {
		const char *driver = wanted_driver(rule, pf, rule->nic ? VF_SELF : i, &unknown);
		if (!driver_is_variant(driver))
			continue;
		int r = see(seen, driver);
		if (r == 0)
			r = check_variant(c, driver);
		if (r < 0)
			return r;
	}
	if (unknown)
		(void)auto_driver_unknown(c->problems, 0, VFPREP_HOST,
					  pci_address_format(pf->address, address));
	return 0;
}

int check_variants(struct checker *c)
{
	CLEANUP(seen_clear) struct seen seen = { 0 };
	int r = 0;

	for (size_t i = 0; c->in->machine && r == 0 && i < c->in->machine->n_pfs; i++)
		r = check_pf(c, &c->in->machine->pfs[i], &seen);
	return r;
}
