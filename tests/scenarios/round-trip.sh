#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A PF is prepared, published, looked at again and given back.
# shellcheck source=tests/scenarios/play.sh

conf 10-uplink <<EOF
[Match]
Address=0000:01:00.0

[PF]
VirtualFunctions=3

[VF]
Owner=64055
Group=104

[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
Persistent=bridge:br100

[VF 1]
Team=db%i

[VF 2]
MACAddress=02:00:5e:10:00:02
EOF

do_ raw module vfio-pci

do_ vfprep plan
do_ vfprep apply
do_ state
show teams/web0/team.json teams/web0/hostdev.xml teams/web0/interface.xml teams/db1/team.json
do_ vfprep plan
do_ vfprep apply
# Drift, and what a changed file changes.
do_ raw mac 0000:01:00.0 0 02:00:00:00:00:99
do_ raw unbind 0000:01:10.2
do_ vfprep apply
do_ vfprep release db1
do_ state
do_ vfprep apply
conf 10-uplink <<EOF
[Match]
Address=0000:01:00.0

[PF]
VirtualFunctions=3

[VF 0]
Team=www

[VF 2]
MACAddress=02:00:5e:10:00:02
EOF
do_ vfprep apply
do_ state
# Somebody has a VF: the PF is left alone as a whole, and its other VFs are not.
do_ raw hold 0000:01:10.0
do_ vfprep release --all
do_ vfprep release www
do_ vfprep apply
# No file is for the PF any more.
conf 10-uplink <<EOF
[Match]
Address=0000:02:00.0
EOF
do_ vfprep apply
do_ vfprep apply --prune
do_ raw drop 0000:01:10.0
do_ vfprep plan --prune
do_ vfprep apply --prune
do_ state
do_ vfprep apply --prune
do_ vfprep release --all
