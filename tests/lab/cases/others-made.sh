#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: VFs, MACs, drivers and nodes that others made are used only where the files say so, and given back exactly
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# want LINE: teams for the first two VFs, and a line that is to stand in [PF].
want()
{
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0

[PF]
$1

[VF]
Owner=1234
Group=4321

[VF 0-1]
Team=web%i
EOF
}

# The third VF too.
want_all()
{
	want "$1"
	printf '\n[VF 2]\nTeam=db\nMACAddress=02:00:5e:10:00:12\n' >>/etc/vfprep/10-uplink.conf
}

make_vfs "$PF0" 3
vf0=$(vf_address "$PF0" 0) vf1=$(vf_address "$PF0" 1) vf2=$(vf_address "$PF0" 2)
expect_equal 'link' "$(raw link "$PF0" up)" ok
for index in 0 1 2; do
	expect_equal 'MAC' "$(raw mac "$PF0" $index 02:00:5e:20:00:0$index)" ok
done
expect_equal 'override' "$(raw override "$vf0" igbvf)" ok
expect_equal 'bind' "$(raw bind "$vf0" igbvf)" ok
expect_equal 'override' "$(raw override "$vf0" none)" ok
bind_vfio "$vf2"
expect_equal 'owner' "$(raw chown "$vf2" 77:88 0606)" ok

want_all VirtualFunctions=3
before=$(state)
all_before=$(snapshot)
expect_match 'what others made' "$before" 'driver igbvf override none node none.*driver none override none node none'
expect_match 'what others made' "$before" 'driver vfio-pci override vfio-pci node 77:88 0606'
expect_status 5 vfprep apply
expect_match 'the refusal' "$ERR" '3 VFs are there that vfprep did not make'
expect_equal 'the machine after the refusal' "$(state)" "$before"
want VirtualFunctions=2
expect_status 5 vfprep apply
expect_equal 'the machine after the second refusal' "$(state)" "$before"

want_all ''
expect_status 0 vfprep apply
for vf in "$vf0" "$vf1" "$vf2"; do
	expect_equal "driver of $vf" "$(driver_of "$vf")" vfio-pci
	expect_equal "override of $vf" "$(override_of "$vf")" vfio-pci
	expect_match "node of $vf" "$(node_of "$vf")" '^1234:4321 0660$'
done
for index in 0 1; do
	expect_match 'derived MAC' "$(vf_mac "$PF0" $index)" '^.[26ae]:'
	[ "$(vf_mac "$PF0" $index)" != 02:00:5e:20:00:0$index ] || fail "vf $index still has its old MAC"
done
expect_equal 'literal MAC' "$(vf_mac "$PF0" 2)" 02:00:5e:10:00:12
expect_equal 'autoprobe' "$(cat "$(device "$PF0")/sriov_drivers_autoprobe")" 0
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'db  web0  web1'

expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(state)" "$before"
expect_equal 'all of the machine after release' "$(snapshot | grep -v ^/run/vfprep)" "$all_before"

# Once others unbind their VF its node is gone: nothing is to be given back, or kept on record.
records()
{
	find /run/vfprep/state -name '*.json*'
}

expect_status 0 vfprep apply
expect_match 'the record' "$(records)" json
expect_equal 'unbind' "$(raw unbind "$vf2")" ok
expect_status 0 vfprep release --all
expect_equal 'driver of the VF that others unbound' "$(driver_of "$vf2")" none
expect_equal 'the record' "$(records)" ''

bind_vfio "$vf2"
expect_equal 'owner' "$(raw chown "$vf2" 77:88 0606)" ok
expect_status 0 vfprep apply
expect_equal 'unbind' "$(raw unbind "$vf2")" ok
expect_status 0 vfprep apply
expect_equal 'node after the repair' "$(node_of "$vf2")" '1234:4321 0660'
expect_status 0 vfprep release --all
expect_equal 'driver of the VF that others unbound' "$(driver_of "$vf2")" none
expect_equal 'the record' "$(records)" ''
