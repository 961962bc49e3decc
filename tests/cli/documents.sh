#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The options that the program tells of are those of the man pages and of the completions.
#
# bash's completion is called as bash calls it. zsh's and fish's are read as text, for neither shell need be there.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

commands=(list check plan apply prepare release verify cdi oci-hook)
completions=$source_dir/completions

# Options with the name of their value: "--machine=FILE", "-q", "--quiet".
options_of_help()
{
	"$vfprep" "$1" --help | sed -nE 's/^ +((-[a-z], )?--[a-z-]+(=[A-Z]+)?) .*/\1/p' | tr -d , | tr ' ' '\n' | sort
}

options_of_man_page()
{
	sed -n '/^# OPTIONS/,/^# [^O]/p' "$source_dir/docs/man/vfprep-$1.8.scd" |
		sed -nE 's/^(\*-.*)/\1/p' | tr -d '*_,' | tr ' ' '\n' | sort
}

# The same without the name of the value.
plain_options_of_help()
{
	options_of_help "$1" | sed 's/=.*//' | sort
}

options_of_zsh()
{
	sed -n "/^_vfprep_$1()/,/^}/p" "$completions/_vfprep" | sed 1d |
		sed -E "s/\[.*//; s/\([^)]*\)//" | grep -oE -- '-[a-z-]+' | grep -vx -- '-s' | sort
}

options_of_fish()
{
	grep -E "__fish_seen_subcommand_from [a-z ]*\b$1\b" "$completions/vfprep.fish" |
		grep -oE -- ' -[sl] [a-z-]+' | sed -E 's/ -l /--/; s/ -s /-/' | sort
}

# complete LINE: what bash would offer at its end.
complete_line()
{
	COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
	_vfprep vfprep '' ''
	printf '%s\n' "${COMPREPLY[@]}" | sort
}

# shellcheck source=completions/vfprep.bash
. "$completions/vfprep.bash"
# What prepare may be for is told by sysfs: a VF (also of another kind of device), and what is of class "network".
mkdir -p sys/0000:0{0:1f.0,1:00.0,1:10.0,3:00.1}
echo 0x060100 >sys/0000:00:1f.0/class
echo 0x020000 | tee sys/0000:01:00.0/class >sys/0000:01:10.0/class
echo 0x010802 >sys/0000:03:00.1/class
touch sys/0000:01:10.0/physfn sys/0000:03:00.1/physfn
devices=$(_vfprep_devices sys | paste -sd ' ')

_vfprep_devices()
{
	printf '%s\n' 0000:01:10.0 0000:02:00.0
}
_vfprep_pfs()
{
	printf '%s\n' 0000:01:00.0 0000:02:00.0
}
_vfprep_teams()
{
	printf '%s\n' web0 db1
}

ran='the completions'
for command in "${commands[@]}"; do
	expect_equal "the options in vfprep-$command(8)" "$(options_of_man_page "$command")" "$(options_of_help "$command")"
	want=$(plain_options_of_help "$command")
	expect_equal "bash's options of $command" "$(complete_line "vfprep $command -" | sed 's/=$//' | sort)" "$want"
	expect_equal "zsh's options of $command" "$(options_of_zsh "$command")" "$want"
	expect_equal "fish's options of $command" "$(options_of_fish "$command")" "$want"
	# One that takes a value is completed up to the '='.
	expect_equal "bash's options of $command that take a value" "$(complete_line "vfprep $command -" | grep '=')" \
		"$(options_of_help "$command" | sed -n 's/=.*/=/p')"
	for file in vfprep.bash _vfprep vfprep.fish; do
		grep -qw "$command" "$completions/$file" || fail "$file: no $command"
	done
	grep -q "^\*vfprep $command\*" "$source_dir/docs/man/vfprep-$command.8.scd" || fail "vfprep-$command(8): no synopsis"
	grep -q "\*vfprep-$command\*(8)" "$source_dir/docs/man/vfprep.8.scd" || fail "vfprep(8): no $command"
done

# Every driver of the program's tables stands in the page about them.
for driver in $(grep -oE '^	\{ "[A-Za-z0-9_-]+"' "$source_dir/lib/core/driver-rule.c" | tr -d '\t {"' | sort -u); do
	grep -qw -- "$driver" "$source_dir/docs/drivers.md" || fail "docs/drivers.md: no $driver"
done

expect_equal 'commands' "$(complete_line 'vfprep ' | paste -sd ' ')" 'apply cdi check list oci-hook plan prepare release verify'
expect_equal 'one command' "$(complete_line 'vfprep re')" release
expect_equal 'the devices' "$devices" '0000:01:00.0 0000:01:10.0 0000:03:00.1'
expect_equal 'one option' "$(complete_line 'vfprep apply --dr')" --dry-run
expect_equal 'names behind plan' "$(complete_line 'vfprep plan ' | paste -sd ' ')" '0000:01:00.0 0000:02:00.0'
expect_equal 'names behind release' "$(complete_line 'vfprep release ' | paste -sd ' ')" '0000:01:00.0 0000:02:00.0 db1 web0'
expect_equal 'names behind prepare' "$(complete_line 'vfprep prepare ' | paste -sd ' ')" '0000:01:10.0 0000:02:00.0'
expect_equal 'names behind verify' "$(complete_line 'vfprep verify ' | paste -sd ' ')" 'db1 web0'
expect_equal 'names behind cdi' "$(complete_line 'vfprep cdi ' | paste -sd ' ')" 'db1 web0'
expect_equal 'names behind list' "$(complete_line 'vfprep list ')" ''
# Bash has replaced all up to the last ':' or '=' already.
expect_equal 'an address' "$(complete_line 'vfprep apply -n 0000:02')" '02:00.0'
mkdir conf.d && touch machine.json
expect_equal 'drivers' "$(complete_line 'vfprep prepare 0000:01:10.0 --driver=vf')" vfio-pci
expect_equal 'a directory' "$(complete_line 'vfprep plan --confdir=co')" conf.d
expect_equal 'a file' "$(complete_line 'vfprep plan --machine ma')" machine.json
finish
