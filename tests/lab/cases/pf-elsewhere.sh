#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a PF's interface in another network namespace is found and told, nothing is set then, and nothing is lost
# timeout: 240
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# wish LINE...: of the VFs of PF1.
wish()
{
	{
		printf '[Match]\n%s\n[PF]\nVirtualFunctions=2\n' "$1"
		shift
		printf '%s\n' "$@"
	} | write_conf 10-uplink
}

wish_teams()
{
	wish "$1" '[VF 0]' Team=web0 MACAddress=02:00:5e:10:00:01 '[VF 1]' Team=web1 MACAddress=02:00:5e:10:00:02
}

# key NAME: of what list --json says of where the interface of PF1 is.
key()
{
	vfprep list --json 2>/dev/null | sed -n '/"elsewhere"/,/}/p' | sed -n "s/^ *\"$1\": *\"\\{0,1\\}\\([^\",]*\\).*/\\1/p"
}

away()
{
	ip link set dev "$name" netns "$1"
	wait_for 5 sh -c "! test -e /sys/class/net/$name"
}

back()
{
	"$@" ip link set "$name" netns 1
	wait_for 5 test -e "/sys/class/net/$name"
}

name=$(pf_netdev "$PF1")
before=$(state)
ip netns add blue
wish_teams "Address=$PF1"

# Before anything was done, in a namespace that has a name.
away blue
where="its interface '$name' is in network namespace 'blue'"
expect_status 0 vfprep list
expect_match 'list' "$OUT" "$PF1 +- +igb .*$where"
expect_equal 'namespace' "$(key namespace)" blue
expect_equal 'interface' "$(key interface)" "$name"
expect_equal 'pid' "$(key pid)" ''
vfprep list --json >/tmp/machine
expect_equal 'list of list' "$(vfprep list --json --machine=/tmp/machine)" "$(cat /tmp/machine)"
expect_status 4 vfprep plan --machine=/tmp/machine
expect_match 'what plan says of the file' "$ERR" "$PF1 vf 0: of the PF: $where"
expect_status 4 vfprep plan
expect_match 'what plan says' "$ERR" "$PF1 vf 0: of the PF: $where, so nothing can be set through it"
expect_match 'what to do' "$ERR" "ip -n blue link set $name netns 1"
wish "Address=$PF1" '[VF]' Team=web%i
expect_status 4 vfprep plan
expect_match 'what plan says of auto' "$ERR" "$PF1: no MAC can be made for vf 0: $where"
write_conf 10-uplink <<END
[Match]
Address=$PF1
[NIC]
Driver=vfio-pci
END
expect_status 5 vfprep plan
expect_match 'what plan says of the NIC' "$ERR" "$PF1: is in use by the host: $where"
wish "Address=$PF1" '[VF]' Team=web%i
expect_status 8 vfprep check
expect_match 'what check says' "$OUT$ERR" "$PF1: $where"

# What needs no interface is done.
wish "Address=$PF1" '[VF]' Driver=vfio-pci
expect_status 0 vfprep apply
expect_match 'what is said' "$ERR" "$where, so its link is not set"
expect_equal 'VFs' "$(numvfs "$PF1")" 2
expect_equal 'driver' "$(driver_of "$(vf_address "$PF1" 0)")" vfio-pci
expect_equal 'who has the interface' "$(ip -n blue -o link show dev "$name" | grep -c ' DOWN ')" 1

# Its VFs are still ours when it is back: by the advice, word for word.
eval "$(vfprep plan 2>&1 | sed -n 's/.*bring it back: //p' | head -n 1)"
wait_for 5 test -e "/sys/class/net/$name"
wish_teams Name=uplink-two
ip link property add dev "$name" altname uplink-two
expect_status 0 vfprep apply
expect_equal 'link' "$(link_state_of "$PF1")" up
expect_equal 'MAC' "$(vf_mac "$PF1" 0)" 02:00:5e:10:00:01
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'web0  web1'
expect_status 0 vfprep apply uplink-two
expect_match 'a second apply' "$ERR" 'nothing to do'
team=$(cat /run/vfprep/teams/web0/team.json)
record=$(cat "/run/vfprep/state/$PF1.json")

# Prepared, and gone: to a namespace that only a process has. Its ifindex is taken there.
unshare -n sleep 300 &
pid=$!
wait_for 5 sh -c "[ \$(readlink /proc/$pid/ns/net) != \$(readlink /proc/self/ns/net) ]"
ifindex=$(cat "/sys/class/net/$name/ifindex")
nsenter -t $pid -n ip link add name taken index "$ifindex" type dummy
away $pid
where="its interface '$name' is in the network namespace of pid $pid \\(sleep\\)"
expect_match 'list' "$(vfprep list)" "changed by vfprep; $where"
expect_equal 'pid' "$(key pid)" $pid
wish_teams "Address=$PF1"
expect_status 4 vfprep apply
expect_match 'what apply says' "$ERR" "$PF1 vf 0: of the PF: $where"
expect_status 8 vfprep verify
expect_match 'what verify says' "$ERR" "web0: .*$where"
expect_status 4 vfprep release web0
expect_match 'what release says' "$ERR" "$PF1 vf 0: of the PF: $where"
expect_status 4 vfprep release "$name"
expect_match 'what is said of its name' "$ERR" "if $PF1 is meant: $where"
expect_status 4 vfprep prepare "$(vf_address "$PF1" 0)" --mac=02:00:5e:10:00:09
expect_match 'what prepare says' "$ERR" "$PF1 vf 0: of the PF: $where"
wish_teams Name=uplink-two
expect_status 0 vfprep apply
expect_match 'what is said' "$ERR" "fits no PF of this machine; if $PF1 is meant: $where"
expect_equal 'team.json' "$(cat /run/vfprep/teams/web0/team.json)" "$team"
expect_equal 'record' "$(cat "/run/vfprep/state/$PF1.json")" "$record"
expect_equal 'driver' "$(driver_of "$(vf_address "$PF1" 0)")" vfio-pci

# And back, with another ifindex, as its own has been taken meanwhile.
ip link add name taken index "$ifindex" type dummy
back nsenter -t $pid -n
[ "$(cat "/sys/class/net/$name/ifindex")" != "$ifindex" ] || fail 'it has its ifindex again'
kill $pid
ip link del taken
expect_match 'list' "$(vfprep list)" "$PF1 +$name .* changed by vfprep"
expect_status 0 vfprep apply "$PF1"
expect_status 0 vfprep verify
expect_equal 'link' "$(link_state_of "$PF1")" up

# Nobody has it, and no name: what was done to it cannot be put back, and stays on record.
away blue
ip netns exec blue true
expect_status 0 vfprep release --all
expect_match 'what release says' "$ERR" 'so its link is not put back'
expect_equal 'VFs' "$(numvfs "$PF1")" 0
back ip netns exec blue
expect_status 0 vfprep release --all
expect_equal 'records' "$(ls /run/vfprep/state)" ''

# Who may not enter it knows that it is elsewhere.
away blue
setpriv --reuid=65534 --clear-groups vfprep list >/tmp/list
expect_match 'list without privilege' "$(cat /tmp/list)" 'its interface is in another network namespace'
back ip netns exec blue
ip netns del blue
ip link property del dev "$name" altname uplink-two
expect_equal 'the machine after release' "$(state)" "$before"
