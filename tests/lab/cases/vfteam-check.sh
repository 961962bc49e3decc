#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: vfteam check, as an ordinary user, says each thing that would keep a guest from its VF, and opens no more than it has to; of a guest that runs it says what became of its VF
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

vf0=0000:01:10.0
write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF]
Owner=1000
Group=1000
Driver=vfio-pci
[VF 0]
Team=web0
[VF 1]
Team=db1
EOF
expect_status 0 vfprep apply
group=$(basename "$(readlink /sys/bus/pci/devices/$vf0/iommu_group)")
other=$(basename "$(readlink /sys/bus/pci/devices/0000:01:10.2/iommu_group)")
chmod 666 /dev/vfio/vfio

# check WANT ARGUMENT...: as uid 1000 without any capability.
check()
{
	local want=$1

	shift
	expect_status "$want" setpriv --reuid=1000 --regid=1000 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
		vfteam check --memory 256M "$@"
}

# says REGEX: it is the one thing that is wrong, with something to do about it.
says()
{
	check 8
	expect_match 'what is said' "$ERR" "$1"
	expect_equal 'faults' "$(grep -c '^vfteam: [^ ]' <<<"$ERR")" 1
	expect_match 'advice' "$ERR" 'vfteam:   to do: '
}

ulimit -l $(((256 + 1024) * 1024))
check 0
expect_match 'the verdicts' "$OUT" 'VFIO +ok .*type 1 IOMMU'
expect_match 'the verdicts' "$OUT" "device web0 +ok +$vf0"
expect_match 'the verdicts' "$OUT" "group web0 +ok +/dev/vfio/$group opens"
expect_match 'the verdicts' "$OUT" 'QEMU +ok '
# From here on its version is told by one that need not load a hundred libraries for that.
mkdir /tmp/quick
cat >/tmp/quick/qemu-system-x86_64 <<EOF
#!/bin/sh
[ "\$*" != --version ] || exec echo QEMU emulator version 8.9.10
exec $(command -v qemu-system-x86_64) "\$@"
EOF
chmod +x /tmp/quick/qemu-system-x86_64
PATH=/tmp/quick:$PATH

# It opens the node once, and not at all while somebody has it.
trace=$(mktemp)
expect_status 0 strace -f -o "$trace" -e trace=openat vfteam check --memory 256M
expect_equal 'times that the node is opened' "$(grep -c "\"/dev/vfio/$group\"" "$trace")" 1
hold_group $vf0 >/dev/null
expect_status 8 strace -f -o "$trace" -e trace=openat vfteam check --memory 256M
expect_equal 'times that it is opened while somebody has it' "$(grep -c "\"/dev/vfio/$group\"" "$trace" || true)" 0
expect_match 'what is said' "$ERR" "web0: pid [0-9]+ \\(.*\\) has /dev/vfio/$group"
says "web0: /dev/vfio/$group is held by a process that is not seen from here"
drop_group $vf0
check 0

chmod 600 "/dev/vfio/$group"
chown 0:0 "/dev/vfio/$group"
says "web0: /dev/vfio/$group cannot be opened by uid 1000: Permission denied \\(it is 0:0 0600\\)"
chown 1000:1000 "/dev/vfio/$group"
chmod 660 "/dev/vfio/$group"

# What counts is the hard limit.
ulimit -S -l $(((256 + 1024) * 1024 - 1))
check 0
(
	ulimit -l $(((256 + 1024) * 1024 - 1))
	says 'memory lock: .*, the guest needs 1280 MiB'
)

# in_container COMMAND: with devices as a container might have them.
in_container()
{
	unshare -m bash -c "mount -t tmpfs dev /dev/vfio && mknod -m 666 /dev/vfio/vfio c 10 196 && $1 &&
		setpriv --reuid=1000 --regid=1000 --clear-groups vfteam check --memory 256M web0"
}
number=$(cat "/sys/class/vfio/$group/dev")
expect_status 8 in_container true
expect_match 'what is said' "$ERR" "web0: /dev/vfio/$group is not there"
expect_status 0 in_container "mknod -m 666 /dev/vfio/$group c ${number/:/ }"
expect_status 8 in_container "mknod -m 666 /dev/vfio/$group c ${number%:*} 99"
expect_match 'what is said' "$ERR" "web0: /dev/vfio/$group is another device: it has the number ${number%:*}:99, sysfs says $number"
expect_status 8 in_container "touch /dev/vfio/$group"
expect_match 'what is said' "$ERR" 'no character device'

