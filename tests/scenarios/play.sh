#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plays a scenario and prints all that is seen; sourced, with `raw`, `state` and `vfprep` defined for the machine that
# it is played on: the emulated one (tests/lab/cases/scenario-*.sh) or the one in memory (play-fake).

# shellcheck disable=SC2154 # rundir and confdir come from there too

# do_ COMMAND...: shows a command, what it says and how it ends.
do_()
{
	local status=0

	printf '$ %s\n' "$*"
	"$@" 2>&1 | anonymous
	status=${PIPESTATUS[0]}
	[ "$status" -eq 0 ] || printf 'exit %d\n' "$status"
}

# What differs between two machines that are equal: group numbers, processes and the boot.
anonymous()
{
	sed -E 's/pid [0-9]+/pid N/; s/("iommu_group": )[0-9]+/\1N/; s#/dev/vfio/[0-9]+#/dev/vfio/N#; s/("boot_id": )"[^"]*"/\1"B"/'
}

# show FILE...: below the run directory.
show()
{
	local file

	for file in "$@"; do
		printf '$ show %s\n' "$file"
		anonymous <"$rundir/$file"
	done
}

# conf NAME <<EOF
conf()
{
	mkdir -p "$confdir"
	cat >"$confdir/$1.conf"
}

play()
{
	# shellcheck source=/dev/null # the scenario
	. "$1"
}
