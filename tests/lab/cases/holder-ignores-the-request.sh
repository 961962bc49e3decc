#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a guest that has a VF and answers no request keeps it: it is refused by name, at once, and the rest proceeds
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# wish LAST-DIGIT: of both MACs.
wish()
{
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:0$1
[VF 1]
Team=web1
MACAddress=02:00:5e:10:01:0$1
EOF
}

# traced WANT COMMAND...: vfprep, quickly, and which files it opens.
traced()
{
	local want=$1

	shift
	takes_at_most 10 "$want" strace --seccomp-bpf -f -o /tmp/trace -e trace=openat vfprep "$@"
}

# refused COMMAND...: it says who has the VF, and comes near no file at which it would have to wait.
refused()
{
	traced 5 "$@"
	expect_match "what $1 says" "$ERR" "$PF0 vf 0: $vf is in use by pid $GUEST \\(qemu-system-x86\\)"
	! grep -E '"(driver/unbind|sriov_numvfs)", O_WRONLY' /tmp/trace || fail "$* opened it"
}

expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
before=$(look_at "$PF0")
wish 1
expect_status 0 vfprep apply
applied=$(look_at "$PF0")
vf=$(vf_address "$PF0" 0)
dmesg -C
hold_device "$vf"

for what in web0 "$PF0" --all; do
	refused release "$what"
	expect_equal "the machine after release $what" "$(look_at "$PF0")" "$applied"
done
wish 2
refused apply
expect_equal 'MAC of the VF in use' "$(vf_mac "$PF0" 0)" 02:00:5e:10:00:01
expect_match 'what is published of it' "$(cat /run/vfprep/teams/web0/team.json)" '"mac": "02:00:5e:10:00:01"'
expect_equal 'MAC of the free VF' "$(vf_mac "$PF0" 1)" 02:00:5e:10:01:02
expect_match 'what is published of it' "$(cat /run/vfprep/teams/web1/team.json)" '"mac": "02:00:5e:10:01:02"'
guest_has_vfio || fail 'the guest lost the VF'
expect_equal 'requests to give it back' "$(dmesg | grep -c 'device request' || true)" 0

end_guest
traced 0 apply
expect_equal 'MAC of the VF that is free now' "$(vf_mac "$PF0" 0)" 02:00:5e:10:00:02
traced 0 release web0
grep -qE '"driver/unbind", O_WRONLY' /tmp/trace || fail 'what is looked for does not show an unbind'
traced 0 release --all
grep -qE '"sriov_numvfs", O_WRONLY' /tmp/trace || fail 'what is looked for does not show a count'
expect_equal 'the machine after release' "$(look_at "$PF0")" "$before"
