#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# prepare: a VF and a NIC by options, what apply and release make of them, what is refused, and the exit codes.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

pf=0000:01:00.0 vf0=0000:01:10.0 vf1=0000:01:10.2 nic=0000:02:00.0

vf()
{
	run_it "$fake" "$1" --rundir=run "${@:2}"
}

raw()
{
	ran="raw $*"
	expect_equal 'what the kernel says' "$("$fake" raw "$@")" ok
}

# prepared OPTION...: the dry run shows what the run does, and does nothing; a second run does nothing.
prepared()
{
	local before lines

	before=$("$fake" state)
	vf prepare --dry-run "$@"
	expect_status 0
	lines=$out
	expect_equal 'the machine' "$("$fake" state)" "$before"
	vf prepare "$@"
	expect_status 0
	expect_equal stdout "$out" "$lines"
	expect_equal stderr "$err" ''
	steps=$out
}

# refused STATUS REGEX ARGUMENT...: nothing is printed on stdout, and nothing is touched.
refused()
{
	local before

	before=$("$fake" state; ls run/teams run/state)
	vf prepare "${@:3}"
	expect_status "$1"
	expect_equal stdout "$out" ''
	expect_match stderr "$err" "$2"
	expect_equal 'machine and run directory' "$("$fake" state; ls run/teams run/state)" "$before"
}

mac_of_vf0()
{
	"$fake" state | sed -n "s/^$pf vf 0: mac //p"
}

# VFs that somebody else made, on a PF that is up.
raw numvfs $pf 2
raw link $pf up
raw module vfio-pci
first=$("$fake" state)

vf prepare $vf0 --team=web0 --dry-run
expect_status 0
[ ! -e run ] || fail "$ran: made the run directory"

# For a team.
prepared $vf0 --team=web0 --mac=02:00:5e:10:00:01 --owner=7 --group=100 --persistent=bridge:br0
expect_equal 'the steps' "$steps" "$pf vf 0: mac none -> 02:00:5e:10:00:01
$vf0: driver_override none -> vfio-pci
$vf0: driver igbvf -> vfio-pci
$vf0: node none -> 7:100 0660
web0: publish none -> run/teams/web0"
expect_equal 'the files' "$(cd run/teams/web0 && echo *)" 'hostdev.xml interface.xml team.json'
expect_match 'interface.xml' "$(cat run/teams/web0/interface.xml)" "bridge='br0'"
vf prepare $vf0 --team=web0 --mac=02:00:5e:10:00:01 --owner=7 --group=100 --persistent=bridge:br0
expect_status 0
expect_equal stdout "$out" ''
expect_match stderr "$err" 'note: nothing to do'
vf list
expect_match stdout "$out" "$vf0 +02:00:5e:10:00:01 +vfio-pci +[0-9]+ +7:100 0660 +web0"

# What is only published changes nothing else.
prepared $vf0 --team=web0 --mac=02:00:5e:10:00:01 --owner=7 --group=100 --persistent=bridge:br0 --guest-memory=4G --container-owner=107
expect_equal 'the steps' "$steps" 'web0: publish run/teams/web0 -> none
web0: publish none -> run/teams/web0'
expect_match 'team.json' "$(tr -d ' \n' <run/teams/web0/team.json)" '"guest_memory":4294967296,"container":\{"uid":107,"gid":100,"mode":"0660"\}'

# A value that is not given goes back; a team is as good a name as an address.
prepared web0 --team=web0 --mode=0640 --group=100
expect_match 'the steps' "$steps" "vf 0: mac 02:00:5e:10:00:01 -> a2:66:1d:7b:7e:22"
expect_match 'the steps' "$steps" "$vf0: node 7:100 0660 -> 0:100 0640"
prepared web0 --group=100
expect_equal 'the MAC' "$(mac_of_vf0)" 00:00:00:00:00:00
expect_match 'the steps' "$steps" 'web0: publish run/teams/web0 -> none'
expect_match 'the driver' "$("$fake" state)" "$vf0: driver vfio-pci override vfio-pci node 0:100 0660"
prepared $vf0 --driver=none
expect_equal 'the machine' "$("$fake" state)" "$first"

