#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# verify: what it says of each team after each change by others, its exit codes, and that it changes nothing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

vf0=0000:01:10.0

vf()
{
	run_it "$fake" "$1" --rundir=run "${@:2}"
}

raw()
{
	ran="raw $*"
	expect_equal 'what the kernel says' "$("$fake" raw "$@")" ok
}

# All that a command could change.
everything()
{
	cat "$FAKE_MACHINE"
	find run -type f -printf '%p %T@\n' | sort
}

# drifted WHAT STEP...: web0 alone is not as published, and the steps that would make it so are these; apply mends it.
drifted()
{
	local what=$1 lines='web0: not as published' line before

	for line in "${@:2}"; do
		lines+=$'\n'"  $line"
	done
	before=$(everything)
	vf verify
	expect_status 8
	expect_equal stdout "$out" "db1: as published"$'\n'"$lines"
	expect_equal stderr "$err" "vfprep: web0: $vf0 is not as published: $what
vfprep:   to do: run vfprep apply, or vfprep release"
	vf verify db1
	expect_status 0
	expect_equal stdout "$out" 'db1: as published'
	vf verify --quiet web0 db1
	expect_status 8
	expect_equal stdout "$out" ''
	expect_match stderr "$err" "published: $what"
	expect_equal 'machine and run directory' "$(everything)" "$before"
	vf apply --confdir=conf
	expect_status 0
	vf verify
	expect_status 0
}

write_conf conf
vf verify
expect_status 0
expect_equal stdout "$out" ''
expect_match stderr "$err" 'note: no team is published'
[ ! -e run ] || fail "$ran: made the run directory"
vf verify --json
expect_status 0
expect_json version teams outcome problems
expect_equal 'the teams' "$(json 'document["teams"]')" '[]'

first=$("$fake" state)
vf apply --confdir=conf
expect_status 0
vf verify
expect_status 0
expect_equal stdout "$out" $'db1: as published\nweb0: as published'
expect_equal stderr "$err" ''
vf verify --quiet
expect_status 0
expect_equal 'stdout and stderr' "$out$err" ''

# What others can change.
raw mac 0000:01:00.0 0 02:00:00:00:00:99
drifted mac '0000:01:00.0 vf 0: mac 02:00:00:00:00:99 -> 02:00:5e:10:00:01'
raw mac 0000:01:00.0 0 00:00:00:00:00:00
drifted mac '0000:01:00.0 vf 0: mac none -> 02:00:5e:10:00:01'
raw unbind $vf0
drifted driver "$vf0: driver none -> vfio-pci"
raw override $vf0 none
drifted driver_override "$vf0: driver_override none -> vfio-pci"
raw unbind $vf0
raw override $vf0 none
raw bind $vf0 igbvf
raw mac 0000:01:00.0 0 02:00:00:00:00:99
drifted 'mac, driver_override, driver' '0000:01:00.0 vf 0: mac 02:00:00:00:00:99 -> 02:00:5e:10:00:01' \
	"$vf0: driver_override none -> vfio-pci" "$vf0: driver igbvf -> vfio-pci"

# What is no drift: a guest that has it, the owner of its node, its PF's link, other VFs.
raw hold $vf0
raw chown 0000:01:10.2 77:88 0606
raw link 0000:01:00.0 down
raw numvfs 0000:02:00.0 3
vf verify
expect_status 0
expect_equal stderr "$err" ''

# Where a guest has it, it has to end first.
raw mac 0000:01:00.0 0 02:00:00:00:00:99
vf verify web0
expect_status 8
expect_match stderr "$err" 'to do: stop its guest and run vfprep apply'
raw drop $vf0

vf verify --json
expect_status 8
expect_json version teams outcome problems
expect_equal 'the outcome' "$(json 'document["outcome"]')" incomplete
expect_equal 'the teams' "$(json '" ".join("%s %s" % (t["team"], t["as_published"]) for t in document["teams"])')" 'db1 True web0 False'
expect_equal 'the keys of a team' "$(json '" ".join(sorted({k for t in document["teams"] for k in t}))')" 'as_published steps team'
expect_equal 'the steps of web0' "$(json '[" ".join("%s=%s" % i for i in sorted(s.items())) for s in document["teams"][1]["steps"]]')" \
	"['new=02:00:5e:10:00:01 old=02:00:00:00:00:99 subject=0000:01:00.0 vf 0 what=mac']"

# The same of a machine in a file.
"$fake" list --json --rundir=run >machine.json
vf verify
table=$out
run_it "$vfprep" verify --machine=machine.json
expect_status 8
expect_equal stdout "$out" "$table"
run_it "$vfprep" verify --machine=- <machine.json
expect_status 8
expect_equal stdout "$out" "$table"
run_it "$vfprep" verify --machine=nowhere.json
expect_status 4
expect_match stderr "$err" 'nowhere.json: cannot be opened'
run_it "$vfprep" verify --machine="$FAKE_MACHINE"
expect_status 1

# A name that no team has goes before drift; the others are looked at.
vf verify nobody web0
expect_status 4
expect_match stdout "$out" '^web0: not as published'
expect_match stderr "$err" 'nobody: no team is published under that name'
expect_match stderr "$err" 'web0: .* is not as published'
vf verify eth0
expect_status 4

# It waits for nobody.
exec 9<>run/lock
flock --exclusive 9
vf verify db1 9>&-
expect_status 0
exec 9>&-

# Output that cannot be written was not said.
status=0
"$fake" verify --rundir=run db1 >/dev/full 2>.err || status=$?
expect_status 1

# VFs that are gone, and a team of another boot, have no steps.
raw numvfs 0000:01:00.0 0
vf verify
expect_status 8
expect_equal stdout "$out" $'db1: not as published\nweb0: not as published'
expect_match stderr "$err" "web0: $vf0 is not as published: its VF is not there any more"
vf apply --confdir=conf
expect_status 0
vf verify
expect_status 0
cp "$FAKE_MACHINE" before
sed -i 's/\("boot_id": "\)3f1d7c2e/\14f1d7c2e/' "$FAKE_MACHINE"
vf verify
expect_status 8
expect_match stderr "$err" 'db1: .* was published before the last boot'
mv before "$FAKE_MACHINE"
vf release --all
expect_status 0

# A NIC as a whole.
raw numvfs 0000:02:00.0 0
cat >conf/20-nic.conf <<-EOF
	[Match]
	Name=eth1
	[NIC]
	Team=store
EOF
vf apply --confdir=conf 0000:02:00.0
expect_status 0
vf verify
expect_status 0
expect_equal stdout "$out" 'store: as published'
raw unbind 0000:02:00.0
vf verify
expect_status 8
expect_equal stdout "$out" $'store: not as published\n  0000:02:00.0: driver none -> vfio-pci'
vf release --all
expect_status 0
raw link 0000:01:00.0 down
vf verify
expect_status 0
expect_match stderr "$err" 'no team is published'
expect_equal 'the machine' "$("$fake" state)" "$first"
finish
