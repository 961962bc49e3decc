#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What vfteam check says of a domain before its start, where there is no VFIO: the rules with their lines, its teams, its memory, its QEMU.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# check ARGUMENT...: with the teams of this test, as the process in $starter will start it.
check()
{
	run_it "$vfteam" check --teams=run/teams --pid="$starter" "$@"
}

# edit SED...: domain.xml becomes good.xml with these edits, which have to change something.
edit()
{
	sed "${@/#/-e}" good.xml >domain.xml
	! cmp -s good.xml domain.xml || fail "nothing in good.xml fits $*"
}

# said: what is said of the domain, and not of what is not there in this container.
said()
{
	sed -n 's/^vfteam: \(note: \)\?\(domain\.xml\|stdin\)/\1\2/p' .err
}

# finds LINE REGEX SED...: with these edits that is the one finding, with something to do (0: no line).
finds()
{
	local where=domain.xml:$1

	[ "$1" -ne 0 ] || where=domain.xml
	edit "${@:3}"
	check domain.xml
	ran="$ran with ${*:3}"
	expect_status 8
	expect_match 'what is said' "$(said | grep -v ^note)" "^$where: $2[^$newline]*\$"
	expect_match 'the verdict' "$out" 'domain +problem +.*1 finding'
}

# fine SED...: with these edits nothing is wrong.
fine()
{
	edit "$@"
	check domain.xml
	ran="$ran with $*"
	expect_equal 'what is said' "$(said)" ''
	expect_match 'the verdict' "$out" 'domain +ok +web0'
}

before_balloon()
{
	echo "/<memballoon/i $1"
}

# start_as UID COMMAND...: its pid is in $starter; an ordinary user starts it as himself.
start_as()
{
	local as=(setpriv "--reuid=$1" --clear-groups)

	[ "$(id -u)" -eq 0 ] || as=()
	"${as[@]}" "${@:2}" &
	starter=$!
	until [ "$(cat "/proc/$starter/comm")" = "$(basename "$2")" ]; do sleep 0.1; done
}

newline=$'\n'
publish_teams
start_as 1000 sleep 1000
user=$starter
trap 'kill "$user"; rm -rf "$work"' EXIT
write_domain good.xml
# So that in session mode, too, there is nothing to say of it.
sed -i "s/type='bridge'/type='user'/; /<source bridge/d" good.xml
nic="<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/>"

# Only the team of the domain is looked at, from a file and from stdin.
cp good.xml domain.xml
check domain.xml
expect_equal 'what is said' "$(said)" ''
expect_match 'the verdict' "$out" 'domain +ok +web0'
expect_match 'the verdict' "$out" 'device web0 +problem'
[[ $out != *db1* ]] || fail "$ran: another team is looked at: $out"
check - web0 <domain.xml
expect_match 'the verdict' "$out" 'domain +ok +web0'
# As JSON.
edit '10s/10:00:01/10:00:02/'
check domain.xml --json
expect_status 8
expect_json version outcome problems checks
expect_equal 'the finding' "$(json '[(p["fault"], p["subject"]) for p in document["problems"] if "MAC" in p["message"]]')" \
	"[('host', 'domain.xml:9')]"
expect_equal 'the verdict' "$(json '[c["result"] for c in document["checks"] if c["check"] == "domain"]')" "['problem']"

