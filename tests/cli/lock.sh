#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One vfprep at a time changes the machine; others go away at once or wait as long as they are told.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

write_conf conf
mkdir run
exec 9<>run/lock
flock --exclusive 9
echo 4711 >&9

for command in 'apply --confdir=conf' 'release --all' 'apply --confdir=conf --wait=0'; do
	# shellcheck disable=SC2086 # a command and its options
	run_it "$fake" $command --rundir=run 9>&-
	expect_status 5
	expect_match stderr "$err" 'pid 4711'
	expect_equal stdout "$out" ''
done
run_it "$fake" apply --json --confdir=conf --rundir=run 9>&-
expect_status 5
expect_json version outcome steps problems

# Who only looks needs no lock.
for command in list 'plan --confdir=conf' 'apply --dry-run --confdir=conf' 'release --dry-run --all'; do
	# shellcheck disable=SC2086 # a command and its options
	run_it "$fake" $command --rundir=run 9>&-
	expect_status 0
done

# The wait ends with the lock, and else with its time.
began=$SECONDS
run_it "$fake" apply --confdir=conf --rundir=run --wait=1 9>&-
expect_status 5
[ $((SECONDS - began)) -ge 1 ] || fail "$ran: did not wait"
(sleep 1 && flock --unlock 9) &
run_it "$fake" apply --confdir=conf --rundir=run --wait=60 9>&-
expect_status 0
expect_match stdout "$out" 'web0: publish'
wait
finish
