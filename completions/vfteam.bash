# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of vfteam for bash; tests/cli/documents.sh compares its options with the program's.

_vfteam_teams()
{
	local dir

	for dir in /run/vfprep/teams/*/; do
		[ ! -d "$dir" ] || basename "$dir"
	done
}

# _vfteam_options COMMAND; one that takes a value ends in '='.
_vfteam_options()
{
	case $1 in
	list) echo '--json --teams= --quiet -q' ;;
	hostdev) echo '--teams= --output= -o --quiet -q' ;;
	interface) echo '--persistent= --mtu= --queues= --teams= --output= -o --quiet -q' ;;
	inject) echo '--persistent= --mtu= --queues= --onto= --spare-ports --teams= --output= -o --quiet -q' ;;
	check) echo '--json --memory= --pid= --running= --log= --teams= --quiet -q' ;;
	'') echo '--help -h --version' ;;
	esac
}

# _vfteam_value OPTION CURRENT: what may stand behind an option; status 1: the option takes no value.
_vfteam_value()
{
	case $1 in
	--teams) compgen -d -- "$2" ;;
	--output | -o | --log) compgen -f -- "$2" ;;
	--persistent) compgen -W 'user passt' -- "$2" ;;
	--mtu | --queues | --onto | --memory | --pid | --running) ;;
	*) return 1 ;;
	esac
}

# _vfteam_words COMMAND NUMBER CURRENT: options, or what the command works on; NUMBER words of that are there.
_vfteam_words()
{
	case $1:$2:$3 in
	*:*:-*) compgen -W "$(_vfteam_options "$1")" -- "$3" ;;
	:*) compgen -W 'list hostdev interface inject check' -- "$3" ;;
	inject:0:*) compgen -f -- "$3" ;;
	check:0:*)
		compgen -W "$(_vfteam_teams)" -- "$3"
		compgen -f -X '!*.xml' -- "$3"
		[[ $3 != */* ]] || compgen -f -X '*.xml' -- "$3"
		;;
	list:* | inject:* | check:* | *:0:*)
		compgen -W "$(_vfteam_teams)" -- "$3"
		[[ $3 != */* ]] || compgen -f -- "$3"
		;;
	esac
}

_vfteam()
{
	# By blanks, and not by COMP_WORDS, which splits hints at ':' and options at '='.
	local words=() line=${COMP_LINE:0:COMP_POINT} current='' command='' number=-1 previous='' strip word

	read -ra words <<<"$line"
	if [[ $line != *[[:blank:]] ]]; then
		current=${words[-1]}
		unset 'words[-1]'
	fi
	for word in "${words[@]:1}"; do
		if [[ $word != -?* ]] && ! _vfteam_value "$previous" '' >/dev/null; then
			command=${command:-$word}
			number=$((number + 1))
		fi
		previous=$word
	done

	if [[ $current = --*=* ]]; then
		mapfile -t COMPREPLY < <(_vfteam_value "${current%%=*}" "${current#*=}")
		COMPREPLY=("${COMPREPLY[@]/#/${current%%=*}=}")
	elif _vfteam_value "$previous" "$current" >/dev/null; then
		mapfile -t COMPREPLY < <(_vfteam_value "$previous" "$current")
	else
		mapfile -t COMPREPLY < <(_vfteam_words "$command" "$number" "$current")
	fi
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
	# Bash replaces only what stands behind the last of its word breaks.
	strip=${current%"${current##*[=:]}"}
	COMPREPLY=("${COMPREPLY[@]#"$strip"}")
}

complete -F _vfteam vfteam
