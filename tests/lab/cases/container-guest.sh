#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: in a container without any privilege libvirt starts a domain of vfteam inject, and the guest's kernel joins both NICs; libvirt 9.0 and 11 give QEMU the pair
# timeout: 420
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/container.sh
. "$LAB/container.sh"

mac=02:00:5e:10:00:01 vf=0000:01:10.0
write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF]
GuestMemory=128M
ContainerOwner=$container_user
Persistent=user
[VF 0]
Team=web0
MACAddress=$mac
[VF 1]
Team=old0
MACAddress=02:00:5e:10:00:02
EOF

# expect_pair CONTAINER TEAM MAC VF: the two devices of a team among the arguments of the QEMU in a container.
expect_pair()
{
	expect_equal "what libvirt gives QEMU in $1" "$(tr '\0' '\n' <"/proc/$(qemu_of "$1")/cmdline" | grep '"id":"ua-')" \
		"{\"driver\":\"virtio-net-pci\",\"failover\":true,\"netdev\":\"hostua-$2\",\"id\":\"ua-$2\",\"mac\":\"$3\",\"bus\":\"pci.1\",\"addr\":\"0x0\"}
{\"driver\":\"vfio-pci\",\"host\":\"$4\",\"id\":\"ua-$2_vf\",\"failover_pair_id\":\"ua-$2\",\"bus\":\"pci.2\",\"addr\":\"0x0\"}"
}

# What the containers try without teaming: the interface that libvirt itself sets up through the PF.
write_interface_domain()
{
	local interface="<interface type='hostdev' managed='no'><mac address='02:00:5e:10:00:03'/>"

	interface+="<source><address type='pci' domain='0' bus='1' slot='0x10' function='2'/></source></interface>"
	sed -e 's|<name>guest|<name>interface|' -e "s|</devices>|$interface&|" \
		"$container_dir/config/plain.xml" >"$container_dir/config/interface.xml"
}

# libvirt and QEMU of Debian 12 itself. This container has the host's network, and so sees the PF.
try_libvirt_9()
{
	local container_network=host container_root=$container_dir/root9

	mkdir "$container_root"
	mount -t overlay -o "ro,lowerdir=$LAB_CACHE/container9:$LAB_CACHE/container" root9 "$container_root"
	start_libvirt libvirt9 --device vfprep.dev/team=old0
	wait_for 60 podman exec libvirt9 virsh uri
	expect_status 0 podman exec libvirt9 vfteam check
	expect_match 'the versions' "$OUT" 'libvirt +ok +9\.0\.0.*QEMU +ok +7\.2\.'
	expect_status 1 podman exec libvirt9 virsh create /config/interface.xml
	expect_match 'libvirt 9.0 on an interface of type hostdev' "$ERR" \
		"Cannot set interface MAC to 02:00:5e:10:00:03 for ifname .* vf 1: Operation not permitted"
	expect_status 0 podman exec libvirt9 sh -c \
		'vfteam inject -o /tmp/guest.xml /config/plain.xml && virsh create --paused /tmp/guest.xml'
	expect_pair libvirt9 old0 02:00:5e:10:00:02 0000:01:10.2
	end_container libvirt9
}

before=$(state)
expect_status 0 vfprep apply
write_guest
write_interface_domain
start_libvirt guest --device vfprep.dev/team=web0 --env VFTEAM_DOMAIN=/config/plain.xml
# While that guest boots.
if [ -e "$LAB_CACHE/container9" ]; then
	try_libvirt_9
fi
wait_for 300 guest_is_done guest

console=$(console_of guest)
for line in 'eth0: failover master:eth0 registered' 'eth0: failover standby slave:eth1 registered' \
	'eth0: failover primary slave:eth2 registered' "igbvf .*: Address: $mac"; do
	expect_match "the guest's kernel" "$console" "$line"
done
expect_equal "the guest's interfaces" "$(grep ^eth <<<"$console")" \
	"eth0       $mac  net_failover  -
eth1       $mac  virtio_net    eth0
eth2       $mac  igbvf         eth0"
expect_match 'the check before the start' "$(podman logs guest 2>&1)" 'device web0 +ok'
expect_pair guest web0 "$mac" "$vf"

expect_status 0 podman exec guest vfteam check --running=guest
expect_match 'the check while it runs' "$OUT" 'VF web0 +ok'

# QEMU has the VF, all of the guest's memory is locked, and the host knows.
qemu=$(qemu_of guest)
group=$(group_of $vf)
expect_match 'the open files' "$(find "/proc/$qemu/fd" -lname '*vfio*' -printf '%l\n')" "/dev/vfio/$group"
locked=$(sed -n 's/^VmLck:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$qemu/status")
[ "$locked" -ge $((128 * 1024)) ] || fail "$locked kB of the guest are locked"
expect_equal 'use of the VF' "$(vfprep list --json | python3 -c '
import json, sys
vf = json.load(sys.stdin)["pfs"][0]["vfs"][0]
print(vf["in_use"], vf["used_by"]["pid"])')" "True $qemu"

# What the container is, and is not.
status=$(cat "/proc/$qemu/status")
expect_match 'its user' "$status" $'Uid:\t'$container_user$'\t'$container_user$'\t'$container_user
expect_match 'its privileges' "$status" \
	'CapPrm:[[:space:]]0+.CapEff:[[:space:]]0+.CapBnd:[[:space:]]0+.CapAmb:[[:space:]]0+.NoNewPrivs:[[:space:]]1'
expect_equal 'its interfaces' "$(ls "/proc/$qemu/root/sys/class/net")" lo
expect_equal "the PF's interfaces in it" "$(ls "/proc/$qemu/root/sys/bus/pci/devices/$vf/physfn/net")" ''
grep -q '^sysfs /sys sysfs ro,' "/proc/$qemu/mounts" || fail 'sysfs can be written in it'

expect_status 0 podman exec guest virt-xml-validate /tmp/vfteam/domain.xml
expect_status 1 podman exec guest virsh create /config/interface.xml
expect_match 'libvirt 11 on an interface of type hostdev' "$ERR" \
	"Could not find any network device under PCI device at /sys/bus/pci/devices/$PF0"

end_container guest
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(state)" "$before"
