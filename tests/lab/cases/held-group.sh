#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a VF whose group somebody holds is left alone, the others proceed, and a second vfprep is refused
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# write_macs OF-VF-0 OF-VF-1: by their last digit.
write_macs()
{
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=3
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:0$1
[VF 1]
Team=web1
MACAddress=02:00:5e:10:01:0$2
[VF 2]
Team=web2
EOF
}

# lines_of PF: what is known of one PF and its VFs.
lines_of()
{
	state | grep "^${1%:*}:"
}

write_macs 1 1
write_conf 20-second <<EOF
[Match]
Address=$PF1
[PF]
VirtualFunctions=1
[VF 0]
Team=far
EOF
before=$(state)
first_before=$(lines_of "$PF0") second_before=$(lines_of "$PF1")
expect_status 0 vfprep apply
applied=$(lines_of "$PF0")
[ "$applied" != "$first_before" ] || fail 'what is compared does not show what apply does'
[ "$(lines_of "$PF1")" != "$second_before" ] || fail 'what is compared does not show what apply does'
vf=$(vf_address "$PF0" 0)
holder=$(hold_group "$vf")

expect_status 5 vfprep release "$PF0"
expect_match 'who is said to have it' "$ERR" "$vf is in use"
expect_equal 'the PF after a refused release' "$(lines_of "$PF0")" "$applied"
expect_status 5 vfprep release web0
expect_equal 'the PF after a refused release of the team' "$(lines_of "$PF0")" "$applied"
expect_status 5 vfprep release --all
expect_equal 'the PF after a refused release of all' "$(lines_of "$PF0")" "$applied"
expect_equal 'the other PF' "$(lines_of "$PF1")" "$second_before"
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'web0  web1  web2'

# An empty plan opens no group; one with a step for a VF in use leaves that one out.
expect_status 0 vfprep apply "$PF0"
write_macs 2 2
expect_status 5 vfprep apply "$PF0"
expect_match 'what is said' "$ERR" "$PF0 vf 0: $vf is in use"
expect_equal 'MAC of the VF in use' "$(vf_mac "$PF0" 0)" 02:00:5e:10:00:01
expect_match 'what is published of it' "$(cat /run/vfprep/teams/web0/team.json)" '"mac": "02:00:5e:10:00:01"'
expect_equal 'MAC of the free VF' "$(vf_mac "$PF0" 1)" 02:00:5e:10:01:02
expect_match 'what is published of it' "$(cat /run/vfprep/teams/web1/team.json)" '"mac": "02:00:5e:10:01:02"'
# Who wants the MAC that the VF in use keeps is left alone as well, and stays published.
sed -i s/02:00:5e:10:01:02/02:00:5e:10:00:01/ /etc/vfprep/10-uplink.conf
expect_status 5 vfprep apply "$PF0"
expect_match 'what is said' "$ERR" "$PF0 vf 1: $vf has the MAC 02:00:5e:10:00:01 already"
expect_equal 'MAC of the VF that wants it' "$(vf_mac "$PF0" 1)" 02:00:5e:10:01:02
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'web0  web1  web2'
write_macs 2 2

# Its team is not given to another one either.
sed -i 's/Team=web0/Team=new/; s/Team=web1/Team=web0/' /etc/vfprep/10-uplink.conf
expect_status 5 vfprep apply "$PF0"
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'web0  web1  web2'
expect_match 'the VF of the team' "$(cat /run/vfprep/teams/web0/team.json)" "\"address\": \"$vf\""
write_macs 2 2

expect_status 0 vfprep release web2
expect_equal 'driver of the released VF' "$(driver_of "$(vf_address "$PF0" 2)")" none
expect_equal 'the holder' "$(cat "/proc/$holder/comm")" sleep

drop_group "$vf"
expect_status 0 vfprep apply "$PF0"
expect_equal 'MAC of the VF that is free now' "$(vf_mac "$PF0" 0)" 02:00:5e:10:00:02

# Taking the VFs away lasts seconds; whoever comes meanwhile is told who is at it.
vfprep release --all >/tmp/release 2>&1 &
first=$!
wait_for 10 grep -qx $first /run/vfprep/lock
expect_status 5 vfprep apply
expect_match 'the refusal' "$ERR" "pid ${first}[ ,]"
wait $first
expect_equal 'the machine after release' "$(state)" "$before"
