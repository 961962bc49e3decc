#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a team or a VF is released alone and prepared again; drift is repaired, and originals come back all the same
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

write_conf 10-uplink <<EOF
[Match]
Address=$PF0

[PF]
VirtualFunctions=3

[VF]
Owner=77

[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01

[VF 1]
Team=web1
EOF

# about INDEX: all that is known of a VF.
about()
{
	local vf

	vf=$(vf_address "$PF0" "$1")
	printf 'mac %s driver %s override %s node %s\n' "$(vf_mac "$PF0" "$1")" "$(driver_of "$vf")" \
		"$(override_of "$vf")" "$(node_of "$vf")"
}

released='mac 00:00:00:00:00:00 driver none override none node none'
before=$(state)
expect_status 0 vfprep apply
applied=$(state)
web0=$(about 0) web1=$(about 1)
expect_equal 'the first VF' "$web0" 'mac 02:00:5e:10:00:01 driver vfio-pci override vfio-pci node 77:0 0600'

expect_status 0 vfprep release web0
expect_equal 'the released VF' "$(about 0)" "$released"
expect_equal 'the other VF' "$(about 1)" "$web1"
expect_equal 'VFs' "$(numvfs "$PF0")" 3
expect_equal 'teams' "$(ls /run/vfprep/teams)" web1
expect_status 4 vfprep release web0
expect_status 0 vfprep release "$(vf_address "$PF0" 1)"
expect_equal 'the other VF, released by its address' "$(about 1)" "$released"
expect_equal 'teams' "$(ls /run/vfprep/teams)" ''
expect_status 0 vfprep apply
expect_equal 'the machine after another apply' "$(state)" "$applied"

# Somebody changes what was prepared.
expect_equal 'MAC' "$(raw mac "$PF0" 0 02:00:5e:66:66:66)" ok
vf=$(vf_address "$PF0" 1)
expect_equal 'unbind' "$(raw unbind "$vf")" ok
expect_equal 'override' "$(raw override "$vf" none)" ok
expect_equal 'PF down' "$(raw link "$PF0" down)" ok
expect_status 10 vfprep plan --exit-code
expect_status 0 vfprep apply
expect_equal 'the machine after the repair' "$(state)" "$applied"

expect_equal 'MAC' "$(raw mac "$PF0" 0 02:00:5e:66:66:66)" ok
expect_equal 'override' "$(raw override "$vf" igbvf)" ok
expect_status 0 vfprep release web0 web1
expect_equal 'the first VF after drift and release' "$(about 0)" "$released"
expect_equal 'the second VF after drift and release' "$(about 1)" "$released"
expect_status 0 vfprep release "$PF0"
expect_equal 'the machine after release' "$(state)" "$before"
