/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which drivers are VFIO's, and which of them a machine has. */
#include <errno.h>
#include <string.h>

#include "core/machine.h"

bool driver_is_vfio(const char *driver)
{
	/* A variant driver is named after its hardware: mlx5_vfio_pci, xe-vfio-pci. */
	return driver && (strstr(driver, "vfio-pci") || strstr(driver, "vfio_pci"));
}

bool driver_is_variant(const char *driver)
{
	return driver_is_vfio(driver) && strcmp(driver, "vfio-pci") != 0;
}

void driver_note_variant(const char *driver, struct vfprep_problems *p)
{
	(void)problem_add(p, 0, VFPREP_NOTE, driver, "set Driver=vfio-pci for an older one",
			  "libvirt takes devices of this driver since %s", LIBVIRT_VARIANTS);
}

bool machine_has_driver(const struct vfprep_machine *m, const char *driver)
{
	if (strcmp(driver, "vfio-pci") == 0)
		return m->has_vfio_pci;
	for (size_t i = 0; i < m->n_variants; i++) {
		if (strcmp(m->variants[i], driver) == 0)
			return true;
	}
	return false;
}

int machine_add_driver(struct vfprep_machine *m, const char *driver)
{
	if (machine_has_driver(m, driver))
		return 0;
	if (strcmp(driver, "vfio-pci") == 0) {
		m->has_vfio_pci = true;
		return 0;
	}
	char **name = array_add(&m->variants, &m->n_variants, sizeof(*name));
	if (!name)
		return -ENOMEM;
	*name = strdup(driver);
	if (*name)
		return 0;
	m->n_variants--;
	return -ENOMEM;
}
