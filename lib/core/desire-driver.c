/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which driver is wanted of a VF or NIC, and the node that comes with it. */
#include "core/desire-internal.h"

#include <errno.h>
#include <string.h>

const char *auto_driver_of(const struct pf *pf, unsigned index, bool to_come)
{
	const struct vf *have = to_come ? NULL : pf_find_vf(pf, index);
	return have ? have->function.auto_driver : pf->vf_auto_driver;
}

int auto_driver_unknown(struct vfprep_problems *p, int r, enum vfprep_fault fault,
			const char *subject)
{
	return problem_add(p, r, fault, subject,
			   "see that the running kernel's modules.alias is there below "
			   "/lib/modules, or name the driver, as Driver=vfio-pci",
			   "what Driver=auto stands for could not be found out");
}

int want_auto_driver(const struct pf *pf, bool to_come, struct vf *vf, const char **ret,
		     struct vfprep_problems *p)
{
	const char *driver = auto_driver_of(pf, vf->index, to_come);

	if (!driver_is_vfio(driver)) {
		autofree char *subject = vf_subject(pf, vf->index);
		if (!driver)
			return auto_driver_unknown(p, -EOPNOTSUPP, VFPREP_UNSUPPORTED, subject);
		return problem_add(
			p, -EOPNOTSUPP, VFPREP_UNSUPPORTED, subject,
			"name the driver, as Driver=vfio-pci",
			"Driver=auto stands for '%s', which is not known as one of VFIO's", driver);
	}
	*ret = driver;
	return text_replace(&vf->function.auto_driver, driver);
}

int want_driver(const struct vf_wish *wish, const struct pf *pf, bool to_come, struct vf *vf,
		struct vfprep_problems *p)
{
	struct function *f = &vf->function;
	const char *driver = wish->set & 1u << VF_KEY_DRIVER ? wish->driver
			     : vf->team                      ? "vfio-pci"
							     : "none";
	int r = 0;

	if (strcmp(driver, "none") == 0)
		return 0;
	if (strcmp(driver, "auto") == 0)
		r = want_auto_driver(pf, to_come, vf, &driver, p);
	if (r < 0)
		return r;
	if (text_replace(&f->driver, driver) < 0 || text_replace(&f->override, driver) < 0)
		return -ENOMEM;
	f->has |= FUNCTION_DRIVER | FUNCTION_OVERRIDE;
	if (!driver_is_vfio(driver))
		return 0;
	bool group = wish->set & 1u << VF_KEY_GROUP;
	f->has |= FUNCTION_NODE;
	f->node.exists = true;
	f->node.uid = wish->set & 1u << VF_KEY_OWNER ? wish->owner : 0;
	f->node.gid = group ? wish->group : 0;
	f->node.mode = wish->set & 1u << VF_KEY_MODE ? wish->mode : group ? 0660 : 0600;
	return 0;
}
