#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a write that does not return costs its own PF the run, is named by later ones until it ends, and loses nothing
# timeout: 180
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# wish LAST-DIGIT: of the MACs of two teams on the first PF and one on the second.
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
	write_conf 20-second <<EOF
[Match]
Address=$PF1
[PF]
VirtualFunctions=1
[VF 0]
Team=far
MACAddress=02:00:5e:10:02:0$1
EOF
}

all_is_there()
{
	expect_status 0 vfprep plan --exit-code
	expect_equal 'VFs' "$(numvfs "$PF0") $(numvfs "$PF1")" '2 1'
	expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'far  web0  web1'
	expect_equal 'MACs' "$(vf_mac "$PF0" 0) $(vf_mac "$PF0" 1) $(vf_mac "$PF1" 0)" \
		"02:00:5e:10:00:0$1 02:00:5e:10:01:0$1 02:00:5e:10:02:0$1"
	expect_equal 'blocking writes' "$(find /run/vfprep -name '*.busy')" ''
}

expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
before=$(look_at "$PF0" "$PF1")
wish 1

# The count of the first PF is written late: 5 s are left for it, and it takes 15.
delay=15
# shellcheck disable=SC2016 # for sh
strace --seccomp-bpf -f -o /tmp/trace -P "$(device "$PF0")/sriov_numvfs" -e trace=write \
	-e inject=write:delay_enter=${delay}000000:when=1 \
	sh -c 'vfprep apply --timeout=8 >/tmp/out 2>/tmp/err; echo $? >/tmp/status.new; mv /tmp/status.new /tmp/status' &
tracer=$!
wait_for 30 test -e /tmp/status
cat /tmp/err
expect_match 'what is said' "$(cat /tmp/err)" \
	"$PF0: sriov_numvfs 0 -> 2: it did not end before the deadline and may still be going on.*$PF0: .*nothing was put back"
expect_equal 'how it ended' "$(cat /tmp/status)" 7
expect_equal 'what is published' "$(ls /run/vfprep/teams)" far
expect_equal 'driver on the other PF' "$(driver_of "$(vf_address "$PF1" 0)")" vfio-pci
expect_equal 'VFs' "$(numvfs "$PF0") $(numvfs "$PF1")" '0 1'

[[ $(cat "/run/vfprep/state/$PF0.busy") =~ ^pid\ ([0-9]+),\ sriov_numvfs ]] || fail 'nobody is at it'
child=${BASH_REMATCH[1]}
expect_equal 'who is at it' "$(cat "/proc/$child/comm")" vfprep
takes_at_most 2 0 vfprep list
expect_match 'list' "$OUT" "$PF0 [^"$'\n'"]* pid $child, sriov_numvfs"
takes_at_most 2 5 vfprep plan
expect_match 'what plan says' "$ERR" "$PF0: .*pid $child, sriov_numvfs"
sed -i s/02:01/02:02/ /etc/vfprep/20-second.conf
takes_at_most 3 5 vfprep apply
expect_match 'what apply says' "$ERR" "$PF0: .*pid $child, sriov_numvfs"
expect_equal 'MAC on the other PF' "$(vf_mac "$PF1" 0)" 02:00:5e:10:02:02
takes_at_most 3 5 vfprep release "$PF0" far
expect_match 'what release says' "$ERR" "$PF0: .*pid $child, sriov_numvfs"
expect_equal 'what is published' "$(ls /run/vfprep/teams)" ''
[ -e "/proc/$child" ] || fail 'it was over too soon'

wait $tracer
expect_match 'the trace' "$(cat /tmp/trace)" DELAYED
expect_equal 'VFs of the PF whose count was written late' "$(numvfs "$PF0")" 2
wish 1
expect_status 0 vfprep apply
all_is_there 1

# Somebody unbinds a VF that a guest does not give back.
vf=$(vf_address "$PF0" 0)
hold_device "$vf"
echo "$vf" >"$(device "$vf")/driver/unbind" &
unbind=$!
wait_for 10 sh -c "dmesg | grep -q '$vf: Relaying device request to user'"
expect_equal 'driver of the VF that is unbound' "$(driver_of "$vf")" none
takes_at_most 5 0 vfprep list
wish 2
takes_at_most 5 5 vfprep plan
takes_at_most 8 5 vfprep apply
expect_match 'what is said' "$ERR" "$PF0 vf 0: $vf is in use by pid $GUEST"
expect_equal 'MACs' "$(vf_mac "$PF0" 0) $(vf_mac "$PF0" 1) $(vf_mac "$PF1" 0)" \
	'02:00:5e:10:00:01 02:00:5e:10:01:02 02:00:5e:10:02:02'
takes_at_most 5 5 vfprep release "$PF0"
kill -0 $unbind || fail 'the unbind is over'
end_guest
wait $unbind
expect_status 0 vfprep apply
all_is_there 2
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(look_at "$PF0" "$PF1")" "$before"
