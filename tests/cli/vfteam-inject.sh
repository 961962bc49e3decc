#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vfteam inject as a user calls it: every refusal beside what is accepted; what comes out is in tests/golden/inject.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# inject ARGUMENT...: with the teams of this test.
inject()
{
	run_it "$vfteam" inject --teams=run/teams "$@"
}

# edit SED...: domain.xml becomes good.xml with these edits, which have to change something.
edit()
{
	sed "${@/#/-e}" good.xml >domain.xml
	! cmp -s good.xml domain.xml || fail "nothing in good.xml fits $*"
}

# refused LINE REGEX SED...: the domain with these edits is refused, and that line is named (0: the file alone).
refused()
{
	local where=domain.xml:$1

	[ "$1" -ne 0 ] || where=domain.xml
	edit "${@:3}"
	inject domain.xml web0 "${words[@]}"
	ran="$ran with ${*:3}"
	expect_status 3
	expect_equal stdout "$out" ''
	expect_match stderr "$err" "(^|$newline)vfteam: $where: $2"
}

# accepted SED...: nothing is refused, and nothing is to be done.
accepted()
{
	edit "$@"
	inject domain.xml web0
	ran="$ran with $*"
	expect_status 0
	cmp -s .out domain.xml || fail "$ran: the domain is changed: $(diff domain.xml .out)"
}

# expect_fault STATUS REGEX: nothing on stdout, and stderr fits.
expect_fault()
{
	expect_status "$1"
	expect_equal stdout "$out" ''
	expect_match stderr "$err" "$2"
}

words=()
newline=$'\n'
publish_teams
write_domain good.xml

# Devices of others, each on one line.
nic="<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/>"
vf="<hostdev mode='subsystem' type='pci'><source><address bus='0x05' slot='0x00' function='0x0'/></source>"
before_balloon()
{
	echo "/<memballoon/i $1"
}

inject good.xml web0
expect_status 0
expect_equal stderr "$err" 'vfteam: note: nothing to do'
cmp .out good.xml || fail "$ran: the domain is changed"
# From stdin, as a hook gets it, and with the teams that there are.
run_it "$vfteam" inject --teams=run/teams --persistent=user -q <good.xml
expect_status 0
expect_match stdout "$out" "$(sed -n 2p good.xml).*ua-db1.*persistent='ua-db1'"
run_it "$vfteam" inject - ./run/teams/web0 <good.xml
cmp .out good.xml || fail "$ran: the domain is changed"
# In its own place, whole or not at all.
edit '16,22d'
cp domain.xml before.xml && chmod 640 domain.xml
inject domain.xml web0 --output=domain.xml
expect_status 0
expect_equal stdout "$out" ''
cmp domain.xml good.xml || fail "$ran: $(diff domain.xml good.xml)"
expect_equal mode "$(stat -c %a domain.xml)" 640
edit '14s/web0/web_0/'
cp domain.xml before.xml
inject domain.xml web0 --output=domain.xml
expect_status 3
cmp domain.xml before.xml || fail "$ran: a refusal changed the file"

# The rules, each beside what is accepted.
accepted "5s/pc-q35-9.0/q35/"
accepted "5s/pc-q35-9.0/ubuntu-q35/"
accepted "5s/x86_64' machine='pc-q35-9.0/aarch64' machine='virt-9.0/"
accepted "5s/x86_64' machine='pc-q35-9.0/aarch64/"
refused 5 "machine 'pc' has no PCI Express" '5s/pc-q35-9.0/pc/'
refused 5 "machine 'pc-i440fx-7.2' has no PCI Express" '5s/pc-q35-9.0/pc-i440fx-7.2/'
refused 5 "machine 'microvm' has no" '5s/pc-q35-9.0/microvm/'
refused 5 'without machine= libvirt takes one that has no PCI Express' "5s/ machine='[^']*'//"
refused 1 'without machine=' '/<os>/,/<.os>/d'

refused 20 "teaming type 'fancy' is neither" '20s/transient/fancy/'
refused 20 "teaming of a hostdev has to be of type 'transient'" '20s/transient/persistent/'
refused 20 'teaming has no persistent=' "20s/ persistent='ua-web0'//"
refused 13 "teaming type 'fancy' is neither" '13s/persistent/fancy/'
refused 13 "teaming type '' is neither" "13s/ type='persistent'//"
refused 13 "teaming of type 'persistent' takes no persistent=" "13s#/>#  persistent='ua-web0'/>#"
refused 16 'this hostdev .ua-web0_vf. is no PCI device' "16s/type='pci'/type='usb'/"
refused 16 'this hostdev .ua-web0_vf. is no PCI device' "16s/type='pci'//"
refused 23 "a hostdev with teaming has to be of type 'pci'" \
	"$(before_balloon "<hostdev mode='subsystem' type='usb'><teaming type='transient' persistent='ua-x'/></hostdev>")"
