/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What release wants: the originals, for whatever its operands name. */
#include "core/desire.h"
#include "core/record.h"

#include <errno.h>
#include <string.h>

/* What an operand names. */
struct target {
	const struct pf *pf;
	unsigned index; /* of the VF, also when it is gone */
	bool is_vf;
};

static bool has_name(const struct pf *pf, const char *name)
{
	for (size_t k = 0; k < pf->n_altnames; k++) {
		if (text_equal(pf->altnames[k], name))
			return true;
	}
	return text_equal(pf->name, name);
}

/* A NIC that VFIO has is called as it was. */
static bool had_name(const struct pf *pf, const char *name)
{
	return !pf->name && pf->record && text_equal(pf->record->original.name, name);
}

/* *RET_TWO: one has the name, and another one had it. */
static const struct pf *pf_by_name(const struct vfprep_machine *m, const char *name, bool *ret_two)
{
	const struct pf *has = NULL, *had = NULL;

	for (size_t i = 0; i < m->n_pfs; i++) {
		if (!has && has_name(&m->pfs[i], name))
			has = &m->pfs[i];
		if (!had && had_name(&m->pfs[i], name))
			had = &m->pfs[i];
	}
	*ret_two = has && had;
	return has ? has : had;
}

static int target_by_address(const struct vfprep_machine *m, const char *name, struct target *ret,
			     struct vfprep_problems *p)
{
	struct pci_address address;
	struct pf *pf;

	if (pci_address_parse(name, &address) < 0)
		return problem_add(p, -EINVAL, VFPREP_ABSENT, name,
				   "write it in full, as in 0000:01:10.0", "not a PCI address");
	pf = machine_find_pf(m, address);
	if (pf) {
		*ret = (struct target){ .pf = pf };
		return 0;
	}
	const struct vf *vf = machine_find_vf(m, address, &pf);
	if (!vf)
		return problem_add(p, -ENODEV, VFPREP_ABSENT, name, "see vfprep list",
				   "no PF and no VF of this machine has that address");
	*ret = (struct target){ .pf = pf, .is_vf = true, .index = vf->index };
	return 0;
}

static int tell_unknown_name(const struct vfprep_machine *m, const char *name,
			     struct vfprep_problems *p)
{
	char address[PCI_ADDRESS_TEXT];

	for (size_t i = 0; i < m->n_pfs; i++) {
		const struct pf *pf = &m->pfs[i];
		if (!text_equal(pf->elsewhere.interface, name))
			continue;
		autofree char *where = elsewhere_text(&pf->elsewhere);
		return problem_add(p, -ENODEV, VFPREP_ABSENT, name, "use the PCI address",
				   "if %s is meant: %s", pci_address_format(pf->address, address),
				   where ? where : "?");
	}
	return problem_add(p, -ENODEV, VFPREP_ABSENT, name, "see vfprep list",
			   "no team and no interface of a NIC is called so");
}

/* An operand with ':' is an address, else a team, else an interface. */
static int target_find(const struct vfprep_machine *m, const char *name, struct target *ret,
		       struct vfprep_problems *p)
{
	if (strchr(name, ':'))
		return target_by_address(m, name, ret, p);
	const struct team *team = machine_find_team(m, name);
	bool two;
	const struct pf *pf = pf_by_name(m, name, &two);
	if (two)
		return problem_add(p, -ENOTUNIQ, VFPREP_ABSENT, name, "use the PCI address",
				   "one NIC is called so, and another one was");
	if (team && pf)
		return problem_add(p, -ENOTUNIQ, VFPREP_ABSENT, name, "use the PCI address",
				   "both a team and an interface are called so");
	if (pf) {
		*ret = (struct target){ .pf = pf };
		return 0;
	}
	pf = team ? machine_find_pf(m, team->pf.address) : NULL;
	if (team && !pf) /* its PF is gone: every plan takes it back */
		return 0;
	if (!pf)
		return tell_unknown_name(m, name, p);
	*ret = (struct target){ .pf = pf, .is_vf = true, .index = team->pf.vf };
	return 0;
}

int operand_find(const struct vfprep_machine *m, const char *name, const struct pf **ret_pf,
		 unsigned *ret_index, struct vfprep_problems *p)
{
	struct target t = { 0 };

	int r = target_find(m, name, &t, p);
	if (r < 0)
		return r;
	if (!t.pf)
		return problem_add(p, -ENODEV, VFPREP_ABSENT, name, NULL, "its PF is gone");
	*ret_pf = t.pf;
	*ret_index = t.is_vf ? t.index : VF_SELF;
	return 0;
}

int operand_find_pf(const struct vfprep_machine *m, const char *name, struct pci_address *ret,
		    struct vfprep_problems *p)
{
	struct target t = { 0 };

	int r = target_find(m, name, &t, p);
	if (r < 0)
		return r;
	if (t.is_vf || !t.pf)
		return problem_add(p, -EINVAL, VFPREP_ABSENT, name, "name the PF",
				   "is a VF or a team, and apply works on whole PFs");
	*ret = t.pf->address;
	return 0;
}

