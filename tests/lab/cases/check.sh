#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: check finds this host fit, and whatever else writes the number of VFs; it opens no group node
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
EOF

# rival FILE WORDS <<EOF: a file of another program's is told by its name; without it all is well.
rival()
{
	mkdir -p "${1%/*}"
	cat >"$1"
	expect_status 8 vfprep check
	expect_match 'what is said' "$ERR" "$1.*$2"
	rm "$1"
	expect_status 0 vfprep check
}

expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
expect_status 0 vfprep check
expect_match 'iommu' "$OUT" 'iommu  *ok '
expect_match 'vfio' "$OUT" 'vfio  *ok '
expect_match 'pf' "$OUT" "pf $PF0  *ok "
expect_status 0 vfprep check --json
expect_match 'JSON' "$OUT" '"check": "iommu"'

rival /etc/systemd/network/10-card.link SR-IOV <<EOF
[Match]
PermanentMACAddress=52:54:00:aa:00:01
[Link]
NamePolicy=keep
[SR-IOV]
VirtualFunction=0
MACAddress=02:00:00:00:00:99
EOF
rival /etc/modprobe.d/card.conf max_vfs <<EOF
options igb max_vfs=2
EOF
rival /etc/udev/rules.d/99-vfs.rules 'makes VFs' <<EOF
ACTION=="add", SUBSYSTEM=="net", ATTR{device/sriov_numvfs}="2"
EOF

# With VFs, and with a guest that has one.
expect_status 0 vfprep apply
holder=$(hold_group 0000:01:10.0)
expect_status 0 strace -f -o /tmp/trace vfprep check
grep -qE 'openat.*dev/vfio/[0-9]' /tmp/trace && fail 'check opens a group node'
expect_equal 'the holder' "$(cat "/proc/$holder/comm")" sleep
drop_group 0000:01:10.0
expect_status 0 vfprep release --all