# The best driver: what it is comes from the machine, and its module is loaded. Old libvirts are told of.
expect_match 'list' "$("$fake" list --json --rundir=run)" '"auto_driver": "vfio-pci"'
prepared $vf0 --team=web0 --group=100 --driver=auto
expect_match 'the steps' "$steps" "$vf0: driver igbvf -> vfio-pci"
raw variant $pf mlx5_vfio_pci
vf prepare $vf0 --team=web0 --group=100 --driver=auto --dry-run
expect_status 0
lines=$out
vf prepare $vf0 --team=web0 --group=100 --driver=auto
expect_status 0
expect_equal stdout "$out" "$lines"
expect_match stdout "$out" "^mlx5_vfio_pci: module none -> loaded"
expect_match stdout "$out" "$vf0: driver vfio-pci -> mlx5_vfio_pci"
expect_match stderr "$err" 'vfprep: note: mlx5_vfio_pci: libvirt .* since 9.7.0'
expect_match 'team.json' "$(cat run/teams/web0/team.json)" '"driver": "mlx5_vfio_pci"'
vf verify
expect_status 0
vf release web0
expect_status 0
raw variant $pf vfio-pci
expect_equal 'the machine' "$("$fake" state)" "$first"

# For programs.
vf prepare $vf0 --team=web0 --json --dry-run
expect_status 0
expect_json version outcome steps problems
expect_equal 'the keys of a step' "$(json '" ".join(sorted({k for s in document["steps"] for k in s}))')" 'new old subject what'
vf prepare $vf0 --team=web0 --json
expect_status 0
expect_json version outcome steps problems
expect_equal 'the keys of a step' "$(json '" ".join(sorted({k for s in document["steps"] for k in s}))')" 'new old result subject what'
expect_equal 'the outcome' "$(json 'document["outcome"]')" 'done'
vf verify
expect_status 0
expect_equal stdout "$out" 'web0: as published'

# Two names for one thing, and what is there twice.
refused 4 'nothing: no team' nothing
refused 4 "0000:01:10.4: no PF and no VF" 0000:01:10.4
refused 4 '0000:01: not a PCI address' 0000:01
refused 5 "team web0 is that of $vf0" $vf1 --team=web0
refused 5 "$vf0 has the MAC a2:66:1d:7b:7e:22 already" $vf1 --mac=a2:66:1d:7b:7e:22
refused 5 "$nic has the MAC 52:54:00:aa:00:02 already" $vf1 --mac=52:54:00:aa:00:02
refused 5 "$pf: it has 2 VFs" $pf
refused 5 "$pf: it has 2 VFs" eth0 --team=store

# All values that are wrong are told, by the option.
refused 3 "--team: 'a_b' " $vf1 --team=a_b --mac=xx --driver=a/b --group='no such group' --owner='no such user' --mode=9 --persistent=x --container-owner='no such user' --container-group=-1 --guest-memory=4
for option in mac driver group owner mode persistent container-owner container-group guest-memory; do
	expect_match stderr "$err" "vfprep: --$option: "
done
vf prepare $vf1 --team=a_b --mode=9 --json
expect_status 3
expect_json version outcome steps problems
expect_equal 'the subjects' "$(json '" ".join(p["subject"] for p in document["problems"])')" '--team --mode'
refused 3 '--team: .*more than a line' $vf1 --team=$'a\nDriver=none'
refused 3 '--driver: ' $vf1 --team=a --driver=none
refused 3 '--mac: ' $vf1 --team=a --mac=none
refused 3 '--persistent: ' $vf1 --persistent=user

# Who has it is named, and it stays.
raw hold $vf0
refused 5 "$vf0 is in use by pid 812 \\(sleep\\)" web0 --team=web1
refused 5 "$vf0 is in use by pid 812 \\(sleep\\)" $vf0 --driver=none
raw drop $vf0
exec 9<>run/lock
flock --exclusive 9
refused 5 'another vfprep' $vf1 9>&-
refused 5 'another vfprep' $vf1 --wait=0 9>&-
vf prepare $vf1 --dry-run 9>&-
expect_status 0
exec 9>&-

