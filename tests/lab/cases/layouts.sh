#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: what lies on top of a PF is found by the kernel's links: bonds, VLANs, bridges, macvlans; plan and check note a persistent side there
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

name=$(pf_netdev $PF0)

# The uppers of a PF, sorted.
uppers()
{
	vfprep list --json | /usr/bin/python3 -c 'import json, sys
for pf in json.load(sys.stdin)["pfs"]:
    if pf["address"] == sys.argv[1]:
        print(*sorted(pf["uppers"]))' "$1"
}

# wish HINT
wish()
{
	write_conf 10-uplink <<CONF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
Persistent=$1
CONF
}

# noted HINT: the plan says that it leads over the PF; check says so too, and exits as without it.
noted()
{
	wish "$1"
	expect_status 0 vfprep plan
	expect_match 'what plan says' "$ERR" "note: $PF0: the persistent side '${1#*:}' of web0 leads over this PF too"
	expect_status "$check_status" vfprep check
	expect_match 'what check says' "$ERR" "note: $PF0: the persistent side '${1#*:}' of vf 0 leads over this PF too"
	expect_match 'the table' "$OUT" 'layout +ok +1 of 1 persistent sides'
}

not_noted()
{
	wish "$1"
	expect_status 0 vfprep plan
	[[ $ERR != *'leads over'* ]] || fail "$1: $ERR"
	expect_status "$check_status" vfprep check
	[[ $ERR != *'leads over'* ]] || fail "$1: $ERR"
	expect_match 'the table' "$OUT" 'layout +ok +no persistent side'
}

wish user
check_status=0
vfprep check >/dev/null 2>&1 || check_status=$?
expect_equal 'nothing on top' "$(uppers $PF0)" ''

ip link add name br0 type bridge
ip link set dev "$name" master br0
expect_equal 'a bridge' "$(uppers $PF0)" br0
noted bridge:br0
noted "direct:$name"
not_noted bridge:br1
not_noted network:br0
not_noted user
ip link del br0

# A bond of both PFs, a VLAN on it, a bridge on that, a macvtap on top.
modprobe bonding max_bonds=0
ip link add name bond0 type bond mode active-backup
ip link set dev "$name" down
ip link set dev "$(pf_netdev $PF1)" down
ip link set dev "$name" master bond0
ip link set dev "$(pf_netdev $PF1)" master bond0
ip link add link bond0 name bond0.100 type vlan id 100
ip link add name br100 type bridge
ip link set dev bond0.100 master br100
ip link add link br100 name macvtap0 type macvtap mode bridge
for pf in $PF0 $PF1; do
	expect_equal "the bond and all above, of $pf" "$(uppers "$pf")" 'bond0 bond0.100 br100 macvtap0'
done
for hint in bridge:br100 direct:bond0 direct:bond0.100 direct:macvtap0; do
	noted $hint
done
ip link del bond0.100
expect_equal 'without the VLAN' "$(uppers $PF0)" bond0
not_noted bridge:br100
ip link del bond0
ip link del br100

# By another PF.
ip link add name br0 type bridge
ip link set dev "$(pf_netdev $PF1)" master br0
not_noted bridge:br0
ip link del br0
