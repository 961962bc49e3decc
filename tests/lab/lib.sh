#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What every case says of the machine, and what it expects; sourced first by each case, run in the machine as root.
set -euE

trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: failed: $BASH_COMMAND"' ERR

# shellcheck source=tests/lab/machine.sh
. "$LAB/machine.sh"
# shellcheck source=tests/lab/raw.sh
. "$LAB/raw.sh"
# shellcheck source=tests/lab/netdevsim.sh
. "$LAB/netdevsim.sh"

# What the command of the last expect_status wrote.
OUT='' ERR=''

# The pid of the QEMU of the last start_guest.
GUEST=''

fail()
{
	trap - ERR
	printf '%s: FAILED: %s\n' "${BASH_SOURCE[-1]##*/}" "$*"
	exit 1
}

# Ends the case as one that cannot be tried here.
skip()
{
	trap - ERR
	printf 'skipped: %s\n' "$*"
	exit 77
}

# expect_equal WHAT GOT WANT
expect_equal()
{
	[ "$2" != "$3" ] || return 0
	if [[ $2$3 == *$'\n'* ]]; then
		diff -u --label want --label got <(printf '%s\n' "$3") <(printf '%s\n' "$2") || true
		fail "$1 differs"
	fi
	fail "$1 is '$2', want '$3'"
}

# expect_match WHAT TEXT REGEX
expect_match()
{
	[[ $2 =~ $3 ]] || fail "$1 is '$2', want a match for '$3'"
}

# expect_status WANT COMMAND...: keeps its output in $OUT and its errors in $ERR.
expect_status()
{
	local want=$1 errors got=0

	shift
	errors=$(mktemp)
	OUT=$("$@" 2>"$errors") || got=$?
	ERR=$(cat "$errors")
	rm -f "$errors"
	[ "$got" -ne "$want" ] || return 0
	printf '%s\n' "$OUT" "$ERR"
	fail "'$*' ended with $got, want $want"
}

# write_conf NAME <<EOF: a configuration file for vfprep.
write_conf()
{
	mkdir -p /etc/vfprep
	cat >"/etc/vfprep/$1.conf"
}

# hold_group ADDRESS: a process holds the device's group open until it is killed; prints its pid.
hold_group()
{
	local answer

	answer=$(raw hold "$1")
	[ "$answer" = ok ] || fail "hold_group $1: $answer"
	cat "$raw_held/$1"
}

# The inverse of hold_group.
drop_group()
{
	raw drop "$1" >/dev/null
}

# make_vfs PF COUNT: VFs without a driver, by the kernel's own means.
make_vfs()
{
	expect_equal "autoprobe of $1" "$(raw autoprobe "$1" 0)" ok
	expect_equal "numvfs of $1" "$(raw numvfs "$1" "$2")" ok
}

# bind_vfio ADDRESS: to vfio-pci, by the kernel's own means.
bind_vfio()
{
	expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
	expect_equal "override of $1" "$(raw override "$1" vfio-pci)" ok
	expect_equal "bind of $1" "$(raw bind "$1" vfio-pci)" ok
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for()
{
	local seconds=$1 end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || fail "still not so after $seconds s: $*"
		sleep 0.2
	done
}

# start_guest OPTION...: a QEMU that is done with starting but for its guest, which stays stopped; its pid is in $GUEST.
start_guest()
{
	rm -f /tmp/guest
	qemu-system-x86_64 -S -M q35 -accel tcg -cpu max -m 64 -nodefaults -display none -monitor stdio "$@" \
		>/tmp/guest 2>&1 <<<'info status' &
	GUEST=$!
	wait_for 30 grep -q 'VM status: paused' /tmp/guest
}

# hold_device ADDRESS: a guest has it, and answers no request to give it back; its pid is in $GUEST.
hold_device()
{
	start_guest -device "vfio-pci,host=$1"
	guest_has_vfio || fail "the guest does not have $1"
	kill -STOP "$GUEST"
}

# Does the guest have a group or a device open?
guest_has_vfio()
{
	find "/proc/$GUEST/fd" -lname '*vfio*' | grep -q .
}

end_guest()
{
	kill -KILL "$GUEST"
	wait "$GUEST" 2>/dev/null || true
}

# takes_at_most SECONDS WANT COMMAND...: as expect_status, in that time.
takes_at_most()
{
	local most=$1 began=$SECONDS

	shift
	expect_status "$@"
	[ $((SECONDS - began)) -le "$most" ] || fail "'${*:2}' took $((SECONDS - began)) s"
}

# ask_host COMMAND: one of QEMU's monitor, as in "device_del hp"; returns before it is done.
ask_host()
{
	printf '@monitor %s\n' "$*" >/dev/ttyS1
}
