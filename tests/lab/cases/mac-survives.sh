#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the MAC of a prepared VF survives rebinding, a reset and the PF going down, and a VF driver takes it
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

mac=02:00:5e:10:00:01
write_conf 10-uplink <<EOF
[Match]
Address=$PF0

[PF]
VirtualFunctions=2

[VF 0]
Team=web0
MACAddress=$mac
EOF

# mac_of_interface VF: its address, and 0 where it is the permanent one, 1 where it is random.
mac_of_interface()
{
	local dir

	dir=/sys/class/net/$(pf_netdev "$1")
	cat "$dir/address" "$dir/addr_assign_type"
}

expect_status 0 vfprep apply
vf=$(vf_address "$PF0" 0)
expect_equal 'MAC' "$(vf_mac "$PF0" 0)" $mac

expect_equal 'unbind' "$(raw unbind "$vf")" ok
expect_equal 'MAC while unbound' "$(vf_mac "$PF0" 0)" $mac
expect_equal 'bind' "$(raw bind "$vf" vfio-pci)" ok
expect_equal 'MAC after bind' "$(vf_mac "$PF0" 0)" $mac
echo 1 >"$(device "$vf")/reset"
expect_equal 'MAC after a reset' "$(vf_mac "$PF0" 0)" $mac
expect_equal 'link down' "$(raw link "$PF0" down)" ok
expect_equal 'MAC while the PF is down' "$(vf_mac "$PF0" 0)" $mac
expect_equal 'link up' "$(raw link "$PF0" up)" ok
expect_equal 'MAC after the PF was down' "$(vf_mac "$PF0" 0)" $mac

expect_equal 'unbind' "$(raw unbind "$vf")" ok
expect_equal 'override' "$(raw override "$vf" igbvf)" ok
expect_equal 'bind to igbvf' "$(raw bind "$vf" igbvf)" ok
expect_equal 'address of its interface' "$(mac_of_interface "$vf")" $mac$'\n'0
ip link set dev "$(pf_netdev "$vf")" up
expect_equal 'address of its interface when it is up' "$(mac_of_interface "$vf")" $mac$'\n'0

# The VF without a MAC of the PF's shows what would be seen otherwise.
other=$(vf_address "$PF0" 1)
expect_equal 'driver of the VF that is not named' "$(driver_of "$other")" igbvf
expect_match 'address of the other interface' "$(mac_of_interface "$other")" $'\n''1$'
