#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a VF that a process holds or names, or that the host uses, is refused by name; list and plan open no group node
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# wish FIRST-MAC: three teams on VFs that are there.
wish()
{
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[VF]
Owner=1234
[VF 0]
Team=web0
MACAddress=$1
[VF 1]
Team=web1
[VF 2]
Team=web2
EOF
}

vf=0000:01:10.0
net=''

# On igbvf, with its interface up.
on_igbvf()
{
	expect_equal "override of $vf" "$(raw override $vf none)" ok
	raw unbind $vf >/dev/null
	expect_equal "bind of $vf" "$(raw bind $vf igbvf)" ok
	net=$(pf_netdev $vf)
	ip link set dev "$net" up
}

expect_equal 'link' "$(raw link $PF0 up)" ok
expect_equal 'count' "$(raw numvfs $PF0 3)" ok
wish 02:00:5e:10:00:01

# refused WORDS: apply leaves that VF alone and does all else.
refused()
{
	expect_status 5 vfprep plan
	expect_match 'what plan says' "$ERR" "$PF0 vf 0: $vf is in use by $1"
	expect_status 5 vfprep apply
	expect_match 'what apply says' "$ERR" "$PF0 vf 0: $vf is in use by $1"
	expect_equal 'driver of the free one' "$(driver_of 0000:01:10.2)" vfio-pci
}

# The host's use of the interface.
on_igbvf
ip address add 192.0.2.1/24 dev "$net"
refused "the host: its interface '$net' has an address"
expect_equal 'driver' "$(driver_of $vf)" igbvf
ip address flush dev "$net"
ip link add name br0 type bridge
ip link set dev "$net" master br0
refused "the host: its interface '$net' belongs to a bridge or bond"
ip link del br0
ip netns add elsewhere
ip link set dev "$net" netns elsewhere
refused 'the host: its interface is in another network namespace'
ip netns del elsewhere
wait_for 5 test -e "$(device $vf)/net/$net"
# With nothing but a link-local address it is free. QEMU has a router, which would give it another one.
echo 0 >"/proc/sys/net/ipv6/conf/$net/accept_ra"
ip link set dev "$net" up
wait_for 10 sh -c "ip -6 address show dev $net scope link | grep -q fe80"
expect_status 0 vfprep apply
expect_equal 'driver' "$(driver_of $vf)" vfio-pci

# A process that names it, as QEMU does while it hides the VF of a guest that boots.
wish 02:00:5e:10:00:02
for device in vfio-pci,host=01:10.0,id=x "{\"driver\":\"vfio-pci\",\"host\":\"$vf\"}"; do
	bash -c 'sleep 300; :' qemu -device "$device" &
	pid=$!
	wait_for 5 grep -q vfio-pci "/proc/$pid/cmdline"
	refused "pid $pid \\(bash\\)"
	expect_equal 'MAC' "$(vf_mac $PF0 0)" 02:00:5e:10:00:01
	kill $pid
	wait $pid || true
done

# A process that has its group open, by whatever name.
cp -a "/dev/vfio/$(group_of $vf)" /dev/by-another-name
exec 9<>/dev/by-another-name
rm /dev/by-another-name
refused "pid $$ \\(.*\\)"
expect_match 'list' "$(vfprep list --json)" "\"pid\": $$"
expect_status 5 vfprep release --all
expect_equal 'what is published' "$(ls -x /run/vfprep/teams)" 'web0  web1  web2'

# Settings alone may be changed then, when that is asked for.
expect_status 0 vfprep apply --live
expect_equal 'MAC' "$(vf_mac $PF0 0)" 02:00:5e:10:00:02
expect_match 'team.json' "$(cat /run/vfprep/teams/web0/team.json)" 02:00:5e:10:00:02
sed -i s/1234/1235/ /etc/vfprep/10-uplink.conf
expect_status 5 vfprep apply --live
expect_match 'what is said' "$ERR" 'only its settings are changed'
expect_equal 'node' "$(node_of $vf)" '1234:0 0600'
exec 9>&-

# Who only looks opens nothing.
for command in list plan 'check --config-only' apply; do
	# shellcheck disable=SC2086 # a command and its options
	strace -f -o /tmp/trace vfprep $command >/dev/null
	grep -qE 'openat.*dev/vfio/[0-9]' /tmp/trace && opens=yes || opens=no
	expect_equal "whether $command opens a group node" "$opens" "$([ "$command" = apply ] && echo yes || echo no)"
done

# Any other driver.
if modprobe uio_pci_generic; then
	expect_status 0 vfprep release web0
	expect_equal 'override' "$(raw override $vf uio_pci_generic)" ok
	if [ "$(raw bind $vf uio_pci_generic)" = ok ]; then
		refused 'the driver uio_pci_generic'
		expect_status 0 vfprep apply --force
		expect_equal 'driver' "$(driver_of $vf)" vfio-pci
	fi
fi
expect_status 0 vfprep release --all