refused 23 "a transient interface has to be of type 'hostdev', not 'user'" \
	"$(before_balloon "$nic<teaming type='transient' persistent='ua-x'/></interface>")"
refused 23 'teaming has no persistent=' "$(before_balloon "$nic<teaming type='transient'/></interface>")"

refused 23 "libvirt drops the alias 'ua-a.b'" "$(before_balloon "$nic<teaming type='persistent'/><alias name='ua-a.b'/></interface>")"
refused 23 "libvirt drops the alias 'ua-a:b'" "$(before_balloon "$nic<teaming type='persistent'/><alias name='ua-a:b'/></interface>")"
refused 23 "libvirt drops the alias 'red'" "$(before_balloon "$nic<teaming type='persistent'/><alias name='red'/></interface>")"
refused 23 "libvirt drops the alias 'ua-'" "$(before_balloon "$nic<teaming type='persistent'/><alias name='ua-'/></interface>")"
refused 21 'the alias has no name=' '21s/name/nome/'
accepted "$(before_balloon "$nic<alias name='a.b'/></interface>")"

refused 23 "the alias 'ua-web0' is that of the interface in line 9 too" "$(before_balloon "$nic<alias name='ua-web0'/></interface>")"
refused 23 "the alias 'ua-web0_vf' is that of the hostdev in line 16 too" "23s#.*#<memballoon model='virtio'><alias name='ua-web0_vf'/></memballoon>#"
accepted "$(before_balloon "$nic<alias name='ua-a'/></interface>$nic<alias name='ua-a'/></interface>")" # not ours to judge

refused 20 "persistent='ua-other' is the alias of no device" '20s/ua-web0/ua-other/'
refused 20 "persistent='net0' is the alias of no device" '20s/ua-web0/net0/'
refused 24 "persistent='ua-n' is an interface without teaming" \
	"$(before_balloon "$nic<alias name='ua-n'/></interface>\\n$vf<teaming type='transient' persistent='ua-n'/></hostdev>")"
# Of others: works, and hangs on a number of libvirt's.
edit "$(before_balloon "$nic<teaming type='persistent'/></interface>$vf<teaming type='transient' persistent='net0'/></hostdev>")"
inject domain.xml web0
expect_status 0
expect_match stderr "$err" 'note: net0: libvirt numbers this alias'
# ... and its VF, which is an interface, may have its MAC.
vf_interface="<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address type='pci' bus='0x05'/></source>"
edit "$(before_balloon "$nic<teaming type='persistent'/></interface>$vf_interface<teaming type='transient' persistent='net0'/></interface>")"
inject domain.xml web0
expect_status 0

refused 23 "'ua-web0' has 'ua-web0_vf' for its transient side already" \
	"$(before_balloon "$vf<teaming type='transient' persistent='ua-web0'/></hostdev>")"

accepted '12s/virtio/virtio-transitional/'
accepted '12s/virtio/virtio-non-transitional/'
refused 9 "the persistent side has to be of model virtio, not 'e1000'" '12s/virtio/e1000/'
refused 9 'the persistent side has no model' 12d

accepted '10s/5e/5E/'
refused 9 "the MAC of this interface is '02:00:5e:10:00:02', that of the team web0 is 02:00:5e:10:00:01" '10s/:01/:02/'
refused 9 "the MAC of this interface is '02:00:5e:10:00:02', that of the team web0 is 02:00:5e:10:00:01" '10s/:01/:02/' 14d '20s/ua-web0/net0/'
refused 9 'the persistent side has no MAC, and libvirt makes one up' 10d
refused 9 'a MAC of zeros is none' '10s/02:00:5e:10:00:01/00:00:00:00:00:00/'
refused 9 "'02-00-5e-10-00-01' is no MAC" '10s/:/-/g'
refused 23 "'03:00:00:00:00:01' is a multicast address" \
	"$(before_balloon "<interface type='user'><mac address='03:00:00:00:00:01'/><model type='virtio'/><teaming type='persistent'/></interface>")"
refused 23 "this interface has the MAC of the persistent side 'ua-web0'" \
	"$(before_balloon "<interface type='user'><mac address='02:00:5E:10:00:01'/></interface>")"
accepted "$(before_balloon "<interface type='user'><mac address='02:00:5E:10:00:02'/></interface>")"

