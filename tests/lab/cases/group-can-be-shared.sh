#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: without ACS a PF, its root port and its VFs are one IOMMU group
# profile: shared-group
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

make_vfs "$PF0" 2
group=$(group_of "$PF0")
expect_equal 'group of the root port' "$(group_of 0000:00:01.0)" "$group"
expect_equal 'group of VF 0' "$(group_of 0000:01:10.0)" "$group"
expect_equal 'group of VF 1' "$(group_of 0000:01:10.2)" "$group"
bind_vfio 0000:01:10.0
bind_vfio 0000:01:10.2
expect_equal 'driver of VF 0' "$(driver_of 0000:01:10.0)" vfio-pci
