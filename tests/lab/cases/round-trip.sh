#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: two PFs are prepared, published and given back exactly; a second apply writes nothing and opens no group node
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

write_conf 10-uplink <<EOF
[Match]
Address=$PF0

[PF]
VirtualFunctions=3

[VF]
Owner=1234
Group=users

[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
Persistent=bridge:br100

[VF 1]
Team=db%i
EOF
write_conf 20-second <<EOF
[Match]
PermanentMACAddress=52:54:00:aa:00:02

[PF]
VirtualFunctions=1

[VF 0]
Team=far%f
Mode=0640
EOF

before=$(snapshot)

expect_status 10 vfprep plan --exit-code
planned=$OUT
expect_equal 'the machine after plan' "$(snapshot)" "$before"
expect_status 0 vfprep apply
expect_equal 'what apply printed' "$OUT" "$planned"

gid=$(getent group users | cut -d: -f3)
vf=$(vf_address $PF0 0)
expect_equal 'MAC of vf 0' "$(vf_mac $PF0 0)" 02:00:5e:10:00:01
expect_equal 'driver of vf 0' "$(driver_of "$vf")" vfio-pci
expect_equal 'node of vf 0' "$(node_of "$vf")" "1234:$gid 0660"
expect_equal 'driver of the unnamed vf 2' "$(driver_of "$(vf_address $PF0 2)")" igbvf
expect_equal 'autoprobe' "$(cat "$(device $PF0)/sriov_drivers_autoprobe")" 1
expect_equal 'link' "$(link_state_of $PF0)" up
expect_equal 'addr_gen_mode' "$(addr_gen_mode_of $PF0)" none
expect_equal 'node of the other PF' "$(node_of "$(vf_address $PF1 0)")" '0:0 0640'
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'db1  far0  web0'
expect_match 'team.json' "$(cat /run/vfprep/teams/web0/team.json)" '"mac": "02:00:5e:10:00:01"'
expect_match 'team.json' "$(cat /run/vfprep/teams/web0/team.json)" "\"iommu_group\": $(group_of "$vf"),"
expect_match 'fragment' "$(cat /run/vfprep/teams/web0/hostdev.xml)" "bus='0x01' slot='0x10' function='0x0'"
expect_match 'fragment' "$(cat /run/vfprep/teams/web0/interface.xml)" "<source bridge='br100'/>"

# What a trace shows of writing and of opening group nodes.
changes()
{
	grep -E "$1" $trace || true
}
opens_node='openat.*dev/vfio/[0-9]' writes_attribute='openat.*(O_WRONLY|driver_override", O_RDWR)' writes_file='rename|unlink'
sends='send.*RTM_(NEW|SET)LINK'

applied=$(snapshot)
trace=/tmp/trace
expect_status 0 strace -f -o $trace vfprep apply
expect_match 'what is said' "$ERR" 'nothing to do'
expect_equal 'steps' "$OUT" ''
expect_equal 'changes by the second apply' "$(changes "$opens_node|$writes_attribute|$writes_file|$sends")" ''
expect_equal 'the machine after the second apply' "$(snapshot)" "$applied"

expect_status 0 strace -f -o $trace vfprep release --all
for kind in "$opens_node" "$writes_attribute" "$writes_file" "$sends"; do
	expect_match "a trace of a run that acts, for $kind" "$(changes "$kind")" .
done
rm /run/vfprep/lock
find /run/vfprep -type d -empty -delete
expect_equal 'the machine after release' "$(snapshot)" "$before"
