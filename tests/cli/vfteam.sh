#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The container's program: its help, what is said of a wrong command line, list, and what it links.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

commands=(list hostdev interface inject check)

expect_screenful()
{
	expect_status 0
	expect_equal stderr "$err" ''
	[ "$(wc -l <"$work/.out")" -le 24 ] || fail "$ran: more than 24 lines"
	[ "$(wc -L <"$work/.out")" -le 80 ] || fail "$ran: more than 80 columns"
}

# expect_fault STATUS REGEX: nothing on stdout, and stderr fits.
expect_fault()
{
	expect_status "$1"
	expect_equal stdout "$out" ''
	expect_match stderr "$err" "$2"
}

run_it "$vfteam" --help
expect_screenful
for command in "${commands[@]}"; do
	expect_match stdout "$out" "  $command +[A-Z]"
	run_it "$vfteam" "$command" --help
	expect_screenful
	expect_match stdout "$out" "^Usage: vfteam $command .*See vfteam-$command\\(1\\)\\.$"
	run_it "$vfteam" --help
done
run_it "$vfteam" --version
expect_match stdout "$out" '^vfteam [0-9]+\.[0-9]+\.[0-9]+$'

run_it "$vfteam"
expect_usage '^vfteam: no command is given; see vfteam --help$'
run_it "$vfteam" apply
expect_usage "unknown command 'apply'"
run_it "$vfteam" list --mtu=9000
expect_usage 'list takes no --mtu'
run_it "$vfteam" hostdev
expect_usage 'hostdev needs one team'
run_it "$vfteam" hostdev web0 db1
expect_usage 'hostdev needs one team'
run_it "$vfteam" interface web0 --persistent=vhost:a
expect_usage "--persistent='vhost:a': it is none of user"
run_it "$vfteam" interface web0 --mtu=67
expect_usage "--mtu takes a number from 68 to 65535, not '67'"
run_it "$vfteam" interface web0 --queues=no
expect_usage "--queues takes a number from 1 to 256, not 'no'"

# A container gets one small program: beside the C library it needs json-c and expat.
ran='readelf -d vfteam'
needed=$(readelf -d "$vfteam" | sed -nE 's/.*NEEDED.*\[(.*)\]/\1/p' | grep -vE '^lib(c|asan|ubsan|m|gcc_s)\.so')
for library in $needed; do
	[[ $library =~ ^lib(json-c|expat)\.so ]] || fail "vfteam needs $library"
done
[ -n "$needed" ] || fail 'vfteam needs no library'

run_it "$vfteam" list
[ -d /run/vfprep/teams ] || expect_fault 4 '/run/vfprep/teams: there is no such directory'
mkdir -p run/teams
run_it "$vfteam" list --teams=run/teams
expect_fault 0 'note: run/teams: no team is published here'
run_it "$vfteam" list --json --teams=run/teams
expect_json outcome problems teams version
expect_equal 'the teams' "$(json 'document["teams"]')" '[]'

publish_teams
mkdir run/teams/withdrawn run/teams/.hidden
touch run/teams/notes.txt
run_it "$vfteam" list --teams=run/teams
expect_status 0
expect_equal stderr "$err" ''
expect_equal 'the head' "$(head -n 1 .out | tr -s ' ')" 'TEAM MAC ADDRESS DRIVER GROUP VLAN MTU STATE PERSISTENT'
expect_equal 'the teams' "$(sed 1d .out | cut -d' ' -f1 | paste -sd ' ')" 'db1 web0'
expect_match stdout "$out" 'web0 +02:00:5e:10:00:01 +0000:01:10.0 +vfio-pci +[0-9]+ +- +1500 +verified +bridge:br100'
run_it "$vfteam" list --teams=run/teams db1
expect_equal 'the teams' "$(sed 1d .out | cut -d' ' -f1 | paste -sd ' ')" 'db1'
run_it "$vfteam" list run/teams/web0/team.json run/teams/db1
expect_equal 'the teams' "$(sed 1d .out | cut -d' ' -f1 | paste -sd ' ')" 'web0 db1'
run_it "$vfteam" list --json --teams=run/teams
expect_json outcome problems teams version
expect_equal 'the files' "$(json '[t["file"] for t in document["teams"]]')" \
	"['run/teams/db1/team.json', 'run/teams/web0/team.json']"
# Beside the file each is what team.json holds.
expect_equal 'the team' "$(json '{k: v for k, v in document["teams"][1].items() if k != "file"} == json.load(open("run/teams/web0/team.json"))')" True

edit_team web0 '"verified": *true,' '"verified": false, "parked": true, "key_of_later": 1,'
edit_team db1 '"verified": *true' '"verified": false'
run_it "$vfteam" list --teams=run/teams
expect_match stdout "$out" 'db1 .* not verified .*web0 .* parked'

# One that cannot be read does not hide the others.
ln -s web0 run/teams/other
run_it "$vfteam" list --teams=run/teams
expect_status 1
expect_equal 'the teams' "$(sed 1d .out | cut -d' ' -f1 | paste -sd ' ')" 'db1 web0'
expect_match stderr "$err" "other/team.json: it is that of the team 'web0'"
rm run/teams/other
edit_team web0 '"boot_id":.*' '"boot_id": "00000000-0000-0000-0000-000000000000",'
run_it "$vfteam" list --json --teams=run/teams
expect_status 1
expect_equal 'the teams' "$(json '[t["team"] for t in document["teams"]]')" "['db1']"
expect_equal 'the problem' "$(json '[(p["fault"], p["subject"]) for p in document["problems"]]')" \
	"[('system', 'run/teams/web0/team.json')]"
expect_match stderr "$err" 'published before the last boot.*to do: run vfprep apply on the host'

run_it "$vfteam" list --teams=run/teams nobody
expect_fault 4 'nobody: no such team is published in run/teams'
run_it "$vfteam" list ./nobody.json
expect_fault 4 'nobody.json: cannot be read: No such file'
mkfifo run/fifo.json
run_it timeout 5 "$vfteam" list run/fifo.json
expect_fault 1 'fifo.json: cannot be read: not a regular file'
head -c 70000 /dev/zero | tr '\0' ' ' >run/large.json
run_it "$vfteam" list run/large.json
expect_fault 1 'large.json: cannot be read: File too large'
echo '{"version":2}' >run/later.json
run_it "$vfteam" list run/later.json
expect_fault 1 'later.json: version 2 of the format'
finish
