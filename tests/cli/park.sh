#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# park and unpark: what they print, what a container then reads, their exit codes, and the lock.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

vf0=0000:01:10.0
mac=02:00:5e:10:00:01

vf()
{
	run_it "$fake" "$1" --rundir=run "${@:2}"
}

raw()
{
	ran="raw $*"
	expect_equal 'what the kernel says' "$("$fake" raw "$@")" ok
}

# What team.json says: team KEY, or nothing.
team()
{
	/usr/bin/python3 -c 'import json, sys
print(json.load(open("run/teams/web0/team.json")).get(sys.argv[1], ""))' "$1"
}

vf_mac()
{
	"$fake" state | sed -n 's/^0000:01:00.0 vf 0: mac //p'
}

# All that a command could change.
everything()
{
	cat "$FAKE_MACHINE"
	find run -type f ! -name lock -printf '%p %T@\n' | sort
}

write_conf conf
for command in park unpark; do
	vf $command
	expect_usage "$command needs the name of a team"
	vf $command --all
	expect_usage "unknown option '--all'|$command takes no --all"
	vf $command web0
	expect_status 4
	expect_match stderr "$err" 'web0: no team is published under that name'
done
first=$("$fake" state)
vf apply --confdir=conf
expect_status 0
applied=$("$fake" state)
before=$(everything)

# The dry run says what the run says, and touches nothing.
vf park --dry-run web0
expect_status 0
expect_match stdout "$out" "^web0: parked no -> yes"$'\n'"0000:01:00.0 vf 0: mac $mac -> [0-9a-f:]{17}\$"
plan=$out
parking_mac=${out##* }
expect_equal 'machine and run directory' "$(everything)" "$before"
vf unpark web0
expect_status 0
expect_match stderr "$err" 'note: nothing to do'
expect_equal 'machine and run directory' "$(everything)" "$before"

# While a guest has it.
raw hold $vf0
vf park web0
expect_status 0
expect_equal 'stdout and stderr' "$out$err" "$plan"
expect_equal MAC "$(vf_mac)" "$parking_mac"
expect_equal parked "$(team parked) $(team parking_mac) $(team mac)" "True $parking_mac $mac"
before=$(everything)
vf park web0
expect_status 0
expect_equal stdout "$out" ''
expect_match stderr "$err" 'note: nothing to do'
vf verify
expect_status 0
expect_equal stdout "$out" $'db1: as published\nweb0: as published'
vf apply --confdir=conf
expect_status 0
expect_match stderr "$err" 'note: nothing to do'
vf list
expect_match stdout "$out" "$parking_mac  vfio-pci .* web0 \(parked\) "
expect_equal 'machine and run directory' "$(everything)" "$before"
raw drop $vf0

# One name that is wrong does not keep the others back; both orders.
vf unpark --json nobody web0
expect_status 4
expect_json version steps outcome problems
expect_equal 'the steps' "$(json '["%(subject)s %(what)s %(old)s %(new)s %(result)s" % s for s in document["steps"]]')" \
	"['0000:01:00.0 vf 0 mac $parking_mac $mac done', 'web0 parked yes no done']"
expect_equal 'the outcome' "$(json 'document["outcome"]')" incomplete
expect_equal MAC "$(vf_mac)" $mac
expect_equal parked "$(team parked)" ''
vf verify
expect_status 0

# Several; and only one vfprep at a time.
exec 9<>run/lock
flock --exclusive 9
vf park web0 db1 9>&-
expect_status 5
expect_match stderr "$err" 'another vfprep'
(
	sleep 1
	flock --unlock 9
) &
vf park --wait=20 web0 db1 web0 9>&-
expect_status 0
expect_equal 'the lines' "$(cut -d ' ' -f 1-2 <<<"$out" | paste -sd ' ')" \
	'web0: parked db1: parked 0000:01:00.0 vf 0000:01:00.0 vf'
exec 9>&-
wait
vf list --json
expect_equal 'the parked teams' "$(json '[t["team"] for t in document["teams"] if t.get("parked")]')" "['db1', 'web0']"

# What fails is undone.
before=$("$fake" state)
export FAKE_ERRNO=28
for ((FAKE_FAIL_AT = 1; FAKE_FAIL_AT < 30; FAKE_FAIL_AT++)); do
	export FAKE_FAIL_AT
	vf unpark web0
	[ "$status" -ne 0 ] || break
	[ "$status" = 6 ] || [ "$status" = 1 ] || fail "$ran, operation $FAKE_FAIL_AT: status $status; $err"
	expect_equal 'the machine' "$("$fake" state)" "$before"
	expect_equal parked "$(team parked)" True
done
unset FAKE_FAIL_AT FAKE_ERRNO
[ "$status" -eq 0 ] || vf unpark web0
expect_status 0
expect_equal parked "$(team parked)" ''

# The machine changed beneath it: then it says so, and parks nothing.
raw numvfs 0000:01:00.0 0
vf park web0
expect_status 8
expect_match stderr "$err" "web0: $vf0 is not as published: its VF is not there any more"
vf apply --confdir=conf
expect_status 0
expect_equal 'the machine' "$("$fake" state)" "$applied"
vf park web0
expect_status 0
vf release --all
expect_status 0
raw link 0000:01:00.0 down
expect_equal 'the machine' "$("$fake" state)" "$first"
finish
