#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: verify tells by team what others changed: ip link set vf, a driver bound, a PF's driver reloaded; apply mends it
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
[VF 1]
Team=db1
EOF
vf0=0000:01:10.0
name=$(pf_netdev $PF0)

# drifted TEAM WORDS: that team alone; apply puts it right.
drifted()
{
	local other=db1

	expect_status 8 vfprep verify
	expect_match 'what is said' "$ERR" "$1: [^ ]* is not as published: $2"
	[ "$1" = web0 ] || other=web0
	expect_match 'stdout' "$OUT" "$other: as published"
	expect_status 0 vfprep verify $other
	expect_status 0 vfprep apply
	expect_status 0 vfprep verify
}

before=$(state)
expect_status 0 vfprep apply
expect_status 0 vfprep verify
expect_match 'stdout' "$OUT" 'db1: as published'

# Somebody's `ip link set vf`.
ip link set dev "$name" vf 0 mac 02:00:00:00:00:99
drifted web0 mac
expect_equal 'MAC' "$(vf_mac $PF0 0)" 02:00:5e:10:00:01

# Another tool binds it to another driver, or takes the override away.
raw unbind $vf0 >/dev/null
raw override $vf0 igbvf >/dev/null
expect_equal bind "$(raw bind $vf0 igbvf)" ok
drifted web0 'driver_override, driver'
raw override $vf0 none >/dev/null
drifted web0 driver_override

# What resets the PF, and what a guest that comes and goes does, changes nothing.
ip link set dev "$name" down
ip link set dev "$name" mtu 1400
ip link set dev "$name" up
echo 1 >"$(device $PF0)/reset" || true
expect_status 0 vfprep verify
# It opens no group node, and a guest that holds one does not disturb.
holder=$(hold_group $vf0)
expect_status 0 strace -f -o /tmp/trace vfprep verify
grep -qE 'openat.*dev/vfio/[0-9]' /tmp/trace && fail 'verify opens a group node'
expect_equal 'the holder' "$(cat "/proc/$holder/comm")" sleep
drop_group $vf0

# The PF's driver is reloaded: its VFs are gone.
echo $PF0 >"$(device $PF0)/driver/unbind"
echo $PF0 >/sys/bus/pci/drivers/igb/bind
wait_for 10 test -e "$(device $PF0)/net"
expect_status 8 vfprep verify
expect_match 'what is said' "$ERR" "web0: $vf0 is not as published: its VF is not there any more"
expect_match 'what is said' "$ERR" "db1: .* its VF is not there any more"
expect_status 0 vfprep apply
expect_status 0 vfprep verify
expect_equal 'MAC' "$(vf_mac $PF0 0)" 02:00:5e:10:00:01
expect_status 4 vfprep verify nobody
expect_status 0 vfprep release --all
expect_status 0 vfprep verify
expect_match 'what is said' "$ERR" 'no team is published'
expect_equal 'the machine after release' "$(state)" "$before"
