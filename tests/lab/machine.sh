#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Reads the emulated machine by sysfs and ip, never by vfprep; sourced by lib.sh.

# shellcheck disable=SC2034 # for the cases
PF0=0000:01:00.0 PF1=0000:02:00.0

device()
{
	printf '/sys/bus/pci/devices/%s\n' "$1"
}

# The addresses of all PFs, sorted.
pfs()
{
	local file

	for file in /sys/bus/pci/devices/*/sriov_totalvfs; do
		[ -e "$file" ] || continue
		file=${file%/*}
		printf '%s\n' "${file##*/}"
	done
}

# The interface of a PF or VF, or none.
pf_netdev()
{
	local dir

	for dir in "/sys/bus/pci/devices/$1/net/"*; do
		if [ -e "$dir" ]; then
			printf '%s\n' "${dir##*/}"
			return 0
		fi
	done
	echo none
}

# vf_address PF INDEX
vf_address()
{
	local target

	target=$(readlink "/sys/bus/pci/devices/$1/virtfn$2")
	printf '%s\n' "${target##*/}"
}

# vf_mac PF INDEX: the administrative MAC address, as the PF reports it, or none.
vf_mac()
{
	local netdev

	netdev=$(pf_netdev "$1")
	if [ "$netdev" = none ]; then
		echo none
		return 0
	fi
	ip link show dev "$netdev" | awk -v vf="$2" '
		$1 == "vf" && $2 == vf { print $4; found = 1 }
		END { if (!found) print "none" }'
}

# What a link of a PCI device points to, or none: link_of ADDRESS NAME
link_of()
{
	local target

	target=$(readlink "/sys/bus/pci/devices/$1/$2") || {
		echo none
		return 0
	}
	printf '%s\n' "${target##*/}"
}

driver_of()
{
	link_of "$1" driver
}

group_of()
{
	link_of "$1" iommu_group
}

override_of()
{
	local name

	read -r name <"/sys/bus/pci/devices/$1/driver_override"
	if [ "$name" = '(null)' ]; then
		name=none
	fi
	printf '%s\n' "${name:-none}"
}

# The number of VFs, by their links: reading sriov_numvfs would wait for a write that hangs.
numvfs()
{
	local links

	links=("/sys/bus/pci/devices/$1"/virtfn*)
	if [ -e "${links[0]}" ]; then
		printf '%s\n' "${#links[@]}"
	else
		echo 0
	fi
}

# Owner, group and mode of a device's VFIO group node, or none.
node_of()
{
	local group

	group=$(group_of "$1")
	if [ "$group" = none ] || [ ! -c "/dev/vfio/$group" ]; then
		echo none
		return 0
	fi
	stat -c '%u:%g %a' "/dev/vfio/$group" | awk '{ printf "%s %04d\n", $1, $2 }'
}

# up, down, or none without an interface: whether the administrator wants the link.
link_state_of()
{
	local netdev flags

	netdev=$(pf_netdev "$1")
	if [ "$netdev" = none ]; then
		echo none
		return 0
	fi
	read -r flags <"/sys/class/net/$netdev/flags"
	if ((flags & 1)); then
		echo up
	else
		echo down
	fi
}

addr_gen_mode_of()
{
	local netdev names=(eui64 none stable_secret random) mode

	netdev=$(pf_netdev "$1")
	if [ ! -r "/proc/sys/net/ipv6/conf/$netdev/addr_gen_mode" ]; then
		echo none
		return 0
	fi
	read -r mode <"/proc/sys/net/ipv6/conf/$netdev/addr_gen_mode"
	printf '%s\n' "${names[mode]}"
}

# The line with which both snapshot and state describe a PF.
describe_pf()
{
	local autoprobe

	read -r autoprobe <"/sys/bus/pci/devices/$1/sriov_drivers_autoprobe"
	printf '%s: numvfs %s autoprobe %s link %s addr_gen_mode %s\n' "$1" "$(numvfs "$1")" "$autoprobe" \
		"$(link_state_of "$1")" "$(addr_gen_mode_of "$1")"
}

# The whole of what a case can change, for comparison before and after.
snapshot()
{
	local pf path netdev

	for pf in $(pfs); do
		describe_pf "$pf"
		netdev=$(pf_netdev "$pf")
		[ "$netdev" = none ] || printf '%s: interface %s\n' "$pf" "$netdev"
		[ "$netdev" = none ] || ip -d link show dev "$netdev" | sed -n "s/^ *\(vf [0-9].*[^ ]\) *\$/$pf: \1/p"
	done
	find /sys/bus/pci/devices/*/ -maxdepth 1 -name driver -printf '%h: driver %l\n' | LC_ALL=C sort
	grep . /sys/bus/pci/devices/*/driver_override /sys/class/net/*/{address,mtu}
	for path in /run/vfprep /etc/vfprep; do
		[ ! -d "$path" ] || find "$path" -mindepth 1 | LC_ALL=C sort
	done
}

# The machine as scenarios compare it with the machine in memory.
state()
{
	local pf index count address

	for pf in $(pfs); do
		describe_pf "$pf"
		[ "$(driver_of "$pf") $(override_of "$pf")" = 'igb none' ] || printf '%s: driver %s override %s node %s\n' \
			"$pf" "$(driver_of "$pf")" "$(override_of "$pf")" "$(node_of "$pf")"
		count=$(numvfs "$pf")
		for ((index = 0; index < count; index++)); do
			address=$(vf_address "$pf" "$index")
			printf '%s vf %d: mac %s\n' "$pf" "$index" "$(vf_mac "$pf" "$index")"
			printf '%s: driver %s override %s node %s\n' "$address" "$(driver_of "$address")" \
				"$(override_of "$address")" "$(node_of "$address")"
		done
	done
	{
		[ ! -d /run/vfprep ] || find /run/vfprep -type f ! -name lock ! -name '*.busy' -printf 'file %P\n'
		[ ! -d /var/run/cdi ] || find /var/run/cdi/ -type f -printf 'file cdi/%P\n'
	} | LC_ALL=C sort
}

# What state says of the VFs of these PFs, and more, by few processes: look_at_vfs PF...
look_at_vfs()
{
	local pf path vfs=()

	for pf; do
		for path in "/sys/bus/pci/devices/$pf"/virtfn*/; do
			[ ! -e "$path" ] || vfs+=("$path")
		done
	done
	[ "${#vfs[@]}" -eq 0 ] || find "${vfs[@]}" -maxdepth 1 -type l -printf '%p -> %l\n' | sort
	[ "${#vfs[@]}" -eq 0 ] || grep -H . "${vfs[@]/%/driver_override}"
	for pf; do
		ip link show dev "$(pf_netdev "$pf")" | sed -n "s/^ *vf /$pf vf /p"
	done
	stat -c '%n %u:%g %a' /dev/vfio/*
}

# The same of the PFs themselves, and the files of vfprep: look_at PF...
look_at()
{
	local pf

	for pf; do
		describe_pf "$pf"
	done
	look_at_vfs "$@"
	[ ! -d /run/vfprep ] || find /run/vfprep -type f ! -name lock ! -name '*.busy' | LC_ALL=C sort
}
