#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What vfteam check says where there is no VFIO: versions by programs that print them, limits, teams.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# stub NAME TEXT: a program on the path that prints it.
stub()
{
	printf '#!/bin/sh\necho "%s"\n' "$2" >"bin/$1"
	chmod +x "bin/$1"
}

mkdir bin teams
PATH=$work/bin:$PATH
stub libvirtd 'libvirtd (libvirt) 7.0.0'
stub virtqemud nothing
stub qemu-system-x86_64 'QEMU emulator version 4.2.0 (Debian 1:4.2-1)'

run_it "$vfteam" check --teams teams
expect_status 8
expect_match stderr "$err" 'vfteam: teams: no team is published'
expect_match stderr "$err" 'vfteam: libvirt: libvirt 7.0.0 takes no <teaming> in a plain <hostdev>'
expect_match stderr "$err" 'vfteam: QEMU: QEMU 4.2.0 crashes when the VF is unplugged'
expect_match stdout "$out" 'libvirt +problem '
stub virtqemud 'virtqemud (libvirt) 11.3.0'
stub qemu-system-x86_64 'QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)'
run_it "$vfteam" check --teams teams
expect_match stdout "$out" 'libvirt +ok +11\.3\.0'
expect_match stdout "$out" 'QEMU +ok +10\.0\.2'

# A program that says nothing does not hold it up.
printf '#!/bin/sh\nexec sleep 100\n' >bin/virtqemud
began=$SECONDS
run_it "$vfteam" check --teams teams
[ $((SECONDS - began)) -lt 30 ] || fail 'it waits for a program that says nothing'
stub virtqemud 'virtqemud (libvirt) 11.3.0'

# The limit of the process that is named: one byte short, and enough. That of bash is in KiB.
(
	ulimit -l 64 && exec sleep 100
) &
sleeper=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(cat "/proc/$sleeper/comm")" = sleep ] && break
	sleep 0.1
done
run_it "$vfteam" check --teams teams --pid "$sleeper" --memory 4G
expect_match stderr "$err" "memory lock: pid $sleeper \\(sleep\\) may lock 0 MiB \\(65536 bytes\\), the guest needs 5120 MiB"
run_it "$vfteam" check --teams teams --pid "$sleeper"
expect_match stdout "$out" "memory lock +unknown +pid $sleeper "
kill "$sleeper"
run_it "$vfteam" check --teams teams --pid 4194305
expect_usage 'there is no process 4194305'
run_it "$vfteam" check --memory=much
expect_usage "--memory takes bytes, with K, M or G behind them, not 'much'"

# A team of another boot, and one that is not there.
publish_teams
cp -r run/teams/web0 teams
sed -i 's/"boot_id": *"[^"]*"/"boot_id": "an-older-one"/' teams/web0/team.json
run_it "$vfteam" check --teams teams
expect_status 8
expect_match stderr "$err" 'teams/web0/team.json: published before the last boot'
run_it "$vfteam" check --teams teams db9
expect_status 8
expect_match stderr "$err" 'db9: no such team is published'
boot=$(cat /proc/sys/kernel/random/boot_id)
sed -i "s/an-older-one/$boot/" teams/web0/team.json
run_it "$vfteam" check --teams teams --json
expect_status 8
expect_json version outcome problems checks
expect_equal 'the verdict on the device' \
	"$(json '[c["result"] for c in document["checks"] if c["check"] == "device" and c["subject"] == "web0"]')" "['problem']"
finish
