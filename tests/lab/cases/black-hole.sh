#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profile: wire
# timeout: 150
# shows: a persistent side over the same PF is cut off from when a VF driver had the team's MAC; park cures it, unpark takes that back
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

mac=02:00:5e:10:00:01
vf=0000:01:10.0
name=$(pf_netdev $PF0)
published=/run/vfprep/teams/web0

# The interface that has that address.
interface_of()
{
	local file

	for file in /sys/class/net/*/address; do
		[ "$(cat "$file")" != "$1" ] || basename "${file%/*}"
	done
}

# The peer on the wire, in a namespace of its own.
make_peer()
{
	local peer

	modprobe virtio_net
	wait_for 10 grep -qx 52:54:00:aa:00:99 /sys/class/net/*/address
	peer=$(interface_of 52:54:00:aa:00:99)
	ip netns add peer
	ip link set dev "$peer" netns peer
	ip -n peer address add 192.0.2.1/24 dev "$peer"
	ip -n peer link set dev "$peer" up
}

# What a guest's virtio NIC with the team's MAC is to the host: a port of a bridge that has the PF for its uplink.
make_persistent_side()
{
	ip link add name br0 type bridge
	ip link set dev "$name" up
	ip link set dev "$name" master br0
	ip link set dev br0 up
	ip netns add guest
	ip link add name tap0 type veth peer name eth0 netns guest
	ip link set dev tap0 master br0
	ip link set dev tap0 up
	ip -n guest link set dev eth0 address $mac
	ip -n guest address add 192.0.2.2/24 dev eth0
	ip -n guest link set dev eth0 up
}

# ping SECONDS SIDE ADDRESS: how many of 3 pings from there are answered, with so many seconds between them.
ping()
{
	ip netns exec "$2" busybox ping -c 3 -i "$1" -W 1 "$3" | sed -n 's/.* \([0-9]*\) packets received.*/\1/p'
}

# The same from each side, at the same time.
answered()
{
	local from_peer

	ip -n peer neigh flush all
	ip -n guest neigh flush all
	ping "$1" guest 192.0.2.1 >/lab/from-guest &
	from_peer=$(ping "$1" peer 192.0.2.2)
	wait $!
	printf '%s %s\n' "$from_peer" "$(cat /lab/from-guest)"
}

# all_answered WHEN: that is for who reads that it was not so.
all_answered()
{
	[ "$(answered 0.2)" = '3 3' ]
}

# The card loses a few while its VFs are made.
expect_answered()
{
	wait_for 20 all_answered "$1"
}

expect_lost()
{
	expect_equal "the answers $1" "$(answered 1)" '0 0'
}

# A guest's driver, for as long as it is there.
come_up_with_igbvf()
{
	expect_equal unbind "$(raw unbind $vf)" ok
	expect_equal override "$(raw override $vf igbvf)" ok
	expect_equal bind "$(raw bind $vf igbvf)" ok
	expect_equal 'address of the VF' "$(cat "/sys/class/net/$(pf_netdev $vf)/address")" $mac
	ip link set dev "$(pf_netdev $vf)" up
}

go_back_to_vfio()
{
	expect_equal unbind "$(raw unbind $vf)" ok
	expect_equal override "$(raw override $vf vfio-pci)" ok
	expect_equal bind "$(raw bind $vf vfio-pci)" ok
	echo 1 >"$(device $vf)/reset"
}

write_conf 10-uplink <<CONF
[Match]
Address=$PF0
[PF]
VirtualFunctions=1
[VF 0]
Team=web0
MACAddress=$mac
Persistent=bridge:br0
CONF

make_peer
before=$(state)
make_persistent_side
expect_answered 'without VFs'
expect_status 0 vfprep apply
expect_match 'what apply says' "$ERR" "$PF0: the persistent side 'br0' of web0 leads over this PF too: its guest is cut off"
expect_status 0 vfprep apply
expect_equal 'what it says when nothing is to do' "$ERR" 'vfprep: note: nothing to do'
expect_answered 'with a VF that nobody opened'
inode=$(stat -c %i $published)

come_up_with_igbvf
expect_lost 'while igbvf has the VF'
go_back_to_vfio
expect_status 0 vfprep verify
expect_lost 'after igbvf had it, the VF on vfio-pci and reset'

# While a guest has it open, and no wish of the configuration's changes that.
hold_group $vf >/dev/null
expect_status 0 vfprep park --dry-run web0
plan=$OUT
expect_match 'the plan' "$plan" "^web0: parked no -> yes"$'\n'"$PF0 vf 0: mac $mac -> [0-9a-f:]*\$"
expect_status 0 strace -f -o /tmp/trace vfprep park web0
expect_equal 'what park says' "$OUT" "$plan"
grep -qE 'openat.*dev/vfio/[0-9]' /tmp/trace && fail 'park opens a group node'
expect_answered 'while it is parked'
expect_equal 'MAC' "$(vf_mac $PF0 0)" "${plan##* }"
grep -q '"parked": true' $published/team.json || fail 'team.json does not say that it is parked'
expect_status 0 vfprep park web0
expect_match 'what is said' "$ERR" 'nothing to do'
drop_group $vf
for command in 'apply' 'verify' 'park web0'; do
	# shellcheck disable=SC2086 # a command and its operand
	expect_status 0 vfprep $command
	expect_equal "MAC after $command" "$(vf_mac $PF0 0)" "${plan##* }"
done
expect_match 'list' "$(vfprep list)" 'web0 \(parked\)'

expect_status 0 vfprep unpark web0
expect_equal MAC "$(vf_mac $PF0 0)" $mac
grep -q parked $published/team.json && fail 'team.json says that it is parked'
expect_lost 'when it is parked no more'
expect_status 0 vfprep verify
# Whoever has the directory mounted has it still.
expect_equal 'the directory' "$(stat -c %i $published)" "$inode"

expect_status 0 vfprep park web0
expect_answered 'when it is parked again'
expect_status 0 vfprep unpark web0

# macvtap, which "direct" is, has the MAC in the PF's own filter too, and this card sends the frames to both.
ip netns del guest
ip link del br0
ip netns add guest
ip link add link "$name" name macvlan0 type macvlan mode bridge
ip link set dev macvlan0 address $mac
ip link set dev macvlan0 netns guest
ip -n guest address add 192.0.2.2/24 dev macvlan0
ip -n guest link set dev macvlan0 up
expect_answered 'of a macvlan on the PF'
ip netns del guest
make_persistent_side
expect_lost 'with the bridge again'

expect_status 0 vfprep release --all
expect_answered 'after release'
ip link set dev "$name" nomaster
ip link set dev "$name" down
ip netns del guest
ip netns del peer
expect_equal 'the machine after release' "$(state)" "$before"
modprobe -r virtio_net
