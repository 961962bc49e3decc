#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the pages and the guide say is what the sources have: keys of files, functions of the library, words of messages.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

man=$source_dir/docs/man
guide=$source_dir/docs/host-guide.md

# same WHAT WANT GOT: both hold the same lines.
same()
{
	diff "$2" "$3" >"$work/.diff" || {
		fail "$1"
		cat "$work/.diff"
	}
	[ -s "$2" ] || fail "$1: nothing was found to compare"
}

# The keys of configuration files: "VF Team" a line, from the program's table.
sed -nE 's/^\t\{ CONFIG_([A-Z]+), [A-Z0-9_]+, "([A-Za-z]+)" \},$/\1 \2/p' "$source_dir/lib/core/config.c" | sort >keys

sed -nE '/^# \[/ { s/^# \[(.*)\] SECTION.*/\U\1/; h; }; /^# [^[]/ { s/.*//; h; }
	/^(\*[A-Za-z]+=\*(, )?)+$/ { s/[*,]//g; G; p; }' "$man/vfprep.conf.5.scd" |
	awk -v RS='\n' 'NR % 2 { n = split($0, names, " "); next } $0 != "" { for (i = 1; i <= n; i++) print $0, names[i] }' |
	sed 's/=$//' | sort >page
same 'the keys in vfprep.conf(5)' keys page

# In the guide each has a row of its table: "| `Team=` | ...".
awk '/^### / { section = toupper($2); gsub(/[^A-Z]/, "", section) }
	match($0, /^\| `[A-Za-z]+=/) { print section, substr($0, 4, index($0, "=") - 4) }' "$guide" | sort >table
grep -v '^NIC ' keys >without-nic
same 'the keys in the guide' without-nic table
# Those of [NIC] are some of [VF].
comm -13 <(sed -n 's/^VF //p' keys) <(sed -n 's/^NIC //p' keys) >only-nic
expect_equal 'keys of [NIC] alone' "$(cat only-nic)" ''

# team.json.
/usr/bin/python3 - "$source_dir/docs/team.schema.json" >keys <<'PYTHON'
import json, sys

schema = json.load(open(sys.argv[1]))
groups = dict(schema["properties"], settings=schema["definitions"]["settings"])
for key, value in groups.items():
    inner = value.get("properties")
    if inner is None:
        print("top", key)
    for name in inner or []:
        print(key, name)
PYTHON
sort -o keys keys
awk '/^# / { section = $2 == "KEYS" ? "top" : "" }
	/^## / { section = $2 }
	section && /^\*[a-z_\\]+\*(, \*[a-z_\\]+\*)*$/ { gsub(/[*\\,]/, ""); for (i = 1; i <= NF; i++) print section, $i }' \
	"$man/vfprep-team.json.5.scd" | sort >page
same 'the keys in vfprep-team.json(5)' keys page

# The library: what the header declares, and each name in it.
header=$source_dir/lib/include/vfprep.h
/usr/bin/python3 -c 'import re, sys
text = re.sub(r"/\*.*?\*/", "", open(sys.argv[1]).read(), flags=re.S)
print(re.sub(r"^#.*|extern.*|[{}]", ";", text, flags=re.M))' "$header" >declarations

# The functions in a text, one a line.
functions()
{
	tr -s ' \t\n' ' ' | grep -oE '[a-z_ *]*\bvfprep_[a-z_]+\([^;]*\);' | sed 's/^ *//' | sort
}
# literal PAGE FROM TO: what stands between two headings as it is.
literal()
{
	sed -n "/^# $2/,/^# $3/p" "$man/$1.scd" | awk '/^```$/ { inside = !inside; next } inside'
}
functions <declarations >want
literal libvfprep.3 FINDINGS EXAMPLES | functions >got
same 'the functions in libvfprep(3)' want got
grep -oE '\bVFPREP_[A-Z_]+' declarations | sort -u >want
grep -oE '\bVFPREP_[A-Z_]+' "$man/libvfprep.3.scd" | sort -u >got
same 'the constants in libvfprep(3)' want got

# Its example is one.
{
	printf '#include <stdio.h>\n#include "%s"\nint main(void)\n{\n' "$header"
	literal libvfprep.3 EXAMPLES SEE
	printf 'return (int)outcome;\n}\n'
} >example.c
cc -std=c99 -Wall -Wextra -Werror -Wno-maybe-uninitialized -fsyntax-only example.c || fail 'the example in libvfprep(3) is no C'

# What the guide says that the programs say are words of theirs: "..." is what differs from case to case.
/usr/bin/python3 - "$source_dir" >unknown <<'PYTHON'
import glob, re, sys

texts = []
for path in glob.glob(sys.argv[1] + "/lib/**/*.c", recursive=True) + glob.glob(sys.argv[1] + "/tools/**/*.c", recursive=True):
    source = re.sub(r"/\*.*?\*/", "", open(path).read(), flags=re.S)
    for literal in re.findall(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', source):
        text = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', literal))
        texts.append(re.sub(r"%[-+ #0]*[0-9.*]*(?:hh|h|ll|l|z|j)?[a-zA-Z]", "...", text))
found = 0
says = False
for line in open(sys.argv[1] + "/docs/host-guide.md"):
    says = line.startswith("|") and (says or " says |" in line)
    match = re.match(r"\| `(.*?)` \| ", line)
    if says and match:
        found += 1
        if not any(match[1] in text for text in texts):
            print(match[1])
if found < 30:
    print("only %d messages were found in the guide" % found)
PYTHON
expect_equal 'messages in the guide that no program says' "$(cat unknown)" ''

# Its first use is what happens.
guide_block()
{
	awk -v want="$1" '/^```/ { inside = !inside; if (inside) n++; next } inside && n == want' "$guide"
}
mkdir conf
guide_block 2 >conf/10-uplink.conf
run_it "$fake" list --rundir=run
expect_equal 'what list prints in the guide' "$(guide_block 1)" "$(grep -v '^$' .out)"
run_it "$fake" plan --confdir=conf --rundir=run
expect_equal 'what plan prints in the guide' "$(guide_block 3 | sed 's|/run/vfprep/|run/|')" "$out"
run_it "$fake" apply --confdir=conf --rundir=run
expect_status 0
run_it "$fake" verify --rundir=run
expect_equal 'what verify prints in the guide' "$(guide_block 4)" "$out"
finish