# A domain has its own memory, and no node is opened but that of its team.
domain=/tmp/guest.xml
cat >$domain <<'EOF'
<domain type='qemu'>
  <name>guest</name>
  <memory unit='MiB'>256</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices/>
</domain>
EOF
expect_status 0 vfteam inject $domain web0 --persistent=user -q -o $domain
opened()
{
	grep -c "\"/dev/vfio/$1\"" "$trace" || true
}
expect_status 0 strace -f -o "$trace" -e trace=openat vfteam check $domain
expect_match 'the verdicts' "$OUT" 'domain +ok +web0'
expect_equal 'times that the nodes are opened' "$(opened "$group") $(opened "$other")" '1 0'
# The shell that starts it may be about to start QEMU.
expect_status 0 bash -c "vfteam check $domain || exit; : qemu -device vfio-pci,host=$vf0"
sed 's/256</257</' $domain >/tmp/larger.xml
expect_status 8 vfteam check /tmp/larger.xml
expect_match 'what is said' "$ERR" 'memory lock: .*, the guest needs 1281 MiB: its memory and 1 GiB'

# A guest that boots has nothing open, and its VF is left alone.
mac=$(vf_mac "$PF0" 0)
start_guest -name guest=guest,debug-threads=on \
	-device pcie-root-port,id=rp1,slot=1,chassis=1 -device pcie-root-port,id=rp2,slot=2,chassis=2 \
	-netdev user,id=h0,restrict=on -device virtio-net-pci,netdev=h0,mac="$mac",id=ua-web0,failover=on,bus=rp1 \
	-device "{\"driver\":\"vfio-pci\",\"host\":\"$vf0\",\"id\":\"ua-web0_vf\",\"failover_pair_id\":\"ua-web0\",\"bus\":\"rp2\"}"
expect_status 8 strace -f -o "$trace" -e trace=openat vfteam check $domain
expect_match 'what is said' "$ERR" "web0: pid $GUEST \\(qemu-system-x86\\) names $vf0 on its command line"
expect_equal 'times that its node is opened' "$(opened "$group")" 0
expect_status 8 strace -f -o "$trace" -e trace=openat vfteam check --running guest
expect_match 'the verdicts' "$OUT" 'VF web0 +problem +not taken: QEMU hides it until'
expect_match 'the verdicts' "$OUT" "MAC web0 +ok +both sides have $mac"
expect_equal 'nodes that are opened' "$(grep -c '"/dev/vfio' "$trace" || true)" 0
# Who may not look into the process is told so.
expect_status 8 setpriv --reuid=1000 --regid=1000 --clear-groups --inh-caps=-all --bounding-set=-all vfteam check --running guest
expect_match 'the verdicts' "$OUT" "VF web0 +unknown +.*what pid $GUEST has open cannot be seen"
end_guest
# One that has its VF, which here is not on its command line.
printf '[device]\ndriver = "vfio-pci"\nhost = "%s"\n' "$vf0" >/tmp/devices
start_guest -name guest -readconfig /tmp/devices
expect_status 0 vfteam check --running guest
expect_match 'the verdicts' "$OUT" "VF web0 +unknown +taken.*pid $GUEST has /dev/vfio/$group open; whether it is paired cannot be seen"
end_guest
expect_status 4 vfteam check --running guest

# The VF is not what was published.
expect_equal 'unbind' "$(raw unbind $vf0)" ok
check 8
expect_match 'what is said' "$ERR" 'web0: no driver has it'
expect_equal 'bind' "$(raw bind $vf0 vfio-pci)" ok
chown 1000:1000 "/dev/vfio/$group"
check 0
cp -r /run/vfprep/teams /tmp/teams
sed -i "s/\"iommu_group\": $group/\"iommu_group\": $other/" /tmp/teams/web0/team.json
check 8 --teams /tmp/teams
expect_match 'what is said' "$ERR" "web0: $vf0 is in IOMMU group $group, and was published in $other"
sed -i 's/"boot_id": "[^"]*"/"boot_id": "x"/' /tmp/teams/web0/team.json
check 8 --teams /tmp/teams
expect_match 'what is said' "$ERR" 'published before the last boot'
rm -r /tmp/teams
expect_status 0 vfprep release --all
