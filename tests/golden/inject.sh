#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Domains of tests/golden/inject: domain.xml, the words in args and the teams in teams/ give out.xml (what is printed)
# and said.txt (stderr and exit code); inject.sh VFTEAM [CASE...].
#
# A second run over out.xml has to give it again; and where domain.xml is valid for libvirt's grammar, out.xml has to be.
# GOLDEN_UPDATE=1 writes what comes out instead of comparing; review that diff as code.
set -u

here=$(cd "$(dirname "$0")" && pwd)/inject
vfteam=$(realpath "$1")
schema=/usr/share/libvirt/schemas/domain.rng
shift
[ $# -gt 0 ] || set -- "$here"/*/
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
	printf 'FAILED %s: %s\n' "${case##*/}" "$*"
	failed=1
}

# inject DOMAIN OUT ERRORS: with the words of the case.
inject()
{
	local words=() status=0

	[ ! -f "$case/args" ] || read -ra words <"$case/args"
	"$vfteam" inject "$1" "${words[@]}" --teams="$work/teams" >"$2" 2>"$3" || status=$?
	echo "exit $status" >>"$3"
}

valid()
{
	xmllint --nonet --noout --relaxng "$schema" "$1" 2>"$work/schema-says"
}

compare()
{
	local difference

	if [ -n "${GOLDEN_UPDATE:-}" ]; then
		cp "$2" "$1"
	elif ! difference=$(diff -u --label want --label got "$1" "$2"); then
		fail "$difference"
	fi
}

check_out()
{
	inject "$work/out.xml" "$work/again.xml" "$work/said-again"
	cmp -s "$work/out.xml" "$work/again.xml" || fail "a second run changes it: $(diff "$work/out.xml" "$work/again.xml")"
	if [ -n "$has_schema" ] && valid "$case/domain.xml" && ! valid "$work/out.xml"; then
		fail "libvirt's grammar does not accept it: $(cat "$work/schema-says")"
	fi
}

has_schema=''
if [ -r "$schema" ] && command -v xmllint >/dev/null; then
	has_schema=1
else
	echo "without $schema or xmllint nothing is compared with libvirt's grammar; tests/setup installs both"
fi
for file in "$here"/teams/*.json; do
	name=$(basename "$file" .json)
	mkdir -p "$work/teams/$name"
	sed "s/@BOOT@/$(cat /proc/sys/kernel/random/boot_id)/" "$file" >"$work/teams/$name/team.json"
done
for case in "$@"; do
	case=${case%/}
	[ -d "$case" ] || case=$here/$case
	[ "${case##*/}" != teams ] || continue
	cp "$case/domain.xml" "$work/domain.xml"
	(cd "$work" && inject domain.xml out.xml said.txt)
	compare "$case/said.txt" "$work/said.txt"
	if [ -s "$work/out.xml" ]; then
		compare "$case/out.xml" "$work/out.xml"
		check_out
	elif [ -f "$case/out.xml" ]; then
		fail "nothing is printed: $(cat "$work/said.txt")"
	fi
done
exit "$failed"
