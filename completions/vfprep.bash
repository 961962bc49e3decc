# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of vfprep for bash; tests/cli/documents.sh compares its options with the program's.

_vfprep_pfs()
{
	local file

	for file in /sys/bus/pci/devices/*/sriov_totalvfs; do
		[ ! -e "$file" ] || basename "${file%/*}"
	done
}

_vfprep_teams()
{
	local dir

	for dir in /run/vfprep/teams/*/; do
		[ ! -d "$dir" ] || basename "$dir"
	done
}

# _vfprep_devices DIRECTORY, that of sysfs: VFs, and NICs that are none.
_vfprep_devices()
{
	local dir class

	for dir in "$1"/*/; do
		class=$(cat "$dir/class" 2>/dev/null)
		[[ ! -e $dir/physfn && $class != 0x02* ]] || basename "$dir"
	done
}

# _vfprep_options COMMAND; one that takes a value ends in '='.
_vfprep_options()
{
	case $1 in
	list) echo '--json --machine= --rundir= --quiet -q' ;;
	check) echo '--json --machine= --config-only --confdir= --rundir= --quiet -q' ;;
	plan) echo '--json --machine= --exit-code --force --live --prune --confdir= --rundir= --verbose -v --quiet -q' ;;
	apply) echo '--json --dry-run -n --force --live --prune --wait= --wait-devices= --timeout= --confdir= --rundir= --verbose -v --quiet -q' ;;
	prepare) echo '--json --team= --mac= --driver= --owner= --group= --mode= --persistent= --container-owner= --container-group= --guest-memory= --dry-run -n --force --wait= --timeout= --rundir= --verbose -v --quiet -q' ;;
	release) echo '--json --dry-run -n --all --force --wait= --timeout= --rundir= --verbose -v --quiet -q' ;;
	cdi) echo '--hook-file --run-options --rundir= --quiet -q' ;;
	oci-hook | udev-query) echo '--rundir= --quiet -q' ;;
	park | unpark) echo '--json --dry-run -n --wait= --timeout= --rundir= --verbose -v --quiet -q' ;;
	verify) echo '--json --machine= --rundir= --quiet -q' ;;
	'') echo '--help -h --version' ;;
	esac
}

# _vfprep_value OPTION CURRENT: what may stand behind an option; status 1: the option takes no value.
_vfprep_value()
{
	case $1 in
	--machine) compgen -f -- "$2" ;;
	--confdir | --rundir) compgen -d -- "$2" ;;
	--mac) compgen -W 'auto none' -- "$2" ;;
	--driver) compgen -W 'vfio-pci auto none' -- "$2" ;;
	--owner | --container-owner) compgen -u -- "$2" ;;
	--group | --container-group) compgen -g -- "$2" ;;
	--team | --mode | --guest-memory | --persistent | --wait | --wait-devices | --timeout) ;;
	*) return 1 ;;
	esac
}

# _vfprep_words COMMAND CURRENT: options, or what the command works on.
_vfprep_words()
{
	local words=''

	case $1:$2 in
	*:-*) words=$(_vfprep_options "$1") ;;
	:*) words='list check plan apply prepare release verify park unpark cdi oci-hook udev-query' ;;
	plan:* | apply:*) words=$(_vfprep_pfs) ;;
	prepare:* | udev-query:*) words=$(_vfprep_devices /sys/bus/pci/devices) ;;
	verify:* | park:* | unpark:* | cdi:* | oci-hook:*) words=$(_vfprep_teams) ;;
	release:*) words="$(_vfprep_pfs) $(_vfprep_teams)" ;;
	esac
	compgen -W "$words" -- "$2"
}

_vfprep()
{
	# By blanks, and not by COMP_WORDS, which splits addresses at ':' and options at '='.
	local words=() line=${COMP_LINE:0:COMP_POINT} current='' command='' previous strip word

	read -ra words <<<"$line"
	if [[ $line != *[[:blank:]] ]]; then
		current=${words[-1]}
		unset 'words[-1]'
	fi
	for word in "${words[@]:1}"; do
		[[ $word = -* ]] || command=${command:-$word}
	done
	previous=${words[-1]}

	if [[ $current = --*=* ]]; then
		mapfile -t COMPREPLY < <(_vfprep_value "${current%%=*}" "${current#*=}")
		COMPREPLY=("${COMPREPLY[@]/#/${current%%=*}=}")
	elif _vfprep_value "$previous" "$current" >/dev/null; then
		mapfile -t COMPREPLY < <(_vfprep_value "$previous" "$current")
	else
		mapfile -t COMPREPLY < <(_vfprep_words "$command" "$current")
	fi
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
	# Bash replaces only what stands behind the last of its word breaks.
	strip=${current%"${current##*[=:]}"}
	COMPREPLY=("${COMPREPLY[@]#"$strip"}")
}

complete -F _vfprep vfprep
