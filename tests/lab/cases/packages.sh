#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the packages install into a Debian of their own and prepare VFs; removal and purge name the teams, take nothing back and leave no file
# timeout: 90
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"

ls /lab/packages/*.deb >/dev/null 2>&1 || skip 'no packages were built; tests/check packages does'
root=/tmp/debian
mkdir $root
tar -C $root -xf "$LAB_CACHE/deb-root.tar"
mkdir -p $root/usr/lib/modules
for dir in dev proc sys run usr/lib/modules; do
	mount --rbind /$dir $root/$dir
done
cp -r /lab/packages $root/tmp/

in_root()
{
	chroot $root /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"
}

install_it()
{
	expect_status 0 in_root sh -c "dpkg --force-unsafe-io -i /tmp/packages/$1"
}

# What is in it, but for what dpkg itself keeps.
files()
{
	(cd $root && find . -xdev ! -path './var/lib/dpkg*' ! -path './var/log/*' ! -path './tmp/*' | LC_ALL=C sort)
}

before=$(state)
bare=$(files)

install_it '*.deb'
version=$(in_root dpkg-query -W vfprep | cut -f 2)
expect_equal 'vfprep --version' "$(in_root vfprep --version)" "vfprep $version"
expect_equal 'vfteam --version' "$(in_root vfteam --version)" "vfteam $version"
expect_equal 'the machine, when all is installed' "$(state)" "$before"

cat >$root/etc/vfprep/10-uplink.conf <<EOF
[Match]
Address=$PF0
[PF]
VirtualFunctions=2
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
[VF 1]
Team=db1
MACAddress=02:00:5e:10:00:02
EOF
expect_status 0 in_root vfprep apply
vf=$(vf_address "$PF0" 0)
expect_equal 'driver of vf 0' "$(driver_of "$vf")" vfio-pci
expect_status 0 in_root vfteam list
expect_match 'the teams' "$OUT" 'web0'
prepared=$(state)

install_it 'vfprep_*.deb'
expect_equal 'what an upgrade says of teams' "$(grep -E 'web0|warning' <<<"$OUT$ERR" || true)" ''
expect_equal 'the machine after an upgrade' "$(state)" "$prepared"

expect_status 0 in_root dpkg --purge vfprep
expect_match 'what removal says' "$ERR" 'warning: these teams stay as they are, and published: db1 web0'
expect_match 'what removal says' "$ERR" "warning: nothing is taken back of what vfprep changed at $PF0"
[ ! -e $root/usr/sbin/vfprep ] || fail 'vfprep is still there'
expect_equal 'the machine after removal and purge' "$(state)" "$prepared"

install_it 'vfprep_*.deb'
expect_status 0 in_root vfprep verify
expect_status 0 in_root vfprep release --all
expect_equal 'the machine after release' "$(state)" "$before"
expect_status 0 in_root dpkg --purge vfprep vfteam libvfprep-dev libvfprep0
expect_equal 'what purge says of teams' "$(grep -E 'web0|warning: (these|nothing)' <<<"$OUT$ERR" || true)" ''
[ ! -e /run/vfprep ] || fail "purge leaves $(find /run/vfprep)"
expect_equal 'the files that purge leaves' "$(files | grep -vxF "$bare")" $'./etc/vfprep\n./etc/vfprep/10-uplink.conf'
expect_equal 'the files that purge took along' "$(grep -vxF "$(files)" <<<"$bare" || true)" ''
