#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Units, rules and init scripts as they are installed: complete, valid, in a sandbox that is no wider than docs say, and they
# call the program with words that it knows.
#
#   VFPREP_SOURCE=DIRECTORY units.sh VFPREP BUILD-DIRECTORY
set -u

vfprep=$(realpath "$1")
build=$(realpath "$2")
source=${VFPREP_SOURCE:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

fail()
{
	printf 'FAIL: %s\n' "$*"
	failed=1
}

meson install -C "$build" --no-rebuild --quiet --destdir "$dir/root" >"$dir/log" 2>&1 || fail "$(cat "$dir/log")"

# installed NAME: the one file of that name.
installed()
{
	local found

	found=$(find "$dir/root" -name "$1")
	[ -f "$found" ] || fail "'$1' is installed as '$found'"
	printf '%s\n' "$found"
}

for name in 90-vfprep.rules 91-vfprep-without-systemd.rules vfprep-verify.timer 10-vfprep.network; do
	installed "$name" >/dev/null
done
case $(installed 90-vfprep.rules) in */udev/rules.d/*) ;; *) fail 'the rules are not where udev looks' ;; esac
find "$dir/root" -path '*/tmpfiles.d/vfprep.conf' | grep -q . || fail 'no file for tmpfiles'

# Each with the program that was built, for systemd looks whether it is there.
mkdir "$dir/units"
for name in vfprep.service vfprep@.service vfprep-verify.service; do
	unit=$(installed "$name")
	sed "s|^\(Exec[A-Z][a-z]*=\)[^ ]*|\1$vfprep|" "$unit" >"$dir/units/$name"
	! grep -qE '@[a-z]+@' "$unit" || fail "$name: something was not filled in"
	! grep -q '^ExecStop' "$unit" || fail "$name: what is stopped is not released"
	! grep -q '^RemainAfterExit' "$unit" || [ "$name" = vfprep.service ] || fail "$name: it would start but once"
done
cp "$(installed vfprep-verify.timer)" "$dir/units"
# An instance cannot be named by a path with ':' in it.
for unit in vfprep.service vfprep@any.service vfprep-verify.timer; do
	systemd-analyze verify --man=no "$dir/units/$unit" >"$dir/log" 2>&1 || fail "$unit: not valid"
	! grep "$dir/units" "$dir/log" || fail "$unit: systemd complains"
done
worst=0
for unit in "$dir"/units/*.service; do
	systemd-analyze security --offline=true --no-pager --threshold=30 "$unit" >"$dir/log" 2>&1 ||
		fail "${unit##*/}: its sandbox is wider than 3.0"
	figure=$(sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p' "$dir/log")
	worst=$(printf '%s\n' "$worst" "$figure" | sort -g | tail -n 1)
done
# Other versions count otherwise.
if systemctl --version | grep -q '^systemd 252 '; then
	tr '\n' ' ' <"$source/docs/man/vfprep.service.8.scd" | grep -qF "systemd 252 says $worst." ||
		fail "vfprep.service(8) does not say $worst"
fi

# called FILE: the command lines of vfprep in it.
called()
{
	sed -n 's|.*/vfprep \([a-z][^">$'"'"']*\).*|\1|p' "$1" | sed 's| %I||; s| *$||' | sort -u
}

# Each is a command line that the program takes, with its options; "--help" makes it end there.
for file in "$dir"/units/*.service "$build"/udev-rules/*.rules "$build"/units/vfprep.{openrc,sysv}; do
	called "$file" >"$dir/called"
	[ -s "$dir/called" ] || fail "${file##*/}: calls nothing"
	while read -r -a words; do
		"$vfprep" "${words[@]}" --help >/dev/null 2>"$dir/log" || fail "${file##*/}: ${words[*]}: $(cat "$dir/log")"
	done <"$dir/called"
done

# The scripts, with a program that tells how it was called.
cat >"$dir/told" <<EOF
#!/bin/sh
echo "\$*" >>$dir/calls
[ ! -e $dir/fails ] || exit 5
EOF
chmod +x "$dir/told"
cat >"$dir/openrc" <<'EOF'
ebegin() { :; }
eend() { return "$1"; }
EOF

# calls SCRIPT ACTION: what the action of a script calls.
calls()
{
	: >"$dir/calls"
	sed "s|[^ ]*/sbin/vfprep|$dir/told|" "$build/units/vfprep.$1" >"$dir/script"
	if [ "$1" = sysv ]; then
		sh "$dir/script" "$2"
	else
		sh -c '. "$1" && . "$2" && "$3"' sh "$dir/openrc" "$dir/script" "$2"
	fi
	status=$?
	paste -sd ';' "$dir/calls"
}

status=0
for script in openrc sysv; do
	[ "$(calls $script start)" = 'apply --quiet --wait=600 --wait-devices=30' ] || fail "$script: start"
	[ "$(calls $script reload)" = 'apply --quiet --wait=600' ] || fail "$script: reload"
	[ -z "$(calls $script stop)" ] || fail "$script: stop releases"
	calls $script stop >/dev/null
	[ $status -eq 0 ] || fail "$script: stop fails"
	touch "$dir/fails"
	calls $script start >/dev/null
	[ $status -eq 5 ] || fail "$script: a failure is not told"
	rm "$dir/fails"
done
calls sysv nonsense >/dev/null 2>&1
[ $status -eq 2 ] || fail 'sysv: takes any word'
[ "$failed" -eq 0 ]
