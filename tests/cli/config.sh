#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check --config-only, and that a wrong configuration stops a command before it touches anything.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

check()
{
	run_it "$vfprep" check --config-only --confdir=conf "$@"
}

expect_untouched()
{
	[[ ! -e $FAKE_MACHINE && ! -e run ]] || fail "$ran: touched the machine or made the run directory"
}

write_conf conf
check
expect_status 0
expect_match stdout "$out" 'no faults'
expect_equal stderr "$err" ''
check --quiet
expect_status 0
expect_equal 'stdout and stderr' "$out$err" ''
check --json
expect_status 0
expect_json version outcome problems

# Four faults in two files: all are told, in one run, each with file and line.
cat >conf/20-wrong.conf <<-EOF
	[Match]
	Adress=0000:02:00.0
	[PF]
	VirtualFunctions=many
EOF
cat >conf/30-wrong.conf <<-EOF
	Name=eth1
	[Match]
	Name=eth1
	[VF]
	MACAddress=02:00:5e:10:00:02
EOF
check
expect_status 3
expect_equal stdout "$out" ''
expect_match stderr "$err" "conf/20-wrong.conf:2: .*'Adress'.*'Address'"
expect_match stderr "$err" "conf/20-wrong.conf:4: .*'many'"
expect_match stderr "$err" 'conf/30-wrong.conf:1: '
expect_match stderr "$err" 'conf/30-wrong.conf:5: .*02:00:5e:10:00:02'
check --json
expect_status 3
expect_json version outcome problems
expect_equal 'the subjects' "$(json '" ".join(p["subject"] for p in document["problems"] if p["fault"] == "config")')" \
	'conf/20-wrong.conf:2 conf/20-wrong.conf:4 conf/30-wrong.conf:1 conf/30-wrong.conf:5'
for command in plan apply 'apply --dry-run' 'apply --json'; do
	# shellcheck disable=SC2086 # a command and its option
	run_it "$fake" $command --confdir=conf --rundir=run
	expect_status 3
	expect_match stderr "$err" 'conf/20-wrong.conf:2: '
	expect_match stderr "$err" 'conf/30-wrong.conf:5: '
	expect_untouched
done

# A link to /dev/null masks a file; what is no *.conf does not count.
ln -sf /dev/null conf/20-wrong.conf
mv conf/30-wrong.conf conf/30-wrong.conf.old
check
expect_status 0
run_it "$fake" plan --confdir=conf --rundir=run
expect_status 0
expect_match stdout "$out" 'sriov_numvfs 0 -> 2'

run_it "$vfprep" check --config-only --confdir=nowhere
expect_status 3
expect_match stderr "$err" 'nowhere: cannot be read'
run_it "$fake" apply --confdir=nowhere --rundir=run2
expect_status 3
[ ! -e run2 ] || fail "$ran: made the run directory"
mkdir empty
run_it "$vfprep" check --config-only --confdir=empty
expect_status 0
expect_match stderr "$err" 'no configuration file'

# A file that names no PF of this machine is worth a note, which --quiet leaves out.
sed 's/0000:01:00.0/0000:09:00.0/' conf/10-uplink.conf >empty/elsewhere.conf
run_it "$fake" plan --confdir=empty --rundir=run
expect_status 0
expect_match stderr "$err" 'note: empty/elsewhere.conf: .*fits no PF'
run_it "$fake" plan --quiet --confdir=empty --rundir=run
expect_status 0
expect_equal 'stdout and stderr' "$out$err" ''

# --verbose says which file it was, and which one came too late.
sed -n '/Match/,/^$/p' conf/10-uplink.conf >conf/40-late.conf
run_it "$fake" plan --verbose --confdir=conf --rundir=run
expect_status 0
expect_match stderr "$err" "note: 0000:01:00.0: 'conf/10-uplink.conf' configures it"
expect_match stderr "$err" "note: 0000:01:00.0: 'conf/40-late.conf' fits it too and is ignored"
expect_match stderr "$err" 'note: 0000:02:00.0: no file is for it'
finish