refused 21 'libvirt ignores a <mac> in a hostdev' "21i <mac address='02:00:5e:10:00:01'/>"
refused 16 "with managed='yes' libvirt binds the VF itself" "16s/managed='no'/managed='yes'/"
accepted "16s/ managed='no'//"
accepted "16s/mode='subsystem' //"
accepted "$(before_balloon "<hostdev mode='subsystem' type='pci' managed='yes'><source><address bus='0x05' slot='0x00' function='0x0'/></source></hostdev>")"

# guest_address BUS FUNCTION: where the guest sees the VF.
guest_address()
{
	echo "22i <address type='pci' domain='0x0000' bus='$1' slot='0x00' function='$2'/>"
}
accepted "$(guest_address 0x01 0x0)"
accepted "$(guest_address 0x07 0x0)"
refused 22 'QEMU plugs in nothing on bus 0' "$(guest_address 0x00 0x0)"
refused 22 'hotplug is off on bus 1' "8s#/>#><target hotplug='off'/></controller>#" "$(guest_address 0x01 0x0)"
refused 22 "with <address type='unassigned'/> libvirt does not give it to the guest" "22i <address type='unassigned'/>"
refused 22 'the VF of a team needs a slot of its own' "$(guest_address 0x01 0x1)"
refused 22 'bus 1 is that of a pcie-to-pci-bridge' '8s/pcie-root-port/pcie-to-pci-bridge/' "$(guest_address 0x01 0x0)"

edit '3a <memtune><hard_limit unit="GiB">4</hard_limit></memtune>'
inject domain.xml web0
expect_status 0
expect_match stderr "$err" 'note: domain.xml:4: libvirt in session mode refuses a domain with <hard_limit>'

# A port where nothing can be plugged in: libvirt may choose it, and it is none to spare.
edit "8s#/>#><target hotplug='off'/></controller>#" '16,22d'
inject domain.xml web0
expect_status 0
expect_match stderr "$err" "note: domain.xml:8: hotplug is off on this pcie-root-port, which libvirt may choose for the VF 'ua-web0_vf'"
inject good.xml web0 --spare-ports
ports=$(grep -c pcie-root-port .out)
edit "8s#/>#><target hotplug='off'/></controller>#"
inject domain.xml web0 --spare-ports
expect_status 0
expect_equal 'the number of ports' "$(grep -c pcie-root-port .out)" $((ports + 1))

# What stands in the way of the team's own sides.
refused 23 "this hostdev has the VF 0000:01:10.0, which the hostdev in line 16 is for" \
	"$(before_balloon "<hostdev mode='subsystem' type='pci'><source><address bus='1' slot='16' function='0'/></source></hostdev>")" \
	'18s/0x10/0x11/'
refused 16 "this interface has the VF 0000:01:10.0 of the team" '16,22d' \
	"15a <interface type='hostdev'><source><address type='pci' bus='1' slot='16' function='0'/></source></interface>"
refused 9 "the alias 'ua-web0' is taken, and the team needs it" 13d '16,22d'
refused 8 "the alias 'ua-web0' is taken, and the team needs an interface of that name" '9,22d' \
	"8s#.*#<controller type='usb'><alias name='ua-web0'/></controller>#"
refused 8 "the alias 'ua-web0_vf' is taken, and the team needs it" '9,22d' \
	"8s#.*#<controller type='usb'><alias name='ua-web0_vf'/></controller>#"
refused 9 "this interface has the MAC of the persistent side 'ua-web0'" '9,22d' \
	"8a <interface type='user'><mac address='02:00:5e:10:00:01'/></interface>"
# Every fault is told.
edit '5s/pc-q35-9.0/pc/' '12s/virtio/e1000/' "16s/'no'/'yes'/"
inject domain.xml web0
expect_status 3
expect_equal 'the lines at fault' "$(grep -oE 'domain.xml:[0-9]+' .err | paste -sd ' ')" 'domain.xml:5 domain.xml:9 domain.xml:16'

# --onto.
words=(--onto=ua-net)
refused 9 "the MAC of this interface is '52:54:00:00:00:01', that of the team web0" '14s/web0/net/' 13d '16,22d' \
	'10s/02:00:5e:10:00:01/52:54:00:00:00:01/'
