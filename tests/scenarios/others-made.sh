#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# VFs that somebody else made are used, and given back as they were.
# shellcheck source=tests/scenarios/play.sh

pf=0000:01:00.0

do_ raw module vfio-pci
do_ raw link $pf up
do_ raw autoprobe $pf 0
do_ raw numvfs $pf 3
do_ raw mac $pf 0 02:00:00:00:00:a0
do_ raw mac $pf 2 02:00:00:00:00:a2
do_ raw override 0000:01:10.0 igbvf
do_ raw bind 0000:01:10.0 igbvf
do_ raw override 0000:01:10.0 none
do_ raw override 0000:01:10.4 vfio-pci
do_ raw bind 0000:01:10.4 vfio-pci
do_ raw chown 0000:01:10.4 77:88 0606
do_ state

conf counted <<EOF
[Match]
Address=$pf
[PF]
VirtualFunctions=3
EOF
do_ vfprep apply
conf counted <<EOF
[Match]
Address=$pf
[VF]
Owner=64055
Group=104
Team=t%i
EOF
do_ vfprep apply
do_ state
do_ vfprep release 0000:01:10.4
do_ state
do_ vfprep apply
do_ vfprep release --all
do_ state
