#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a setting is one message; 7 VFs cost 7 times what 1 costs; a second apply and a list only read
# timeout: 300
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/counts.sh
. "$LAB/counts.sh"

few=1 many=7
declare -A all forks asked set
# So that the first apply has no more to do than the second: the module, the directories.
raw module vfio-pci >/dev/null
mkdir -p /run/vfprep/state /run/vfprep/teams /var/run/cdi

# measure NAME VFS COMMAND...
measure()
{
	local name=$1 n=$2

	shift 2
	count 0 "$@"
	calls >"/tmp/$name.$n"
	all[$name.$n]=$(wc -l <"/tmp/$name.$n")
	forks[$name.$n]=$(children)
	asked[$name.$n]=$(messages RTM_GETLINK)
	set[$name.$n]=$(messages 'RTM_SETLINK|RTM_NEWLINK')
}

for n in $few $many; do
	write_conf 10-uplink <<-EOF
		[Match]
		Address=$PF0

		[PF]
		VirtualFunctions=$n

		[VF]
		Team=db%i
		Owner=1234
		VLANId=7
	EOF
	measure apply "$n" vfprep apply
	measure again "$n" vfprep apply
	expect_match 'what is said' "$ERR" 'nothing to do'
	measure list "$n" vfprep list
	expect_status 0 vfprep release --all
done

# For each VF its MAC, its VLAN; driver_override and bind are a child each.
more=$((many - few))
expect_each 'settings that apply sets' "${set[apply.$few]}" "${set[apply.$many]}" $more 2
expect_each 'children of apply' "${forks[apply.$few]}" "${forks[apply.$many]}" $more 2
# docs/scale.md says what each is for.
expect_each 'calls of apply' "${all[apply.$few]}" "${all[apply.$many]}" $more 167
for what in again list; do
	expect_each "settings of $what" "${set[$what.$few]}" "${set[$what.$many]}" $more 0
	expect_equal "settings of $what" "${set[$what.$many]}" 0
	expect_each "questions of $what" "${asked[$what.$few]}" "${asked[$what.$many]}" $more 0
	expect_each "children of $what" "${forks[$what.$few]}" "${forks[$what.$many]}" $more 0
done
# 18 for the VF, as unit system-calls has it, and 10 for its team; a second apply looks whether team.json and CDI file are wanted.
expect_each 'calls of list' "${all[list.$few]}" "${all[list.$many]}" $more 28
expect_each 'calls of a second apply' "${all[again.$few]}" "${all[again.$many]}" $more 30
