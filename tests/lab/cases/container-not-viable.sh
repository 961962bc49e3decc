#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: vfteam check in a container says that the host shares the VF's IOMMU group, where others than vfprep bound and published it
# profile: shared-group
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/container.sh
. "$LAB/container.sh"

pf=$(pfs | head -1)
make_vfs "$pf" 1
vf=$(vf_address "$pf" 0)
bind_vfio "$vf"
group=$(group_of "$vf")
chmod 666 "/dev/vfio/$group"
mkdir -p "$container_dir/config/web0"
cat >"$container_dir/config/web0/team.json" <<EOF
{
  "version": 1, "team": "web0", "mac": "02:00:5e:10:00:01", "boot_id": "$(cat /proc/sys/kernel/random/boot_id)", "verified": true,
  "pf": { "address": "$pf", "vf": 0 },
  "transient": { "alias": "ua-web0_vf", "address": "$vf", "driver": "vfio-pci", "iommu_group": $group, "nodes": ["/dev/vfio/$group"] },
  "persistent": { "alias": "ua-web0" },
  "settings": {}
}
EOF
expect_status 8 run_container --device /dev/vfio/vfio --device "/dev/vfio/$group" -- vfteam check --teams=/config
expect_match 'what is said' "$ERR" 'vfteam: web0: its IOMMU group cannot go to a guest: another device in it has a driver of the host'
expect_equal 'findings' "$(grep -c '^vfteam: [^ ]' <<<"$ERR")" 1
