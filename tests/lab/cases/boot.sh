#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: with systemd as init the kernel's events prepare at boot, plugging and reloading, in order, and disturb nobody
# profile: boot
# timeout: 400
# spent
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

VF0=0000:01:10.0 VF1=0000:01:10.2
conf=/etc/vfprep/10-uplink.conf
trap 'journalctl -b -o short-monotonic --no-pager >/lab/out/journal; systemctl --no-pager --failed; vfprep list' EXIT

# The journal since the last call of mark.
mark()
{
	cursor=$(journalctl -b -n 0 --show-cursor -q | sed -n 's/^-- cursor: //p')
}

log()
{
	journalctl -q --sync
	journalctl -q --after-cursor="$cursor" -o cat
}

logged()
{
	log | grep -q -- "$@"
}

# in_order REGEX...: each is a line of the journal, behind the one before it.
in_order()
{
	local at=0 next

	for regex; do
		next=$(journalctl -b -o cat | awk -v at="$at" -v regex="$regex" 'NR > at && $0 ~ regex { print NR; exit }')
		[ -n "$next" ] || fail "the journal has no '$regex' behind its line $at"
		at=$next
	done
}

# Nothing of vfprep is under way.
idle()
{
	udevadm settle
	! systemctl list-units --no-legend 'vfprep*' | grep -q activating
}

prepared()
{
	local team

	for team; do
		[ "$(vfprep verify "$team")" = "$team: as published" ] || return 1
	done
}

expect_prepared()
{
	wait_for 60 prepared "$@"
	wait_for 60 idle
}

has_no_driver()
{
	[ "$(driver_of "$1")" = none ]
}

systemctl is-active --quiet systemd-udevd.service basic.target
expect_equal 'process 1' "$(cat /proc/1/comm)" systemd
raw_held=/lab/held

echo '== cold boot'
wait_for 60 systemctl is-active docker.service
expect_prepared web0 db1 name0
in_order 'Starting vfprep.service' '0000:01:00.0: sriov_numvfs 0 -> 2' "$VF0: driver - -> vfio-pci" \
	'web0: publish' 'Finished vfprep.service' 'Reached target network-pre.target'
in_order 'Finished vfprep.service' 'Starting docker.service' 'containers start, teams are: .*db1.*web0'
# Named by a glob, so it is not waited for; its own event comes once udev has named it.
in_order 'enp2s0: renamed' 'Starting vfprep@0000:02:00.0.service' 'Finished vfprep@0000:02:00.0.service'
expect_match 'interface of the second PF' "$(pf_netdev "$PF1")" '^enp2s0'
for vf in "$VF0" "$VF1"; do
	expect_equal "driver of $vf" "$(driver_of "$vf")" vfio-pci
	expect_equal "node of $vf" "$(node_of "$vf")" '64055:104 0660'
done
expect_equal 'MAC' "$(vf_mac "$PF0" 0)" 02:00:5e:10:00:01
expect_equal 'directory of the teams' "$(stat -c %a /run/vfprep /run/vfprep/teams /run/vfprep/teams/web0/team.json | paste -sd ' ')" '755 755 644'

echo '== the fields of the journal'
expect_match 'TEAM=web0' "$(journalctl -b -o cat TEAM=web0)" 'web0: publish none -> /run/vfprep/teams/web0'
expect_match "PF=$PF0 VF=1" "$(journalctl -b -o cat "PF=$PF0" VF=1)" "vf 1: mac - -> 02:00:5e:10:00:02"
expect_equal 'verify by timer' "$(systemctl is-enabled vfprep-verify.timer || true)" disabled
systemctl start vfprep-verify.service

echo '== stop releases nothing, and restart finds nothing to do'
before=$(look_at "$PF0" "$PF1")
mark
systemctl stop vfprep.service
systemctl restart vfprep.service
logged 'nothing to do'
expect_equal 'the machine' "$(look_at "$PF0" "$PF1")" "$before"

echo '== a node that is made anew keeps its owner'
raw unbind "$VF1" vfio-pci
wait_for 5 test ! -e "/dev/vfio/$(group_of "$VF1")"
raw bind "$VF1" vfio-pci
udevadm settle
expect_equal 'its owner' "$(node_of "$VF1")" '64055:104 0660'
wait_for 60 idle
prepared db1

echo '== what others make of a prepared VF is for no network manager'
cat >/etc/systemd/network/90-all.network <<'EOF'
[Match]
Name=*
[Network]
LinkLocalAddressing=no
EOF
systemctl start systemd-networkd
raw unbind "$VF1" vfio-pci
raw override "$VF1" none
raw bind "$VF1" igbvf
udevadm settle
interface=$(pf_netdev "$VF1")
expect_match 'what udev knows of it' "$(udevadm info "/sys/class/net/$interface")" 'NM_UNMANAGED=1'
is_unmanaged()
{
	[ "$(networkctl list --no-legend "$1" | awk '{ print $5 }')" = unmanaged ]
}
wait_for 60 is_unmanaged "$interface"
! is_unmanaged "$(pf_netdev "$PF1")" || fail 'networkd manages nothing at all'
systemctl stop systemd-networkd.socket systemd-networkd
rm /etc/systemd/network/90-all.network
systemctl reload vfprep.service
prepared web0 db1
# The control of the end of this case: what is in the kernel's log when a driver does probe a VF.
probes=$(journalctl -k -b -o cat | grep -c 'igbvf 0000:') || fail 'the kernel tells of no probe'

