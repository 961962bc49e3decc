#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: Driver=auto gives the driver that modules.alias names, whose module is loaded; one that is none is not begun
# timeout: 180
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

aliases=/lib/modules/$(uname -r)/modules.alias
igbvf='v00008086d000010CAsv*sd*bc*sc*i*'
vf0=0000:01:10.0

# The kernel's own file again, whatever becomes of the case.
restore_aliases()
{
	while umount "$aliases" 2>/dev/null; do :; done
}
trap restore_aliases EXIT

# VFIO's lines are those of stdin; all others stay.
write_aliases()
{
	restore_aliases
	{
		grep -v '^alias vfio_pci:' "$aliases"
		cat
	} >/tmp/modules.alias
	mount --bind /tmp/modules.alias "$aliases"
}

unload()
{
	expect_equal 'unloading vfio-pci' "$(modprobe -r vfio_pci 2>&1)" ''
	[ ! -e /sys/bus/pci/drivers/vfio-pci ] || fail 'vfio-pci is still there'
}

# What auto stands for on VFs to come, and on those that are there, as list tells it.
auto_drivers()
{
	vfprep list --json | python3 -c "
import json, sys
pf = json.load(sys.stdin)['pfs'][0]
print(pf.get('vf_auto_driver'), *(vf.get('auto_driver') for vf in pf['vfs']))"
}

write_conf 10-auto <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF]
Owner=77
[VF 0]
Team=web0
Driver=auto
[VF 1]
Driver=auto
EOF
unload
before=$(state)

# The module is called vfio_pci, its driver vfio-pci.
write_aliases <<EOF
alias vfio_pci:$igbvf vfio_pci
EOF
expect_equal 'what auto stands for' "$(auto_drivers)" vfio-pci
expect_status 0 vfprep plan
plan=$OUT
expect_match 'the plan' "$plan" '^vfio-pci: module none -> loaded'
expect_match 'the plan' "$plan" "$vf0: driver - -> vfio-pci"
vfprep list --json >/tmp/machine.json
expect_status 0 vfprep plan --machine /tmp/machine.json
expect_equal 'the plan from the list' "$OUT" "$plan"
expect_status 0 vfprep apply
expect_equal 'what is done' "$OUT" "$plan"
expect_equal 'drivers' "$(driver_of $vf0) $(driver_of 0000:01:10.2)" 'vfio-pci vfio-pci'
expect_match 'team.json' "$(cat /run/vfprep/teams/web0/team.json)" '"driver": "vfio-pci"'
expect_equal 'what auto stands for' "$(auto_drivers)" 'vfio-pci vfio-pci vfio-pci'
expect_status 0 vfprep verify
expect_status 0 vfprep apply
expect_equal 'a second apply' "$OUT" ''
expect_match 'what a second apply says' "$ERR" 'nothing to do'
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(state)" "$before"

# No line fits.
write_aliases </dev/null
unload
expect_equal 'what auto stands for' "$(auto_drivers)" vfio-pci
expect_status 0 vfprep apply
expect_equal 'driver' "$(driver_of $vf0)" vfio-pci
expect_status 0 vfprep release --all
restore_aliases
expect_equal 'what auto stands for by the own file' "$(auto_drivers)" vfio-pci

# A module that loads and has no driver: that PF is left as it is, the other is done.
write_aliases <<EOF
alias vfio_pci:$igbvf vfio_pci_core
EOF
write_conf 20-other <<EOF
[Match]
Address=$PF1
[PF]
VirtualFunctions=1
[VF 0]
Driver=vfio-pci
EOF
expect_status 4 vfprep apply
expect_match 'what is said' "$ERR" \
	"vfio_pci_core: module none -> loaded: .*no driver of that name .*it has none for PCI devices"
expect_match 'what is said' "$ERR" "$PF0: it is left as it is: there is no driver 'vfio_pci_core'"
expect_equal 'VFs' "$(numvfs "$PF0") $(numvfs "$PF1")" '0 1'
expect_equal 'driver of the other' "$(driver_of "$(vf_address "$PF1" 0)")" vfio-pci
expect_status 0 vfprep release --all
rm /etc/vfprep/20-other.conf
expect_equal 'the machine after a driver that is none' "$(state)" "$before"

# A better one is only known once the VF is there: it fails, and is as it was made.
write_aliases <<EOF
alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci
alias vfio_pci:v00008086d000010CAsv*sd*bc02sc*i* vfio_pci_core
EOF
expect_equal 'what auto stands for' "$(auto_drivers)" vfio-pci
expect_status 6 vfprep apply
expect_match 'what is said' "$ERR" \
	"vf 0: Driver=auto stands for 'vfio_pci_core' now that it is there, not for 'vfio-pci'"
expect_equal 'driver and override' "$(driver_of $vf0) $(override_of $vf0)" 'none none'
expect_equal 'teams' "$(ls /run/vfprep/teams)" ''
expect_equal 'what auto stands for' "$(auto_drivers)" 'vfio-pci vfio_pci_core vfio_pci_core'
expect_status 4 vfprep apply
expect_match 'what is said' "$ERR" 'it has none for PCI devices'
expect_status 0 vfprep release --all
expect_equal 'the machine after it' "$(state)" "$before"

# A driver by its module's name: the right one is told.
rm /etc/vfprep/10-auto.conf
expect_equal 'autoprobe' "$(raw autoprobe "$PF0" 0)" ok
expect_equal 'numvfs' "$(raw numvfs "$PF0" 1)" ok
expect_status 4 vfprep prepare $vf0 --driver=vfio_pci
expect_match 'what is said' "$ERR" "its driver is called 'vfio-pci'"
restore_aliases
expect_status 0 vfprep prepare $vf0 --driver=auto
expect_equal 'driver' "$(driver_of $vf0)" vfio-pci
expect_status 0 vfprep release $vf0
expect_equal 'driver' "$(driver_of $vf0)" none
