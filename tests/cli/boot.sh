#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What units, rules and scripts call: waiting for PFs, telling udev, telling the journal.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# PFs that files name are waited for, others are not.
write_conf conf
run_it "$fake" apply --confdir=conf --rundir=run --wait-devices=60
expect_status 0
expect_match stdout "$out" 'web0: publish'
sed -i 's/^Address=.*/Address=0000:09:00.0/' conf/10-uplink.conf
began=$SECONDS
run_it "$fake" apply -v --confdir=conf --rundir=run --wait-devices=1
expect_status 0
[ $((SECONDS - began)) -ge 1 ] || fail "$ran: did not wait"
expect_match stderr "$err" "vfprep: waiting for '0000:09:00.0'"
expect_match stderr "$err" "conf/10-uplink.conf: '0000:09:00.0' did not come within 1 s"
for wrong in x -1 86401 1.5; do
	run_it "$fake" apply --confdir=conf --rundir=run "--wait-devices=$wrong"
	expect_usage "--wait-devices takes seconds from 0 to 86400, not '$wrong'"
done
run_it "$fake" apply --confdir=conf --rundir=run --wait-devices=1 0000:01:00.0
expect_usage "apply --wait-devices takes no '0000:01:00.0'"
run_it "$fake" plan --wait-devices=1
expect_usage 'plan takes no --wait-devices'

# While it waits, others work.
"$fake" release --all --rundir=run >/dev/null
"$fake" apply --confdir=conf --rundir=run --wait-devices=3 >/dev/null 2>&1 &
write_conf conf2
run_it "$fake" apply --confdir=conf2 --rundir=run
expect_status 0
wait

# A function and a group of a tree with the record that apply saved.
export FAKE_ROOT=$work/root
vf=$FAKE_ROOT/sys/bus/pci/devices/0000:01:10.0
mkdir -p "$vf" "$FAKE_ROOT/proc/sys/kernel/random" "$FAKE_ROOT/sys/kernel/iommu_groups/10/devices"
ln -s ../0000:01:00.0 "$vf/physfn"
ln -s ../../../../bus/pci/devices/0000:01:10.0 "$FAKE_ROOT/sys/kernel/iommu_groups/10/devices/0000:01:10.0"
sed -n 's/.*"boot_id": *"\([^"]*\)".*/\1/p' run/state/0000:01:00.0.json | head -n 1 >"$FAKE_ROOT/proc/sys/kernel/random/boot_id"
/usr/bin/python3 - run/state/0000:01:00.0.json "$vf" <<'EOF'
import json, os, sys
record = json.load(open(sys.argv[1]))
record["original"]["vfs"][0]["inode"] = os.stat(sys.argv[2]).st_ino
json.dump(record, open(sys.argv[1], "w"))
EOF
for name in 10 0000:01:10.0; do
	run_it "$fake" udev-query --rundir=run "$name"
	expect_status 0
	expect_equal stdout "$out" $'VFPREP_PREPARED=1\nVFPREP_UID=0\nVFPREP_GID=100\nVFPREP_MODE=0660'
	expect_equal stderr "$err" ''
	run_it "$fake" udev-query --rundir=run2 "$name"
	expect_status 4
	expect_equal stdout "$out" ''
	expect_match stderr "$err" "vfprep: $name: it is not prepared"
done
for name in 11 0000:01:10.2; do
	run_it "$fake" udev-query --rundir=run "$name"
	expect_status 4
done
# No lock is taken.
exec 9<>run/lock
flock --exclusive 9
run_it "$fake" udev-query --rundir=run 10 9>&-
expect_status 0
flock --unlock 9
for wrong in '' 'x' '-- -1' '10 11' '0000:01:10.9'; do
	# shellcheck disable=SC2086 # words of a command line
	run_it "$fake" udev-query --rundir=run $wrong
	expect_usage 'IOMMU group'
done

# Where no journal takes it, it stands on stderr, and stdout.
unset FAKE_ROOT
if [ ! -S /run/systemd/journal/socket ]; then
	rm "$FAKE_MACHINE"
	for stream in '1:2' "$(stat -c %d:%i .err)"; do
		JOURNAL_STREAM=$stream run_it "$fake" apply --confdir=conf --rundir=run3
		expect_match stderr "$err" 'fits no PF'
		JOURNAL_STREAM=$(stat -c %d:%i .out) run_it "$fake" plan --confdir=conf2 --rundir=run3
		expect_match stdout "$out" 'web0: publish'
	done
fi
finish
