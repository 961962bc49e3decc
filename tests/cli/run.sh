#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# plan, apply and release on the machine in memory: what they print, and their exit codes.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

vf()
{
	run_it "$fake" "$1" --rundir=run "${@:2}"
}

steps_are()
{
	expect_equal "the keys of a step" "$(json '" ".join(sorted({k for s in document["steps"] for k in s}))')" "$1"
}

write_conf conf
vf plan --confdir=conf
expect_status 0
plan=$out
expect_match stdout "$plan" '0000:01:00.0: sriov_numvfs 0 -> 2'
expect_match stdout "$plan" '0000:01:00.0 vf 0: mac - -> 02:00:5e:10:00:01'
expect_match stdout "$plan" 'web0: publish none -> run/teams/web0'
[ ! -e run ] || fail "$ran: made the run directory"
before=$("$fake" state)
vf plan --confdir=conf --exit-code
expect_status 10
expect_equal stdout "$out" "$plan"
vf plan --confdir=conf --json
expect_status 0
expect_json version outcome steps problems
steps_are 'new old subject what'
expect_equal 'the steps' "$(json '"\n".join("%(subject)s: %(what)s %(old)s -> %(new)s" % s for s in document["steps"])')" "$plan"
vf plan --confdir=conf eth1
expect_status 0
expect_equal stdout "$out" ''
vf plan --confdir=conf eth0
expect_equal stdout "$out" "$plan"
vf plan --confdir=conf 0000:01:00.0
expect_equal stdout "$out" "$plan"

vf apply --dry-run --confdir=conf
expect_status 0
expect_equal stdout "$out" "$plan"
expect_equal 'the machine' "$("$fake" state)" "$before"
[ ! -e run ] || fail "$ran: made the run directory"
vf apply --confdir=conf
expect_status 0
expect_equal stdout "$out" "$plan"
expect_equal stderr "$err" ''
expect_equal 'the teams' "$(cd run/teams && echo */*)" \
	'db1/hostdev.xml db1/team.json web0/hostdev.xml web0/interface.xml web0/team.json'
applied=$("$fake" state)
vf plan --confdir=conf --exit-code
expect_status 0
vf apply --confdir=conf
expect_status 0
expect_equal stdout "$out" ''
expect_match stderr "$err" 'note: nothing to do'
vf apply --confdir=conf --json
expect_status 0
expect_json version outcome steps problems
expect_equal 'the steps' "$(json 'document["steps"]')" '[]'

# What is named has to be there.
for names in nothing 0000:01:00 0000:0f:00.0 'web0 nothing'; do
	# shellcheck disable=SC2086 # several names
	vf release --dry-run $names
	expect_status 4
	expect_match stderr "$err" "${names##* }"
done
vf plan --confdir=conf nothing
expect_status 4
vf plan --confdir=conf web0
expect_status 4
expect_match stderr "$err" 'web0: .*whole PFs'

# Somebody has a VF: it stays, and so does the rest where the count would go.
"$fake" raw hold 0000:01:10.0 >held
vf release web0
expect_status 5
expect_match stderr "$err" '0000:01:10.0 is in use'
vf release --all --json
expect_status 5
expect_json version outcome steps problems
expect_equal 'the faults' "$(json '" ".join(p["fault"] for p in document["problems"])')" busy
expect_equal 'the machine' "$("$fake" state)" "$applied"
"$fake" raw drop 0000:01:10.0 >held

# One VF, then the rest.
vf release db1 --dry-run
released=$out
vf release db1
expect_status 0
expect_equal stdout "$out" "$released"
expect_match stdout "$out" 'db1: publish run/teams/db1 -> none'
expect_equal 'the teams' "$(ls run/teams)" web0
vf release --all --json
expect_status 0
expect_json version outcome steps problems
steps_are 'new old result subject what'
expect_equal 'the results' "$(json '" ".join({s["result"] for s in document["steps"]})')" 'done'
expect_equal 'the machine' "$("$fake" state)" "$before"
expect_equal 'the teams' "$(ls run/teams)" ''

# A step that fails is told, undone and explained.
vf apply --confdir=conf --json
steps=$(json 'len(document["steps"])')
vf release --all --quiet
failed=''
for ((i = 1; i < 4 * steps; i++)); do
	FAKE_FAIL_AT=$i vf apply --confdir=conf
	if [[ $out == *'(failed)'* && $out == *'undo: '* ]]; then
		failed=$i
		break
	fi
	vf release --all --quiet
done
[ -n "$failed" ] || fail 'no failing step was put back, in any place'
expect_status 6
expect_match stderr "$err" 'failed \(Input/output error\)'
vf release --all --quiet
FAKE_FAIL_AT=$failed vf apply --confdir=conf --json
expect_status 6
expect_json version outcome steps problems
steps_are 'new old result subject undo what'
expect_equal 'the outcome' "$(json 'document["outcome"]')" undone
vf release --all --quiet
expect_equal 'the machine' "$("$fake" state)" "$before"

# A team called like an interface.
write_conf conf2 eth1
vf apply --confdir=conf2
expect_status 0
for option in '' --dry-run; do
	vf release ${option:+"$option"} eth1
	expect_status 2
	expect_equal stdout "$out" ''
	expect_match stderr "$err" 'eth1: both a team and an interface'
done
vf release --all
expect_status 0
finish
