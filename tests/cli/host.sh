#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check of the host: the table, --json and the exit code, on a tree that stands for the host's files.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export FAKE_ROOT=$work/root

check()
{
	run_it "$fake" check --confdir=conf --rundir=run "$@"
}

# verdict NAME: its result, by --json.
verdict()
{
	json "[c['result'] for c in document['checks'] if c['check'] == '$1'][0]"
}

write_root()
{
	mkdir -p root/proc/sys/kernel root/proc/1 root/sys/kernel/iommu_groups/{0,1} root/sys/class/vfio \
		root/sys/module/vfio_{pci,iommu_type1}
	echo 6.1.0-56-amd64 >root/proc/sys/kernel/osrelease
	echo 'root=/dev/sda1 intel_iommu=on' >root/proc/cmdline
	printf 'vendor_id\t: GenuineIntel\n' >root/proc/cpuinfo
	echo systemd >root/proc/1/comm
	echo 'Max locked memory  unlimited  unlimited  bytes' >root/proc/1/limits
	echo live | tee root/sys/module/vfio_{pci,iommu_type1}/initstate >/dev/null
}

write_root
write_conf conf
check
expect_status 0
expect_equal stderr "$err" ''
expect_match stdout "$out" '^CHECK +RESULT +DETAIL'
expect_match stdout "$out" 'configuration +ok +1 file'
expect_match stdout "$out" 'kernel +ok +6\.1\.0-56-amd64'
expect_match stdout "$out" 'iommu +ok +2 groups'
expect_match stdout "$out" 'vfio +ok +vfio-pci is loaded'
expect_match stdout "$out" 'pf 0000:01:00.0 +ok +igb, eth0, 0 of 7 VFs, conf/10-uplink.conf'
expect_match stdout "$out" 'pf 0000:02:00.0 +ok +igb, eth1, 0 of 7 VFs, not configured'
expect_match stdout "$out" 'groups +unknown '
expect_match stdout "$out" 'udev +ok +nothing'
[ "$(wc -L <.out)" -le 100 ] || fail "$ran: more than 100 columns"
check --quiet
expect_status 0
expect_equal 'stdout and stderr' "$out$err" ''
check --json
expect_status 0
expect_json version checks outcome problems
expect_equal outcome "$(json 'document["outcome"]')" 'done'
expect_equal 'the keys of a check' "$(json 'sorted(document["checks"][0])')" "['check', 'detail', 'result']"
expect_equal 'the PFs' "$(json '" ".join(c["subject"] for c in document["checks"] if c["check"] == "pf")')" \
	'0000:01:00.0 0000:02:00.0'

# A rival and an old kernel: both are told, each with what to do, and the host is at fault.
mkdir -p root/etc/udev/rules.d
echo 'KERNEL=="0000:01:00.0", ATTR{sriov_numvfs}="4"' >root/etc/udev/rules.d/70-vfs.rules
echo 4.19.0 >root/proc/sys/kernel/osrelease
check
expect_status 8
expect_match stdout "$out" 'kernel +problem +4\.19\.0'
expect_match stdout "$out" 'udev +problem '
expect_match stderr "$err" "vfprep: kernel: '4.19.0' is older than 5.10"
expect_match stderr "$err" 'vfprep: /etc/udev/rules.d/70-vfs.rules:1: .*0000:01:00.0 too'
expect_match stderr "$err" "to do: remove the rule, or leave 0000:01:00.0 out of vfprep's configuration"
check --json
expect_status 8
expect_equal outcome "$(json 'document["outcome"]')" incomplete
expect_equal 'the verdicts' "$(verdict kernel) $(verdict udev) $(verdict iommu)" 'problem problem ok'
expect_equal 'the faults' "$(json '" ".join(p["fault"] for p in document["problems"])')" 'host host'
check --quiet
expect_status 8
expect_equal stdout "$out" ''
expect_match stderr "$err" 'older than 5.10'

