#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Starts and ends the emulated machine; sourced by the programs that need one.
#
# VFPREP_BINARY     the vfprep to test; by default the release build of this tree
# VFPREP_PACKAGES   the directory of the packages to test; by default that of tests/check in this tree
# VFPREP_LAB_ACCEL  QEMU's accelerator; by default tcg, because a /dev/kvm that opens need not work

lab_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top_dir=$(cd "$lab_dir/../.." && pwd)
lab_pid=''
lab_fd=''
lab_share=''
cache=''

# Says why there can be no machine here, or nothing.
lab_obstacle()
{
	local version

	version=$(qemu-system-x86_64 --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p')
	if [ -z "$version" ]; then
		echo "qemu-system-x86_64 is not there; run tests/setup"
	elif [ "$version" -lt 8 ]; then
		echo "QEMU $version has no SR-IOV NIC, 8 or later is needed; run tests/setup"
	elif [ ! -r "$cache/stamp" ]; then
		echo "no kernel for the emulated machine in $cache; run tests/setup"
	elif [ ! -r "$cache/container/.stamp" ] || [ ! -r "$cache/guest/.stamp" ]; then
		echo "no root for the emulated machine's containers in $cache; run tests/setup"
	fi
}

# Ends the caller with a reason: as a skip, or as a failure where nothing may be skipped.
lab_need_machine()
{
	local why

	if [ -n "${VFPREP_BINARY:-}" ] && [ ! -x "$VFPREP_BINARY" ]; then
		echo "lab: failed: VFPREP_BINARY names no program: $VFPREP_BINARY" >&2
		exit 1
	fi
	cache=$("$top_dir/tests/setup" --print-cache)
	why=$(lab_obstacle)
	[ -n "$why" ] || return 0
	if [ "${CI:-}" = true ]; then
		echo "lab: failed: $why" >&2
		exit 1
	fi
	echo "lab: skipped: $why" >&2
	exit 77
}

# The program under test, and what was built beside it: vfteam, and the example of the library.
lab_find_programs()
{
	local binary=${VFPREP_BINARY:-} candidate

	for candidate in "$top_dir"/build/{release,check/build/release,.}/tools/vfprep/vfprep; do
		if [ -z "$binary" ] && [ -x "$candidate" ]; then
			binary=$candidate
		fi
	done
	[ -n "$binary" ] || return 0
	binary=$(realpath "$binary")
	printf '%s\n' "$binary"
	for candidate in "$(dirname "$binary")"/../{vfteam/vfteam,../examples/example-vf}; do
		if [ -x "$candidate" ]; then
			realpath "$candidate"
		fi
	done
}

# The build directory of the program under test.
lab_build_dir()
{
	local programs

	programs=$(lab_find_programs)
	realpath "$(dirname "${programs%%$'\n'*}")/../.."
}

lab_write_environment()
{
	local script=$1 init=$2 programs version program visible

	# A tree below /tmp or /run is not there otherwise.
	visible="$lab_dir $(realpath "$lab_dir"/../{scenarios,recorded} "$lab_dir"/../../{container,docs} | tr '\n' ' ')"

	programs=$(lab_find_programs)
	version=$(cat "$cache/version")
	for program in $programs; do
		visible="$visible $(dirname "$program")"
	done
	# The libraries of a program in a build directory lie beside it.
	if [[ $programs == */tools/* ]]; then
		visible="$visible $(realpath "$(dirname "${programs%%$'\n'*}")/../..")"
	fi
	{
		printf 'LAB_DIR=%q\nLAB_SCRIPT=%q\nLAB_INIT=%q\n' "$lab_dir" "$script" "$init"
		printf 'LAB_KERNEL=%q\n' "$version"
		printf 'LAB_CACHE=%q\n' "$(realpath "$cache")"
		printf 'LAB_MODULES=%q\n' "$(realpath "$cache/kernel/lib/modules/$version")"
		printf "LAB_VISIBLE='%s'\nLAB_PROGRAMS='%s'\n" "$visible" "$(tr '\n' ' ' <<<"$programs")"
	} >"$lab_share/environment"
}

# Begins with a new shared directory, /lab in the machine, with the packages that were built.
lab_new_share()
{
	local dir dirs=("$top_dir/build/packages" "$top_dir/build/check/build/packages")

	[ -z "${VFPREP_PACKAGES:-}" ] || dirs=("$VFPREP_PACKAGES")
	lab_share=$(mktemp -d "${TMPDIR:-/tmp}/vfprep-lab.XXXXXX")
	cp "$lab_dir/init" "$lab_share/init"
	mkdir "$lab_share/packages"
	for dir in "${dirs[@]}"; do
		if cp "$dir"/*.deb "$lab_share/packages/" 2>/dev/null; then
			break
		fi
	done
	mkfifo "$lab_share/monitor.in" "$lab_share/monitor.out"
}

# lab_start PROFILE SCRIPT: boots; what SCRIPT writes to descriptor 3 in the machine can be read from $lab_fd.
lab_start()
{
	local profile=$1 accel=${VFPREP_LAB_ACCEL:-tcg,thread=multi} machine_devices=() machine_init=script
	local arguments='console=ttyS0 quiet intel_iommu=on mitigations=off audit=0 panic=-1 systemd.show_status=false'

	# shellcheck source=/dev/null
	. "$lab_dir/profiles/$profile"
	lab_write_environment "$2" "$machine_init"
	if declare -F machine_files >/dev/null; then
		mkdir "$lab_share/root"
		machine_files "$lab_share/root"
		unset -f machine_files
	fi
	# Less than 2,816 MiB: with more, VF registers lie above 4 GiB, where QEMU 10.0 maps only half of them.
	exec {lab_fd}< <(
		exec qemu-system-x86_64 -M q35,kernel-irqchip=off -accel "$accel" -cpu max -smp 2 -m 2560 \
			-nodefaults -display none -no-reboot \
			-serial "file:$lab_share/console" -serial stdio "${machine_devices[@]}" \
			-chardev "pipe,id=monitor,path=$lab_share/monitor" -mon monitor \
			-virtfs local,path=/,security_model=none,mount_tag=root,readonly=on,multidevs=remap \
			-virtfs "local,path=$lab_share,security_model=none,mount_tag=share,multidevs=remap" \
			-kernel "$cache/vmlinuz" -initrd "$cache/initramfs.gz" -append "$arguments" \
			</dev/null 2>"$lab_share/qemu"
	)
	lab_pid=$!
}

# lab_monitor COMMAND: to QEMU's monitor, for plugging and unplugging.
lab_monitor()
{
	printf '%s\n' "$*" >"$lab_share/monitor.in"
}

# Ends the machine; it is read-only but for the shared directory, so nothing is lost.
lab_stop()
{
	[ -n "$lab_pid" ] || return 0
	kill "$lab_pid" 2>/dev/null
	wait "$lab_pid" 2>/dev/null
	lab_pid=''
	exec {lab_fd}<&-
}

lab_remove_share()
{
	if [ -n "$lab_share" ]; then
		rm -rf "$lab_share"
	fi
	lab_share=''
}

# The last words of a machine that went away by itself.
lab_last_words()
{
	tail -n 15 "$lab_share/console" "$lab_share/qemu" 2>/dev/null | tr -d '\r'
}
