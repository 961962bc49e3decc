#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a VF whose IOMMU group the host shares is refused, though it would bind, and the member that is in the way is named
# profile: shared-group
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

pf=$(pfs | head -1)
write_conf 10-uplink <<EOF
[Match]
Address=$pf
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
EOF

# Before there are VFs nobody knows which groups they come to be in.
expect_status 6 vfprep apply
expect_match 'what is said' "$ERR" "$pf vf 0: IOMMU group [0-9]+ cannot go to a guest: $pf in it has the driver igb"
vf=$(vf_address "$pf" 0)
expect_equal 'driver' "$(driver_of "$vf")" none
expect_equal 'override' "$(override_of "$vf")" none
expect_equal 'what is published' "$(find /run/vfprep/teams -name team.json 2>/dev/null || true)" ''

# Now it is known beforehand, and nothing is touched.
before=$(snapshot)
expect_status 4 vfprep apply
expect_match 'what is said' "$ERR" "$pf in it has the driver igb"
expect_equal 'the machine' "$(snapshot)" "$before"

# The kernel itself would have let it be bound.
bind_vfio "$vf"
expect_equal 'driver' "$(driver_of "$vf")" vfio-pci
expect_equal 'unbind' "$(raw unbind "$vf")" ok
expect_equal 'override' "$(raw override "$vf" none)" ok
expect_status 0 vfprep release --all
