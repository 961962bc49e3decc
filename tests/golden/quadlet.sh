#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The quadlet is the one of which podman 5.4.2's generator made tests/golden/quadlet/guest.service; where there is a generator, it
# is asked once more.
#
# QUADLET  another generator than /usr/libexec/podman/quadlet
#
# That file is made anew by VFPREP_UPDATE=yes, with that generator.
set -u

top=${VFPREP_SOURCE:?}
golden=$top/tests/golden/quadlet/guest.service
generator=${QUADLET:-/usr/libexec/podman/quadlet}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

fail()
{
	printf 'FAIL: %s\n' "$*"
	failed=1
}

# section NAME FILE: its lines without comments.
section()
{
	awk -v name="[$1]" '/^\[/ { inside = $0 == name; next } inside && /^[^#]/' "$2"
}

# A generator keeps what it was given beside what it makes of it.
diff <(section Container "$top/container/guest.container") <(section X-Container "$golden") ||
	fail 'guest.container is not what guest.service was made of'

# Each option of the guide's rootful command is in the command that the quadlet makes.
command=$(section Service "$golden" | sed -n 's/^ExecStart=//p')
while read -r option; do
	[[ " ${command//=/ } " == *" ${option//=/ } "* ]] || fail "the quadlet does not give podman '$option'"
done < <("$top/tests/lab/guide-block" run podman-rootful | tr -d '\n\\\t' | sed 's/ --/\n--/g' |
	sed -n '/^--/p' | sed -e 's/^--volume/-v/' -e 's/ localhost.*//')

if [ -x "$generator" ]; then
	cp "$top/container/guest.container" "$dir"
	QUADLET_UNIT_DIRS=$dir "$generator" -dryrun 2>"$dir/said" | sed -e 1d -e 's|^SourcePath=.*/|SourcePath=|' |
		sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$dir/made"
	[ -s "$dir/made" ] || fail "the generator makes nothing of it: $(cat "$dir/said")"
	if [ "${VFPREP_UPDATE:-}" = yes ]; then
		cp "$dir/made" "$golden"
	elif [ "$("$generator" -version)" = 5.4.2 ]; then
		diff "$golden" "$dir/made" || fail 'the generator makes something else of it'
	fi
fi
exit "$failed"
