#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plans of tests/golden/plan: configuration, machine.json and perhaps options give plan.txt; run.sh VFPREP [CASE...].
# GOLDEN_UPDATE=1 writes what comes out instead of comparing; review that diff as code.
set -u

here=$(cd "$(dirname "$0")" && pwd)
vfprep=$1
shift
[ $# -gt 0 ] || set -- "$here"/plan/*/
failed=0

play()
{
	local status=0 errors

	errors=$(mktemp)
	# shellcheck disable=SC2046 # a word each
	"$vfprep" plan --machine="$1/machine.json" --confdir="$1" --exit-code $(cat "$1/options" 2>/dev/null) 2>"$errors" || status=$?
	sed "s#$1/*##g" "$errors"
	rm -f "$errors"
	echo "exit $status"
}

for case in "$@"; do
	case=${case%/}
	[ -d "$case" ] || case=$here/plan/$case
	if [ -n "${GOLDEN_UPDATE:-}" ]; then
		play "$case" >"$case/plan.txt"
	elif ! difference=$(diff -u --label want --label got "$case/plan.txt" <(play "$case")); then
		printf 'FAILED %s\n%s\n' "${case##*/}" "$difference"
		failed=1
	fi
done
exit "$failed"
