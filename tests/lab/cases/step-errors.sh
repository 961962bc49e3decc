#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: an error of the kernel at each kind of step is told in words and put back, and the next apply completes it
# timeout: 180
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

vf1=0000:01:10.2 tried=0 digits=10

# wish TWO-DIGITS: the last ones of the first VF's MAC.
wish()
{
	digits=$1
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF]
Owner=77
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:$1
[VF 1]
Team=web1
MACAddress=02:00:5e:10:01:01
EOF
}

about_vf1()
{
	printf 'mac %s driver %s override %s node %s\n' "$(vf_mac "$PF0" 1)" "$(driver_of $vf1)" "$(override_of $vf1)" \
		"$(node_of $vf1)"
}

# apply_with WANT WORDS OPTION...: apply, under strace with these options, ends so and says so.
apply_with()
{
	local want=$1 words=$2

	shift 2
	expect_status "$want" strace --seccomp-bpf -f -o /tmp/trace "$@" vfprep apply
	expect_match 'the trace' "$(cat /tmp/trace)" INJECTED
	expect_match "what is said of ${*: -1}" "$ERR" "$words"
	tried=$((tried + 1))
}

# learn CALL: traces an apply, for nth.
learn()
{
	expect_status 0 strace --seccomp-bpf -f -o /tmp/good -e trace="$1" vfprep apply
}

# nth CALL REGEX: which of those calls of that apply it was.
nth()
{
	awk -v call="$1(" -v words="$2" '
		NR == 1 { pid = $1 }
		$1 == pid && index($2, call) == 1 { n++; if ($0 ~ words) { print n; exit } }' /tmp/good
}

# Of the PF: nothing is left.
pf_fails()
{
	apply_with 6 "$@"
	expect_equal "the machine after ${*: -1}" "$(look_at "$PF0")" "$before"
}

# The first VF gets another MAC, and the second one, which has been released, fails.
vf_fails()
{
	wish $((digits + 1))
	apply_with 6 "$@"
	expect_equal "the VF after ${*: -1}" "$(about_vf1)" "$released"
	expect_equal "the other VF after ${*: -1}" "$(vf_mac "$PF0" 0)" "02:00:5e:10:00:$digits"
	expect_equal "what is published after ${*: -1}" "$(ls /run/vfprep/teams)" web0
}

# vf_is_completed AFTER-WHAT
vf_is_completed()
{
	expect_status 0 vfprep apply
	expect_equal "the VF after $1 and another apply" "$(about_vf1)" "$applied"
	expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'web0  web1'
	expect_status 0 vfprep release web1
}

expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
before=$(look_at "$PF0")
wish 11
learn sendto
mode=$(nth sendto ADDR_GEN_MODE) link=$(nth sendto ifi_flags=IFF_UP)
group=$(group_of $vf1) applied=$(about_vf1)
expect_status 0 vfprep release web1
released=$(about_vf1)
wish 12
learn sendto,renameat
mac=$(nth sendto 'vf=1, mac') publish=$(nth renameat web1/team.json) record=$(nth renameat state/)
expect_status 0 vfprep release web1


# Its parts, in their order.
declare -A text=([EIO]='failed .Input/output error' [EBUSY]='Device or resource busy' [EINVAL]='Invalid argument')
setting="$PF0 vf 1: mac none -> 02:00:5e:10:01:01"
node="$vf1: node none -> 77:0 0600"
publishing='web1: publish none -> /run/vfprep/teams/web1'
vf_fails "$setting: ${text[EIO]}" -e trace=sendto -e inject=sendto:error=EIO:when="$mac"
vf_fails "$setting: the PF's driver refuses this value" -e trace=sendto -e inject=sendto:error=EINVAL:when="$mac"
vf_is_completed 'its setting'
for error in EBUSY EINVAL; do
	vf_fails "$vf1: driver_override none -> vfio-pci: .*${text[$error]}" -P "$(device $vf1)/driver_override" \
		-e trace=write -e inject=write:error=$error
done
for error in EIO EBUSY EINVAL; do
	vf_fails "$vf1: driver none -> vfio-pci: .*${text[$error]}" -P /sys/bus/pci/drivers/vfio-pci/bind \
		-e trace=write -e inject=write:error=$error
done
vf_is_completed 'its driver'
vf_fails "$node: ${text[EIO]}" -e trace=fchownat -e inject=fchownat:error=EIO
vf_fails "$node: ${text[EIO]}" -e trace=fchmodat -e inject=fchmodat:error=EIO:when=1
vf_is_completed 'its node'
vf_fails "$publishing: no space left" -e trace=renameat -e inject=renameat:error=ENOSPC:when="$publish"
vf_is_completed 'what is published of it'

# A driver that is busy for a moment is asked again.
wish $((digits + 1))
apply_with 0 '^[^:]*$' -e trace=sendto -e inject=sendto:error=EBUSY:when="$mac"
vf_is_completed 'a moment'

# Where originals cannot be kept nothing is begun.
wish $((digits + 1))
was=$(look_at "$PF0")
apply_with 1 "$PF0: its original values could not be saved: Input/output error" \
	-e trace=renameat -e inject=renameat:error=EIO:when="$record"
expect_equal 'the machine without a record' "$(look_at "$PF0")" "$was"

# What cannot be put back is left, and said.
apply_with 7 "$PF0: not all that failed could be put back" -e trace=sendto -e inject=sendto:error=EIO:when="$mac+"
vf_is_completed 'no answer at all'
# From the first time on that the undoing needs the device.
wish $((digits + 1))
where=(-P "$(device $vf1)" -P "/dev/vfio/$group" -e "trace=openat,fchownat")
expect_status 0 strace --seccomp-bpf -f -o /tmp/good "${where[@]}" vfprep apply
undoing=$(awk '!pid && /openat\(/ { pid = $1 } $1 != pid { next } /fchownat/ { exit } /openat\(/ { n++ } END { print n + 1 }' /tmp/good)
expect_status 0 vfprep release web1
wish $((digits + 1))
apply_with 7 "$PF0: not all that failed could be put back" "${where[@]}" \
	-e inject=fchownat:error=EIO -e inject=openat:error=EIO:when="$undoing+"
vf_is_completed 'what was left'

expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(look_at "$PF0")" "$before"
wish 11
pf_fails "$PF0: addr_gen_mode eui64 -> none: ${text[EIO]}" -e trace=sendto -e inject=sendto:error=EIO:when="$mode"
pf_fails "$PF0: link down -> up: .*${text[EBUSY]}" -e trace=sendto -e inject=sendto:error=EBUSY:when="$link"
pf_fails "$PF0: sriov_drivers_autoprobe 1 -> 0: ${text[EIO]}" -P "$(device "$PF0")/sriov_drivers_autoprobe" \
	-e trace=write -e inject=write:error=EIO:when=1
for error in EBUSY EINVAL; do
	pf_fails "$PF0: sriov_numvfs 0 -> 2: .*${text[$error]}" -P "$(device "$PF0")/sriov_numvfs" \
		-e trace=write -e inject=write:error=$error
done
pf_fails "$PF0: sriov_drivers_autoprobe 0 -> 1: ${text[EIO]}" -P "$(device "$PF0")/sriov_drivers_autoprobe" \
	-e trace=write -e inject=write:error=EIO:when=2
expect_status 0 vfprep apply
expect_equal 'the VF after errors of its PF' "$(about_vf1)" "$applied"
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(look_at "$PF0")" "$before"
echo "$tried errors in $SECONDS s"
