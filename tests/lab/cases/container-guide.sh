#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the container guide: its files and commands do what it says, with podman rootful and rootless, and what it shows of vfteam check is what comes
# timeout: 180
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

vf=0000:01:10.0
differs=''

# No images are kept, and the machine's root is an overlay, on which podman lays no other.
export STORAGE_DRIVER=vfs
mkdir -p /var/lib/containers
mount -t tmpfs tmpfs /var/lib/containers

block()
{
	"$LAB/guide-block" "$@"
}

# as_in_guide NAME TEXT: but for numbers that are not the same from run to run.
as_in_guide()
{
	local text

	text=$(sed -E -e "s,(/dev/vfio/|IOMMU group )$group\b,\16,g; s/pid [0-9]+/pid 9/g; s,/tmp/teams,/run/vfprep/teams,g" \
		-e 's/has the number [0-9]+:/has the number 242:/; s/sysfs says .*/sysfs says 242:0/' <<<"$2")
	[ "$text" = "$(block output "$1")" ] || {
		printf 'the guide shows "%s" otherwise; it is:\n%s\n' "$1" "$text"
		differs=yes
	}
}

# What stands for the image: vfteam, the container's files, a shell. libvirtd and QEMU tell their versions and no more.
make_root()
{
	local root=$1 library

	mkdir -p "$root"/{bin,dev,etc,proc,run,sys,tmp,usr/bin,usr/share/vfprep,config}
	cp /bin/busybox "$root/bin/"
	chroot "$root" /bin/busybox --install -s /bin
	cp "$(realpath "$(command -v vfteam)")" "$root/usr/bin/vfteam"
	for library in $(ldd "$root/usr/bin/vfteam" | grep -oE '/[^ ]+'); do
		mkdir -p "$root${library%/*}"
		cp "$library" "$root$library"
	done
	cp -r "$LAB/../../container" "$root/usr/share/vfprep/"
	printf '#!/bin/sh\necho "libvirtd (libvirt) 11.3.0"\n' >"$root/usr/bin/libvirtd"
	printf '#!/bin/sh\necho "QEMU emulator version 10.0.2"\n' >"$root/usr/bin/qemu-system-x86_64"
	chmod +x "$root"/usr/bin/*
}

# run_as_in_guide NAME ROOT STATUS [COMMAND...]: the guide's command, with that root for the image and another end.
run_as_in_guide()
{
	local script=/tmp/guide-command

	block run "$1" | sed "s|localhost/vfteam-libvirt|--rootfs $2 /usr/share/vfprep/container/entrypoint sh /config/command|" >"$script"
	grep -q rootfs "$script" || fail "the guide's $1 names no image"
	expect_status "$3" "${@:4}" sh "$script"
}

block file 10-web0.conf | write_conf 10-web0
# Its tap is made by others. As after a boot:
expect_equal 'unloading vfio-pci' "$(modprobe -r vfio_pci 2>&1)" ''
expect_status 0 vfprep apply
group=$(basename "$(readlink /sys/bus/pci/devices/$vf/iommu_group)")
as_in_guide apply "$OUT"
expect_status 0 vfprep verify
mkdir -p /etc/vfprep/guests
block file web0.xml >/etc/vfprep/guests/web0.xml

# The tap is made as the guide has it, and a QEMU with the number of its owner and no capability can open it.
modprobe tun
chmod 666 /dev/net/tun # as udev has it
ip link add br100 type bridge
block run tap >/tmp/tap
expect_status 0 sh -e /tmp/tap
expect_status 0 ip link set web0-out master br100
unprivileged=(setpriv --reuid=107 --regid=107 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all)
expect_status 0 ip netns exec web0 "${unprivileged[@]}" qemu-system-x86_64 -M none -nodefaults -display none -monitor stdio \
	-netdev tap,id=tap,ifname=tap0,script=no,downscript=no <<<quit

make_root /tmp/root
# What the container is to show of itself.
cat >/tmp/root/config/command <<'END'
echo "user $(id -u):$(id -g), capabilities $(sed -n 's/^CapEff:\t*//p' /proc/self/status), $(echo $(ls /sys/class/net)), locks $(ulimit -H -l) KiB"
cat /tmp/vfteam/domain.xml
END
touch /tmp/root/config/domain.xml
run_as_in_guide podman-rootful /tmp/root 0
expect_equal 'the container' "$(head -n 1 <<<"$OUT")" 'user 107:107, capabilities 0000000000000000, br0 lo out tap0, locks 2097152 KiB'
as_in_guide domain "$(sed 1d <<<"$OUT")"
as_in_guide check "$ERR"
run_as_in_guide podman-options /tmp/root 0
as_in_guide domain "$(sed 1d <<<"$OUT")"

# The limit by a file of hooks.d and an annotation, for containers that get their nodes by something else than CDI.
mkdir /tmp/hooks.d
vfprep cdi --hook-file >/tmp/hooks.d/vfprep.json
expect_status 0 podman --hooks-dir /tmp/hooks.d run --rm --network none --annotation vfprep.dev/team=web0 \
	--ulimit memlock=65536:65536 --rootfs /tmp/root sh -c 'ulimit -H -l'
expect_equal 'the limit' "$OUT" 2097152

# A container whose VF is not there does not start, and the engine has the status of the check.
run_as_in_guide podman-rootful /tmp/root 0
sed -i 's|--device vfprep[^ ]*|--volume /run/vfprep/teams:/run/vfprep/teams:ro --device /dev/vfio/vfio --ulimit memlock=2147483648|' /tmp/guide-command
expect_status 8 sh /tmp/guide-command
as_in_guide no-node "$(sed -n '/^vfteam: /p' <<<"$ERR")"
expect_match 'what the entrypoint says' "$ERR" 'vfteam-entrypoint: the container does not start'

# Rootless, as a user who has a range of numbers for user namespaces.
echo 'guide:x:1507:1507::/tmp/guide-home:/bin/sh' >>/etc/passwd
echo 'guide:x:1507:' >>/etc/group
echo 'guide:200000:65536' | tee -a /etc/subuid >>/etc/subgid
mkdir -p /tmp/guide-home /run/user/1507
cp -r /tmp/root /tmp/guide-home/root
chown -R 1507:1507 /tmp/guide-home /run/user/1507
sed -i 's/107$/1507/' /etc/vfprep/10-web0.conf
expect_status 0 vfprep apply
rootless=(prlimit --memlock=2147483648 setpriv --reuid=1507 --regid=1507 --clear-groups
	env HOME=/tmp/guide-home XDG_RUNTIME_DIR=/run/user/1507 USER=guide)
run_as_in_guide podman-rootless /tmp/guide-home/root 0 "${rootless[@]}"
expect_equal 'the container' "$(head -n 1 <<<"$OUT")" 'user 1507:1507, capabilities 0000000000000000, lo, locks 2097152 KiB'
expect_match 'the domain' "$OUT" "<interface type='user'>.*<teaming type='transient' persistent='ua-web0'/>"
if prlimit --memlock=2147483647 "${rootless[@]:2}" sh /tmp/guide-command >/tmp/said 2>&1; then
	fail 'a container starts whose guest cannot lock its memory'
fi
expect_match 'what is said' "$(cat /tmp/said)" 'hook .*vfprep'
sed -i 's/1507$/107/' /etc/vfprep/10-web0.conf
expect_status 0 vfprep apply

# What is refused, without a container around it: faults NAME COMMAND... as uid 107.
faults()
{
	local name=$1

	shift
	expect_status 8 env PATH="/tmp/root/usr/bin:$PATH" prlimit --memlock="${limit:-2147483648}" \
		"${unprivileged[@]}" "$@"
	as_in_guide "$name" "$ERR"
}
check=(vfteam check --quiet)
chmod 666 /dev/vfio/vfio
node=/dev/vfio/$group
chmod 600 "$node" && chown 0:0 "$node"
faults not-permitted "${check[@]}"
chmod 660 "$node" && chown 107:107 "$node"
limit=2147483647 faults memory "${check[@]}"
hold_group $vf >/dev/null
faults held "${check[@]}"
drop_group $vf
expect_equal unbind "$(raw unbind $vf)" ok
faults no-driver "${check[@]}"
expect_equal bind "$(raw bind $vf vfio-pci)" ok
chown 107:107 "$node" && chmod 660 "$node"
cp -r /run/vfprep/teams /tmp/teams
sed -i 's/"boot_id": "[^"]*"/"boot_id": "x"/' /tmp/teams/web0/team.json
faults old-boot "${check[@]}" --teams=/tmp/teams
sed "s/\"iommu_group\": $group/\"iommu_group\": 99/" /run/vfprep/teams/web0/team.json >/tmp/teams/web0/team.json
faults other-group "${check[@]}" --teams=/tmp/teams
rm -r /tmp/teams/web0
faults no-team "${check[@]}" --teams=/tmp/teams
mv "$node" /dev/vfio/kept
mknod -m 666 "$node" c "$(stat -c %Hr /dev/vfio/kept)" 77
faults other-node "${check[@]}"
mv /dev/vfio/kept "$node"
printf '#!/bin/sh\necho "libvirtd (libvirt) 7.0.0"\n' >/tmp/root/usr/bin/libvirtd
printf '#!/bin/sh\necho "QEMU emulator version 4.2.0"\n' >/tmp/root/usr/bin/qemu-system-x86_64
faults versions "${check[@]}"
expect_status 0 ip link set "$(ls /sys/bus/pci/devices/$PF0/net)" vf 0 mac 02:00:5e:10:00:99
expect_status 8 vfprep verify
as_in_guide verify "$OUT"$'\n'"$ERR"
[ -z "$differs" ] || fail 'the guide shows something else'
expect_status 0 vfprep release --all
ip netns del web0
ip link del br100
