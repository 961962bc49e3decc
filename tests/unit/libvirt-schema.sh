#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# libvirt's own grammar accepts each fragment, and refuses what is broken.
#
#   libvirt-schema.sh TEST-FRAGMENT
set -eu

schema=/usr/share/libvirt/schemas/domaincommon.rng

if [ ! -r "$schema" ] || ! command -v xmllint >/dev/null; then
	echo "skipped: $schema or xmllint is not there; tests/setup installs both"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/fragment.rng" <<RNG
<grammar xmlns="http://relaxng.org/ns/structure/1.0"
	datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
	<include href="$schema"/>
	<start><choice><ref name="hostdev"/><ref name="interface"/></choice></start>
</grammar>
RNG

accepts()
{
	xmllint --nonet --noout --relaxng "$dir/fragment.rng" "$1" 2>"$dir/said"
}

"$1" "$dir"
count=0
for file in "$dir"/*.xml; do
	if ! accepts "$file"; then
		cat "$dir/said" "$file"
		echo "FAIL: libvirt's grammar does not accept $(basename "$file")"
		exit 1
	fi
	count=$((count + 1))
done
[ "$count" -eq 9 ] || {
	echo "FAIL: $count fragments were written, not 9"
	exit 1
}
# The grammar has to be able to say no.
sed "s/ persistent='ua-web0'//" "$dir/hostdev.xml" >"$dir/broken"
if accepts "$dir/broken"; then
	echo "FAIL: a hostdev without its persistent side was accepted"
	exit 1
fi
echo "$count fragments are accepted"
