#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The library as others get it: names, header, pkg-config, and the example built against what is installed.
#
#   VFPREP_SOURCE=DIRECTORY library.sh LIBVFPREP.SO BUILD-DIRECTORY
set -u

library=$(realpath "$1")
build=$(realpath "$2")
header=${VFPREP_SOURCE:?}/lib/include/vfprep.h
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

fail()
{
	printf 'FAIL: %s\n' "$*"
	failed=1
}

# same WHAT FILE FILE: both hold the same lines.
same()
{
	diff "$2" "$3" >"$dir/diff" || {
		fail "$1"
		sed 's/^/  /' "$dir/diff"
	}
}

# The functions that the header declares, without its comments.
names_of_header()
{
	sed -e 's|/\*.*\*/||' -e '/\/\*/,/\*\//d' "$header" | grep -oE '\bvfprep_[a-z_]+\(' | tr -d '(' | sort -u
}

names_of_header >"$dir/header"
nm -D --defined-only "$library" | awk '$2 == "T" || $2 == "D" || $2 == "B" { sub(/@.*/, "", $3); print $3 }' |
	sort -u >"$dir/library"
sed -n 's/^\t\([a-z_]*\);$/\1/p' "$VFPREP_SOURCE/lib/libvfprep.sym" | sort -u >"$dir/sym"
[ "$(wc -l <"$dir/header")" -gt 20 ] || fail "the names in the header were not found"
same 'the header declares what the library exports' "$dir/header" "$dir/library"
same 'the version script names what the header declares' "$dir/sym" "$dir/header"
nm -D --defined-only "$library" | grep -w T | grep -qv '@@LIBVFPREP_' && fail 'a name has no version'

# Without any other header before it, and twice.
printf '#include "%s"\n#include "%s"\nint main(void) { return vfprep_problems_new() == 0; }\n' "$header" "$header" \
	>"$dir/user.c"
cc -std=c99 -pedantic-errors -Wall -Wextra -Werror -fsyntax-only "$dir/user.c" || fail 'it is no C99'
for compiler in g++ c++ clang++-19; do
	command -v "$compiler" >/dev/null || continue
	"$compiler" -x c++ -std=c++11 -pedantic-errors -Wall -Wextra -Werror -fsyntax-only "$dir/user.c" ||
		fail 'it is no C++'
	cxx=yes
	break
done
[ -n "${cxx:-}" ] || fail 'no C++ compiler is there'

# As its user has it, out of an installed tree.
meson install -C "$build" --no-rebuild --quiet --destdir "$dir/root" >"$dir/log" 2>&1 || fail "$(cat "$dir/log")"
pc=$(find "$dir/root" -name libvfprep.pc)
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$dir/root
[ "$(pkg-config --modversion libvfprep)" = "$(meson introspect --projectinfo "$build" |
	sed -n 's/.*"version": "\([^"]*\)".*/\1/p')" ] || fail 'pkg-config has another version'
sanitizers=()
! nm -D "$library" | grep -q __asan_init || sanitizers=('-fsanitize=address,undefined')
# shellcheck disable=SC2046 # several words
cc -std=c99 -Wall -Wextra -Werror "${sanitizers[@]}" "$VFPREP_SOURCE/examples/vf.c" -o "$dir/vf" \
	$(pkg-config --cflags --libs libvfprep) || fail 'the example cannot be built'
installed=$(dirname "$(find "$dir/root" -name 'libvfprep.so.0')")

# example STATUS WORDS ARGUMENT...: it ends so, and says that.
example()
{
	local status=$1 words=$2 output

	shift 2
	output=$(LD_LIBRARY_PATH=$installed "$dir/vf" "$@" 2>&1)
	[ $? -eq "$status" ] || fail "vf $* did not end with $status"
	[[ $output == *"$words"* ]] || fail "vf $* did not say '$words' but '$output'"
}
example 1 usage:
example 0 '' list lo
example 1 "no interface is called 'nosuch'" list nosuch
example 1 "'one' is no number" mac lo one 02:00:00:00:00:01
example 1 "'02:00:00:00:00:012' is no MAC" mac lo 0 02:00:00:00:00:012
example 1 'there is no such VF: its PF has 0' mac lo 0 02:00:00:00:00:01
# Nothing but libc and what the library needs: the rest is not its user's business.
ldd "$installed/libvfprep.so.0" | grep -q 'not found' && fail 'a library is missing'

[ "$failed" -eq 0 ] || exit 1
echo 'the library is in order'
