#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: while somebody else's write of 0 waits for a guest, nothing of vfprep waits with it, and all is well afterwards
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
[VF 1]
Team=web1
EOF

# ends_soon SECONDS WANT COMMAND...: as takes_at_most, and without waiting for one that the kernel does not let go.
ends_soon()
{
	local most=$1 want=$2 got

	shift 2
	rm -f /tmp/status
	{
		got=0
		"$@" >/tmp/out 2>/tmp/err || got=$?
		echo $got >/tmp/status.new
		mv /tmp/status.new /tmp/status
	} &
	wait_for "$most" test -e /tmp/status
	ERR=$(cat /tmp/err)
	expect_match "how '$*' ended" "$(cat /tmp/status)" "^($want)\$"
}

expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
before=$(look_at "$PF0" "$PF1")
expect_status 0 vfprep apply
hold_device "$(vf_address "$PF0" 0)"
echo 0 >"$(device "$PF0")/sriov_numvfs" &
writer=$!
wait_for 10 sh -c "dmesg | grep -q 'Relaying device request to user'"
write_conf 20-second <<EOF
[Match]
Address=$PF1
[PF]
VirtualFunctions=1
[VF 0]
Team=far
EOF

ends_soon 10 0 vfprep list
ends_soon 10 5 vfprep plan
expect_match 'what is said' "$ERR" "$PF0: somebody makes or takes away its VFs just now: 1 of 2 are there"
# The one reader that waits for the PF's lock is known: no other goes after it.
left=$(pgrep -cx vfprep)
ends_soon 2 0 vfprep list
expect_equal "readers left behind by another list: $(head -v /run/vfprep/state/*.reader; pgrep -x vfprep)" "$(pgrep -cx vfprep)" "$left"
# The kernel does not let the other PF have VFs meanwhile; vfprep's own write waits, and is left behind.
ends_soon 20 7 vfprep apply --timeout=5
expect_match 'what is said' "$ERR" "$PF1: sriov_numvfs 0 -> 1: it did not end before the deadline"
ends_soon 10 0 vfprep list
expect_match 'list' "$(cat /tmp/out)" "$PF1 .* pid [0-9]+, sriov_numvfs"
ends_soon 10 5 vfprep apply --timeout=5
expect_match 'what is said' "$ERR" "$PF1: .*pid [0-9]+, sriov_numvfs"
kill -0 $writer || fail 'the write of 0 is over'

end_guest
wait $writer
wait_for 10 test -e "$(device "$PF1")/virtfn0"
expect_status 0 vfprep apply --wait=10
expect_status 0 vfprep plan --exit-code
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'far  web0  web1'
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(look_at "$PF0" "$PF1")" "$before"
