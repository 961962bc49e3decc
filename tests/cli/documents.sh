#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The options that the programs tell of are those of the man pages and of the completions.
#
# bash's completion is called as bash calls it. zsh's and fish's are read as text, for neither shell need be there.
# shellcheck disable=SC2317 # functions that the completions call
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# What it is about now, and the section of its man pages.
program=vfprep section=8
declare -A commands=([vfprep]='list check plan apply prepare release verify park unpark cdi oci-hook udev-query' [vfteam]='list hostdev interface inject check')
completions=$source_dir/completions

# The page that tells of a command.
page_of()
{
	local page=$1

	[ "$page" != unpark ] || page=park
	echo "$source_dir/docs/man/$program-$page.$section.scd"
}

# Options with the name of their value: "--machine=FILE", "-q", "--quiet".
options_of_help()
{
	"${!program}" "$1" --help | sed -nE 's/^ +((-[a-z], )?--[a-z-]+(=[A-Z]+)?) .*/\1/p' | tr -d , | tr ' ' '\n' | sort
}

options_of_man_page()
{
	sed -n '/^# OPTIONS/,/^# [^O]/p' "$(page_of "$1")" |
		sed -nE 's/^(\*-.*)/\1/p' | tr -d '*_,' | tr ' ' '\n' | sort
}

# The same without the name of the value.
plain_options_of_help()
{
	options_of_help "$1" | sed 's/=.*//' | sort
}

options_of_zsh()
{
	sed -n "/^_${program}_${1#un}()/,/^}/p" "$completions/_$program" | sed 1d |
		sed -E "s/\[.*//; s/\([^)]*\)//" | grep -oE -- '-[a-z-]+' | grep -vx -- '-s' | sort
}

options_of_fish()
{
	grep -E "__fish_seen_subcommand_from [a-z -]*\b$1\b" "$completions/$program.fish" |
		grep -oE -- ' -[sl] [a-z-]+' | sed -E 's/ -l /--/; s/ -s /-/' | sort
}

# complete LINE: what bash would offer at its end.
complete_line()
{
	COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
	"_$program" "$program" '' ''
	printf '%s\n' "${COMPREPLY[@]}" | sort
}

# shellcheck source=completions/vfprep.bash
. "$completions/vfprep.bash"
# shellcheck source=completions/vfteam.bash
. "$completions/vfteam.bash"
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
_vfteam_teams()
{
	printf '%s\n' web0 db1
}

# check_documents COMMAND: of the program.
check_documents()
{
	local want file

	expect_equal "the options in $program-$1($section)" "$(options_of_man_page "$1")" "$(options_of_help "$1")"
	want=$(plain_options_of_help "$1")
	expect_equal "bash's options of $1" "$(complete_line "$program $1 -" | sed 's/=$//' | sort)" "$want"
	expect_equal "zsh's options of $1" "$(options_of_zsh "$1")" "$want"
	expect_equal "fish's options of $1" "$(options_of_fish "$1")" "$want"
	# One that takes a value is completed up to the '='.
	expect_equal "bash's options of $1 that take a value" "$(complete_line "$program $1 -" | grep '=')" \
		"$(options_of_help "$1" | sed -n 's/=.*/=/p')"
	for file in "$program.bash" "_$program" "$program.fish"; do
		grep -qw "$1" "$completions/$file" || fail "$file: no $1"
	done
	grep -q "^\*$program $1\*" "$(page_of "$1")" || fail "$program-$1($section): no synopsis"
	grep -q "\*$program-$1\*($section)" "$source_dir/docs/man/$program.$section.scd" || fail "$program($section): no $1"
}

ran='the completions'
for command in ${commands[vfprep]}; do
	check_documents "$command"
done
program=vfteam section=1
for command in ${commands[vfteam]}; do
	check_documents "$command"
done
mkdir domains && touch guest.xml domains/guest.xml
expect_equal 'commands' "$(complete_line 'vfteam ' | paste -sd ' ')" 'check hostdev inject interface list'
expect_equal 'names behind list' "$(complete_line 'vfteam list ' | paste -sd ' ')" 'db1 web0'
expect_equal 'names behind hostdev' "$(complete_line 'vfteam hostdev -q ' | paste -sd ' ')" 'db1 web0'
expect_equal 'names behind one name' "$(complete_line 'vfteam hostdev web0 ')" ''
expect_equal 'a domain' "$(complete_line 'vfteam inject --mtu 1500 gu')" guest.xml
expect_equal 'names behind a domain' "$(complete_line 'vfteam inject --mtu=1500 guest.xml ' | paste -sd ' ')" 'db1 web0'
expect_equal 'names behind stdin' "$(complete_line 'vfteam inject - w')" web0
expect_equal 'a file in place of a name' "$(complete_line 'vfteam list ./gu')" ./guest.xml
expect_equal 'a file to write' "$(complete_line 'vfteam inject guest.xml -o domains/')" domains/guest.xml
expect_equal 'a hint' "$(complete_line 'vfteam interface --persistent=pa')" passt
program=vfprep section=8

# Every driver of the program's tables stands in the page about them.
for driver in $(grep -oE '^	\{ "[A-Za-z0-9_-]+"' "$source_dir/lib/core/driver-rule.c" | tr -d '\t {"' | sort -u); do
	grep -qw -- "$driver" "$source_dir/docs/drivers.md" || fail "docs/drivers.md: no $driver"
done

expect_equal 'commands' "$(complete_line 'vfprep ' | paste -sd ' ')" 'apply cdi check list oci-hook park plan prepare release udev-query unpark verify'
expect_equal 'one command' "$(complete_line 'vfprep re')" release
expect_equal 'the devices' "$devices" '0000:01:00.0 0000:01:10.0 0000:03:00.1'
expect_equal 'one option' "$(complete_line 'vfprep apply --dr')" --dry-run
expect_equal 'names behind plan' "$(complete_line 'vfprep plan ' | paste -sd ' ')" '0000:01:00.0 0000:02:00.0'
expect_equal 'names behind release' "$(complete_line 'vfprep release ' | paste -sd ' ')" '0000:01:00.0 0000:02:00.0 db1 web0'
expect_equal 'names behind prepare' "$(complete_line 'vfprep prepare ' | paste -sd ' ')" '0000:01:10.0 0000:02:00.0'
expect_equal 'names behind verify' "$(complete_line 'vfprep verify ' | paste -sd ' ')" 'db1 web0'
expect_equal 'names behind cdi' "$(complete_line 'vfprep cdi ' | paste -sd ' ')" 'db1 web0'
expect_equal 'names behind park' "$(complete_line 'vfprep park ' | paste -sd ' ')" 'db1 web0'
expect_equal 'names behind list' "$(complete_line 'vfprep list ')" ''
# Bash has replaced all up to the last ':' or '=' already.
expect_equal 'an address' "$(complete_line 'vfprep apply -n 0000:02')" '02:00.0'
mkdir conf.d && touch machine.json
expect_equal 'drivers' "$(complete_line 'vfprep prepare 0000:01:10.0 --driver=vf')" vfio-pci
expect_equal 'a directory' "$(complete_line 'vfprep plan --confdir=co')" conf.d
expect_equal 'a file' "$(complete_line 'vfprep plan --machine ma')" machine.json
finish
