#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: in a container with one thing wrong at a time vfteam says before the start what it is
# timeout: 300
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/container.sh
. "$LAB/container.sh"

vf=0000:01:10.0 device=/var/run/cdi/vfprep.dev-team_web0.json
need=$(((128 + 1024) * 1024 * 1024))
write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF]
Driver=vfio-pci
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
GuestMemory=128M
ContainerOwner=$container_user
[VF 1]
EOF

# only_says REGEX: that is the one finding, with advice.
only_says()
{
	expect_match 'what is said' "$ERR" "$1"
	[ "$(grep -c '^vfteam: [^ ]' <<<"$ERR")" -eq 1 ] || fail "more than '$1' is said: $ERR"
	expect_match 'advice' "$ERR" 'vfteam:   to do: '
}

# new_container REGEX OPTION...: what check finds in one with those options besides.
new_container()
{
	local want=$1

	shift
	expect_status 8 run_container --device vfprep.dev/team=web0 "$@" -- vfteam check
	only_says "$want"
}

# other_device EDIT REGEX OPTION...: the same with another CDI device; EDIT is Python, which changes "edits" of its only
# device.
other_device()
{
	local edit=$1

	shift
	cp $device /tmp/device
	python3 - $device "$edit" <<'PYTHON'
import json, sys

with open(sys.argv[1]) as file:
    spec = json.load(file)
edits = spec["devices"][0]["containerEdits"]
exec(sys.argv[2])
with open(sys.argv[1], "w") as file:
    json.dump(spec, file)
PYTHON
	new_container "$@"
	cp /tmp/device $device
}

# running REGEX ARGUMENT...: what check finds in the container that runs.
running()
{
	expect_status 8 podman exec running vfteam check "${@:2}"
	only_says "$1"
}

# stub NAME TEXT: the path of a program that prints it.
stub()
{
	printf '#!/bin/sh\necho "%s"\n' "$2" >"$container_dir/$1"
	chmod 755 "$container_dir/$1"
	echo "$container_dir/$1"
}

# domain REGEX EDIT: what check finds where somebody has edited the domain of vfteam inject.
domain()
{
	sed "$2" "$container_dir/injected.xml" >"$container_dir/config/wrong.xml"
	running "/config/wrong\.xml:[0-9]+: $1" /config/wrong.xml
}

expect_status 0 vfprep apply
write_guest
group=$(group_of $vf)
number=$(cat "/sys/class/vfio/$group/dev")
other=$(cat "/sys/class/vfio/$(group_of 0000:01:10.2)/dev")

# Nothing is wrong.
expect_status 0 run_container --device vfprep.dev/team=web0 -- vfteam check
expect_match 'the verdicts' "$OUT" "memory lock +ok .* 1152 MiB.*libvirt +ok +11\..*group web0 +ok +/dev/vfio/$group opens"

# Wrong from its start on. Where the limit is to be too low there is no hook, which would raise it.
other_device 'edits["deviceNodes"].pop()' "web0: /dev/vfio/$group is not there"
other_device 'edits["deviceNodes"][-1].update(uid=0, gid=0, fileMode=0o600)' \
	"web0: /dev/vfio/$group cannot be opened by uid $container_user: Permission denied \\(it is 0:0 0600\\)"
other_device "edits['deviceNodes'][-1].update(major=${other%:*}, minor=${other#*:})" \
	"web0: /dev/vfio/$group is another device: it has the number $other, sysfs says $number"
other_device 'edits.pop("hooks")' "memory lock: .* \\($((need - 1)) bytes\\), the guest needs 1152 MiB" \
	--ulimit "memlock=$((need - 1)):$((need - 1))"
new_container 'libvirt 7\.0\.0 takes no <teaming> in a plain <hostdev>' \
	--volume "$(stub libvirtd 'libvirtd (libvirt) 7.0.0'):/usr/sbin/libvirtd:ro"
new_container 'QEMU 4\.2\.0 crashes when the VF is unplugged' \
	--volume "$(stub qemu 'QEMU emulator version 4.2.0'):/usr/bin/qemu-system-x86_64:ro"

# A domain that is wrong. What is executed in a container does not have the limit that the hook has raised.
start_container running --device vfprep.dev/team=web0 --ulimit "memlock=$need:$need" -- sleep infinity
expect_status 0 podman exec running vfteam inject --quiet --persistent=user /config/plain.xml
printf '%s\n' "$OUT" >"$container_dir/injected.xml"
cp "$container_dir/injected.xml" "$container_dir/config/right.xml"
expect_status 0 podman exec running vfteam check /config/right.xml
nic="<interface type='user'><mac address='02:00:5e:10:00:77'/><model type='virtio'/><teaming type='persistent'/><alias name='ua-other'/></interface>"
domain "the MAC of this interface is '02:00:5e:10:00:77', that of the team web0 is 02:00:5e:10:00:01" \
	"s|<memballoon.*|$nic|; s|persistent='ua-web0'|persistent='ua-other'|"
domain "machine 'pc' has no PCI Express" "s|machine='q35'|machine='pc'|"

# Wrong since the container has started.
hold_group $vf >/dev/null
running "web0: /dev/vfio/$group is held by a process that is not seen from here"
drop_group $vf
cp /run/vfprep/teams/web0/team.json /tmp/team.json
sed -i 's/"boot_id": "[^"]*"/"boot_id": "x"/' /run/vfprep/teams/web0/team.json
running 'published before the last boot'
cp /tmp/team.json /run/vfprep/teams/web0/team.json

# No container can see this one; the host does.
expect_equal 'another MAC' "$(raw mac "$PF0" 0 02:00:5e:10:00:99)" ok
expect_status 8 vfprep verify web0
expect_match 'what is said' "$ERR" "web0: $vf is not as published: mac"

# Without a driver the host has no node, so the container's cannot be opened either, and no further container starts.
expect_equal 'unbind' "$(raw unbind $vf)" ok
expect_status 8 podman exec running vfteam check
expect_match 'what is said' "$ERR" 'web0: no driver has it'
if said=$(run_container --device vfprep.dev/team=web0 -- true 2>&1); then
	fail 'a container starts whose VF has no driver'
fi
expect_match 'what is said' "$said" "/dev/vfio/$group"

end_container running
expect_status 0 vfprep release --all
