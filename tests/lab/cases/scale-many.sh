#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: 127 real VFs are made, bound, handed out, listed and taken away, each at the cost of one of 7
# profile: many-vfs
# slow
# timeout: 400
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/counts.sh
. "$LAB/counts.sh"

few=7 many=127
# Each read of a VF opens 3: its directory, its override, the list of its group; apply reads it twice. Of the rest 4 are for its
# override, 5 for its driver, 3 for its node, 1 for a claim.
declare -A opens forks opens_each=([apply]=20 [list]=4 [again]=4 [release]=5) forks_each=([apply]=2 [list]=0 [again]=0 [release]=0)
before=$(snapshot)
# So that the first apply has no more to do than the second: the module, the directories.
raw module vfio-pci >/dev/null
mkdir -p /run/vfprep/state /run/vfprep/teams /var/run/cdi

# measure NAME VFS COMMAND...: by what it opens and whom it starts; each call that is traced takes its time.
measure()
{
	local name=$1 n=$2 began=$SECONDS

	shift 2
	count 0 "$@"
	opens[$name.$n]=$(calls | grep -cx openat)
	forks[$name.$n]=$(children)
	printf '%s, %s VFs: %s opened, %s children, %s s\n' "$name" "$n" "${opens[$name.$n]}" "${forks[$name.$n]}" $((SECONDS - began))
}
count_only=openat,clone,clone3,fork,vfork

configure()
{
	write_conf 10-nvme <<-EOF
		[Match]
		Address=$PF0

		[PF]
		VirtualFunctions=$1

		[VF]
		Driver=vfio-pci
		Owner=1234
		Group=users
	EOF
}

for n in $few $many; do
	configure "$n"
	measure apply "$n" vfprep apply
	measure list "$n" vfprep list
	last=$(vf_address "$PF0" $((n - 1)))
	expect_equal 'VFs' "$(numvfs "$PF0")" "$n"
	expect_equal 'driver of the last one' "$(driver_of "$last")" vfio-pci
	expect_equal 'node of the last one' "$(node_of "$last")" "1234:$(getent group users | cut -d: -f3) 0660"
	measure again "$n" vfprep apply
	expect_match 'what is said' "$ERR" 'nothing to do'
	measure release "$n" vfprep release --all
	expect_equal 'VFs after release' "$(numvfs "$PF0")" 0
done

rm /etc/vfprep/10-nvme.conf /run/vfprep/lock
find /run/vfprep -type d -empty -delete
expect_equal 'the machine after release' "$(snapshot)" "$before"
more=$((many - few))
for what in apply list again release; do
	expect_each "opened by $what" "${opens[$what.$few]}" "${opens[$what.$many]}" $more "${opens_each[$what]}"
	expect_each "children of $what" "${forks[$what.$few]}" "${forks[$what.$many]}" $more "${forks_each[$what]}"
done

# Settings need an interface, which this PF has not: its VFs are made, and none of them is touched.
configure 1
printf 'VLANId=5\n' >>/etc/vfprep/10-nvme.conf
expect_status 4 vfprep apply
expect_match 'what is said' "$ERR" 'the PF has no network interface'
expect_equal 'driver of the VF' "$(driver_of "$(vf_address "$PF0" 0)")" none
