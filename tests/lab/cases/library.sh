#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a program of others reads the VFs of a PF, sets one and binds one by libvfprep, and vfprep puts it back
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

expect_status 0 example-vf list "$(pf_netdev "$PF0")"
expect_equal 'a PF without VFs' "$OUT" ''
make_vfs "$PF0" 3
before=$(state)
name=$(pf_netdev "$PF0")
vf1=0000:01:10.2

expect_status 0 example-vf list "$name"
expect_equal 'lines' "$(wc -l <<<"$OUT")" 3
expect_match 'the list' "$OUT" $'vf 1 mac=00:00:00:00:00:00 trust=0 vlan=0 qos=0 protocol=0x8100 spoofcheck=1 min_rate=0 max_rate=0 '

# What is set shows; what is right already is not sent again.
trace=$(mktemp)
expect_status 0 strace -f -e trace=sendto,sendmsg -o "$trace" example-vf set "$name" 1 mac=02:00:5e:10:00:01
expect_equal 'messages to set one' "$(grep -c 'RTM_' "$trace")" 3
expect_status 0 strace -f -e trace=sendto,sendmsg -o "$trace" example-vf set "$name" 1 mac=02:00:5e:10:00:01
expect_equal 'messages when it is right' "$(grep -c 'RTM_' "$trace")" 1
expect_match 'iproute2' "$(ip -d link show dev "$name")" 'vf 1 +link/ether 02:00:5e:10:00:01'
expect_status 0 example-vf list "$name"
expect_match 'the list' "$OUT" 'vf 1 mac=02:00:5e:10:00:01 '

# What igb refuses, and what is not there, is said before or after it was tried.
expect_status 1 example-vf set "$name" 1 mac=01:00:5e:10:00:01
expect_match 'a multicast MAC' "$ERR" 'multicast'
expect_status 1 example-vf set "$name" 3 mac=02:00:5e:10:00:01
expect_match 'a VF too many' "$ERR" "$name vf 3: there is no such VF: its PF has 3"
raw mac "$PF0" 1 00:00:00:00:00:00 >/dev/null

expect_status 0 example-vf bind "$vf1" vfio-pci
expect_equal 'its driver' "$(basename "$(readlink "/sys/bus/pci/devices/$vf1/driver")")" vfio-pci
hold_group "$vf1" >/dev/null
bound=$(state)
expect_status 1 example-vf unbind "$vf1"
expect_match 'what is said' "$ERR" "$vf1"
expect_equal 'the machine while somebody holds it' "$(state)" "$bound"
drop_group "$vf1"
expect_status 0 example-vf unbind "$vf1"
expect_status 1 example-vf bind "$vf1" nosuch
expect_match 'what is said' "$ERR" "driver 'nosuch' is not loaded"
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(state)" "$before"
