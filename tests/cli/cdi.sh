#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cdi: what apply publishes for container engines, when it goes away, and the other forms of it.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

vf()
{
	run_it "$fake" "$1" --rundir=run "${@:2}"
}

apply()
{
	vf apply --confdir=conf
	expect_status 0
}

files()
{
	(cd run/cdi && find . -type f -printf '%P\n' | sort | paste -sd ' ')
}

both='vfprep.dev-team_db1.json vfprep.dev-team_web0.json'

# Where nothing is published there is no spec, and that is no fault.
vf cdi
expect_status 0
expect_equal stdout "$out" ''
expect_match stderr "$err" 'note: no team is published'
[ ! -e run ] || fail "$ran: made the run directory"
vf cdi web0
expect_status 4
expect_match stderr "$err" 'web0: no team is published'

# One file a team, for everybody to read, and the same on stdout.
write_conf conf
sed -i '/Team=web0/a GuestMemory=4G\nContainerOwner=107' conf/10-uplink.conf
(umask 077 && apply)
expect_equal 'the files' "$(files)" "$both"
expect_equal 'their modes' "$(stat -c %a run/cdi run/cdi/* | paste -sd ' ')" '755 644 644'
for team in web0 db1; do
	vf cdi "$team"
	expect_status 0
	expect_equal "the spec of $team" "$out" "$(cat "run/cdi/vfprep.dev-team_$team.json")"
	expect_equal 'its device' "$(json '" ".join(d["name"] for d in document["devices"])')" "$team"
done
vf cdi
expect_status 0
expect_json cdiVersion kind devices
expect_equal 'the devices' "$(json '" ".join(d["name"] for d in document["devices"])')" 'db1 web0'
nodes='[(n["path"], n["uid"], n["gid"], n["fileMode"]) for n in document["devices"][1]["containerEdits"]["deviceNodes"]]'
expect_equal 'the nodes' "$(json "$nodes")" "[('/dev/vfio/vfio', 107, 100, 438), ('/dev/vfio/10', 107, 100, 432)]"
expect_equal 'the hook' "$(json '" ".join(document["devices"][1]["containerEdits"]["hooks"][0]["args"])')" \
	"vfprep oci-hook --rundir=$work/run web0"
expect_equal 'hooks without a GuestMemory=' "$(json '"hooks" in document["devices"][0]["containerEdits"]')" False

# What is right is not written again; a file of somebody else's stays, be it broken, and hurts nobody.
echo '{' >run/cdi/broken.json
before=$(stat -c '%i %y' run/cdi/*)
apply
expect_equal 'the files' "$(stat -c '%i %y' run/cdi/*)" "$before"

# What is gone or another one is a drift, which apply mends.
echo '{}' >run/cdi/vfprep.dev-team_web0.json
rm run/cdi/vfprep.dev-team_db1.json
vf verify
expect_status 8
expect_match stderr "$err" 'web0: .* its CDI device is gone, or is another one'
expect_match stderr "$err" 'db1: .* its CDI device is gone'
vf list --json
expect_equal 'what list says' "$(json '[t.get("cdi") for t in document["teams"]]')" '[False, False]'
mv .out machine.json
apply
steps=$out
run_it "$vfprep" plan --machine=machine.json --confdir=conf
expect_equal 'the plan by the output of list' "$out" "$steps"
vf verify
expect_status 0
apply
expect_equal stdout "$out" ''

# A change of what containers get publishes the team anew and does nothing else.
sed -i 's/GuestMemory=4G/GuestMemory=5G/' conf/10-uplink.conf
apply
expect_equal 'the steps' "$out" $'web0: publish run/teams/web0 -> none\nweb0: publish none -> run/teams/web0'

# What a killed run left goes: a device without its team, and what has not got its name.
cp run/cdi/vfprep.dev-team_web0.json run/cdi/vfprep.dev-team_old.json
touch run/cdi/vfprep.dev-team_web0.json.new run/cdi/vfprep.dev-team_x.yaml
apply
expect_equal 'the files' "$(files)" "broken.json $both vfprep.dev-team_x.yaml"
rm run/cdi/vfprep.dev-team_x.yaml

# By options for engines that have no CDI, and by an annotation for podman and CRI-O.
vf cdi --run-options web0
expect_status 0
expect_equal stdout "$out" "--device=/dev/vfio/vfio:/dev/vfio/vfio:rw
--device=/dev/vfio/10:/dev/vfio/10:rw
--mount=type=bind,source=$work/run/teams/web0,target=/run/vfprep/teams/web0,readonly
--ulimit=memlock=6442450944:6442450944"
vf cdi --hook-file
expect_status 0
expect_json version hook when stages
expect_equal 'its arguments' "$(json '" ".join(document["hook"]["args"])')" "vfprep oci-hook --rundir=$work/run"
mkdir 'a b'
cp -r run 'a b/run'
run_it "$fake" cdi --run-options --rundir='a b/run' web0
expect_status 3
expect_equal stdout "$out" ''
expect_match stderr "$err" 'a b/run: --mount takes no such path'

# A spec is whole or not at all.
vf cdi web0 nobody
expect_status 4
expect_equal stdout "$out" ''
expect_match stderr "$err" 'nobody: no team is published'
status=0
"$fake" cdi --rundir=run >/dev/full 2>.err || status=$?
expect_status 1

# A team of another boot.
cp -r run old
sed -i 's/"boot_id": "[^"]*"/"boot_id": "another"/' old/teams/web0/team.json
run_it "$fake" cdi --rundir=old
expect_status 8
expect_match stderr "$err" 'web0: it was published before the last boot'

vf release web0
expect_status 0
expect_equal 'the files' "$(files)" 'broken.json vfprep.dev-team_db1.json'
vf release --all
expect_status 0
expect_equal 'the files' "$(files)" broken.json
finish
