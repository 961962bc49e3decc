#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the machine's init is systemd, and udevd has named the interfaces
# profile: systemd
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

expect_equal 'process 1' "$(cat /proc/1/comm)" systemd
systemctl is-active --quiet systemd-udevd.service basic.target
expect_match 'interface of the first PF' "$(pf_netdev "$PF0")" '^enp1s0'
expect_match 'ID_PATH' "$(udevadm info --query=property "$(device "$PF0")/net/$(pf_netdev "$PF0")")" 'ID_PATH=pci-0000:01:00.0'
raw link "$PF0" up
make_vfs "$PF0" 2
bind_vfio 0000:01:10.0
