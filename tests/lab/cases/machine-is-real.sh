#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the machine has two SR-IOV PFs, VFs alone in their IOMMU groups, groups that only one may open, and netdevsim
# timeout: 120
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

pf_is_as_documented()
{
	local pf=$1

	expect_equal "driver of $pf" "$(driver_of "$pf")" igb
	expect_equal "totalvfs of $pf" "$(cat "$(device "$pf")/sriov_totalvfs")" 7
	expect_equal "offset of $pf" "$(cat "$(device "$pf")/sriov_offset")" 128
	expect_equal "stride of $pf" "$(cat "$(device "$pf")/sriov_stride")" 2
	expect_match "group of $pf" "$(group_of "$pf")" '^[0-9]+$'
}

every_vf_is_alone_in_its_group()
{
	local index vf members

	for index in 0 1 2; do
		vf=$(vf_address "$PF0" "$index")
		members=("$(device "$vf")"/iommu_group/devices/*)
		expect_equal "members of the group of $vf" "${members[*]##*/}" "$vf"
	done
}

a_group_opens_once()
{
	local vf=$1

	bind_vfio "$vf"
	expect_equal "driver of $vf" "$(driver_of "$vf")" vfio-pci
	expect_equal 'first open' "$(raw hold "$vf")" ok
	expect_equal 'second open' "$(raw hold "$vf")" 'Device or resource busy'
	expect_equal 'close' "$(raw drop "$vf")" ok
	expect_equal 'open after close' "$(raw hold "$vf")" ok
}

a_mac_of_the_pf_reaches_the_vf_driver()
{
	local vf=$1

	expect_equal 'PF up' "$(raw link "$PF0" up)" ok
	expect_equal 'setting a MAC' "$(raw mac "$PF0" 1 02:00:5e:10:00:01)" ok
	expect_equal 'the MAC that the PF reports' "$(vf_mac "$PF0" 1)" 02:00:5e:10:00:01
	expect_equal 'override' "$(raw override "$vf" igbvf)" ok
	expect_equal 'probe' "$(raw probe "$vf")" ok
	expect_equal "driver of $vf" "$(driver_of "$vf")" igbvf
	expect_equal 'the MAC that igbvf took' "$(cat "/sys/class/net/$(pf_netdev "$vf")/address")" 02:00:5e:10:00:01
}

netdevsim_has_settings_and_nothing_else()
{
	make_netdevsim 5
	expect_equal 'VFs of netdevsim' "$(ip link show dev "$NETDEVSIM" | grep -c '^ *vf ')" 5
	expect_match 'its index' "$(ip -o link show dev "$NETDEVSIM")" "^$(netdevsim_index): "
	ip link set dev "$NETDEVSIM" vf 4 mac 02:00:5e:10:00:04 state disable
	expect_match 'VF 4' "$(ip link show dev "$NETDEVSIM")" 'vf 4 .*02:00:5e:10:00:04 .*link-state disable'
	expect_equal 'PCI devices with VFs' "$(pfs | tr '\n' ' ')" "$PF0 $PF1 "
	remove_netdevsim
	expect_equal 'its devices afterwards' "$(ls "$netdevsim_bus/devices")" ''
}

pf_is_as_documented "$PF0"
pf_is_as_documented "$PF1"
make_vfs "$PF0" 3
expect_equal 'number of VFs' "$(numvfs "$PF0")" 3
expect_equal 'address of VF 0' "$(vf_address "$PF0" 0)" 0000:01:10.0
every_vf_is_alone_in_its_group
a_group_opens_once 0000:01:10.0
a_mac_of_the_pf_reaches_the_vf_driver 0000:01:10.2
netdevsim_has_settings_and_nothing_else
