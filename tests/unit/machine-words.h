/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in the words of tests: a PF that is up, with some VFs that nobody has touched yet. */
#ifndef TESTS_MACHINE_WORDS_H
#define TESTS_MACHINE_WORDS_H

#include "core/machine.h"
#include "core/plan.h"
#include "expect.h"

#define BOOT       "boot-1"
#define PF_ADDRESS "0000:01:00.0"

static inline void add_vfs(struct pf *pf, unsigned n, uint64_t first_inode)
{
	for (unsigned i = 0; i < n; i++) {
		struct vf *vf = pf_add_vf(pf, i);
		vf->function.address = pci_address_of_vf(pf->address, pf->offset, pf->stride, i);
		vf->function.has = FUNCTION_DRIVER | FUNCTION_OVERRIDE | FUNCTION_NODE;
		vf->function.group = (int)(10 + i);
		vf->function.inode = first_inode + i;
		assert_int_equal(text_replace(&vf->function.driver, "igbvf"), 0);
		vf->settings.present = 1u << SETTING_MAC | 1u << SETTING_TRUST | 1u << SETTING_VLAN;
	}
	pf->numvfs = n;
}

static inline void drop_vfs(struct pf *pf)
{
	while (pf->n_vfs)
		vf_clear(&pf->vfs[--pf->n_vfs]);
	pf->numvfs = 0;
}

static inline struct pf *add_pf(struct vfprep_machine *m, const char *address, unsigned ifindex)
{
	struct pf *pf = machine_add_pf(m, address_of(address));

	pf->has = PF_NUMVFS | PF_AUTOPROBE | PF_LINK | PF_ADDR_GEN_MODE | PF_MAC;
	pf->mac[0] = 0x52;
	pf->mac[5] = (uint8_t)ifindex;
	pf->ifindex = ifindex;
	pf->up = pf->autoprobe = true;
	pf->totalvfs = 7;
	pf->offset = 128;
	pf->stride = 2;
	assert_int_equal(text_replace(&pf->driver, "igb"), 0);
	return pf;
}

/* One PF with N VFs; their inodes count from 1000. */
static inline struct vfprep_machine *machine_with_vfs(unsigned n)
{
	struct vfprep_machine *m = machine_new();

	assert_int_equal(text_replace(&m->boot_id, BOOT), 0);
	add_vfs(add_pf(m, PF_ADDRESS, 2), n, 1000);
	return m;
}

/* A step about the PF. */
static inline struct step *add_pf_step(struct vfprep_plan *plan, enum step_kind kind,
				       unsigned number)
{
	struct step *s = array_add(&plan->steps, &plan->n, sizeof(*s));

	s->kind = kind;
	s->pf = address_of(PF_ADDRESS);
	s->ifindex = 2;
	s->group = -1;
	s->number = number;
	return s;
}

/* A step about one of its VFs. */
static inline struct step *add_vf_step(struct vfprep_plan *plan, enum step_kind kind, unsigned vf)
{
	struct step *s = add_pf_step(plan, kind, 0);

	s->of_vf = true;
	s->vf = vf;
	s->address = pci_address_of_vf(s->pf, 128, 2, vf);
	return s;
}

#endif
