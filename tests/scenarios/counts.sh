#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How many VFs there are: another number by way of 0, the VFs of others, a guest that has one.
# shellcheck source=tests/scenarios/play.sh

pf=0000:01:00.0

# wish LINE...: of [PF].
wish()
{
	conf counts <<EOF
[Match]
Address=$pf
[PF]
$(printf '%s\n' "$@")
[VF 0]
Team=web0
EOF
}

# Without drivers of their own: igbvf would choose MACs.
do_ raw module vfio-pci
do_ raw autoprobe $pf 0

# VFs of others are adopted as many as they are, and stay.
do_ raw numvfs $pf 2
wish VirtualFunctions=2
do_ vfprep apply
wish VirtualFunctions=3 Adopt=yes Recreate=yes
do_ vfprep apply
wish VirtualFunctions=2 Adopt=yes
do_ vfprep apply
do_ vfprep release --all
do_ state
do_ raw numvfs $pf 0

# Another number of our own.
wish VirtualFunctions=3
do_ vfprep apply
wish VirtualFunctions=2
do_ vfprep apply
wish VirtualFunctions=2 Recreate=yes
do_ raw hold 0000:01:10.0
do_ vfprep apply
do_ state
do_ raw drop 0000:01:10.0
do_ vfprep apply
do_ state
do_ vfprep apply # nothing is left to do
wish VirtualFunctions=8 Recreate=yes
do_ vfprep apply
do_ vfprep release --all
do_ state
