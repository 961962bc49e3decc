#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: each team is a CDI device, and the hook raises the limit of locked memory, never lowers it, and refuses another group's node
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF]
Group=104
[VF 0]
Team=web0
GuestMemory=1G
ContainerOwner=107
[VF 1]
Team=db1
EOF
vf=0000:01:10.0
before=$(state)

# The container's first process.
(ulimit -l 64 && exec sleep 1000) &
pid=$!
trap 'kill $pid' EXIT

# hook STATUS COMMAND...
hook()
{
	expect_status "$1" "${@:2}" <<<"{\"ociVersion\":\"1.0.2\",\"status\":\"creating\",\"pid\":$pid,\"annotations\":{\"vfprep.dev/team\":\"web0\"}}"
}

limits()
{
	prlimit --pid "$pid" --memlock --output SOFT,HARD --noheadings --raw
}

expect_status 0 vfprep apply
group=$(basename "$(readlink "/sys/bus/pci/devices/$vf/iommu_group")")
expect_equal 'the CDI devices' "$(ls -x /var/run/cdi)" 'vfprep.dev-team_db1.json  vfprep.dev-team_web0.json'
expect_equal 'the nodes' "$(sed -n 's/.*"path": "\(.*\)".*/\1/p' /var/run/cdi/vfprep.dev-team_web0.json | head -n 2 | paste -sd ' ')" \
	"/dev/vfio/vfio /dev/vfio/$group"
expect_status 0 setpriv --reuid=1000 --regid=1000 --clear-groups vfprep cdi web0
expect_equal 'what cdi prints' "$OUT" "$(cat /var/run/cdi/vfprep.dev-team_web0.json)"

# Raised, once; by name and by annotation.
hook 0 vfprep oci-hook web0
expect_equal 'what is said' "$OUT" "pid $pid: memlock 65536:65536 -> 2147483648:2147483648"
expect_equal 'the limits' "$(limits)" '2147483648 2147483648'
hook 0 vfprep oci-hook
expect_equal 'what is said' "$OUT$ERR" ''

# Never lowered, and where one of the two is high enough, it stays.
prlimit --pid "$pid" --memlock=65536:unlimited
hook 0 vfprep oci-hook
expect_equal 'the limits' "$(limits)" '2147483648 unlimited'
prlimit --pid "$pid" --memlock=unlimited:unlimited
hook 0 vfprep oci-hook db1 web0
expect_equal 'the limits' "$(limits)" 'unlimited unlimited'
prlimit --pid "$pid" --memlock=3221225472:4294967296
hook 0 vfprep oci-hook
expect_equal 'the limits' "$(limits)" '3221225472 4294967296'

# Where it may not: it need not, and it would have to.
unprivileged=(setpriv --reuid=1000 --regid=1000 --clear-groups vfprep oci-hook)
hook 0 "${unprivileged[@]}"
expect_equal 'what is said' "$OUT$ERR" ''
prlimit --pid "$pid" --memlock=65536:4294967296
hook 0 "${unprivileged[@]}"
expect_match 'what is said' "$ERR" "note: pid $pid: .*65536:4294967296, cannot be raised to 2147483648 .*, and need not be"
expect_equal 'the limits' "$(limits)" '65536 4294967296'
prlimit --pid "$pid" --memlock=65536:2147483647
hook 1 "${unprivileged[@]}"
expect_match 'what is said' "$ERR" "pid $pid: its limit of locked memory is 65536:2147483647, .*needs 2147483648.* Operation not permitted"
expect_equal 'the limits' "$(limits)" '65536 2147483647'

# The node is another one than the group's.
mv "/dev/vfio/$group" /dev/vfio/kept
mknod "/dev/vfio/$group" c "$(stat -c %Hr /dev/vfio/kept)" 250
hook 8 vfprep oci-hook
expect_match 'what is said' "$ERR" "web0: its node .*: /dev/vfio/$group is not the device"
expect_equal 'the limits' "$(limits)" '65536 2147483647'
rm "/dev/vfio/$group"
mv /dev/vfio/kept "/dev/vfio/$group"
hook 0 vfprep oci-hook

# Another driver has the VF.
expect_equal 'unbinding' "$(raw unbind $vf)" ok
hook 8 vfprep oci-hook
expect_status 8 vfprep verify
expect_status 0 vfprep apply
hook 0 vfprep oci-hook

# A file that is gone is a drift, and apply writes it anew.
rm /var/run/cdi/vfprep.dev-team_web0.json
expect_status 8 vfprep verify web0
expect_match 'what is said' "$ERR" 'CDI device'
expect_status 0 vfprep apply
expect_equal 'what is done' "$OUT" $'web0: publish /run/vfprep/teams/web0 -> none\nweb0: publish none -> /run/vfprep/teams/web0'
expect_status 0 vfprep verify

# Another instance has its own.
expect_status 0 vfprep cdi --rundir=/tmp/other
expect_equal 'what is said' "$OUT" ''

expect_status 0 vfprep release web0
expect_equal 'the CDI devices' "$(ls -x /var/run/cdi)" vfprep.dev-team_db1.json
hook 4 vfprep oci-hook
expect_status 0 vfprep release --all
expect_equal 'the CDI devices' "$(ls -x /var/run/cdi)" ''
expect_equal 'the machine after release' "$(state)" "$before"
