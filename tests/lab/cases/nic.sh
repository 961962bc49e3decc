#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a NIC as a whole goes to a guest with its permanent MAC and comes back; one that the host needs is refused
# profile: hotplug
# timeout: 180
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

name=$(pf_netdev "$PF1")
mac=$(cat "/sys/class/net/$name/address")

wish()
{
	write_conf 10-nic <<EOF
[Match]
Name=$name
[NIC]
Team=store
Owner=77
EOF
}

# kept_from_us WORDS: apply and prepare leave it alone, and say why.
kept_from_us()
{
	expect_status 5 vfprep apply
	expect_match 'what apply says' "$ERR" "$PF1: .*$1"
	expect_status 5 vfprep prepare "$PF1" --team=hand
	expect_match 'what prepare says' "$ERR" "$PF1: .*$1"
	expect_equal 'driver' "$(driver_of "$PF1")" igb
}

wish
before=$(state)

# What the host uses.
ip link set dev "$name" up
ip address add 192.0.2.1/24 dev "$name"
kept_from_us "'$name' has an address"
ip address flush dev "$name"
if modprobe 8021q; then
	ip link add link "$name" name "$name.100" type vlan id 100
	kept_from_us "'$name' has '$name.100' on top"
	ip link delete dev "$name.100"
fi
ip route add default dev "$name"
kept_from_us "default route leads through '$name'"
ip route delete default dev "$name"
expect_equal 'VFs' "$(raw numvfs "$PF1" 2)" ok
kept_from_us 'it has 2 VFs'
expect_equal 'no VFs' "$(raw numvfs "$PF1" 0)" ok
ip link set dev "$name" down
expect_equal 'the machine after what was refused' "$(state)" "$before"

# A MAC is nothing that one can choose here.
expect_status 4 vfprep prepare "$name" --team=hand --mac=02:00:5e:10:00:01
expect_match 'what is said' "$ERR" "keeps its permanent MAC, $mac"

expect_status 0 vfprep apply
expect_equal 'driver' "$(driver_of "$PF1")" vfio-pci
expect_match 'node' "$(node_of "$PF1")" '^77:0 '
expect_match 'team.json' "$(cat /run/vfprep/teams/store/team.json)" "\"mac\": \"$mac\""
expect_status 0 vfprep verify store
# Without an interface it is still known by the one that it had.
expect_status 0 vfprep apply
expect_match 'a second apply' "$ERR" 'nothing to do'
expect_match 'list' "$(vfprep list)" "$PF1  *-  *$mac  *vfio-pci .* store"

start_guest -device "vfio-pci,host=$PF1"
guest_has_vfio || fail 'the guest does not have the NIC'
expect_status 5 vfprep release store
expect_match 'what is said' "$ERR" "in use by pid $GUEST "
expect_equal 'driver' "$(driver_of "$PF1")" vfio-pci
end_guest
expect_status 0 vfprep release store
expect_equal 'driver' "$(driver_of "$PF1")" igb
wait_for 10 test -e "/sys/class/net/$name"
expect_equal 'the machine after release' "$(state)" "$before"

# A card that can have no VFs.
ask_host device_add e1000e,bus=rp9,netdev=n9,id=hp,mac=52:54:00:aa:00:0e
nic=0000:03:00.0
wait_for 30 test -e "$(device $nic)/vendor"
modprobe e1000e || skip 'there is no e1000e here'
wait_for 30 test -e "$(device $nic)/net"
expect_match 'list' "$(vfprep list)" "$nic .* 52:54:00:aa:00:0e  *e1000e"
expect_status 0 vfprep prepare $nic --team=plain
expect_equal 'driver' "$(driver_of $nic)" vfio-pci
expect_match 'team.json' "$(cat /run/vfprep/teams/plain/team.json)" '"mac": "52:54:00:aa:00:0e"'
# A run of apply, whose files do not name it, leaves it.
rm /etc/vfprep/10-nic.conf
expect_status 0 vfprep apply
expect_equal 'driver' "$(driver_of $nic)" vfio-pci
expect_status 0 vfprep release --all
expect_equal 'driver' "$(driver_of $nic)" e1000e
expect_status 0 vfprep prepare $nic --team=plain
# It is pulled out: what is published of it is taken back.
ask_host device_del hp
wait_for 30 test ! -e "$(device $nic)"
expect_status 8 vfprep verify
expect_match 'what is said' "$ERR" 'its PF is not there any more'
expect_status 0 vfprep apply
expect_equal 'teams' "$(ls /run/vfprep/teams)" ''
