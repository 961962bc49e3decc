#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: after a kill at many of its changes, apply and release bring back exactly what they would have without it
# timeout: 300
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# Killed where: killed-everywhere.sh sets this to "all".
: "${KILL_AT:=some}"

trace=/tmp/trace
# Every call by which vfprep changes something; clone and poll because a child does the writes that may block, and lives
# on when its parent is killed.
changing=write,pwrite64,sendto,sendmsg,renameat,renameat2,mkdirat,unlinkat,fchownat,fchmodat,clone,clone3,poll,ppoll

# write_wishes COUNT: teams for the first two VFs; COUNT may be empty.
write_wishes()
{
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0

[PF]
VirtualFunctions=$1

[VF]
Owner=77

[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
Persistent=bridge:br100

[VF 1]
Team=web1
EOF
	[ -n "$1" ] || sed -i /VirtualFunctions/d /etc/vfprep/10-uplink.conf
}

# From a trace to "CALL ORDINAL" a line: each call of the parent's before which the machine is not as it was at the line
# before, and the wait for a child that writes.
points_of()
{
	awk '
		{ call = $0; sub(/\(.*/, "", call); count[call]++; changes = 0 }
		call == "openat" { if ((/O_WRONLY/ && !/O_CREAT/) || /driver_override", O_RDWR/) writes = 1; next }
		call ~ /^clone/ { changes = waits = writes; writes = 0 }
		call ~ /^p?poll$/ { changes = waits; waits = 0 }
		call ~ /^send/ { changes = /RTM_(NEW|SET)LINK/ }
		call ~ /^(rename|mkdir|unlink|fch)/ { changes = / = 0$/ }
		call ~ /write/ { changes = !/\([12],/; if (changes) writes = 0 }
		changes { print call, count[call] }' "$trace"
}

# trace_changes COMMAND...
trace_changes()
{
	expect_status 0 strace -o $trace -e trace=openat,$changing "$@"
}

# kill_at "CALL ORDINAL" COMMAND...: kills it when it is about to do that, and not the child that it waits for.
kill_at()
{
	local call=${1% *} ordinal=${1#* }

	shift
	expect_status 137 strace -o $trace -e trace="$call" -e inject="$call:signal=SIGKILL:when=$ordinal" "$@"
}

# What state says of this PF and more, in a tenth of the time.
look()
{
	local pf=/sys/bus/pci/devices/$PF0 vfs=()

	[ ! -e "$pf/virtfn0" ] || vfs=("$pf"/virtfn*/)
	grep . "$pf/sriov_drivers_autoprobe" "/proc/sys/net/ipv6/conf/$interface/addr_gen_mode" "${vfs[@]/%/driver_override}"
	find "$pf/" "${vfs[@]}" -maxdepth 1 -type l -printf '%p -> %l\n' | sort
	ip link show dev "$interface" | sed '1s/.*[<,]UP[,>].*/up/; 1s/.*<.*/down/'
	stat -c '%n %u:%g %a' /dev/vfio/*
	find /run/vfprep ! -name '*.busy' ! -name lock ! -type d | sort
}

# recover HOW WHERE: by another apply or by a release at once.
recover()
{
	if [ "$1" = apply ]; then
		expect_status 0 vfprep apply
		expect_equal "the machine after $2 and apply" "$(look)" "$applied"
	fi
	expect_status 0 vfprep release --all
	expect_equal "the machine after $2 and release" "$(look)" "$before"
	expect_equal "what is left after $2 and release" "$(find /run/vfprep/teams -mindepth 1)" ''
}

# try_point HOW POINT COMMAND...: kills "vfprep COMMAND" there.
try_point()
{
	local how=$1 point=$2

	shift 2
	[ "$1" != release ] || expect_status 0 vfprep apply
	kill_at "$point" vfprep "$@"
	recover "$how" "$1 was killed at $point"
	tried=$((tried + 1))
}

# try_points COMMAND EVERY START POINT...: at every EVERYth point.
try_points()
{
	local command=$1 every=$2 at=$3 point
	local -a words points

	shift 3
	read -ra words <<<"$command"
	points=("$@")
	for ((; at < ${#points[@]}; at += every)); do
		point=${points[at]}
		try_point "$recovery" "$point" "${words[@]}"
		[ $recovery = apply ] && recovery=release || recovery=apply
	done
}

find_all_points()
{
	before=$(look)
	trace_changes vfprep apply --json
	mapfile -t of_apply < <(points_of)
	applied=$(look)
	trace_changes vfprep release --all --json
	mapfile -t of_release < <(points_of)
	expect_equal 'the machine after release' "$(look)" "$before"
	[ "$applied" != "$before" ] || fail 'apply changed nothing'
	printf '%d points of apply, %d of release\n' ${#of_apply[@]} ${#of_release[@]}
}

# first_wait POINT...: the position of that at which the child writes the count.
first_wait()
{
	local position=0 point

	for point; do
		[[ $point != *poll* ]] || break
		position=$((position + 1))
	done
	echo $position
}

interface=$(pf_netdev "$PF0")
tried=0 recovery=apply of_apply=() of_release=()
expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
mkdir -p /run/vfprep/teams
write_wishes 2
find_all_points
if [ "$KILL_AT" = all ]; then
	try_points 'apply --json' 1 0 "${of_apply[@]}"
	try_points 'release --all --json' 1 0 "${of_release[@]}"
else
	try_points 'apply --json' 1000 "$(first_wait "${of_apply[@]}")" "${of_apply[@]}"
	try_points 'release --all --json' 1000 "$(first_wait "${of_release[@]}")" "${of_release[@]}"
fi

# With VFs that are there already it takes no seconds.
make_vfs "$PF0" 2
expect_equal 'MAC' "$(raw mac "$PF0" 1 02:00:5e:20:00:01)" ok
bind_vfio "$(vf_address "$PF0" 1)"
expect_equal 'owner' "$(raw chown "$(vf_address "$PF0" 1)" 1:2 0640)" ok
write_wishes ''
find_all_points
every=11
[ "$KILL_AT" != all ] || every=1
try_points 'apply --json' $every 0 "${of_apply[@]}"
try_points 'release --all --json' $every 1 "${of_release[@]}"
echo "killed $tried times in $SECONDS s"
