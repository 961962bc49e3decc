#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: what fails in the kernel is put back alone, the rest is prepared, and the next apply completes it
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
Team=web1
MACAddress=02:00:5e:10:00:02
EOF
vf0=0000:01:10.0 vf1=0000:01:10.2

# failing CALL WHICH PATH COMMAND...: in each process the WHICHth such call that concerns PATH gives an error.
failing()
{
	local call=$1 which=$2 path=$3

	shift 3
	strace -f -o /tmp/trace -P "$path" -e trace="$call" -e inject="$call:error=EIO:when=$which" "$@"
}

# expect_failure CALL WHICH PATH COMMAND...: the command ends with 6 because of it.
expect_failure()
{
	expect_status 6 failing "$@"
	expect_match 'the trace' "$(cat /tmp/trace)" INJECTED
	expect_match 'what is said' "$ERR" 'Input/output error'
}

only_vf0_is_prepared()
{
	expect_equal 'MAC of the VF that failed' "$(vf_mac "$PF0" 1)" 00:00:00:00:00:00
	expect_equal 'driver of the VF that failed' "$(driver_of $vf1)" none
	expect_equal 'override of the VF that failed' "$(override_of $vf1)" none
	expect_equal 'driver of the other VF' "$(driver_of $vf0)" vfio-pci
	expect_equal 'MAC of the other VF' "$(vf_mac "$PF0" 0)" 02:00:5e:10:00:01
	expect_equal 'autoprobe' "$(cat "$(device "$PF0")/sriov_drivers_autoprobe")" 1
	expect_equal 'teams' "$(ls /run/vfprep/teams)" web0
}

expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
before=$(state)
expect_failure write 1 "$(device "$PF0")/sriov_numvfs" vfprep apply
expect_match 'what is done' "$OUT" "undo: $PF0: link up -> down"
expect_equal 'the machine after a count that failed' "$(state)" "$before"

# `bind` is opened once for each VF.
expect_failure openat 2 /sys/bus/pci/drivers/vfio-pci vfprep apply
expect_match 'what is said' "$ERR" "$vf1: driver - -> vfio-pci"
only_vf0_is_prepared
expect_status 0 vfprep apply
expect_equal 'driver after another apply' "$(driver_of $vf1)" vfio-pci
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'web0  web1'
applied=$(state)

# A VF that was there before.
expect_status 0 vfprep release web1
expect_failure write 1 "$(device $vf1)/driver_override" vfprep apply
expect_match 'what is said' "$ERR" "$vf1: driver_override none -> vfio-pci"
only_vf0_is_prepared
expect_status 0 vfprep apply
expect_equal 'the machine after another apply' "$(state)" "$applied"

# A release that fails leaves what was prepared, and published.
expect_failure write 1 "$(device $vf1)/driver_override" vfprep release web1
expect_equal 'the machine after a release that failed' "$(state)" "$applied"
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(state)" "$before"
