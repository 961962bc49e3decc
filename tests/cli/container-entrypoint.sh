#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# container/entrypoint: what it writes and hands over to, and what keeps a container from starting.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# vfteam as an image has it, but that a check may end as one of a machine with VFIO would: VERDICT is its status.
mkdir bin
cat >bin/vfteam <<-END
	#!/bin/sh
	if [ "\$1" = check ] && [ -n "\${VERDICT:-}" ]; then
		echo "\$*" >$work/checked
		exit "\$VERDICT"
	fi
	exec $vfteam "\$@"
END
chmod +x bin/vfteam
for shell in dash busybox; do
	ln -s "$(command -v "$shell")" "bin/$shell"
done

# enter VARIABLE=VALUE... -- WORD...: as a container with these variables and no others.
enter()
{
	local variables=()

	while [ "$1" != -- ]; do
		variables+=("$1")
		shift
	done
	shift
	run_it env -i PATH="$work/bin:/usr/bin:/bin" VFTEAM_TEAMS_DIR="$work/run/teams" VFTEAM_OUTPUT="$work/written" "${variables[@]}" \
		"${shell_words[@]}" "$source_dir/container/entrypoint" "$@"
}

shell_words=()
publish_teams
edit_team db1 '"alias": *"ua-db1"' '"alias": "ua-db1", "hint": "ethernet:tap7"'
"$vfteam" interface --teams=run/teams db1 >db1.xml

# What is wrong stops the start, in vfteam's own words: no machine that runs this has a group of that number.
enter -- touch started
expect_status 8
expect_equal stdout "$out" ''
expect_match stderr "$err" 'vfteam: web0: .*to do: .*vfteam-entrypoint: the container does not start; VFTEAM_ON_FAILURE=continue'
[ ! -e started ] || fail "$ran: the container has started"
[ ! -e written ] || fail "$ran: something was written"
enter VFTEAM_ON_FAILURE=continue -- touch started
expect_status 0
expect_match stderr "$err" 'vfteam: web0: .*vfteam-entrypoint: the container starts all the same'
[ -e started ] || fail "$ran: the container has not started"
cmp -s written/web0/hostdev.xml run/teams/web0/hostdev.xml || fail "$ran: not what the host published"
enter VFTEAM_ON_FAILURE=maybe -- true
expect_status 2
expect_match stderr "$err" "stop or continue, not 'maybe'"

# All is well: both sides of each team are written, and the command has the place of the entrypoint.
for shell_words in '' dash 'busybox sh'; do
	read -r -a shell_words <<<"$shell_words"
	rm -rf written
	# shellcheck disable=SC2016 # for the command
	enter VERDICT=0 -- sh -c 'echo "$PPID $#:$1:$2"' command 'one two' ''
	expect_status 0
	expect_equal stderr "$err" ''
	expect_equal 'what the command got' "$out" "$$ 2:one two:"
	expect_equal 'what is checked' "$(cat checked)" "check --teams=$work/run/teams"
	expect_equal 'what is written' "$(find written -type f | sort | paste -sd ' ')" \
		'written/db1/hostdev.xml written/db1/interface.xml written/web0/hostdev.xml written/web0/interface.xml'
	for file in hostdev interface; do
		cmp -s "written/web0/$file.xml" "run/teams/web0/$file.xml" || fail "$ran: $file.xml is not what the host published"
	done
	cmp -s written/db1/interface.xml db1.xml || fail "$ran: interface.xml is not what vfteam prints"
done
shell_words=()
enter VERDICT=0 -- sh -c 'exit 5'
expect_status 5

# Once more changes nothing, and what an earlier start wrote for a team that is gone goes.
before=$(stat -c '%n %i %y' written/*/*)
enter VERDICT=0 --
expect_status 0
expect_equal 'what is written' "$(stat -c '%n %i %y' written/*/*)" "$before"
mkdir written/notes
touch written/notes/hostdev.txt
mv run/teams/db1 gone
enter VERDICT=0 --
expect_equal 'what is there' "$(find written | sort | paste -sd ' ')" \
	'written written/notes written/notes/hostdev.txt written/web0 written/web0/hostdev.xml written/web0/interface.xml'
mv gone run/teams/db1

# Teams that are named, memory, options, one side alone.
enter VERDICT=0 VFTEAM_TEAMS=' db1,web0' VFTEAM_MEMORY=4G VFTEAM_OPTIONS='--persistent=bridge:br7 --mtu=1400' --
expect_status 0
expect_equal 'what is checked' "$(cat checked)" "check --teams=$work/run/teams --memory=4G db1 web0"
for team in db1 web0; do
	expect_match 'the interface' "$(cat "written/$team/interface.xml")" "<source bridge='br7'/>.*<mtu size='1400'/>"
