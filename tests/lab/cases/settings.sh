#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: each setting that igb has is set, read back, verified, mended, and goes back; what igb cannot costs its VF alone
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# wish LINE...: of VF 0; VF 1 has a VLAN.
wish()
{
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
$(printf '%s\n' "$@")
[VF 1]
Team=db1
VLANId=200
EOF
}

# vf_line INDEX: as iproute2 shows it, without the MAC.
vf_line()
{
	ip -d link show dev "$(pf_netdev "$PF0")" | sed -n "s/^ *vf $1 .*brd [0-9a-f:]*, *//p" | sed 's/ *$//'
}

before=$(state)
wish VLANId=100 QualityOfService=3 Trust=yes MACSpoofCheck=no MaxRateMbps=500
expect_status 0 vfprep apply
plain='spoof checking on, link-state auto, trust off'
expect_match 'vf 0' "$(vf_line 0)" '^vlan 100, qos 3, .*500.*spoof checking off, link-state auto, trust on'
expect_match 'vf 1' "$(vf_line 1)" "^vlan 200, $plain"
expect_match 'team.json' "$(cat /run/vfprep/teams/web0/team.json)" '"vlan": 100,.*"qos": 3,.*"vlan_protocol": "802.1Q"'
expect_status 0 vfprep apply
expect_match 'a second apply' "$ERR" 'nothing to do'

# Somebody changes them.
name=$(pf_netdev "$PF0")
ip link set dev "$name" vf 0 vlan 7
ip link set dev "$name" vf 0 trust off
expect_status 8 vfprep verify
expect_match 'what is said' "$ERR" 'web0: .* is not as published: trust, vlan'
expect_status 0 vfprep apply
expect_status 0 vfprep verify

# A key that is removed, and a value that means none.
wish VLANId=0 Trust=yes
expect_status 0 vfprep apply
expect_match 'vf 0' "$(vf_line 0)" '^spoof checking on, link-state auto, trust on'
expect_match 'vf 1' "$(vf_line 1)" "^vlan 200, $plain"

# What igb does not have: that VF is put back, and the other one stays as it is.
good=$(vf_line 0)
for line in LinkState=yes VLANProtocol=802.1ad$'\n'VLANId=100 MinRateMbps=10 QueryReceiveSideScaling=yes NodeGUID=00:11:22:33:44:55:66:77; do
	wish Trust=yes "$line"
	expect_status 6 vfprep apply
	expect_match "what is said of $line" "$ERR" "$PF0 vf 0: [a-z_]+ .*(the PF's driver (cannot set it|does not know this VLAN protocol)|this driver has no lowest rate)"
	expect_equal "vf 0 after $line" "$(vf_line 0)" "$good"
	case $line in
	MinRateMbps=*) ;;
	VLANProtocol=*) expect_match 'why' "$ERR" 'use 802.1Q' ;;
	*) expect_match 'the note' "$ERR" "note: $PF0 vf 0: igb is not known to set" ;;
	esac
	expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'db1  web0'
done

# More than the link carries, which igb answers with the same errno.
wish Trust=yes MaxRateMbps=20000
expect_status 6 vfprep apply
expect_match 'why' "$ERR" 'takes no rate above the speed of its link'

expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(state)" "$before"
