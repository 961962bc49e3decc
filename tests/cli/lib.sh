# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the scripts
# Runs the programs as a user calls them, and says which expectation failed; sourced first by each script here.
#
# VFPREP, VFPREP_FAKE  the program, and the one that works on a machine in memory
# VFTEAM               the container's program
# VFPREP_SOURCE        the top of the tree
set -u

: "${VFPREP:?}" "${VFPREP_FAKE:?}" "${VFTEAM:?}" "${VFPREP_SOURCE:?}"
vfprep=$(realpath "$VFPREP")
fake=$(realpath "$VFPREP_FAKE")
vfteam=$(realpath "$VFTEAM")
source_dir=$(realpath "$VFPREP_SOURCE")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export LC_ALL=C FAKE_MACHINE=$work/machine
failures=0

# What the last run_it was: its words, status, stdout and stderr.
ran='' status=0 out='' err=''

fail()
{
	failures=$((failures + 1))
	printf 'FAILED: %s\n' "$*"
}

# run_it PROGRAM ARGUMENT...
run_it()
{
	ran="${1##*/} ${*:2}"
	status=0
	"$@" >"$work/.out" 2>"$work/.err" || status=$?
	out=$(cat "$work/.out")
	err=$(cat "$work/.err")
}

expect_status()
{
	[ "$status" -eq "$1" ] || fail "$ran: status $status, want $1; stderr: $err"
}

# expect_equal WHAT GOT WANT
expect_equal()
{
	[ "$2" = "$3" ] || fail "$ran: $1 is '$2', want '$3'"
}

# expect_match WHAT TEXT REGEX
expect_match()
{
	[[ $2 =~ $3 ]] || fail "$ran: $1 is '$2', want a match for '$3'"
}

# A usage error is one line on stderr that fits REGEX, nothing on stdout, status 2.
expect_usage()
{
	expect_status 2
	expect_equal stdout "$out" ''
	expect_equal 'lines on stderr' "$(wc -l <"$work/.err")" 1
	expect_match stderr "$err" "$1"
}

# expect_json KEY...: stdout is one JSON object that has exactly these keys.
expect_json()
{
	/usr/bin/python3 -m json.tool "$work/.out" >/dev/null || fail "$ran: stdout is no JSON: $out"
	expect_equal 'the keys' "$(json 'sorted(document)')" "$(printf '%s\n' "$@" | sort | sed "s/.*/'&'/" | paste -sd, | sed 's/,/, /g; s/.*/[&]/')"
}

# json EXPRESSION: of Python, about stdout's `document`.
json()
{
	/usr/bin/python3 -c 'import json, sys
document = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$work/.out" "$1"
}

# The teams web0 and db1 on the first PF of the machine in memory.
write_conf()
{
	mkdir -p "$1"
	cat >"$1/10-uplink.conf" <<-EOF
		[Match]
		Address=0000:01:00.0

		[PF]
		VirtualFunctions=2

		[VF]
		Group=100

		[VF 0]
		Team=${2:-web0}
		MACAddress=02:00:5e:10:00:01
		Persistent=bridge:br100

		[VF 1]
		Team=db%i
	EOF
}

# publish_teams: the teams web0 and db1 in run/teams, as the host publishes them, and of this boot.
publish_teams()
{
	local file

	write_conf conf
	"$fake" apply -q --confdir=conf --rundir=run >/dev/null || fail 'the teams were not published'
	for file in run/teams/*/team.json; do
		sed -i "s/\"boot_id\":.*/\"boot_id\": \"$(cat /proc/sys/kernel/random/boot_id)\",/" "$file"
	done
}

# write_domain FILE: a domain that has both sides of the team web0.
write_domain()
{
	cat >"$1" <<'EOX'
<domain type='kvm'>
  <name>guest</name>
  <memory unit='MiB'>512</memory>
  <os>
    <type arch='x86_64' machine='pc-q35-9.0'>hvm</type>
  </os>
  <devices>
    <controller type='pci' index='1' model='pcie-root-port'/>
    <interface type='bridge'>
      <mac address='02:00:5e:10:00:01'/>
      <source bridge='br100'/>
      <model type='virtio'/>
      <teaming type='persistent'/>
      <alias name='ua-web0'/>
    </interface>
    <hostdev mode='subsystem' type='pci' managed='no'>
      <source>
        <address domain='0x0000' bus='0x01' slot='0x10' function='0x0'/>
      </source>
      <teaming type='transient' persistent='ua-web0'/>
      <alias name='ua-web0_vf'/>
    </hostdev>
    <memballoon model='virtio'/>
  </devices>
</domain>
EOX
}

# edit_team TEAM PATTERN TEXT: an edit of its team.json, which has to change something.
edit_team()
{
	cp "run/teams/$1/team.json" .before
	sed -i "s#$2#$3#" "run/teams/$1/team.json"
	! cmp -s .before "run/teams/$1/team.json" || fail "nothing in the team.json of $1 fits $2"
}

finish()
{
	[ "$failures" -eq 0 ] || printf '%s: %d failed\n' "${0##*/}" "$failures"
	[ "$failures" -eq 0 ]
	exit
}
