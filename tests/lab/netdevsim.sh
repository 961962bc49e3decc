#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netdevsim, an interface without hardware with as many VFs as one likes; sourced by lib.sh.
#
# Its VFs have settings and nothing else: no PCI device, so no link, no driver and no IOMMU group. It has every setting but
# GUIDs and takes nearly any value, where real drivers refuse. A device keeps its VFs' settings when their number changes.

netdevsim_bus=/sys/bus/netdevsim

# The interface of the last make_netdevsim.
NETDEVSIM=''

# make_netdevsim COUNT: a new one with that many VFs, instead of the last; its interface's name is in $NETDEVSIM.
make_netdevsim()
{
	local count=$1 device=$netdevsim_bus/devices/netdevsim1 debug=/sys/kernel/debug
	local interfaces

	modprobe netdevsim || fail 'this kernel has no netdevsim; tests/setup makes one that has'
	remove_netdevsim
	mountpoint -q "$debug" || mount -t debugfs debugfs "$debug"
	echo '1 1' >"$netdevsim_bus/new_device"
	[ ! -S /run/udev/control ] || udevadm settle # it may name it
	interfaces=("$device"/net/*)
	NETDEVSIM=${interfaces[0]##*/}
	[ "$count" -gt 0 ] || return 0
	# It would take 4.
	echo "$count" >"$debug/netdevsim/netdevsim1/max_vfs"
	echo "$count" >"$device/sriov_numvfs"
}

# The index of the interface of make_netdevsim.
netdevsim_index()
{
	cat "/sys/class/net/$NETDEVSIM/ifindex"
}

# Whatever make_netdevsim made.
remove_netdevsim()
{
	local device

	for device in "$netdevsim_bus"/devices/netdevsim*; do
		[ ! -e "$device" ] || echo "${device##*/netdevsim}" >"$netdevsim_bus/del_device"
	done
	NETDEVSIM=''
}
