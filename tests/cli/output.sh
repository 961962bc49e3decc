#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine from a file, the table of list, and output that cannot be written.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# expect_machine_file: what is said of this machine is said of the output of list --json too.
expect_machine_file()
{
	run_it "$fake" list --json --rundir=run
	expect_status 0
	expect_json version boot_id rundir vfio_pci pfs teams
	cp .out machine.json
	run_it "$vfprep" list --json --machine=machine.json
	expect_status 0
	cmp -s .out machine.json || fail "$ran: differs from the file: $(diff machine.json .out)"
	run_it "$vfprep" list --json --machine=- <machine.json
	cmp -s .out machine.json || fail "$ran < machine.json: differs from the file"
	run_it "$fake" list --rundir=run
	table=$out
	run_it "$vfprep" list --machine=machine.json
	expect_equal stdout "$out" "$table"
	run_it "$fake" plan --confdir=conf --rundir=run
	plan=$out
	run_it "$vfprep" plan --confdir=conf --machine=machine.json
	expect_status 0
	expect_equal stdout "$out" "$plan"
}

# expect_full COMMAND...: stdout takes nothing.
expect_full()
{
	ran="vfprep $* >/dev/full"
	status=0
	err=$("$fake" "$@" 2>&1 >/dev/full) || status=$?
	expect_status 1
	expect_match stderr "$err" 'cannot write the output'
}

write_conf conf
expect_machine_file
"$fake" raw numvfs 0000:02:00.0 3 >.raw
expect_machine_file
run_it "$fake" apply --confdir=conf --rundir=run
expect_status 0
expect_machine_file
run_it "$fake" list --rundir=run
expect_match stdout "$out" '^PF +NAME +DRIVER +LINK +VFS +MAC'
expect_match stdout "$out" '0000:01:10.0 +02:00:5e:10:00:01 +vfio-pci +[0-9]+ +0:100 0660 +web0'
expect_equal 'lines that end in blanks' "$(grep -c ' $' .out)" 0

run_it "$vfprep" list --machine=nowhere.json
expect_status 4
expect_match stderr "$err" 'nowhere.json: cannot be opened'
echo '{"version":1' >broken.json
run_it "$vfprep" list --machine=broken.json
expect_status 1
expect_match stderr "$err" 'broken.json'
expect_equal stdout "$out" ''

expect_full list
expect_full list --json
expect_full apply --confdir=conf --rundir=run --json
expect_full release --all --rundir=run
expect_full plan --confdir=conf --rundir=run
expect_full plan --confdir=conf --rundir=run --json
expect_full apply --confdir=conf --rundir=run
expect_full check --config-only --confdir=conf
expect_full check --confdir=conf --rundir=run
expect_full check --confdir=conf --rundir=run --json
finish