# What libvirt or QEMU refuse, or spoil without a word.
finds 5 "machine 'pc' has no PCI Express" '5s/pc-q35-9.0/pc/'
finds 19 "teaming type 'fancy' is neither" '19s/transient/fancy/'
finds 19 "teaming of a hostdev has to be of type 'transient'" '19s/transient/persistent/'
finds 19 'teaming has no persistent=' "19s/ persistent='ua-web0'//"
finds 12 'teaming of type .persistent. takes no' "12s#/># persistent='ua-x'/>#"
finds 19 "persistent='ua-other' is the alias of no device" '19s/ua-web0/ua-other/'
finds 18 "persistent='ua-web0' is an interface without teaming" '12d'
finds 22 "libvirt drops the alias 'ua-a.b'" "$(before_balloon "$nic<teaming type='persistent'/><alias name='ua-a.b'/></interface>")"
finds 22 "the alias 'ua-web0' is that of the interface in line 9 too" "$(before_balloon "$nic<alias name='ua-web0'/></interface>")"
finds 9 "the persistent side has to be of model virtio, not 'e1000'" '11s/virtio/e1000/'
finds 9 'the persistent side has no MAC' '10d'
finds 9 'a MAC of zeros is none' '10s/02:00:5e:10:00:01/00:00:00:00:00:00/'
finds 9 "'03:00:5e:10:00:01' is a multicast address" '10s/02:/03:/'
finds 9 "'02-00-5e-10-00-01' is no MAC" '10s/02:00:5e:10:00:01/02-00-5e-10-00-01/'
finds 22 'this interface has the MAC of the persistent side' "$(before_balloon "${nic/52:54:00:00:00/02:00:5e:10:00}</interface>")"
finds 15 "with managed='yes' libvirt binds the VF itself" '15s/no/yes/'
finds 16 'libvirt ignores a <mac> in a hostdev' "15a <mac address='02:00:5e:10:00:01'/>"
finds 21 'QEMU plugs in nothing on bus 0' "20a <address type='pci' bus='0x00' slot='0x05'/>"
# Where QEMU would not plug it in, and where libvirt would not even try.
off="8s#/>#><target hotplug='off'/></controller>#"
finds 21 "hotplug is off on bus 1, the pcie-root-port in line 8" "$off" "20a <address type='pci' bus='0x01' slot='0x00'/>"
finds 21 "with <address type='unassigned'/> libvirt does not give it to the guest" "20a <address type='unassigned'/>"
edit "$off"
check domain.xml
expect_equal 'what is said' "$(said)" "note: domain.xml:8: hotplug is off on this pcie-root-port, which libvirt may choose for the VF 'ua-web0_vf'"
expect_match 'the verdict' "$out" 'domain +ok +web0'
# It may not where something else is, or where the VF is elsewhere.
fine "$off" "12a <address type='pci' bus='0x01' slot='0x00'/>"
fine "$off" "20a <address type='pci' bus='0x02' slot='0x00'/>"
fine "8s#/>#><target hotplug='on'/></controller>#"
fine '11s/virtio/virtio-non-transitional/'
fine '10s/5e/5E/'
fine '20d'
fine "15s/ mode='subsystem'//" "17s/ domain='0x0000' bus='0x01' slot='0x10'/ bus='1' slot='16'/"
fine "20a <rom bar='off'/><driver name='vfio'/><address type='pci' bus='0x01' slot='0x00'/>"
fine "$(before_balloon "<disk type='nvme'/>")"

# Against what is published.
finds 9 "the MAC of this interface is '02:00:5e:10:00:02', that of the team web0 is 02:00:5e:10:00:01" '10s/10:00:01/10:00:02/'
# So, too, where the interface has the number that libvirt gives it for its alias.
numbered=(13d '19s/ua-web0/net0/')
finds 9 "the MAC of this interface is '02:00:5e:10:00:02', that of the team web0 is 02:00:5e:10:00:01" '10s/10:00:01/10:00:02/' "${numbered[@]}"
edit "${numbered[@]}"
check domain.xml
expect_equal 'what is said' "$(said)" ''
expect_match stderr "$err" 'note: net0: libvirt numbers this alias'
expect_match 'the verdict' "$out" 'domain +ok +web0'
finds 17 "persistent='net0' is an interface without teaming" "${numbered[@]}" 12d
finds 15 'no team that is published has the VF 0000:05:00.0' '17s/0x01/0x05/; 17s/0x10/0x00/' 20d
finds 15 'the VF of the team web0 is 0000:01:10.0 now, not 0000:05:00.0' '17s/0x01/0x05/; 17s/0x10/0x00/'
finds 15 'by its alias it is the VF of the team web0, and it is that of the team db1' "17s/function='0x0'/function='0x2'/"
finds 15 'it has the VF of the team web0, and no <teaming>' 19d
finds 15 'nothing says which VF this hostdev is' 16,18d
finds 22 'the VF of the team web0 is that of the hostdev in line 15 too' \
	"$(before_balloon "$(sed -n 15,18p good.xml | tr -d '\n')</hostdev>")"
finds 0 'no device of it is the VF of a team' 15,21d 12d
finds 15 'libvirt in a container cannot give the VF of an interface its MAC' \
	"15s/.*/<interface type='hostdev'>/" "17s/<address/<address type='pci'/" '21s/hostdev/interface/'
