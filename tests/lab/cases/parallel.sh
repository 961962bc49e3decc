#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: 50 vfpreps at a time take turns, none fails or writes half an answer, and no original value is lost
# timeout: 180
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# wish COUNT: teams for the first two VFs; COUNT may be empty.
wish()
{
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=$1
[VF]
Owner=77
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
[VF 1]
Team=web1
EOF
	[ -n "$1" ] || sed -i /VirtualFunctions/d /etc/vfprep/10-uplink.conf
}

# started ALLOWED COMMAND...: vfprep in the background; its status is to be one of ALLOWED.
started()
{
	local allowed=$1 file=/tmp/out/$((++n))

	shift
	{
		got=0
		vfprep "$@" >"$file" 2>"$file.err" || got=$?
		[[ " $allowed " == *" $got "* ]] || echo "$* ended with $got: $(cat "$file.err")" >"$file.bad"
	} &
	pids+=($!)
}

# all_at_once COUNT: that many, of each kind in turn. While another one is at it plan may refuse as apply would.
all_at_once()
{
	local turn began=$SECONDS

	rm -rf /tmp/out
	mkdir /tmp/out
	n=0 pids=()
	for ((turn = 0; turn < $1; turn++)); do
		case $((turn % 5)) in
		0) started 0 apply --wait=120 ;;
		1) started 0 release --all --wait=120 ;;
		2) started '0 5' plan --json ;;
		3) started 0 list --json ;;
		4) started 0 apply --json --wait=120 ;;
		esac
	done
	wait "${pids[@]}"
	expect_equal 'what went wrong' "$(find /tmp/out -name '*.bad' -exec cat {} +)" ''
	# Whole, each of them: that which begins with a brace is JSON.
	expect_equal 'half an answer' "$(python3 - /tmp/out/* <<'EOF'
import json, sys
whole = 0
for path in sys.argv[1:]:
    text = open(path).read()
    if text.startswith("{"):
        json.loads(text)
        whole += 1
assert whole == (len(sys.argv) - 1) // 2 // 5 * 3, whole
EOF
	)" ''
	printf '%d in %d s\n' "$1" $((SECONDS - began))
}

# The same as ever, by a run without company.
all_is_well()
{
	expect_status 0 vfprep apply
	expect_equal 'the machine after apply' "$(look_at "$PF0")" "$applied"
	expect_status 0 vfprep release --all
	expect_equal 'the machine after release' "$(look_at "$PF0")" "$before"
}

try()
{
	before=$(look_at "$PF0")
	expect_status 0 vfprep apply
	applied=$(look_at "$PF0")
	[ "$applied" != "$before" ] || fail 'apply changed nothing'
	all_at_once "$1"
	all_is_well
}

# Where VFs are made and unmade, which takes seconds.
expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
wish 2
try 5

# With VFs of others, whose values are worth keeping.
make_vfs "$PF0" 2
expect_equal 'MAC' "$(raw mac "$PF0" 0 02:00:5e:20:00:01)" ok
bind_vfio "$(vf_address "$PF0" 1)"
expect_equal 'owner' "$(raw chown "$(vf_address "$PF0" 1)" 1:2 0640)" ok
wish ''
try 50
