#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the recordings, in the emulated machine; sourced behind lib.sh by record-in-guest and the lab's case.

RECORDED=$(realpath "$LAB/../recorded")

netlink()
{
	python3 -I -S "$RECORDED/netlink.py" "$@"
}

# The settings of VF number I of netdevsim, as iproute2 takes them; tests/unit/test-nl-replies.c knows them too.
settings_of_netdevsim()
{
	local i=$1 switch=(off on) state=(auto enable disable) protocol=(802.1Q 802.1ad)

	printf 'mac 02:00:5e:00:%02x:%02x ' $((i / 256)) $((i % 256))
	# Every fifth has no VLAN.
	((i % 5 == 4)) || printf 'vlan %d qos %d proto %s ' $((100 + i)) $((i % 8)) "${protocol[i % 3 == 2]}"
	printf 'max_tx_rate %d min_tx_rate %d ' $((1000 + i)) "$i"
	printf 'trust %s spoofchk %s ' "${switch[i % 2]}" "${switch[i / 2 % 2]}"
	printf 'state %s query_rss %s\n' "${state[i % 3]}" "${switch[i / 4 % 2]}"
}

# igb has no lowest rate, no link state, no RSS query and no 802.1ad.
settings_of_igb()
{
	local i=$1 switch=(off on)

	printf 'mac 02:00:5e:01:00:%02x vlan %d qos %d ' "$i" $((200 + i)) $((i % 8))
	printf 'rate %d trust %s spoofchk %s\n' $((100 + i)) "${switch[i % 2]}" "${switch[i / 2 % 2]}"
}

# set_all INTERFACE COUNT FUNCTION: gives each VF its settings.
set_all()
{
	local i

	for ((i = 0; i < $2; i++)); do
		printf 'link set dev %s vf %d ' "$1" "$i"
		"$3" "$i"
	done | ip -batch -
}

record_netdevsim()
{
	local into=$1 count

	for count in 0 7 221 222 334 335; do
		make_netdevsim "$count"
		set_all "$NETDEVSIM" "$count" settings_of_netdevsim
		netlink ask "$NETDEVSIM" >"$into/netdevsim-$count"
		case $count in
		7 | 221 | 222) netlink ask "$NETDEVSIM" with-stats >"$into/netdevsim-$count-stats" ;;
		esac
	done
}

# Has the interface a carrier? Without one igb takes no rate.
has_carrier()
{
	[ "$(cat "/sys/class/net/$1/carrier")" = 1 ]
}

# VFs as the driver makes them, and 7 with settings.
record_igb()
{
	local into=$1 name name1

	name=$(pf_netdev "$PF0") name1=$(pf_netdev "$PF1")
	ip link set dev "$name" up
	ip link set dev "$name1" up
	netlink ask "$name" >"$into/igb-0"
	make_vfs "$PF0" 2
	netlink ask "$name" >"$into/igb-2"
	make_vfs "$PF1" 7
	wait_for 30 has_carrier "$name1"
	set_all "$name1" 7 settings_of_igb
	netlink ask "$name1" >"$into/igb-7"
}

# What iproute2 sends for each line of requests.txt, "NAME: ARGUMENTS" of "ip link set dev DEVICE vf 3".
record_requests()
{
	local into=$1

	make_netdevsim 4
	# The kernel refuses the GUIDs, which netdevsim has not; what was sent is sent.
	sed -n "s/^[a-z0-9-]*: \(.*\)/link set dev $NETDEVSIM vf 3 \1/p" "$RECORDED/requests.txt" |
		strace -o /tmp/trace -e trace=sendmsg -e write=all ip -force -batch - || true
	sed -n 's/^\([a-z0-9-]*\): .*/\1/p' "$RECORDED/requests.txt" | netlink sent /tmp/trace "$into"
}

# record_all DIRECTORY: all of it, into replies and requests there.
record_all()
{
	mkdir -p "$1/replies" "$1/requests"
	record_netdevsim "$1/replies"
	record_igb "$1/replies"
	record_requests "$1/requests"
	remove_netdevsim
}
