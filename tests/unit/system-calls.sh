#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How many system calls a VF costs when the machine is read, on trees with 7 and 256 VFs. docs/scale.md says what each is for.
#
#   system-calls.sh READ-TREE
set -u

read_tree=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
# The leak check traces too, which two cannot.
export ASAN_OPTIONS=detect_leaks=0

# What depends on the C library, its memory, and who of two processes was faster.
noise='kill|mmap|munmap|mremap|brk|madvise|futex|sched_yield|sysinfo|sigaltstack|rt_sig.*|exit_group|poll|restart_syscall'

if ! strace -o "$dir/trace" true 2>"$dir/why"; then
	if [ "${CI:-}" = true ]; then
		echo "FAIL: strace cannot trace: $(cat "$dir/why")"
		exit 1
	fi
	echo "skipped: strace cannot trace: $(cat "$dir/why")"
	exit 77
fi

# count VFS DRIVER: "CALL NUMBER" a line, sorted, of reading the machine.
count()
{
	strace -f -o "$dir/trace" "$read_tree" "$1" "$2" || echo "failed with $?"
	sed -n '/here it begins/,/here it ends/p' "$dir/trace" |
		sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' | grep -vxE "$noise" |
		sed -E 's/^(newfstatat|fstat|fstatat64|statx)$/stat/' | sort | uniq -c | awk '{ print $2, $1 }'
}

# per_vf DRIVER: "CALL NUMBER" for each call that depends on the number of VFs, and all of them.
per_vf()
{
	count 7 "$1" >"$dir/few"
	count 256 "$1" >"$dir/many"
	join -a 2 -e 0 -o 0,1.2,2.2 "$dir/few" "$dir/many" | awk '
		$3 != $2 { each = ($3 - $2) / (256 - 7); print $1, each; all += each }
		END { print "all", all }'
}

expect()
{
	local driver=$1 want=$2 got

	got=$(per_vf "$driver" | tr '\n' ' ')
	printf 'a VF with driver %s: %s\n' "$driver" "$got"
	[ "$got" != "$want " ] || return 0
	printf 'FAIL: it should be %s\n' "$want"
	failed=1
}

# open: directory, driver_override, list of its group, modalias. readlinkat: virtfn, driver, iommu_group. stat: inode, group node.
# getdents64: its group's devices, to the end. read: driver_override, modalias to its end.
at_least='close 4 getdents64 2 openat 4 read 3 readlinkat 3 stat 2 all 18'
expect vfio-pci "$at_least"
expect none "$at_least"
# And the look for its interface.
expect uio "close 4 getdents64 2 openat 5 read 3 readlinkat 3 stat 2 all 19"
exit "$failed"
