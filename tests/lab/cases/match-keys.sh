#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: every key of [Match] finds the PF that it means and no other
# profile: systemd
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# planned_for LINE...: the PFs for which something would be done with these lines in [Match], and the exit code.
planned_for()
{
	local line code=0

	{
		printf '[Match]\n'
		printf '%s\n' "$@"
		printf '[PF]\nVirtualFunctions=1\n'
	} | write_conf 10-match
	line=$(vfprep plan --exit-code 2>/tmp/errors) || code=$?
	sed -n 's/^\([^ ]*\): sriov_numvfs .*/\1/p' <<<"$line" | tr '\n' ' '
	printf '%s\n' "$code"
}

# fits WANT LINE...
fits()
{
	local want=$1

	shift
	expect_equal "PFs with $*" "$(planned_for "$@")" "$want 10"
}

fits_none()
{
	expect_equal "PFs with $*" "$(planned_for "$@")" 0
	expect_match 'what is said' "$(cat /tmp/errors)" 'fits no PF of this machine'
}

name0=$(pf_netdev "$PF0") name1=$(pf_netdev "$PF1")
ip link property add dev "$name1" altname uplink-two

fits "$PF0 $PF1" 'Address=*'
fits "$PF1" 'Address=0000:02:*'
fits "$PF1" "Address=0000:09:00.0 $PF1"
fits_none 'Address=0000:03:*'
fits "$PF0" "Name=$name0"
fits_none 'Name=eth77'
fits "$PF1" 'Name=uplink-*'
fits_none 'Name=uplink-one'
fits "$PF1" 'PermanentMACAddress=52:54:00:aa:00:02'
fits_none 'PermanentMACAddress=52:54:00:aa:00:99'
fits "$PF0 $PF1" Driver=igb
fits_none 'Driver=ixgbe i40e'
fits "$PF0 $PF1" Device=8086:10c9
fits_none Device=8086:10ca
fits "$PF0" Path=pci-$PF0
fits_none Path=pci-0000:07:00.0
fits "$PF1" Driver=igb Address=$PF1
fits_none Driver=ixgbe Address=$PF1

# A changed address is not the permanent one.
ip link set dev "$name1" address 52:54:00:aa:00:77
fits "$PF1" 'PermanentMACAddress=52:54:00:aa:00:02'
fits_none 'PermanentMACAddress=52:54:00:aa:00:77'
ip link property del dev "$name1" altname uplink-two
