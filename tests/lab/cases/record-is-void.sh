#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: what was recorded of VFs that are others by now, or of another boot, is written to nothing
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

write_conf 10-uplink <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
[VF 1]
Team=web1
EOF

# They are not apply's either.
apply_is_refused()
{
	expect_status 5 vfprep apply
	expect_match 'what apply says' "$ERR" "$PF0: 2 VFs are there that vfprep did not make"
}

expect_equal 'loading vfio-pci' "$(raw module vfio-pci)" ok
before=$(look_at "$PF0")
expect_status 0 vfprep apply

# Somebody makes them anew, and sets them up in another way.
expect_equal 'no VFs' "$(raw numvfs "$PF0" 0)" ok
make_vfs "$PF0" 2
expect_equal 'MAC' "$(raw mac "$PF0" 0 02:00:5e:20:00:01)" ok
bind_vfio "$(vf_address "$PF0" 0)"
others=$(look_at_vfs "$PF0")
apply_is_refused
expect_equal 'the VFs of others after apply' "$(look_at_vfs "$PF0")" "$others"
expect_status 0 vfprep release web0
expect_equal 'the VFs of others after release web0' "$(look_at_vfs "$PF0")" "$others"
expect_equal 'what is published' "$(ls /run/vfprep/teams)" web1
expect_status 0 vfprep release --all
expect_match 'what release says' "$ERR" "$PF0: there are VFs that vfprep did not make, so their number stays"
expect_equal 'the VFs of others after release' "$(look_at_vfs "$PF0")" "$others"
expect_equal 'what is published' "$(ls /run/vfprep/teams)" ''
# What was recorded of the PF itself is still true.
expect_equal 'link' "$(link_state_of "$PF0")" down
expect_equal 'addr_gen_mode' "$(addr_gen_mode_of "$PF0")" eui64
apply_is_refused

# The success beside it: without them all is as ever.
expect_equal 'no VFs' "$(raw numvfs "$PF0" 0)" ok
expect_equal 'autoprobe' "$(raw autoprobe "$PF0" 1)" ok
expect_status 0 vfprep apply
applied=$(look_at "$PF0")
expect_equal 'teams' "$(ls -x /run/vfprep/teams)" 'web0  web1'

# The record of another boot, in a run directory that outlived it.
cp -a /run/vfprep /tmp/saved
sed -i 's/"boot_id": "[^"]*"/"boot_id": "6d1c1f0e-0000-4000-8000-000000000000"/' \
	/run/vfprep/state/*.json /run/vfprep/teams/*/*.json
apply_is_refused
ours=$(look_at_vfs "$PF0")
expect_status 0 vfprep release --all
expect_equal 'the VFs after release by a record of another boot' "$(look_at_vfs "$PF0")" "$ours"
expect_equal 'link' "$(link_state_of "$PF0")" up

rm -r /run/vfprep
cp -a /tmp/saved /run/vfprep
expect_equal 'the machine with its record' "$(look_at "$PF0")" "$applied"
expect_status 0 vfprep release --all
expect_equal 'the machine after release' "$(look_at "$PF0")" "$before"