done
enter VERDICT=0 VFTEAM_TEAMS=db1 VFTEAM_FRAGMENTS=hostdev VFTEAM_OUTPUT=other --
expect_status 0
expect_equal 'what is there' "$(find other -type f)" other/db1/hostdev.xml
enter VERDICT=0 VFTEAM_TEAMS=../teams/db1 --
expect_status 2
expect_match stderr "$err" "names of teams, not '../teams/db1'"

# What cannot be written stops the start too, and leaves nothing that is older than the teams.
edit_team db1 ', "hint": "ethernet:tap7"' ''
enter VERDICT=0 -- touch never
expect_status 3
expect_match stderr "$err" 'db1: nothing says what its persistent side is connected to.*the container does not start'
[ ! -e written/db1/interface.xml ] || fail "$ran: the interface of an earlier start is still there"
[ -e written/web0/interface.xml ] || fail "$ran: the fault of one team cost another one its interface"
enter VERDICT=0 VFTEAM_TEAMS=nobody -- touch never
expect_status 4
touch file
enter VERDICT=0 VFTEAM_OUTPUT=file/in-it -- touch never
expect_status 1
expect_match stderr "$err" 'file/in-it/db1: cannot be made by uid [0-9]+; mount a tmpfs'
[ ! -e never ] || fail 'a container has started'

# A whole domain in their place.
cat >guest.xml <<-END
	<domain type='kvm'>
	  <name>guest</name>
	  <os><type machine='q35'>hvm</type></os>
	  <devices>
	  </devices>
	</domain>
END
rm -r written
enter VERDICT=0 VFTEAM_DOMAIN=guest.xml VFTEAM_TEAMS=web0 VFTEAM_MEMORY=4G VFTEAM_OPTIONS=--spare-ports -- echo started
expect_status 0
expect_equal stdout "$out" started
expect_equal 'what is there' "$(find written -type f)" written/domain.xml
expect_equal 'what is checked' "$(cat checked)" "check --teams=$work/run/teams $work/written/domain.xml web0"
expect_equal 'the domain' "$(cat written/domain.xml)" "$("$vfteam" inject --teams=run/teams --spare-ports guest.xml web0)"
enter VFTEAM_DOMAIN=guest.xml VFTEAM_TEAMS=web0 -- echo started
expect_status 8
expect_match stderr "$err" 'vfteam: web0: .*the container does not start'
expect_equal stdout "$out" ''
sed -i 's/q35/pc/' guest.xml
enter VERDICT=0 VFTEAM_DOMAIN=guest.xml VFTEAM_TEAMS=web0 -- echo started
expect_status 3
expect_equal stdout "$out" ''
expect_match stderr "$err" "guest.xml:3: machine 'pc' has no PCI Express"
[ ! -e written/domain.xml ] || fail "$ran: the domain of an earlier start is still there"

# As a file of /docker-entrypoint.d, run as nginx's image runs them: the first that fails ends the start.
mkdir docker-entrypoint.d
cp "$source_dir/container/entrypoint" docker-entrypoint.d/40-vfteam.sh
cat >docker-entrypoint <<-'END'
	#!/bin/sh
	set -e
	for f in docker-entrypoint.d/*; do
		[ ! -x "$f" ] || "$f"
	done
	exec "$@"
END
chmod +x docker-entrypoint
# drop_in VERDICT
drop_in()
{
	run_it env -i PATH="$work/bin:/usr/bin:/bin" VFTEAM_TEAMS_DIR=run/teams VFTEAM_TEAMS=web0 VFTEAM_OUTPUT=dropped VERDICT="$1" \
		./docker-entrypoint echo started
}
drop_in 8
expect_status 8
expect_equal stdout "$out" ''
drop_in 0
expect_status 0
expect_equal stdout "$out" started
cmp -s dropped/web0/hostdev.xml run/teams/web0/hostdev.xml || fail "$ran: not what the host published"

# The hook of KubeVirt prints the domain as vfteam inject does, and nothing of one that is refused.
# hook WORD...
hook()
{
	run_it env -i PATH="$work/bin:/usr/bin:/bin" VFTEAM_TEAMS_DIR=run/teams VFTEAM_TEAMS=web0 "${hook_variables[@]}" \
		"$source_dir/container/onDefineDomain" "$@"
}
hook_variables=(VFTEAM_OPTIONS=--onto=ua-default)
domain=$(cat "$source_dir/tests/golden/inject/kubevirt/domain.xml")
hook --vmi '{"kind":"--domain"}' --domain "$domain"
expect_status 0
expect_equal stdout "$out" "$("$vfteam" inject --teams=run/teams --onto=ua-default - web0 <<<"$domain")"
expect_match stdout "$out" "<teaming type=['\"]persistent['\"]/>"
first=$out
hook "--domain=$out" --vmi={}
expect_equal 'the second time' "$out" "$first"
hook --vmi {}
expect_status 2
expect_match stderr "$err" 'no --domain is given'
hook_variables=()
hook --vmi {} --domain '<!DOCTYPE a><domain/>'
expect_status 3
expect_equal stdout "$out" ''
expect_match stderr "$err" 'DOCTYPE'
finish
