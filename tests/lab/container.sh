#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Containers in the emulated machine, by podman and crun, and a guest in one; sourced behind lib.sh by what needs them.
#
# A container's root is one that tests/setup has unpacked, with a scratch layer above. It has an ordinary user, no
# capabilities, no new privileges, a network namespace of its own, and sysfs as the engine gives it, for reading.

container_user=107
container_network=none
container_root=$LAB_CACHE/container
container_dir=/tmp/container
podman_options=()
container_options=(--cap-drop all --security-opt no-new-privileges)
# What the image of container/ has in it; and the lab's own.
image_options=(
	--env HOME=/tmp/vfteam/home --env XDG_RUNTIME_DIR=/tmp/vfteam/run
	--env LIBVIRT_DEFAULT_URI=qemu:///session --env LIBVIRT_AUTOSTART=0
	--volume "$LAB/../../container:/usr/share/vfprep/container:ro"
	--volume "$(realpath "$(command -v vfteam)"):/usr/bin/vfteam:ro"
	--cgroup-parent /case --tmpfs /tmp:mode=1777
	--volume "$container_dir/config:/config:ro" --volume "$LAB_CACHE/guest:/guest:ro"
)
image_command=(/usr/share/vfprep/container/entrypoint /usr/share/vfprep/container/libvirt-session)
mkdir -p "$container_dir/config"

# With its files among the case's.
podman()
{
	command podman --root "$container_dir/root" --runroot "$container_dir/run" --tmpdir "$container_dir/tmp" \
		--cgroup-manager cgroupfs --events-backend none --runtime crun "${podman_options[@]}" "$@"
}

# run_container OPTION... -- COMMAND...
run_container()
{
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	podman run --rm --user "$container_user:$container_user" --network "$container_network" \
		"${container_options[@]}" "${options[@]}" "${image_options[@]}" --rootfs "$container_root:O" "$@"
}

# start_container NAME OPTION... -- COMMAND...: the same in the background.
start_container()
{
	local name=$1

	shift
	run_container --detach --name "$name" "$@" >/dev/null
}

# start_libvirt NAME OPTION...: a container that begins as the image does: with a check, and the domain of VFTEAM_DOMAIN.
start_libvirt()
{
	start_container "$@" -- "${image_command[@]}"
}

end_container()
{
	podman rm --force --time 0 "$1" >/dev/null
}

# The machine's number of the first process in a container.
pid_of()
{
	podman inspect --format '{{.State.Pid}}' "$1"
}

# The same of the QEMU in it.
qemu_of()
{
	local group pid

	group=$(sed -n 's/^0:://p' "/proc/$(pid_of "$1")/cgroup")
	while read -r pid; do
		if grep -q ^qemu-system "/proc/$pid/comm" 2>/dev/null; then
			echo "$pid"
		fi
	done <"/sys/fs/cgroup$group/cgroup.procs"
}

# The files of the guest, which a container sees in /config: a plain domain, and its initramfs.
write_guest()
{
	local type=qemu

	# The emulated processor of this machine can itself run guests. A guest that were emulated by it would take ten
	# times as long.
	if modprobe kvm_amd 2>/dev/null || modprobe kvm_intel 2>/dev/null; then
		chmod 666 /dev/kvm
		container_options+=(--device /dev/kvm)
		type=kvm
	fi
	sed "/^<!--/d; s/@TYPE@/$type/" "$LAB/guest.xml" >"$container_dir/config/plain.xml"
	cp "$LAB/guest-init" "$container_dir/config/init"
	(
		cd "$container_dir/config" || exit
		cat "$LAB_CACHE/guest/initramfs"
		echo init | cpio --quiet -o -H newc -R 0:0
	) >"$container_dir/config/initramfs"
}

# console_of NAME: what the guest in a container has printed.
console_of()
{
	tr -d '\r' <"/proc/$(pid_of "$1")/root/tmp/console"
}

# Has the guest printed its table?
guest_is_done()
{
	console_of "$1" 2>/dev/null | grep -q '^@done'
}
