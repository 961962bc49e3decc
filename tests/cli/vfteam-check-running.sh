#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What vfteam check says of a guest that runs: a process with the command line of a QEMU, and logs as libvirt writes them.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

uuid=93a5c045-6457-2c09-e56f-927cdf34e178
nic='{"driver":"virtio-net-pci","failover":true,"netdev":"hostua-web0","id":"ua-web0","mac":"02:00:5e:10:00:01","bus":"pci.1"}'
vf='{"driver":"vfio-pci","host":"0000:01:10.0","id":"ua-web0_vf","failover_pair_id":"ua-web0","bus":"pci.3"}'
start='2026-01-02 03:04:05.678+0000: starting up libvirt version: 11.3.0, package: 2, qemu version: 10.0.2, kernel: 6.1, hostname: box'
warning='2026-01-02T03:05:00.000000Z qemu-system-x86_64: warning: vfio 0000:01:10.0: failed to open /dev/vfio/10: Permission denied'
pids=()
trap '[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}"; rm -rf "$work"' EXIT

# guest NODE ARGUMENT...: a process that has NODE (or nothing, with -) open and these arguments; its pid is in $pid.
# It waits in the shell itself: a child would have its command line for a moment.
guest()
{
	local node=${1#-}

	bash -c 'exec 5<"$0"; echo >started; read -r _ <>hold' "${node:-/dev/null}" "${@:2}" 2>>"${stderr:-/dev/null}" &
	pid=$!
	pids+=("$pid")
	until [ -e started ]; do sleep 0.1; done
	rm started
}

end_guest()
{
	kill "$pid"
	wait "$pid" 2>/dev/null
	pids=()
}

# running ARGUMENT...
running()
{
	run_it "$vfteam" check --teams=run/teams "$@"
}

publish_teams
mkfifo hold
mkdir -p dev/vfio cache/libvirt/qemu/log
touch dev/vfio/10
export XDG_CACHE_HOME=$work/cache
log=cache/libvirt/qemu/log/web.log

running --running web
expect_status 4
expect_equal stdout "$out" ''
expect_match stderr "$err" 'vfteam: web: no QEMU that can be seen runs this domain'

# Hidden still: by name, by UUID and by pid; what the domain was at an earlier start does not count.
guest - -name guest=web,debug-threads=on -S -machine pc-q35-9.0,usb=off -uuid $uuid -device "$nic" -device "$vf"
printf '%s\n' "$start" "$warning" "$start" >$log
for words in "--running web" "--running=${uuid^^}" "--running web --pid $pid"; do
	read -ra words <<<"$words"
	running "${words[@]}"
	expect_status 8
	expect_match stdout "$out" "guest +ok +[^ ]*, pid $pid"
	expect_match stdout "$out" "log +ok +$work/$log"
	expect_match stdout "$out" 'VF web0 +problem +not taken: QEMU hides it until'
	expect_match stdout "$out" 'MAC web0 +ok +both sides have 02:00:5e:10:00:01'
	expect_match stderr "$err" 'vfteam: web0: not taken: QEMU hides it.*to do: '
	[[ $err != *Permission* ]] || fail "$ran: a warning of an earlier start is told: $err"
done
running --running we
expect_status 4
running --running other --pid "$pid"
expect_status 4
expect_match stderr "$err" 'that process is no QEMU of this domain'
running --running web --pid 4194305
expect_status 4

# It only warned; in the log that is named, too.
echo "$warning" >>$log
running --running web
expect_status 8
expect_match stderr "$err" 'web0: not taken, and QEMU only warned: vfio 0000:01:10.0: failed to open /dev/vfio/10: Permission denied'
running --running web --json
expect_json version outcome problems checks
expect_equal 'the verdict' "$(json '[(c["result"], "Permission denied" in c["detail"]) for c in document["checks"] if c["check"] == "VF"]')" "[('problem', True)]"
echo "$start" >other.log
running --running web --log other.log
expect_match stdout "$out" 'VF web0 +problem +not taken: QEMU hides it'
running --running web --log missing.log
expect_status 4
expect_match stderr "$err" 'missing.log: cannot be read: No such file'
# A long log: its end counts.
(
	yes "$warning" | head -c 9000000
	echo "$start"
) >$log
running --running web
expect_match stdout "$out" 'log +ok'
expect_match stdout "$out" 'VF web0 +problem +not taken: QEMU hides it'
rm $log
running --running web
expect_match stdout "$out" 'log +unknown +none is found'
# It opens nothing of the VF.
if command -v strace >/dev/null && strace -o trace -e trace=openat true 2>/dev/null; then
	ASAN_OPTIONS=detect_leaks=0 run_it strace -f -o trace -e trace=open,openat "$vfteam" check --teams=run/teams --running web
	! grep -q '"/dev/vfio' trace || fail "a node is opened: $(grep '"/dev/vfio' trace)"
	grep -q team.json trace || fail 'nothing was traced'
fi
# A second one of that name.
first=$pid
guest - -name web -M q35
running --running web
expect_usage "several QEMUs run the domain 'web': name one by --pid"
running --running web --pid "$first"
expect_match stdout "$out" "guest +ok +web, pid $first"
running --running web --pid "$pid"
expect_status 8
expect_match stderr "$err" "web: no VF of a team is on QEMU's command line"
end_guest
kill "$first"

# The older form, another MAC, and a log that QEMU itself has for its stderr.
stderr=$work/own.log
guest - -name web -M q35 -device "${nic/10:00:01/10:00:02}" -device vfio-pci,host=01:10.0,id=x,failover_pair_id=ua-web0
unset stderr
echo "$warning" >own.log
running --running web
expect_match stdout "$out" "log +ok +$work/own.log"
expect_match stderr "$err" 'web0: not taken, and QEMU only warned'
expect_match stderr "$err" "web0: that of 'ua-web0' is 02:00:5e:10:00:02, that of its VF is 02:00:5e:10:00:01"
end_guest

# The node of its group is open, and no device; a device no test can have, see unit running and the lab.
guest "$work/dev/vfio/10" -name web -M q35 -device "$nic" -device "$vf"
running --running web
expect_match stderr "$err" 'web0: QEMU has /dev/vfio/10 open, but 0 devices for 1 VFs'
end_guest
# What is no QEMU has its name for something else; a pid that is named is believed.
guest - -name web -device "$nic" -device "$vf"
running --running web
expect_status 4
running --running web --pid "$pid"
expect_status 8
# Without teams to compare with.
run_it "$vfteam" check --teams=nowhere --running web --pid "$pid"
expect_status 8
expect_match stdout "$out" 'VF ua-web0_vf +unknown +whether it was taken is not known: its IOMMU group cannot be seen'
expect_match stdout "$out" 'MAC ua-web0_vf +unknown +.*no team that is published has the VF'
expect_match stderr "$err" 'vfteam: note: nowhere: there is no such directory'
end_guest

running --running web domain.xml
expect_usage "--running takes no domain's file"
running --log x
expect_usage '--log goes with --running'
running --running=
expect_usage '--running needs a value'
finish