# Teams that are named have to be in it; others that it has are not looked at.
cp good.xml domain.xml
check domain.xml web0 db1
expect_status 8
expect_equal 'what is said' "$(said)" 'domain.xml: the VF of the team db1 is not in it'
check domain.xml db1
expect_match 'what is said' "$(said)" 'note: domain.xml:15: none of the teams that are named has the VF 0000:01:10.0'
# A team that does not read is told of, and a fault only where the domain may have it.
edit_team db1 '"version": 1' '"version": 2'
check domain.xml
expect_match stderr "$err" "vfteam: note: run/teams/db1/team.json: "
edit '17s/0x0.\/>/0x2'"'"'\/>/' 20d
check domain.xml
expect_match stderr "$err" "vfteam: run/teams/db1/team.json: "
edit_team db1 '"version": 2' '"version": 1'
# Nothing that could be checked.
check missing.xml
expect_status 4
expect_equal stdout "$out" ''
echo '<domain>' >broken.xml
check broken.xml
expect_status 3
expect_match stderr "$err" 'vfteam: broken.xml:2: not XML'
check web0 domain.xml
expect_usage 'one domain comes first, then teams'

# What an ordinary user's libvirt refuses, and a privileged one takes.
finds 3 'libvirt in session mode refuses a domain with <hard_limit>' "2a <memtune><hard_limit unit='GiB'>1</hard_limit></memtune>"
finds 3 'libvirt in session mode refuses a domain with <swap_hard_limit>' "2a <memtune><swap_hard_limit>1</swap_hard_limit></memtune>"
edit "9s/user/bridge/"
check domain.xml
expect_match 'what is said' "$(said)" '^note: domain.xml:9: libvirt in session mode reaches a bridge by qemu-bridge-helper alone'
if [ "$(id -u)" -eq 0 ]; then
	edit "2a <memtune><hard_limit unit='MiB'>9</hard_limit></memtune>" '9s/user/bridge/'
	run_it "$vfteam" check --teams=run/teams --pid=$$ domain.xml
	expect_equal 'what is said' "$(said)" ''
fi

# Its memory. That of --memory goes before it, what is counted stays.
(
	ulimit -l 64
	exec sleep 1000
) &
starter=$!
until [ "$(cat "/proc/$starter/comm")" = sleep ]; do sleep 0.1; done
needs()
{
	check domain.xml "${@:2}"
	expect_match 'the memory lock' "$out" "memory lock +[a-z]+ +pid $starter \\(sleep\\) may lock 0 MiB $1"
}
cp good.xml domain.xml
needs '\(65536 bytes\), the guest needs 1536 MiB: its memory and 1 GiB'
needs '\(65536 bytes\), the guest needs 3072 MiB: its memory' --memory=2G
edit "3s/MiB'>512/KiB'>512/"
needs '\(65536 bytes\), the guest needs 1025 MiB'
edit "$(before_balloon "<hostdev type='mdev'/><iommu model='intel'/>")"
needs '\(65536 bytes\), the guest needs 2048 MiB: 2 times its memory, which libvirt counts for each device, and 1 GiB'
needs '\(65536 bytes\), the guest needs 5120 MiB: 2 times' --memory=2G
edit '2a <memoryBacking><locked/></memoryBacking>'
needs '\(65536 bytes\), the guest needs unlimited: with <locked/> libvirt takes the limit away'
edit "2a <memtune><hard_limit>64</hard_limit></memtune>"
check domain.xml
expect_match 'the memory lock' "$out" 'memory lock +problem +its <hard_limit> of 0 MiB is all that QEMU may lock'
edit 3d
check domain.xml
expect_match 'the memory lock' "$out" "memory lock +unknown +pid $starter \\(sleep\\) may lock 0 MiB; give --memory"
kill "$starter"
starter=$user

# Its QEMU, and not that which is on the path.
mkdir bin
printf '#!/bin/sh\necho "QEMU emulator version 4.2.0"\n' >bin/qemu
chmod +x bin/qemu
edit "7a <emulator>$work/bin/qemu</emulator>"
check domain.xml
expect_match stderr "$err" 'vfteam: QEMU: QEMU 4.2.0 crashes when the VF is unplugged'
edit "7a <emulator>$work/bin/none</emulator>"
check domain.xml
expect_match stderr "$err" "vfteam: QEMU: the domain's <emulator> '$work/bin/none' is not there"
finish