refused 9 "the persistent side has to be of model virtio, not 'e1000'" '14s/web0/net/' 13d '16,22d' '12s/virtio/e1000/'
refused 9 "an interface of type 'hostdev' cannot stay" '14s/web0/net/' 13d '16,22d' '9s/bridge/hostdev/'
refused 20 "the persistent side of 'ua-web0_vf' is 'ua-web0', not 'ua-net'" "$(before_balloon "$nic<alias name='ua-net'/></interface>")"
inject good.xml web0 --onto=ua-no
expect_fault 3 "good.xml:20: the persistent side of 'ua-web0_vf' is 'ua-web0'"
edit '16,22d'
inject domain.xml web0 --onto=ua-no
expect_fault 4 "domain.xml: no interface has the alias 'ua-no'"
inject good.xml web0 --onto=net0
expect_usage "--onto takes an alias that libvirt keeps, such as ua-net0, not 'net0'"
inject good.xml --onto=ua-net --mtu=9000
expect_usage '--onto takes an interface as it is, without --persistent'
edit '14s/web0/net/' 13d '16,22d' '9s/bridge/user/' 11d
inject domain.xml web0 --onto=ua-net
expect_status 0
expect_match stderr "$err" "note: web0: user networking does not carry the VF's network segment"
edit '14s/web0/net/' 13d '16,22d' "12s#.*#<model type='virtio'/><mtu size='9000'/>#"
inject domain.xml web0 --onto=ua-net
expect_status 0
expect_match stderr "$err" 'note: web0: the MTU of the persistent side is 9000, that of the VF.s PF is 1500'
inject good.xml --onto=ua-net
expect_fault 3 '--onto is for one team, and there are 2'

# The teams.
edit_team web0 '"verified": *true,' '"verified": true, "parked": true,'
inject good.xml web0
expect_status 0
expect_match stderr "$err" 'note: web0: it is parked'
edit_team web0 '"parked": true,' ''
inject good.xml nobody
expect_fault 4 'nobody: no such team'
inject good.xml
expect_fault 3 'db1: nothing says what its persistent side is connected to'
inject good.xml web0 web0
expect_fault 3 'run/teams/web0/team.json: it has the name of the team in run/teams/web0/team.json'
cp -r run/teams/web0 run/copy && sed -i 's/web0/web1/g' run/copy/team.json
inject good.xml web0 ./run/copy
expect_fault 3 'run/copy/team.json: it has the MAC of the team in'
mkdir run/none
run_it "$vfteam" inject good.xml --teams=run/none
expect_fault 4 'run/none: no team is published here'

# What is no domain, or more than one can be.
bad()
{
	inject bad.xml web0
	expect_fault 3 "^vfteam: bad.xml$1"
}
inject nothing.xml web0
expect_fault 4 "nothing.xml: cannot be opened: No such file.*the domain comes first"
printf '' >bad.xml
bad ':1: not XML: no element found'
head -n 12 good.xml >bad.xml
bad ':13: not XML: no element found'
sed '9s/>//' good.xml >bad.xml
bad ':10: not XML: not well-formed'
sed '15s/interface/hostdev/' good.xml >bad.xml
bad ':15: not XML: mismatched tag'
echo "<interface/>" >bad.xml
bad ':1: the root element is no <domain>'
printf '<domain>\n<name>a</name></domain>' >bad.xml
bad ':1: the domain has no <devices>'
# libvirt would take the devices of both.
sed "25i <devices><memballoon model='none'/></devices>" good.xml >bad.xml
bad ':25: this is a second <devices>'
sed '1i <!DOCTYPE domain SYSTEM "file:///etc/passwd">' good.xml >bad.xml
bad ':1: a DOCTYPE, and with it entities, has no place in a domain'
sed -e '1i <!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' -e '2s/guest/\&b;/' good.xml >bad.xml
bad ':1: a DOCTYPE'
sed '2s/guest/\&b;/' good.xml >bad.xml
bad ':2: not XML: undefined entity'
sed '2s/guest/\xff/' good.xml >bad.xml
bad ':2: not XML: not well-formed'
{ printf '<?xml version="1.0" encoding="ISO-8859-1"?>\n'; cat good.xml; } >bad.xml
bad ':1: its encoding is not UTF-8'
{ printf '\xff\xfe'; iconv -t UTF-16LE good.xml; } >bad.xml
bad ': not XML in UTF-8: there are zero bytes in it'
{ printf '\xef\xbb\xbf'; cat good.xml; } >bom.xml
inject bom.xml web0
expect_status 0
cmp .out bom.xml || fail "$ran: the domain is changed"
{ printf '<domain><devices>'; printf '<a>%.0s' {1..63}; } >bad.xml
bad ':1: elements stand deeper within each other'
{ printf '<domain><devices>\n'; printf '<a/>\n%.0s' {1..20000}; } >bad.xml
bad ':20000: there are more elements than in any domain'
{ cat good.xml; head -c 4200000 /dev/zero | tr '\0' ' '; } >bad.xml
bad ': more than the 4194304 bytes'
finish