static struct pf *wanted_pf(struct vfprep_machine *wanted, const struct pf *pf)
{
	struct pf *want = machine_find_pf(wanted, pf->address);
	return want ? want : machine_add_pf(wanted, pf->address);
}

static int want_vf_back(const struct pf *pf, unsigned index, struct pf *want)
{
	const struct vf *original = record_find_vf(pf, index);

	if (pf_find_vf(want, index))
		return 0;
	struct vf *vf = pf_add_vf(want, index);
	if (!vf)
		return -ENOMEM;
	if (original) {
		int r = vf_copy(original, vf);
		vf->prepared = vf->parked = false; /* nor is it any more */
		return r;
	}
	vf->function.address = pf_vf_address(pf, index);
	return 0;
}

static int want_pf_back(const struct vfprep_machine *actual, const struct pf *pf, struct pf *want,
			struct vfprep_problems *p)
{
	char subject[PCI_ADDRESS_TEXT];

	want->whole = true;
	for (size_t i = 0; i < actual->n_teams; i++) {
		const struct team *team = &actual->teams[i];
		if (pci_address_compare(team->pf.address, pf->address) == 0 &&
		    want_vf_back(pf, team->pf.vf, want) < 0)
			return -ENOMEM;
	}
	if (!pf->record)
		return 0;
	const struct pf *original = &pf->record->original;
	want->has = original->has & ~(unsigned)PF_PERMANENT_MAC;
	want->numvfs = original->numvfs;
	want->autoprobe = original->autoprobe;
	want->up = original->up;
	want->addr_gen_mode = original->addr_gen_mode;
	if (want->has & PF_NUMVFS && pf->n_vfs && !record_owns_vfs(pf)) {
		want->has &= ~(unsigned)PF_NUMVFS;
		(void)problem_add(p, 0, VFPREP_NOTE, pci_address_format(pf->address, subject), NULL,
				  "there are VFs that vfprep did not make, so their number stays");
	}
	bool vanish = want->has & PF_NUMVFS && want->numvfs == 0;
	for (size_t i = 0; i < pf_count(original); i++) {
		unsigned index = pf_at(original, i)->index;
		if (!(vanish && index != VF_SELF) && want_vf_back(pf, index, want) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* A VF that is another one by now, and a MAC that was set where the driver reports none, have no
 * original to go back to. */
static void note_unknown(const struct vfprep_machine *actual, const struct pf *want,
			 struct vfprep_problems *p)
{
	const struct pf *pf = machine_find_pf(actual, want->address);

	for (size_t i = 0; i < want->n_vfs; i++) {
		const struct vf *vf = &want->vfs[i], *have = pf_find_vf(pf, vf->index);
		if (!have || !machine_team_of_vf(actual, pf->address, vf->index))
			continue;
		autofree char *subject = vf_subject(pf, vf->index);
		if (!record_find_vf(pf, vf->index)) {
			(void)problem_add(p, 0, VFPREP_NOTE, subject, NULL,
					  "it is another one than vfprep prepared, so nothing "
					  "of it is put back");
			continue;
		}
		if (setting_has(&have->settings, SETTING_MAC) ||
		    setting_has(&vf->settings, SETTING_MAC))
			continue;
		(void)problem_add(p, 0, VFPREP_NOTE, subject, NULL,
				  "its MAC before vfprep was not reported, so it keeps the one it "
				  "got");
	}
}

static int by_index(const void *a, const void *b)
{
	const struct vf *x = a, *y = b;
	return x->index < y->index ? -1 : x->index > y->index;
}

int desire_originals(const struct vfprep_machine *actual, const char *const *names, size_t n_names,
		     struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	automachine wanted = machine_new();
	int not_unique = 0;

	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < n_names; i++) {
		struct target t = { 0 };
		int r = target_find(actual, names[i], &t, p);
		if (r == -ENOTUNIQ)
			not_unique = r;
		if (r < 0 || !t.pf)
			continue;
		struct pf *want = wanted_pf(wanted, t.pf);
		r = !want     ? -ENOMEM
		    : t.is_vf ? want_vf_back(t.pf, t.index, want)
			      : want_pf_back(actual, t.pf, want, p);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; n_names == 0 && i < actual->n_pfs; i++) {
		struct pf *want = wanted_pf(wanted, &actual->pfs[i]);
		if (!want || want_pf_back(actual, &actual->pfs[i], want, p) < 0)
			return -ENOMEM;
	}
	if (not_unique)
		return not_unique;
	for (size_t i = 0; i < wanted->n_pfs; i++) {
		note_unknown(actual, &wanted->pfs[i], p);
		if (wanted->pfs[i].n_vfs)
			qsort(wanted->pfs[i].vfs, wanted->pfs[i].n_vfs, sizeof(struct vf),
			      by_index);
	}
	*ret_wanted = TAKE_PTR(wanted);
	return 0;
}
