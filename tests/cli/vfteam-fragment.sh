#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vfteam hostdev and interface: what the host published, and a persistent side of the container's choice.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# fragment COMMAND ARGUMENT...: with the teams of this test.
fragment()
{
	run_it "$vfteam" "$1" --teams=run/teams "${@:2}"
}

expect_quiet()
{
	expect_status 0
	expect_equal stderr "$err" ''
}

# expect_note REGEX: it is said, and it is no fault.
expect_note()
{
	expect_status 0
	expect_match stderr "$err" "$1"
}

expect_fault()
{
	expect_status "$1"
	expect_equal stdout "$out" ''
	expect_match stderr "$err" "$2"
}

publish_teams
for team in web0 db1; do
	fragment hostdev "$team"
	expect_quiet
	cmp .out "run/teams/$team/hostdev.xml" || fail "$ran: not as the host published it"
done
fragment interface web0
expect_quiet
cmp .out run/teams/web0/interface.xml || fail "$ran: not as the host published it"
run_it "$vfteam" hostdev ./run/teams/db1/team.json
expect_quiet
cmp .out run/teams/db1/hostdev.xml || fail "$ran: not as the host published it"

fragment interface db1
expect_fault 3 'db1: nothing says what its persistent side is connected to.*give --persistent'
fragment interface db1 --persistent=ethernet:tap7 --mtu=1500 --queues=4
expect_quiet
expect_match stdout "$out" "<interface type='ethernet'>.*<target dev='tap7' managed='no'/>.*<mtu size='1500'/>.*<driver queues='4'/>"
fragment interface web0 --persistent=network:lab
expect_match stdout "$out" "<interface type='network'>.*<source network='lab'/>.*<alias name='ua-web0'/>"
edit_team db1 '"alias": *"ua-db1"' '"alias": "ua-db1", "hint": "vhost:a"'
fragment interface db1
expect_fault 3 "db1: its persistent side 'vhost:a': it is none of user"

# What does not carry the VF's segment, or has another MTU.
fragment interface web0 --persistent=user
expect_note "web0: user networking does not carry the VF's network segment"
fragment interface web0 --persistent=passt
expect_note "web0: passt networking does not carry"
fragment interface web0 --persistent=passt -q
expect_quiet
fragment interface web0 --persistent=direct:eth0
expect_note "interface 'eth0' is the VF's own PF"
fragment interface web0 --mtu=9000
expect_note 'the MTU of the persistent side is 9000, that of the VF.s PF is 1500'
fragment interface web0 --mtu=1500
expect_quiet
edit_team web0 '"mtu": *1500' '"mtu": 9000'
fragment interface web0
expect_note "MTU of the VF's PF is 9000; the persistent side has 1500.*--mtu"
fragment interface web0 --mtu=9000
expect_quiet
edit_team web0 '"mtu": *9000' '"mtu": 1500'
edit_team web0 '"vlan": *0' '"vlan": 100'
fragment interface web0
expect_note "web0: the VF is in VLAN 100: bridge 'br100' has to carry it untagged"
fragment interface web0 --persistent=direct:eth0
expect_note "the VF is in VLAN 100, and interface 'eth0' is the PF itself"

fragment interface web0 --persistent=user --mtu=9000
expect_fault 3 'web0: libvirt sets no MTU with user networking'
fragment interface web0 --persistent=direct:eth1 --mtu=9000
expect_fault 3 'web0: libvirt sets no MTU with direct networking'
fragment interface web0 --persistent=passt --queues=2
expect_fault 3 'web0: libvirt makes one queue with passt networking'

edit_team web0 '"verified": *true,' '"verified": true, "parked": true,'
fragment hostdev web0
expect_note 'web0: it is parked'

# A file is written whole or not at all, and keeps its access and its link.
fragment hostdev web0 -q --output=vf.xml
expect_quiet
expect_equal stdout "$out" ''
cmp vf.xml run/teams/web0/hostdev.xml || fail "$ran: the file is another one"
expect_equal mode "$(stat -c %a vf.xml)" "$(printf %o $((0666 & ~$(umask))))"
inode=$(stat -c %i vf.xml)
fragment hostdev web0 -q --output=vf.xml
expect_equal 'the inode of a file that holds it already' "$(stat -c %i vf.xml)" "$inode"
mkdir real && echo old >real/vf.xml && chmod 600 real/vf.xml && ln -s real/vf.xml link.xml
fragment hostdev web0 -q -o link.xml
expect_quiet
[ -L link.xml ] || fail "$ran: the link is no link any more"
cmp real/vf.xml run/teams/web0/hostdev.xml || fail "$ran: the file is another one"
expect_equal mode "$(stat -c %a real/vf.xml)" 600
expect_equal 'what is left behind' "$(ls real)" vf.xml
fragment hostdev web0 -q -o nowhere/vf.xml
expect_fault 1 'nowhere/vf.xml: cannot be written: No such file'
fragment hostdev web0 -q -o /dev/full
expect_fault 1 '/dev/full: cannot be replaced: not a regular file'
fragment hostdev nobody -o vf.xml
expect_status 4
cmp vf.xml run/teams/web0/hostdev.xml || fail "$ran: a refusal changed the file"
status=0
err=$("$vfteam" hostdev --teams=run/teams web0 2>&1 >/dev/full) || status=$?
expect_status 1
expect_match stderr "$err" 'cannot write the output'
finish
