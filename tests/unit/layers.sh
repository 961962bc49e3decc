#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The layers of the tree: core does no I/O and knows nothing of host, and nobody uses what is broken in libnl.
#
#   VFPREP_SOURCE=DIRECTORY layers.sh LIBCORE.A
set -u

core_archive=$(realpath "$1")
failed=0

fail()
{
	printf 'FAIL: %s\n' "$1"
	printf '  %s\n' "${2//$'\n'/$'\n'  }"
	failed=1
}

# none WHAT TEXT: text is a list of what must not be.
none()
{
	[ -z "$2" ] || fail "$1" "$2"
}

# includes DIRECTORY PATTERN: the lines that include something else than the pattern allows.
includes()
{
	grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' "$1" |
		grep -vE "include[[:space:]]+($2)"
}

# What the objects of core need and do not define themselves. The allowed functions compute and allocate; one
# that reads or writes anything, clock and environment included, does not belong here.
foreign_symbols()
{
	local allowed

	allowed='mem(chr|cmp|cpy|move|set|rchr|mem)|r?(c|m|re)alloc|reallocarray|free|qsort|bsearch|fnmatch'
	allowed+='|v?snprintf|str(casecmp|ncasecmp|chr|rchr|chrnul|cmp|ncmp|cspn|spn|pbrk|str|sep|dup|ndup|len|nlen|error)'
	allowed+='|stpcpy|abort|__assert_fail|__errno_location|__ctype_[a-z_]+|__[a-z]+_chk|__stack_chk_[a-z]+'
	allowed+='|__(a|ub|l|t)san_[a-z0-9_]+|_GLOBAL_OFFSET_TABLE_|__(llvm|gcov|sanitizer)_[a-z0-9_]+'
	allowed+='|nla_[a-z0-9_]+|nlmsg_[a-z0-9_]+|nettle_[a-z0-9_]+|json_(object|tokener)_[a-z0-9_]+'
	comm -23 \
		<(nm -u "$core_archive" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u) \
		<(nm --defined-only "$core_archive" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u) |
		grep -vxE "$allowed"
	nm -u "$core_archive" 2>/dev/null | grep -oE 'json_object_(from|to)_(file|fd).*'
}

cd "${VFPREP_SOURCE:?}" || exit 1
[ "$(nm --defined-only "$core_archive" | grep -c ' T plan_make$')" -eq 1 ] ||
	fail 'no core' "$core_archive does not hold it"

none 'core includes more than core' "$(includes lib/core '<[^>]+>|"core/[^"]+"|"vfprep\.h"')"
none 'core includes what touches the machine' "$(grep -rnE --include='*.[ch]' \
	'include[[:space:]]+<(unistd|fcntl|dirent|time|poll|libudev|libkmod|sys/(socket|stat|ioctl|wait|mman|epoll|time))\.h>' lib/core)"
none 'host includes what stands above it' "$(includes lib/host '<[^>]+>|"(core|host)/[^"]+"|"vfprep\.h"')"
none 'core calls what is neither its own nor pure' "$(foreign_symbols)"
# See lib/core/nl-vf.h: they truncate, send 802.1ad in the wrong byte order, and fail from 106 VFs on.
none 'broken parts of libnl-route are called' "$(grep -rnE --include='*.[ch]' \
	'\brtnl_link_(vf_[a-z0-9_]+|get_kernel|alloc_cache[a-z_]*)[[:space:]]*\(' lib tools)"

[ "$failed" -eq 0 ] || exit 1
echo 'the layers are in order'
