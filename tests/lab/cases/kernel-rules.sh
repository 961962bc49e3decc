#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the real kernel keeps the rules that the machine in memory (tests/fake) is built on
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

vf0=0000:01:10.0 vf1=0000:01:10.2
busy='Device or resource busy' no_device='No such device' no_file='No such file or directory' invalid='Invalid argument'

# rule WANT VERB ARGUMENTS: what the kernel answers.
rule()
{
	local want=$1

	shift
	expect_equal "raw $*" "$(raw "$@")" "$want"
}

# setting_rule WANT VF WORDS: what the PF's driver answers to a setting.
setting_rule()
{
	local want=$1

	shift
	expect_equal "vf $*" "$(raw_ip "$PF0" vf "$@")" "$want"
}

vf_line()
{
	ip link show dev "$(pf_netdev "$PF0")" |
		sed -n "s/^ *vf $1 *link.ether \([0-9a-f:]*\) brd [0-9a-f:]*/\1/p" | sed 's/ *$//'
}

the_count_goes_only_by_way_of_zero()
{
	rule 'Numerical result out of range' numvfs "$PF0" 8
	rule ok numvfs "$PF0" 2
	rule "$busy" numvfs "$PF0" 3
	rule ok numvfs "$PF0" 2
	expect_equal 'number of VFs' "$(numvfs "$PF0")" 2
}

a_new_vf_is_blank()
{
	expect_equal 'settings of a new VF' "$(vf_line 1)" '00:00:00:00:00:00, spoof checking on, link-state auto, trust off'
	expect_equal 'override of a new VF' "$(override_of $vf0)" none
	expect_equal 'node of a new VF' "$(node_of $vf0)" none
}

a_bound_vf_is_not_bound_again()
{
	rule "$busy" bind $vf0 igbvf
	rule "$no_device" bind $vf0 vfio-pci
	rule ok override $vf0 vfio-pci
	rule "$busy" bind $vf0 vfio-pci
	rule "$no_device" bind $vf0 igbvf
	rule ok probe $vf0
	expect_equal 'an override moves no VF that is bound' "$(driver_of $vf0)" igbvf
	rule ok override $vf0 none
}

with_autoprobe_the_kernel_finds_a_driver()
{
	rule ok unbind $vf0
	rule "$no_file" unbind $vf0
	rule "$no_file" chown $vf0 1:2 0600
	rule "$no_file" hold $vf0
	rule "$no_device" bind $vf0 vfio-pci
	rule "$no_file" bind $vf0 nodriver
	rule ok probe $vf0
	expect_equal 'driver after drivers_probe' "$(driver_of $vf0)" igbvf
	rule ok unbind $vf0
	rule ok bind $vf0 igbvf
	rule ok unbind $vf0
	rule ok override $vf0 nodriver
	rule ok probe $vf0
	expect_equal 'driver with an unknown override' "$(driver_of $vf0)" none
	rule ok override $vf0 none
}

# What is set before the count goes to 0, to be looked for afterwards.
settings_are_taken_or_refused()
{
	setting_rule ok 0 mac 02:00:5e:10:00:01
	setting_rule "$invalid" 0 mac 03:00:5e:10:00:01
	setting_rule "$invalid" 2 mac 02:00:5e:10:00:02
	setting_rule 'Operation not supported' 0 state enable
	setting_rule 'Operation not supported' 0 query_rss on
	setting_rule ok 0 vlan 7 qos 3
	setting_rule ok 0 trust on
	setting_rule ok 0 spoofchk off
	expect_match 'settings' "$(vf_line 0)" '^02:00:5e:10:00:01, vlan 7, qos 3, spoof checking off, .*trust on$'
	setting_rule ok 0 mac 00:00:00:00:00:00
	expect_equal 'a cleared MAC' "$(vf_mac "$PF0" 0)" 00:00:00:00:00:00
	setting_rule ok 0 mac 02:00:5e:10:00:01
	rule ok override $vf0 vfio-pci
}

without_autoprobe_only_an_override_binds()
{
	expect_equal 'driver of a new VF' "$(driver_of $vf0)" none
	rule ok probe $vf0
	expect_equal 'driver after drivers_probe' "$(driver_of $vf0)" none
	rule "$no_device" bind $vf0 igbvf
	rule "$no_device" bind $vf0 vfio-pci
	rule ok override $vf0 vfio-pci
	rule "$no_device" bind $vf0 igbvf
	rule ok bind $vf0 vfio-pci
	rule "$busy" bind $vf0 vfio-pci
	rule ok override $vf1 igbvf
	rule "$no_device" bind $vf1 vfio-pci
	rule ok bind $vf1 igbvf
	rule ok unbind $vf1
	rule ok override $vf1 vfio-pci
	rule ok probe $vf1
	expect_equal 'driver after drivers_probe with an override' "$(driver_of $vf1)" vfio-pci
}

the_node_comes_and_goes_with_the_driver()
{
	expect_equal 'node' "$(node_of $vf0)" '0:0 0600'
	rule ok chown $vf0 1:2 0640
	expect_equal 'node' "$(node_of $vf0)" '1:2 0640'
	rule ok hold $vf0
	rule "$busy" hold $vf0
	rule ok drop $vf0
	rule ok unbind $vf0
	expect_equal 'node of an unbound VF' "$(node_of $vf0)" none
	expect_equal 'override after unbind' "$(override_of $vf0)" vfio-pci
	rule ok bind $vf0 vfio-pci
	expect_equal 'node after a new bind' "$(node_of $vf0)" '0:0 0600'
}

rule ok module vfio-pci
rule ok link "$PF0" up
the_count_goes_only_by_way_of_zero
expect_equal 'driver of a new VF with autoprobe' "$(driver_of $vf1)" igbvf
a_new_vf_is_blank
a_bound_vf_is_not_bound_again
with_autoprobe_the_kernel_finds_a_driver
settings_are_taken_or_refused
old_inode=$(stat -Lc %i "$(device $vf0)/")
rule ok autoprobe "$PF0" 0
rule ok numvfs "$PF0" 0
rule ok numvfs "$PF0" 2
a_new_vf_is_blank
expect_equal 'settings of what was VF 0' "$(vf_line 0)" "$(vf_line 1)"
[ "$(stat -Lc %i "$(device $vf0)/")" != "$old_inode" ] || fail "$vf0 made anew has the inode of the old one"
without_autoprobe_only_an_override_binds
the_node_comes_and_goes_with_the_driver
