#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own verbs, one change each, as scenarios name them; sourced by lib.sh.

raw_held=/tmp/held

# Writes one value; prints ok or the kernel's reason.
raw_write()
{
	local error

	if error=$({ printf '%s\n' "$2" >"$1"; } 2>&1); then
		echo ok
	else
		printf '%s\n' "${error##*: }"
	fi
}

# Runs a program; prints ok or the reason that it gave last.
raw_run()
{
	local error

	if error=$("$@" 2>&1 >/dev/null); then
		echo ok
	else
		error=${error%%$'\n'*}
		printf '%s\n' "${error##*: }"
	fi
}

raw_ip()
{
	local netdev

	netdev=$(pf_netdev "$1")
	shift
	if [ "$netdev" = none ]; then
		echo 'No such device'
	else
		raw_run ip link set dev "$netdev" "$@"
	fi
}

raw_node()
{
	printf '/dev/vfio/%s\n' "$(group_of "$1")"
}

raw_chown()
{
	local node answer

	node=$(raw_node "$1")
	answer=$(raw_run chown "$2" "$node")
	if [ "$answer" = ok ]; then
		answer=$(raw_run chmod "$3" "$node")
	fi
	printf '%s\n' "$answer"
}

# Opens a group node and keeps it open in a process of its own.
raw_hold()
{
	local node pid error

	node=$(raw_node "$1")
	if [ ! -c "$node" ]; then
		echo 'No such file or directory'
		return 0
	fi
	mkdir -p "$raw_held"
	if error=$({
		{
			sleep infinity >/dev/null 2>&1 &
			pid=$!
		} 9<>"$node" && echo "$pid" >"$raw_held/$1"
	} 2>&1); then
		echo ok
	else
		printf '%s\n' "${error##*: }"
	fi
}

raw_drop()
{
	local pid

	if ! read -r pid 2>/dev/null <"$raw_held/$1"; then
		echo 'No such process'
		return 0
	fi
	rm -f "$raw_held/$1"
	kill "$pid"
	while [ -e "/proc/$pid/fd/9" ]; do
		sleep 0.05
	done
	echo ok
}

# raw VERB ARGUMENTS: one change of the machine; prints ok or the text of the kernel's error.
raw()
{
	local verb=$1 pci=/sys/bus/pci

	shift
	case $verb in
	numvfs) raw_write "$pci/devices/$1/sriov_numvfs" "$2" ;;
	autoprobe) raw_write "$pci/devices/$1/sriov_drivers_autoprobe" "$2" ;;
	override) raw_write "$pci/devices/$1/driver_override" "${2/#none/}" ;;
	bind) raw_write "$pci/drivers/$2/bind" "$1" ;;
	unbind) raw_write "$pci/devices/$1/driver/unbind" "$1" ;;
	probe) raw_write "$pci/drivers_probe" "$1" ;;
	mac) raw_ip "$1" vf "$2" mac "$3" ;;
	link) raw_ip "$1" "$2" ;;
	addrgen) raw_ip "$1" addrgenmode "$2" ;;
	chown) raw_chown "$@" ;;
	hold) raw_hold "$1" ;;
	drop) raw_drop "$1" ;;
	module) raw_run modprobe "$1" ;;
	*) fail "raw: unknown verb '$verb'" ;;
	esac
}
