#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a PF can be plugged into the running machine, gets VFs, and goes away again with them
# profile: hotplug
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

pf=0000:03:00.0
[ ! -e "$(device "$pf")" ] || fail "$pf is there before it is plugged"
ask_host device_add igb,bus=rp9,netdev=n9,id=hp,mac=52:54:00:aa:00:09
wait_for 30 test -e "$(device "$pf")/net"
make_vfs "$pf" 1
expect_equal 'number of VFs' "$(numvfs "$pf")" 1
ask_host device_del hp
wait_for 30 test ! -e "$(device "$pf")"
