/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Do persistent sides lead over the PFs of their own teams? That is no fault, for vfprep park
 * makes it good. */
#include <string.h>

#include "core/host-check-internal.h"
#include "core/layout.h"

/* The persistent side that VF INDEX is to have, by its file or as it is published; NULL: none. */
static const char *find_hint(const struct checker *c, const struct pf *pf, unsigned index)
{
	const struct rule *rule = checker_rule(c, pf);
	const struct team *team = machine_team_of_vf(c->in->machine, pf->address, index);
	struct vf_wish wish;

	if (!rule || !rule_wish(rule, index, &wish))
		return team ? team->hint : NULL;
	bool named = wish.set & 1u << VF_KEY_TEAM && wish.set & 1u << VF_KEY_PERSISTENT;
	return named ? wish.persistent : NULL;
}

static unsigned count_vfs(const struct checker *c, const struct pf *pf)
{
	const struct rule *rule = checker_rule(c, pf);
	unsigned wanted = rule ? checker_wanted_vfs(rule, pf) : 0;
	unsigned n = wanted > pf->n_vfs ? wanted : (unsigned)pf->n_vfs;

	return n < pf->totalvfs ? n : pf->totalvfs;
}

/* Tells of all VFs of the PF whose persistent side is that of VF FIRST in one note; of those that
 * have been told with an earlier one, nothing. */
static void tell(struct checker *c, const struct pf *pf, unsigned first, const char *hint)
{
	size_t more = 0;

	for (unsigned i = 0; i < count_vfs(c, pf); i++) {
		const char *other = find_hint(c, pf, i);
		if (!text_equal(other, hint))
			continue;
		if (i < first)
			return;
		more += i > first;
	}
	autofree char *who = text_format("vf %u", first);
	if (who)
		layout_note(pf, hint, who, more, c->problems);
}

int check_layouts(struct checker *c)
{
	const struct vfprep_machine *m = c->in->machine;
	size_t n = 0, n_of[LAYOUT_UNKNOWN + 1] = { 0 };

	for (size_t i = 0; m && i < m->n_pfs; i++) {
		const struct pf *pf = &m->pfs[i];
		for (unsigned k = 0; k < count_vfs(c, pf); k++) {
			const char *hint = find_hint(c, pf, k);
			enum layout layout = layout_find(m, pf, hint);
			n += layout_interface(hint) != NULL;
			n_of[layout]++;
			if (layout == LAYOUT_OWN_PF)
				tell(c, pf, k, hint);
		}
	}
	if (!m)
		return checker_add(c, "layout", NULL, CHECK_UNKNOWN, "the PFs could not be read");
	if (n_of[LAYOUT_UNKNOWN])
		return checker_add(c, "layout", NULL, CHECK_UNKNOWN,
				   "of %zu of %zu persistent sides it is not known which way they "
				   "lead",
				   n_of[LAYOUT_UNKNOWN], n);
	if (n_of[LAYOUT_OWN_PF])
		return checker_add(c, "layout", NULL, CHECK_OK,
				   "%zu of %zu persistent sides over their VF's own PF",
				   n_of[LAYOUT_OWN_PF], n);
	return checker_add(c, "layout", NULL, CHECK_OK, "no persistent side over its VF's own PF");
}
