#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What vfprep publishes for container engines is read by the library that they read it by, Debian 12's, and fits CDI's schema.
#
#   VFPREP_SOURCE=DIRECTORY cdi-library.sh VFPREP-FAKE
set -u

fake=$(realpath "$1")
source=/usr/share/gocode/src/github.com/container-orchestrated-devices/container-device-interface
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail()
{
	printf 'FAIL: %s\n' "$*"
	failures=$((failures + 1))
}

# Elsewhere the library has another name, and another version, than the one that this test knows.
if ! command -v go >/dev/null || [ ! -d "$source" ]; then
	echo "skipped: there is no go, or no $source; tests/setup installs both on Debian 12"
	if [ "${CI:-}" = true ] && grep -q VERSION_CODENAME=bookworm /etc/os-release; then
		exit 1
	fi
	exit 77
fi
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/cache HOME=$work \
	go build -o "$work/library" "${VFPREP_SOURCE:?}/tests/unit/cdi-library.go" || exit 1
cd "$work" || exit 1

# Two teams, one with all that there is and one whose name begins with a digit.
mkdir conf
cat >conf/10.conf <<-EOF
	[Match]
	Address=0000:01:00.0
	[PF]
	VirtualFunctions=2
	[VF]
	Group=104
	[VF 0]
	Team=web0
	ContainerOwner=107
	GuestMemory=4G
	[VF 1]
	Team=1db
	Mode=0606
EOF
export FAKE_MACHINE=$work/machine
"$fake" apply --quiet --rundir=run --confdir=conf >/dev/null || fail 'nothing is published'
"$fake" cdi --rundir=run >all.json || fail 'nothing is printed'
for file in run/cdi/*.json all.json; do
	./library read "$file" || fail "$file is refused"
done

# The library refuses what is broken, so that its word is worth something.
# broken WHAT SED-SCRIPT
broken()
{
	sed "$2" run/cdi/vfprep.dev-team_web0.json >broken.json
	! cmp -s broken.json run/cdi/vfprep.dev-team_web0.json || fail "$1: nothing was broken"
	! ./library read broken.json >/dev/null || fail "$1 is accepted"
}
broken 'a mode as a text' 's/"fileMode": 432/"fileMode": "0660"/'
broken 'a later version' 's/"0.3.0"/"0.6.0"/'
broken 'an unknown key' 's/"uid"/"user"/'
broken 'a name with a blank' 's/"name": "web0"/"name": "web 0"/'
broken 'an unknown hook' 's/createRuntime/createContainers/'
broken 'another type of node' 's/"type": "c"/"type": "d"/'

/usr/bin/python3 - "$source/schema" run/cdi/*.json all.json <<'PYTHON' || fail 'the schema'
import json, sys, warnings
import jsonschema
warnings.simplefilter("ignore", DeprecationWarning)
base = f"file://{sys.argv[1]}/schema.json"
schema = json.load(open(f"{sys.argv[1]}/schema.json"))
for path in sys.argv[2:]:
    jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver(base, schema)).validate(json.load(open(path)))
PYTHON

# What a container with both teams gets. The nodes are not there, so their numbers are given.
mkdir specs
for file in run/cdi/*.json; do
	sed 's/"type": "c",/"type": "c", "major": 10, "minor": 196,/' "$file" >"specs/${file##*/}"
done
echo '{' >specs/broken.json
./library inject specs vfprep.dev/team=web0 vfprep.dev/team=1db >oci.json || fail "$(cat oci.json)"
/usr/bin/python3 - <<'PYTHON' || fail 'what the container gets'
import json, sys
oci = json.load(open("oci.json"))
nodes = sorted((d["path"], d["uid"], d["gid"], d["fileMode"]) for d in oci["linux"]["devices"])
assert nodes == [("/dev/vfio/10", 107, 104, 0o660), ("/dev/vfio/11", 0, 104, 0o606),
                 ("/dev/vfio/vfio", 0, 104, 0o666)], nodes
assert [m["destination"] for m in oci["mounts"]] == ["/run/vfprep/teams/1db", "/run/vfprep/teams/web0"], oci["mounts"]
assert all("ro" in m["options"] for m in oci["mounts"])
assert [h["args"][-1] for h in oci["hooks"]["createRuntime"]] == ["web0"]
assert "process" not in oci or not oci["process"].get("env")
PYTHON
printf '%d failures\n' "$failures"
[ "$failures" -eq 0 ]
