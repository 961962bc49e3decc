#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: one VF is prepared without a file, beside those of a file, and given back as it was
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

expect_equal 'autoprobe' "$(raw autoprobe "$PF0" 0)" ok
expect_equal 'numvfs' "$(raw numvfs "$PF0" 3)" ok
write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[VF 0]
Team=web0
EOF
vf=0000:01:10.2
before=$(state)

expect_status 3 vfprep prepare $vf --team=a_b --mode=9
expect_match 'what is said' "$ERR" '--team: .*--mode: '
expect_status 4 vfprep prepare 0000:01:11.7
expect_status 2 vfprep prepare
expect_equal 'the machine after wrong usage' "$(state)" "$before"

expect_status 0 vfprep prepare $vf --team=hand --mac=02:00:5e:10:00:07 --owner=77 --dry-run
plan=$OUT
expect_status 0 vfprep prepare $vf --team=hand --mac=02:00:5e:10:00:07 --owner=77
expect_equal 'what is done' "$OUT" "$plan"
expect_equal 'MAC' "$(vf_mac "$PF0" 1)" 02:00:5e:10:00:07
expect_equal 'driver' "$(driver_of $vf)" vfio-pci
expect_equal 'node' "$(node_of $vf)" '77:0 0600'
expect_status 0 vfprep prepare $vf --team=hand --mac=02:00:5e:10:00:07 --owner=77
expect_match 'a second time' "$ERR" 'nothing to do'

# A file's VFs come and go beside it, and its name and MAC are taken.
expect_status 0 vfprep apply
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'hand  web0'
expect_status 5 vfprep prepare 0000:01:10.4 --team=hand
expect_match 'what is said' "$ERR" "team hand is that of $vf"
expect_status 5 vfprep prepare 0000:01:10.4 --team=far --mac=02:00:5e:10:00:07
expect_match 'what is said' "$ERR" "$vf has the MAC"
expect_status 0 vfprep verify
rm /etc/vfprep/10-uplink.conf
write_conf 20-none <<EOF
[Match]
Address=$PF0
[PF]
BringUp=yes
EOF
expect_status 0 vfprep apply
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" hand
expect_equal 'link' "$(link_state_of "$PF0")" up

# A guest that has it.
start_guest -device "vfio-pci,host=$vf"
guest_has_vfio || fail 'the guest does not have the VF'
expect_status 5 vfprep prepare $vf --team=hand --mac=02:00:5e:10:00:08
expect_match 'what is said' "$ERR" "in use by pid $GUEST "
expect_equal 'MAC' "$(vf_mac "$PF0" 1)" 02:00:5e:10:00:07
end_guest
expect_status 0 vfprep prepare $vf --team=hand --mac=02:00:5e:10:00:08
expect_equal 'MAC' "$(vf_mac "$PF0" 1)" 02:00:5e:10:00:08
expect_status 0 vfprep release hand
expect_equal 'MAC after release' "$(vf_mac "$PF0" 1)" 00:00:00:00:00:00
expect_equal 'driver after release' "$(driver_of $vf)" none
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(state)" "$before"
