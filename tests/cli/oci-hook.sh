#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# oci-hook: what it looks at before a container starts, what it takes on stdin, and a limit that it may not raise.
# That it raises one, and never lowers, is shown where that is allowed: lab oci-hook.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# The tree that stands for the host's. A character device that everybody may make, but not everywhere: 0, 0.
export FAKE_ROOT=$work/root
mkdir -p root/dev/vfio
if ! mknod root/dev/vfio/10 c 0 0 2>/dev/null; then
	FAKE_ROOT=$(mktemp -d -p /dev/shm)
	trap 'rm -rf "$work" "$FAKE_ROOT"' EXIT
	mkdir -p "$FAKE_ROOT/dev/vfio"
	mknod "$FAKE_ROOT/dev/vfio/10" c 0 0 || fail 'no character device can be made'
fi
mkdir -p "$FAKE_ROOT"/sys/class/vfio/1{0,1}
echo 0:0 | tee "$FAKE_ROOT"/sys/class/vfio/1{0,1}/dev >/dev/null
cp -a "$FAKE_ROOT/dev/vfio/10" "$FAKE_ROOT/dev/vfio/11"

# Without the privilege, whoever runs this.
unprivileged=()
if setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource true 2>/dev/null; then
	unprivileged=(setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource)
fi

# The container's first process, with a low limit.
(ulimit -l 64 && exec sleep 1000) &
pid=$!
trap 'kill $pid; rm -rf "$work" "$FAKE_ROOT"' EXIT

# hook STATE ARGUMENT...
hook()
{
	printf '%s' "$1" >state.json
	ran="vfprep oci-hook ${*:2} <<<'$1'"
	status=0
	"${unprivileged[@]}" "$fake" oci-hook --rundir=run "${@:2}" <state.json >"$work/.out" 2>"$work/.err" || status=$?
	out=$(cat "$work/.out")
	err=$(cat "$work/.err")
}

limit()
{
	sed -n 's/^Max locked memory  *//p' "/proc/$pid/limits"
}

state="{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"status\":\"creating\",\"pid\":$pid,\"bundle\":\"/b\"}"
annotated="{\"pid\":$pid,\"annotations\":{\"vfprep.dev/team\":\"db1 web0\"}}"
write_conf conf
sed -i '/Team=web0/a GuestMemory=4G' conf/10-uplink.conf
run_it "$fake" apply --rundir=run --confdir=conf
expect_status 0
before=$(limit)

# It may not, and would need to: the container is not to start, and what is to do is told.
hook "$state" web0
expect_status 1
expect_equal stdout "$out" ''
expect_match stderr "$err" "pid $pid: its limit of locked memory is 65536:65536, a guest of it needs 5368709120"
expect_match stderr "$err" 'to do: .*--ulimit memlock=5368709120'
hook "$annotated"
expect_status 1
hook "$state" db1 web0
expect_status 1
expect_equal 'the limit' "$(limit)" "$before"

# Without GuestMemory= it looks at the devices alone.
hook "$state" db1
expect_status 0
expect_match stderr "$err" 'note: no memory of a guest is published'
hook "$state" db1 --quiet
expect_status 0
expect_equal 'stdout and stderr' "$out$err" ''

# What is not published, and what is wrong.
hook "$state" nobody
expect_status 4
expect_match stderr "$err" 'nobody: no team is published'
hook "${annotated/web0/nobody}"
expect_status 4
hook "$state"
expect_status 2
hook '' db1
expect_status 1
expect_match stderr "$err" 'standard input: not JSON'
hook '{"pid":1}' db1
expect_status 1
expect_match stderr "$err" 'called inside'
hook "${annotated/web0/..}"
expect_status 1
head -c 2000000 /dev/zero >zero
run_it "$fake" oci-hook --rundir=run db1 <zero
expect_status 1
sleep 0 &
gone=$!
wait $gone
hook "${state/$pid/$gone}" web0
expect_status 4
expect_match stderr "$err" "pid $gone: its limit of locked memory cannot be read: No such process"

# The node is that of another group, or none; sysfs knows none.
echo 0:1 >"$FAKE_ROOT/sys/class/vfio/11/dev"
hook "$state" db1
expect_status 8
expect_match stderr "$err" 'db1: its node .*: /dev/vfio/11 is not the device 0:1'
rm "$FAKE_ROOT/sys/class/vfio/11/dev"
hook "$state" db1
expect_status 8
echo 0:0 >"$FAKE_ROOT/sys/class/vfio/11/dev"
mv "$FAKE_ROOT/dev/vfio/11" "$FAKE_ROOT/dev/vfio/9"
hook "$state" db1
expect_status 8
ln -s 9 "$FAKE_ROOT/dev/vfio/11"
hook "$state" db1
expect_status 8
mv "$FAKE_ROOT/dev/vfio/9" "$FAKE_ROOT/dev/vfio/11"
hook "$state" db1
expect_status 0

# The VF is in another group by now, has another driver, or shares its group with a device of the host's.
cp "$FAKE_MACHINE" good
sed -i 's/"iommu_group": *11/"iommu_group":12/; s,/dev/vfio/11,/dev/vfio/12,' "$FAKE_MACHINE"
hook "$state" db1
expect_status 8
expect_match stderr "$err" 'db1: .*its VF is in another IOMMU group'
cp good "$FAKE_MACHINE"
expect_equal 'the kernel' "$("$fake" raw unbind 0000:01:10.2)" ok
hook "$state" db1
expect_status 8
cp good "$FAKE_MACHINE"
sed -i 's/"boot_id": *"[^"]*"/"boot_id":"another"/' "$FAKE_MACHINE"
hook "$state" db1
expect_status 8
expect_match stderr "$err" 'db1: .*before the last boot'
finish