# apply leaves it alone: with a file for the PF that names another VF, and with one that names none.
alone=$("$fake" state | grep -A1 " vf 0:"; cat run/teams/web0/*)
printf '[Match]\nAddress=%s\n[VF 1]\nTeam=db1\n' $pf >"$work/10.conf"
mkdir conf && mv 10.conf conf
vf apply --confdir=conf
expect_status 0
expect_match stdout "$out" 'db1: publish'
printf '[Match]\nAddress=%s\n' $pf >conf/10.conf
vf apply --confdir=conf
expect_status 0
expect_match stdout "$out" 'db1: publish run/teams/db1 -> none'
expect_equal 'the prepared VF' "$("$fake" state | grep -A1 " vf 0:"; cat run/teams/web0/*)" "$alone"

# A file that names it holds.
printf '[Match]\nAddress=%s\n[VF 0]\nTeam=web9\n' $pf >conf/10.conf
vf apply --confdir=conf
expect_status 0
expect_equal 'the teams' "$(ls run/teams)" web9
vf prepare $vf0 --team=web0
expect_status 0

# release by the team, and of all.
vf release web0
expect_status 0
expect_equal 'the machine' "$("$fake" state)" "$first"
expect_equal 'the run directory' "$(ls run/teams run/state)" $'run/state:\n\nrun/teams:'
raw link $pf down
first=$("$fake" state)
prepared $vf0 --team=web0 --group=100
expect_match 'the steps' "$steps" "$pf: link down -> up"
prepared $vf1 --mac=02:00:00:00:00:07 --driver=none
vf release --all
expect_status 0
expect_equal 'the machine' "$("$fake" state)" "$first"
expect_equal 'the run directory' "$(ls run/teams run/state)" $'run/state:\n\nrun/teams:'

# VFs that vfprep made do not vanish while one is prepared.
raw numvfs $pf 0
printf '[Match]\nAddress=%s\n[PF]\nVirtualFunctions=2\n' $pf >conf/10.conf
vf apply --confdir=conf
expect_status 0
prepared $vf1 --team=web1 --group=100
made=$("$fake" state)
for count in 0 3; do
	printf '[Match]\nAddress=%s\n[PF]\nVirtualFunctions=%s\nRecreate=yes\n' $pf $count >conf/10.conf
	vf apply --confdir=conf
	expect_status 5
	expect_match stderr "$err" "$pf: 0000:01:10.2 was prepared by vfprep prepare"
	expect_equal 'the machine' "$("$fake" state)" "$made"
done
vf release web1
expect_status 0
vf release --all
expect_status 0

# What fails is put back.
raw numvfs $pf 2
raw link $pf up
first=$("$fake" state)
failed=''
for ((i = 1; i < 40; i++)); do
	FAKE_FAIL_AT=$i vf prepare $vf0 --team=web0 --group=100
	expect_equal "the machine with a failure at $i" "$([ $status -eq 0 ] || "$fake" state)" "$([ $status -eq 0 ] || echo "$first")"
	if [[ $status -eq 6 && $out == *'(failed)'* && $out == *'undo: '* ]]; then
		failed=$i
	fi
	vf release --all --quiet
done
[ -n "$failed" ] || fail 'no failing step was put back, in any place'
vf release --all --quiet
expect_equal 'the machine' "$("$fake" state)" "$first"
status=0
"$fake" prepare --rundir=run $vf0 >/dev/full 2>.err || status=$?
expect_status 1
vf release --all --quiet
expect_status 0

# A NIC as a whole, by its interface, with its own MAC.
refused 4 "$nic: .*permanent MAC, 52:54:00:aa:00:02" eth1 --mac=52:54:00:aa:00:03
refused 3 '--mac: ' eth1 --mac=auto
refused 3 '--team: ' eth1 --team=store%i
prepared eth1 --team=store --mac=52:54:00:aa:00:02 --group=100
expect_equal 'the steps' "$steps" "$nic: driver_override none -> vfio-pci
$nic: driver igb -> vfio-pci
$nic: node none -> 0:100 0660
store: publish none -> run/teams/store"
expect_match 'team.json' "$(cat run/teams/store/team.json)" '52:54:00:aa:00:02'
vf list
expect_match stdout "$out" "NIC +NAME +MAC +DRIVER +GROUP +NODE +TEAM"
expect_match stdout "$out" "$nic +- +52:54:00:aa:00:02 +vfio-pci +[0-9]+ +0:100 0660 +store"
vf list --json
expect_equal 'the NIC' "$(json '"%(driver)s %(team)s" % document["pfs"][1]["self"]')" 'vfio-pci store'
for name in $nic store; do
	vf prepare "$name" --team=store --group=100
	expect_status 0
	expect_equal stdout "$out" ''
done
prepared_nic=$("$fake" state)
printf '[Match]\nAddress=%s\n' $nic >conf/10.conf
vf apply --confdir=conf
expect_status 0
expect_equal 'the machine' "$("$fake" state)" "$prepared_nic"
vf verify
expect_equal stdout "$out" 'store: as published'
vf release store
expect_status 0
expect_equal 'the machine' "$("$fake" state)" "$first"
prepared eth1 --group=100
vf release --all
expect_status 0
expect_equal 'the machine' "$("$fake" state)" "$first"

# The one that leads out of the host stays.
cp "$FAKE_MACHINE" before
sed -i '/"name": "eth1"/a "default_route": true,' "$FAKE_MACHINE"
refused 5 "$nic: the host's default route leads through 'eth1'" eth1 --team=store
mv before "$FAKE_MACHINE"

# A team called like an interface.
vf prepare $vf0 --team=eth1
expect_status 0
for option in '' --dry-run --json; do
	vf prepare ${option:+"$option"} eth1
	expect_status 2
	expect_equal stdout "$out" ''
	expect_match stderr "$err" 'eth1: both a team and an interface'
done
vf release --all
expect_status 0
expect_equal 'the machine' "$("$fake" state)" "$first"
finish
