#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/container-guide.md shows what vfprep and vfteam print, and names what is there. What takes a kernel is lab container-guide's.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

guide=$source_dir/docs/container-guide.md
block()
{
	"$source_dir/tests/lab/guide-block" "$@" || fail "the guide has no $*"
}

# as_in_guide NAME
as_in_guide()
{
	expect_equal "what the guide shows as $1" "$(block output "$1")" "$out$err"
}

# refused NAME EDIT: the guide's domain after that edit of sed's.
refused()
{
	block file web0.xml | sed -E "$2" >guest.xml
	run_it "$vfteam" inject --teams=run/teams guest.xml
	expect_status 3
	as_in_guide "$1"
}

mkdir conf
block file 10-web0.conf >conf/10-web0.conf
run_it "$fake" apply -q --confdir=conf --rundir=run
expect_status 0
sed -i "s/\"boot_id\":.*/\"boot_id\": \"$(cat /proc/sys/kernel/random/boot_id)\",/" run/teams/web0/team.json
block file web0.xml >plain.xml
run_it "$vfteam" inject --teams=run/teams plain.xml
expect_status 0
as_in_guide domain
refused domain-pc 's/q35/pc/'
nic="<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>"
refused domain-alias "s|( *)<serial.*|&\n\1${nic/<model/<alias name=\'ua-web0_vf\'/><model}|"
refused domain-mac "s|( *)<serial.*|&\n\1${nic/52:54:00:00:00:01/02:00:5e:10:00:01}|"

# What no test here can bring about is at least what the program has.
while read -r name; do
	text=$(block source "$name")
	tr '\n\t' '  ' <"$source_dir/lib/core/$name.c" | sed 's/" *"//g' | grep -qF -- "$text" || fail "$name.c: no '$text'"
done < <("$source_dir/tests/lab/guide-block" --list source)

# Each block is in a test.
for kind in file run output source; do
	while read -r name; do
		[ "$kind" = source ] || grep -qE "\\b$name\\b" "$source_dir"/tests/{lab/cases,cli}/container-guide.sh ||
			fail "the guide's $kind $name is in no test"
	done < <("$source_dir/tests/lab/guide-block" --list "$kind")
done
expect_equal 'blocks that are shown' "$("$source_dir/tests/lab/guide-block" --list output | wc -l)" 17

# The entrypoint's variables.
expect_equal 'the variables in the guide' "$(sed -n 's/^| \(VFTEAM_[A-Z_]*\) .*/\1/p' "$guide" | sort)" \
	"$(sed -n 's/^# \(VFTEAM_[A-Z_]*\) .*/\1/p' "$source_dir/container/entrypoint" | sort)"
# Files that it leads to.
for link in $(grep -oE '\]\([^)#]+\)' "$guide" | tr -d ']()'); do
	[ -e "$source_dir/docs/$link" ] || fail "the guide leads to $link, which is not there"
done
finish