echo '== a file with a fault'
before=$(look_at "$PF0" "$PF1")
sed -i.good 's/^Mode=.*/Mdoe=0660/' "$conf"
mark
systemctl stop vfprep.service docker.service
systemctl start vfprep.service docker.service || true
systemctl is-failed --quiet vfprep.service
systemctl is-active --quiet docker.service
logged "10-uplink.conf:8: unknown key 'Mdoe'"
expect_equal 'the machine' "$(look_at "$PF0" "$PF1")" "$before"
mv "$conf.good" "$conf"
systemctl start vfprep.service

echo '== an edit changes what it is about, and not the team that a guest has'
hold_device "$VF0"
sed -i 's/:00:0\([12]\)$/:01:0\1/' "$conf"
mark
! systemctl reload vfprep.service || fail 'what is not done is not told'
prepared db1
journalctl -b -o cat "PF=$PF0" VF=0 FAULT=busy | grep -q "in use by pid $GUEST" || fail 'the guest is not told of'
expect_equal 'steps' "$(log | grep -c ' -> ')" 3
expect_equal 'MACs' "$(vf_mac "$PF0" 0) $(vf_mac "$PF0" 1)" '02:00:5e:10:00:01 02:00:5e:10:01:02'

echo '== a driver that is reloaded while a guest has a VF'
mark
modprobe -r igb &
modprobe=$!
wait_for 60 has_no_driver "$VF0"
takes_at_most 20 0 vfprep list
end_guest
wait "$modprobe"
modprobe igb
expect_prepared web0 db1 name0
expect_equal 'MACs' "$(vf_mac "$PF0" 0) $(vf_mac "$PF0" 1)" '02:00:5e:10:01:01 02:00:5e:10:01:02'
expect_equal 'its owner' "$(node_of "$VF0")" '64055:104 0660'

echo '== a driver that is reloaded while vfprep works'
mark
modprobe -r igb
modprobe igb
wait_for 60 logged 'Starting vfprep@0000:01:00.0'
modprobe -r igb
modprobe igb
expect_prepared web0 db1 name0

echo '== a card that is plugged while vfprep waits for it, and unplugged'
cat >/etc/vfprep/30-plugged.conf <<'EOF'
[Match]
PermanentMACAddress=52:54:00:aa:00:09
[PF]
VirtualFunctions=1
[VF 0]
Team=plug0
MACAddress=02:00:5e:10:00:09
EOF
mark
systemctl restart --no-block vfprep.service
sleep 1
expect_equal 'vfprep.service' "$(systemctl is-active vfprep.service || true)" activating
ask_host device_add igb,bus=rp9,netdev=n9,id=hp,mac=52:54:00:aa:00:09
wait_for 60 systemctl is-active vfprep.service
expect_prepared plug0 web0
! logged 'did not come' || fail 'it was not waited for'
plugged=$(pfs | grep -vx -e "$PF0" -e "$PF1")
ask_host device_del hp
wait_for 60 test ! -e "$(device "$plugged")"
mark
systemctl reload vfprep.service
logged 'plug0: publish .* -> none'
ask_host device_add igb,bus=rp9,netdev=n9,id=hp,mac=52:54:00:aa:00:09
expect_prepared plug0 web0

echo '== a NIC that can have no VFs is plugged'
ask_host device_del hp
wait_for 60 test ! -e "$(device "$plugged")"
cat >/etc/vfprep/40-nic.conf <<'EOF'
[Match]
PermanentMACAddress=52:54:00:aa:00:0a
[NIC]
Team=nic0
EOF
ask_host device_add e1000e,bus=rp9,netdev=n9,id=nic,mac=52:54:00:aa:00:0a
expect_prepared nic0

echo '== two hundred events'
before=$(look_at "$PF0" "$PF1")
mark
sources=("/sys/class/net/$(pf_netdev "$PF0")" "/sys/class/net/$(pf_netdev "$PF1")" "$(device "$PF0")" "/sys/class/vfio/$(group_of "$VF0")")
for ((i = 0; i < 200; i++)); do
	case $((i / 4 % 2)) in
	0) echo add ;;
	1) echo change ;;
	esac >"${sources[i % 4]}/uevent"
done
udevadm settle
wait_for 60 idle
# Those that come while it runs are no more than one.
runs=$(log | grep -c 'Starting vfprep@' || true)
[ "$runs" -le 40 ] || fail "200 events started vfprep $runs times"
! systemctl list-units --failed --no-legend 'vfprep@*' | grep . || fail 'a run failed'
expect_equal 'the machine' "$(look_at "$PF0" "$PF1")" "$before"

echo '== no network driver has seen a VF but for the one above'
expect_equal 'what igbvf says of VFs' "$(journalctl -k -b -o cat | grep -c 'igbvf 0000:')" "$probes"
trap - EXIT
