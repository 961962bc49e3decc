#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: all faults of all files are told at once and nothing is touched; and which file wins
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

etc=/etc/vfprep run=/run/vfprep/conf.d usr=/usr/lib/vfprep

# team_file PATH TEAM: prepares VF 0 of the first PF.
team_file()
{
	mkdir -p "${1%/*}"
	printf '[Match]\nAddress=%s\n[PF]\nVirtualFunctions=1\n[VF 0]\nTeam=%s\n' "$PF0" "$2" >"$1"
}

# expect_team TEAM: what plan would publish.
expect_team()
{
	expect_status 0 vfprep plan
	expect_equal 'what is planned to be published' "$(sed -n 's/: publish none.*//p' <<<"$OUT")" "$1"
}

team_file $etc/10-good.conf good
write_conf 20-words <<EOF
[Match]
Address=$PF1
[PF]
VirtualFunctions=seven
Colour=red

[VF 0]
Team=-bad-
Team=twice
EOF
write_conf 30-places <<EOF
Lost=1
[Match]
Device=8086:10c9
[VF 9-3]
MACAddress=03:00:00:00:00:01
[Nowhere]
EOF
before=$(snapshot)
expect_status 3 vfprep apply
for place in 20-words.conf:4 20-words.conf:5 20-words.conf:8 20-words.conf:9 \
	30-places.conf:1 30-places.conf:4 30-places.conf:6; do
	expect_match 'what is said' "$ERR" "$etc/$place: "
done
expect_equal 'what is done' "$OUT" ''
expect_equal 'the machine' "$(snapshot)" "$before"
expect_status 3 vfprep plan
expect_status 3 vfprep check --config-only
rm $etc/20-words.conf $etc/30-places.conf
expect_status 0 vfprep check --config-only

team_file $run/10-good.conf loses
team_file $usr/10-good.conf loses
expect_team good
rm $etc/10-good.conf
team_file $run/10-good.conf wins
expect_team wins
team_file $usr/05-earlier.conf earlier
expect_team earlier
ln -s /dev/null $etc/05-earlier.conf
expect_team wins
ln -s /dev/null $etc/10-good.conf
expect_team ''
rm $etc/10-good.conf

expect_status 0 vfprep apply
expect_equal 'VFs' "$(numvfs "$PF0")" 1
expect_equal 'team' "$(ls /run/vfprep/teams)" wins
