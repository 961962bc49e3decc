#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a teamed guest that has not asked for its VF yet has nothing open, and the VF is in use all the same
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

# wish LAST-DIGIT: of both MACs.
wish()
{
	write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:0$1
[VF 1]
Team=web1
MACAddress=02:00:5e:10:01:0$1
EOF
}

# user_of INDEX: what list says of the use of that VF.
user_of()
{
	vfprep list --json | python3 -c '
import json, sys
vf = json.load(sys.stdin)["pfs"][0]["vfs"][int(sys.argv[1])]
user = vf.get("used_by", {})
print(vf["in_use"], user.get("pid"), user.get("what"))' "$1"
}

refused()
{
	takes_at_most 5 5 vfprep "$@"
	expect_match "what $1 says" "$ERR" "$PF0 vf 0: $vf is in use by pid $GUEST \\(qemu-system-x86\\)"
}

# with_team DEVICE: a guest with a persistent side, and that device as its transient one.
with_team()
{
	start_guest -device pcie-root-port,id=rp1,slot=1,chassis=1 -device pcie-root-port,id=rp2,slot=2,chassis=2 \
		-netdev user,id=h0,restrict=on \
		-device virtio-net-pci,netdev=h0,mac=02:00:5e:10:00:01,id=ua-web0,failover=on,bus=rp1 -device "$1"
	! guest_has_vfio || fail 'QEMU did not hide the VF'
}

expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
before=$(look_at "$PF0")
wish 1
expect_status 0 vfprep apply
applied=$(look_at "$PF0")
vf=$(vf_address "$PF0" 0)
expect_equal 'use of the VF' "$(user_of 0)" 'False None None'

# As people write it, and as libvirt does.
for device in "vfio-pci,host=${vf#0000:},id=ua-web0_vf,failover_pair_id=ua-web0,bus=rp2" \
	"{\"driver\":\"vfio-pci\",\"host\":\"$vf\",\"id\":\"ua-web0_vf\",\"failover_pair_id\":\"ua-web0\",\"bus\":\"rp2\"}"; do
	with_team "$device"
	expect_equal 'use of the VF' "$(user_of 0)" "True $GUEST qemu-system-x86"
	expect_equal 'use of the other VF' "$(user_of 1)" 'False None None'
	refused release web0
	refused release --all
	expect_equal 'the machine after what was refused' "$(look_at "$PF0")" "$applied"
	wish 2
	refused apply
	expect_equal 'MAC' "$(vf_mac "$PF0" 0)" 02:00:5e:10:00:01
	expect_equal 'MAC of the other VF' "$(vf_mac "$PF0" 1)" 02:00:5e:10:01:02
	end_guest
	wish 1
	expect_status 0 vfprep apply
	expect_equal 'the machine after another apply' "$(look_at "$PF0")" "$applied"
done

wish 2
expect_status 0 vfprep apply
expect_equal 'MAC' "$(vf_mac "$PF0" 0)" 02:00:5e:10:00:02
expect_status 0 vfprep release web0
expect_equal 'driver' "$(driver_of "$vf")" none
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(look_at "$PF0")" "$before"
