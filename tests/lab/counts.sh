#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Counts what a program asks of the kernel; sourced, after lib.sh, by the cases that do.

trace=/tmp/trace

# What is traced, in strace's syntax: all but what depends on how long something took, or on the C library.
count_only='!mmap,munmap,mremap,brk,madvise,mprotect,futex,sched_yield,sysinfo,rt_sigaction,rt_sigprocmask,rt_sigreturn,'
count_only+='exit_group,poll,restart_syscall,getrandom,clock_gettime,clock_nanosleep'

# count STATUS COMMAND...: as expect_status, and $trace has its system calls, those of its children too. It sees no other process:
# how many there are is not its doing.
count()
{
	local status=$1

	shift
	expect_status "$status" unshare --pid --fork --mount-proc \
		strace -f --seccomp-bpf -e trace="$count_only" -o "$trace" "$@"
}

# Its system calls, a name each, without netlink, which may have to wait for a carrier and ask again.
calls()
{
	sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' "$trace" | grep -vxE 'sendto|recvfrom'
}

# messages TYPE: how many netlink messages of that type it sent, as RTM_SETLINK.
messages()
{
	grep -cE "send(to|msg)\(.*nlmsg_type=($1)," "$trace" || true
}

# children: how many it had.
children()
{
	grep -cE '^[0-9]+ +(clone|clone3|fork|vfork)\(.*= [0-9]+$|<\.\.\. (clone|clone3|fork|vfork) resumed>' "$trace" || true
}

# expect_each WHAT FEW MANY MORE EACH: between FEW and MANY lie MORE VFs, each of which costs EACH.
expect_each()
{
	printf '%s: %s, and %s with %s VFs more\n' "$1" "$2" "$3" "$4"
	[ $(($3 - $2)) -eq $(($4 * $5)) ] || fail "$1: $(($3 - $2)) more for $4 VFs more, want $5 for each"
}
