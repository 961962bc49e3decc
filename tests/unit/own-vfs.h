/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine of which vfprep has made the VFs. */
#ifndef TESTS_OWN_VFS_H
#define TESTS_OWN_VFS_H

#include "core/record.h"
#include "machine-words.h"

/* A PF with N VFs, all of them made by vfprep and each with its driver and MAC on record. */
static inline struct vfprep_machine *machine_with_own_vfs(unsigned n)
{
	struct vfprep_machine *m = machine_with_vfs(0);
	struct pf *pf = &m->pfs[0];
	autoplan plan = plan_new();
	bool changed;

	add_pf_step(plan, STEP_LINK, 0);
	add_pf_step(plan, STEP_NUMVFS, n);
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	add_vfs(pf, n, 1000);
	assert_int_equal(record_made(pf), 0);
	for (unsigned i = 0; i < n; i++) {
		add_vf_step(plan, STEP_DRIVER, i);
		add_vf_step(plan, STEP_SETTING, i)->setting = SETTING_MAC;
	}
	assert_int_equal(record_extend(pf, BOOT, plan, false, &changed), 0);
	pf->record->making = 0;
	return m;
}

#endif
