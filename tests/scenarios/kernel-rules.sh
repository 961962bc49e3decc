#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The rules of the machine in memory, by the kernel's own means alone.
# shellcheck source=tests/scenarios/play.sh

pf=0000:01:00.0 vf=0000:01:10.0

do_ state
do_ raw module vfio-pci
# The count: up to the total, and only by way of 0.
do_ raw numvfs $pf 8
do_ raw numvfs $pf 2
do_ raw numvfs $pf 2
do_ raw numvfs $pf 3
do_ state
# A bound VF keeps its driver whatever the override says, and no second driver gets it.
do_ raw bind $vf igbvf
do_ raw override $vf vfio-pci
do_ raw bind $vf vfio-pci
do_ raw unbind $vf
do_ raw unbind $vf
# An override keeps every other driver away.
do_ raw bind $vf igbvf
do_ raw bind $vf vfio-pci
do_ raw chown $vf 77:88 0606
do_ state
do_ raw hold $vf
do_ raw hold $vf
do_ raw drop $vf
do_ raw unbind $vf
do_ raw hold $vf
do_ raw chown $vf 77:88 0606
# Bound once more, the node is another one.
do_ raw bind $vf vfio-pci
do_ state
do_ raw unbind $vf
do_ raw override $vf none
do_ raw bind $vf vfio-pci
do_ raw bind $vf no-such-driver
do_ raw probe $vf
do_ state
# MACs.
do_ raw mac $pf 0 02:00:00:00:00:01
do_ raw mac $pf 1 03:00:00:00:00:01
do_ raw mac $pf 2 02:00:00:00:00:02
do_ state
# New VFs are new: no MAC, no override; and without autoprobe no driver gets them but by override.
do_ raw override 0000:01:10.2 vfio-pci
do_ raw numvfs $pf 0
do_ raw autoprobe $pf 0
do_ raw numvfs $pf 1
do_ state
do_ raw bind $vf igbvf
do_ raw probe $vf
do_ state
do_ raw override $vf igbvf
do_ raw bind $vf igbvf
do_ raw override $vf none
do_ state
do_ raw link $pf up
do_ raw addrgen $pf none
do_ state
