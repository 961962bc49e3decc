#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Brings the machine back to where it was after boot, by sysfs and ip only; run in the machine between cases.
set -u

LAB=${LAB:?}
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
trap - ERR
set +eE

# The interfaces that were there after boot, one "ADDRESS NAME MAC" a line for each PF.
boot_interfaces=/lab/interfaces

remember()
{
	local pf netdev

	for pf in $(pfs); do
		netdev=$(pf_netdev "$pf")
		printf '%s %s %s\n' "$pf" "$netdev" "$(cat "/sys/class/net/$netdev/address")"
	done >"$boot_interfaces"
	snapshot >/lab/snapshot
}

# Whatever is neither the loopback nor on a PCI device was made by the case.
delete_virtual_interfaces()
{
	local path name

	for path in /sys/class/net/*; do
		name=${path##*/}
		if [ "$name" != lo ] && [ ! -e "$path/device" ]; then
			ip link delete dev "$name" 2>/dev/null
		fi
	done
}

clear_overrides()
{
	local path

	for path in /sys/bus/pci/devices/*; do
		if [ "$(override_of "${path##*/}")" != none ]; then
			raw override "${path##*/}" none
		fi
	done
}

reset_pf()
{
	local pf=$1

	if [ "$(numvfs "$pf")" -gt 0 ]; then
		raw numvfs "$pf" 0
	fi
	raw autoprobe "$pf" 1
	if [ "$(driver_of "$pf")" != igb ]; then
		[ "$(driver_of "$pf")" = none ] || raw unbind "$pf"
		raw override "$pf" none
		raw probe "$pf"
	fi
}

reset_interface()
{
	local pf=$1 name=$2 mac=$3 now

	now=$(pf_netdev "$pf")
	ip link set dev "$now" down nomaster
	[ "$now" = "$name" ] || ip link set dev "$now" name "$name"
	ip addr flush dev "$name"
	ip link set dev "$name" address "$mac" mtu 1500 promisc off addrgenmode eui64
}

reset_machine()
{
	local pf name mac

	ip -all netns delete # what is in them comes back
	if [ ! -d /sys/module/igb ] || [ ! -d /sys/module/igbvf ]; then
		modprobe -a igb igbvf
	fi
	while read -r pf name mac; do
		[ -e "$(device "$pf")" ] || echo 1 >/sys/bus/pci/rescan
		reset_pf "$pf"
	done <"$boot_interfaces"
	clear_overrides
	remove_netdevsim
	[ ! -S /run/udev/control ] || udevadm settle
	delete_virtual_interfaces
	while read -r pf name mac; do
		reset_interface "$pf" "$name" "$mac"
	done <"$boot_interfaces"
	rm -rf /run/vfprep /run/cdi /etc/cdi /usr/lib/vfprep
	find /etc/vfprep /tmp /dev/vfio -xdev -mindepth 1 ! -type c ! -path '/tmp/systemd-private-*' -delete 2>/dev/null
	if [ -e /dev/vfio/vfio ]; then
		chown 0:0 /dev/vfio/vfio
		chmod 666 /dev/vfio/vfio
	fi
}

if [ "${1:-}" = remember ]; then
	remember
	exit 0
fi
reset_machine | grep -vx ok
[ ! -S /run/udev/control ] || udevadm settle
snapshot | diff -u --label 'after boot' --label 'after the case' /lab/snapshot -
