#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a machine boots whose configuration has a fault: the units fail and name file and line, what comes behind them starts, and no PF is touched
# profile: systemd
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

wait_for 60 systemctl is-active docker.service
for unit in vfprep.service "vfprep@$PF0.service" "vfprep@$PF1.service"; do
	wait_for 60 systemctl is-failed "$unit"
	expect_match "what $unit says" "$(journalctl -b -o cat -u "$unit")" \
		"/usr/lib/vfprep/10-uplink.conf:4: unknown key 'VirtualFuctions' in \\[PF\\], did you mean 'VirtualFunctions'\\?"
done
expect_equal 'its status' "$(systemctl show -p ExecMainStatus --value vfprep.service)" 3
expect_equal 'the machine' "$(state)" "$PF0: numvfs 0 autoprobe 1 link down addr_gen_mode eui64
$PF1: numvfs 0 autoprobe 1 link down addr_gen_mode eui64"

# It is mended, and prepares nothing any more of what the other cases of this machine write.
rm /usr/lib/vfprep/10-uplink.conf
expect_status 0 systemctl start vfprep.service
rm /etc/udev/rules.d/9*-vfprep*.rules
udevadm control --reload