# A wrong configuration counts for more, and hides nothing of the host.
echo 'Wrong=1' >>conf/10-uplink.conf
check --json
expect_status 3
expect_equal 'the verdicts' "$(verdict configuration) $(verdict kernel) $(verdict udev)" 'problem problem unknown'
expect_match stderr "$err" "conf/10-uplink.conf:.*'Wrong'"
write_conf conf

# Notes are no fault.
echo 6.1.0 >root/proc/sys/kernel/osrelease
echo 'KERNEL=="0000:09:00.0", ATTR{sriov_numvfs}="4"' >root/etc/udev/rules.d/70-vfs.rules
check
expect_status 0
expect_match stderr "$err" 'note: /etc/udev/rules.d/70-vfs.rules:1: .*no PF of this machine'

# A variant driver of the configuration: its module is looked for.
sed -i 's/^\[VF\]$/[VF]\nDriver=auto/' conf/10-uplink.conf
"$fake" raw variant 0000:01:00.0 mlx5_vfio_pci >/dev/null
mkdir -p root/lib/modules/6.1.0
echo 'kernel/drivers/vfio/pci/mlx5/mlx5-vfio-pci.ko: kernel/drivers/vfio/vfio.ko' >root/lib/modules/6.1.0/modules.dep
check
expect_status 0
expect_match stdout "$out" 'vfio mlx5_vfio_pci +ok +can be loaded'
expect_match stderr "$err" 'note: mlx5_vfio_pci: libvirt'
: >root/lib/modules/6.1.0/modules.dep
check
expect_status 8
expect_match stdout "$out" 'vfio mlx5_vfio_pci +problem +no such module'
expect_match stderr "$err" 'vfprep: mlx5_vfio_pci: the kernel 6.1.0 does not have this module'
rm -r root/lib
"$fake" raw variant 0000:01:00.0 vfio-pci >/dev/null
write_conf conf
# The limits of locked memory are held against the memory of the largest guest.
cp -r conf guests
echo 'Max locked memory  4294967296  4294967296  bytes' >root/proc/1/limits
sed -i '/Team=web0/a GuestMemory=3G' guests/10-uplink.conf
check --confdir=guests
expect_status 0
expect_match stdout "$out" 'memory +ok +no limit of locked memory is below 4 GiB'
sed -i 's/GuestMemory=3G/GuestMemory=3073M/' guests/10-uplink.conf
check --confdir=guests
expect_status 8
expect_match stderr "$err" 'pid 1 \(systemd\): what it starts may lock 4 GiB of memory, a guest of 3073 MiB'
check
expect_status 0
echo 'Max locked memory  unlimited  unlimited  bytes' >root/proc/1/limits

# Of another machine only what its file tells is known.
"$fake" list --json --rundir=run >machine.json
run_it "$vfprep" check --confdir=conf --machine=machine.json
expect_status 0
expect_match stdout "$out" 'kernel +unknown'
expect_match stdout "$out" 'pf 0000:01:00.0 +ok'
sed -i 's/"totalvfs": *7/"totalvfs":1/' machine.json
run_it "$vfprep" check --confdir=conf --machine=machine.json --json
expect_status 8
expect_equal 'the faults' "$(json '" ".join(p["subject"] for p in document["problems"])')" 0000:01:00.0
run_it "$vfprep" check --confdir=conf --machine=nowhere.json
expect_status 4
expect_match stdout "$out" 'pf +unknown'
run_it "$vfprep" check --config-only --machine=machine.json
expect_usage '--config-only or --machine'

# The host that runs this test, whatever it is: a verdict on each area, and never a failure.
run_it "$vfprep" check --confdir=conf --rundir=run --json
expect_json version checks outcome problems
for name in configuration kernel iommu vfio pf groups memory networkmanager systemd netplan sriov-operator udev modules \
	driverctl scripts; do
	expect_match "the verdict on $name" "$(verdict "$name")" '^(ok|problem|unknown)$'
done
[ "$status" -eq 0 ] || [ "$status" -eq 8 ] || fail "$ran: status $status"
finish
