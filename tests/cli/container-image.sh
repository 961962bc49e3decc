#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The image of a guest: vfteam built alone, the source of its packages, and the container's first process.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

container=$source_dir/container
mkdir bin
PATH=$work/bin:$PATH

# stub NAME: a program on the path, its text on stdin.
stub()
{
	cat >"bin/$1"
	chmod +x "bin/$1"
}

# vfteam alone asks for json-c and expat; of all other libraries there is no trace here.
mkdir pc
for library in json-c expat; do
	cp "$(pkg-config --variable=pcfiledir "$library")/$library.pc" pc
done
run_it env PKG_CONFIG_LIBDIR="$work/pc" meson setup only "$source_dir" --prefix=/usr -Dprograms=vfteam -Doptimization=0 -Ddebug=false
expect_status 0
run_it ninja -C only
expect_status 0
run_it env DESTDIR="$work/image" meson install -C only --no-rebuild
expect_status 0
expect_equal 'what is installed' "$(cd image && find . -type f -printf '%P %m\n' | sort)" "usr/bin/vfteam 755
usr/share/vfprep/container/Containerfile 644
usr/share/vfprep/container/add-backports 755
usr/share/vfprep/container/docker-entrypoint.d/40-vfteam.sh 755
usr/share/vfprep/container/entrypoint 755
usr/share/vfprep/container/guest.container 644
usr/share/vfprep/container/install 755
usr/share/vfprep/container/libvirt-session 755
usr/share/vfprep/container/onDefineDomain 755"
run_it image/usr/bin/vfteam --version
expect_equal stdout "$out" "$("$vfteam" --version)"
run_it env PKG_CONFIG_LIBDIR="$work/pc" meson setup all "$source_dir"
[ "$status" -ne 0 ] || fail 'vfprep needs no library'

# What the image copies and runs is there, by the name that it has when it is installed.
while read -r file; do
	[ -e "image$file" ] || fail "Containerfile: there is no $file in what is installed"
done < <(grep -v '^#' "$container/Containerfile" | grep -oE '/usr/share/vfprep/[A-Za-z/-]+')
grep -q '^USER 107:107$' "$container/Containerfile" || fail 'the image has no ordinary user'

# Backports come from the mirror that is configured, and only where they are not there.
stub apt-get <<-'END'
	#!/bin/sh
	[ "$1" != indextargets ] || exec cat targets
	echo "$*" >asked
END
stub apt-config <<-'END'
	#!/bin/sh
	echo "parts='sources.list.d/'"
END
mkdir sources.list.d
cat >targets <<-'END'
	Packages|bookworm-updates|main|Debian|https://mirror.invalid/updates/
	Packages|bookworm|main|Other|https://other.invalid/
	Packages|bookworm|main|Debian|https://mirror.invalid/debian/
END
run_it "$container/add-backports" bookworm
expect_status 0
expect_match 'the source' "$(cat sources.list.d/*)" $'^Types: deb\nURIs: https://mirror.invalid/debian/\nSuites: bookworm-backports\nComponents: main'
expect_equal 'what apt-get is asked' "$(cat asked)" '-q update'
rm asked sources.list.d/*
echo 'Packages|bookworm-backports|main|Debian Backports|https://mirror.invalid/debian/' >>targets
run_it "$container/add-backports" bookworm
expect_status 0
expect_equal 'what is written' "$(find sources.list.d asked -type f 2>/dev/null)" ''
run_it "$container/add-backports" sid
expect_status 1
expect_match stderr "$err" 'no apt source for sid main is configured'

# The first process, with a daemon and a virsh that do what libvirt's do: `socket` is there when the daemon listens, `running`
# while the guest runs, `kept` when a domain of an earlier start is. hold-NAME keeps NAME from going on; `held` says that it waits.
stub hold <<-'END'
	#!/bin/sh
	while [ -e "hold-$1" ]; do
		touch held
		sleep 0.1
	done
END
# Like libvirtd it ends by INT too, which a shell in the background has its children ignore.
stub libvirtd <<-'END'
	#!/bin/sh
	[ "${1-}" = again ] || exec env --default-signal=INT "$0" again
	echo $$ >daemon-id
	echo "$HOME $XDG_RUNTIME_DIR" >daemon
	[ ! -e broken ] || exit 1
	trap 'rm -f socket; exit 0' TERM
	trap 'touch interrupted; rm -f socket; exit 0' INT
	hold libvirtd
	touch socket
	while :; do sleep 0.1; done
END
stub virsh <<-'END'
	#!/bin/sh
	[ "$1" != --quiet ] || shift
	echo "$*" >>virsh
	[ -e socket ] || exit 1
	case $1 in
	define)
		hold define
		if [ -e kept ] || [ -e invalid ]; then
			echo "error: Failed to define domain from $2" >&2
			[ ! -e invalid ] || echo "error: XML error: it is invalid" >&2
			[ ! -e kept ] || echo "error: operation failed: domain 'a guest's' already exists with uuid $(cat kept)" >&2
			exit 1
		fi
		echo "Domain 'a guest's' defined from $2"
		;;
	undefine) [ "$2 $3" = "--keep-nvram $(cat kept)" ] && { [ -e stays ] || rm kept; } ;;
	start) [ "$2" = "a guest's" ] && [ ! -e refused ] && touch running ;;
	list)
		! rm hiccup 2>/dev/null || { rm -f listening; exit 1; }
		[ ! -e running ] || echo "a guest's"
		;;
	event) touch listening; sleep 0.2; exit 1 ;;
	shutdown) rm firmware 2>/dev/null || rm running ;;
	domstate) cat reason ;;
	esac
END
echo 'shut off (shutdown)' >reason
stub id <<-'END'
	#!/bin/sh
	hold id
	cat "id$1"
END
echo 4711 | tee id-u >id-g
stub getent <<-'END'
	#!/bin/sh
	[ -e known ]
END

# session VARIABLE=VALUE...: in the background, as $session, which is its process group too.
session()
{
	rm -f virsh daemon held listening
	setsid env --default-signal=INT -u HOME -u XDG_RUNTIME_DIR VFTEAM_OUTPUT="$work/out" "$@" "$container/libvirt-session" >.out 2>.err &
	session=$!
}

# ends STATUS: the session does, and leaves no daemon.
ends()
{
	ran='libvirt-session' status=0
	for _ in $(seq 100); do
		kill -0 "$session" 2>/dev/null || break
		sleep 0.1
	done
	if kill -0 "$session" 2>/dev/null; then
		fail "$ran: does not end"
		kill -KILL -- "-$session" "$(cat daemon-id)"
		rm -f running socket
	fi
	wait "$session" || status=$?
	err=$(cat .err)
	expect_status "$1"
	[ ! -e socket ] || fail "$ran: the daemon is left"
}

# wait_for FILE
wait_for()
{
	for _ in $(seq 100); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	fail "libvirt-session: $1 does not come: $(cat .err)"
}

# times COMMAND: how often virsh was asked for it.
times()
{
	grep -c "^$1" virsh
}

mkdir -p out
echo '<domain/>' >out/domain.xml
session
wait_for running
expect_equal 'the directories of the daemon' "$(cat daemon)" "$work/out/home $work/out/run"
expect_equal 'the mode of that of its sockets' "$(stat -c %a out/run)" 700
expect_match 'the user' "$(cat out/passwd)" "user:x:4711:4711::$work/out/home:/bin/sh"
expect_match 'the group' "$(cat out/group)" 'user:x:4711:'
expect_equal 'who writes the log' "$(cat out/home/.config/libvirt/qemu.conf)" 'stdio_handler = "file"'
# Its end is that of the guest.
rm running
ends 0
expect_match stderr "$err" "guest 'a guest's' is started"
expect_match stderr "$err" "guest 'a guest's': shut off \\(shutdown\\)"

# Asked to end, it asks the guest. Its user has a name now, and a home that cannot be made.
touch known
session HOME="$work/known/no-directory"
wait_for running
rm -rf out/passwd
kill -TERM "$session"
ends 0
[ ! -e running ] || fail "$ran: the guest was not shut down"
grep -q "^shutdown a guest's" virsh || fail "$ran: virsh was not asked for it"
expect_equal 'the directories of the daemon' "$(cat daemon)" "$work/out/home $work/out/run"
[ ! -e out/passwd ] || fail "$ran: a user that is known is made up"

# A virsh that fails once says nothing about the guest.
session
wait_for listening
touch hiccup
for _ in $(seq 50); do
	[ -e hiccup ] || break
	sleep 0.1
done
wait_for listening
expect_equal 'what is said' "$(cat .err)" "libvirt-session: guest 'a guest's' is started"
rm running
ends 0

# A guest that breaks down, or loses its daemon, is no success.
for reason in 'shut off (crashed)' 'crashed (panicked)' 'shut off (failed)'; do
	echo "$reason" >reason
	session
	wait_for running
	rm running
	ends 1
	[[ $err == *"guest 'a guest's': $reason"* ]] || fail "$reason: stderr is '$err'"
done
echo 'shut off (shutdown)' >reason
session
wait_for listening
kill -KILL "$(cat daemon-id)"
rm socket
ends 1
expect_match stderr "$err" "guest 'a guest's': libvirtd has ended"
rm -f running

# Asked to end before there is a guest, it starts none: while it looks who it is, while the daemon comes up, in the definition.
for early in id libvirtd define; do
	touch "hold-$early"
	session
	wait_for held
	kill -TERM "$session"
	rm "hold-$early"
	ends 0
	[ ! -e virsh ] || expect_equal "starts ($early)" "$(times start)" 0
	[ ! -e running ] || fail "$early: the guest is started"
	rm -f running
done

# A guest that is asked in its firmware does not hear it.
touch firmware
session
wait_for listening
kill -TERM "$session"
ends 0
expect_equal 'how often the guest is asked' "$(times shutdown)" 2

# Ctrl-C is for all processes of the terminal; the daemon has to stay until the guest is down.
session
wait_for listening
kill -INT -- "-$session"
ends 0
[ ! -e interrupted ] || fail "$ran: the daemon was interrupted"
expect_match 'what virsh is asked' "$(cat virsh)" "shutdown a guest's"
rm -f running

# A home that is kept has the domain of the last start, with the uuid that it got there. It goes, once, and for nothing else.
echo 0b7bba6d-6e2d-4e1c-a1f0-0f3b8a4c2d11 >kept
session
wait_for running
rm -f running
ends 0
[ ! -e kept ] || fail "$ran: the domain of the last start was kept"
expect_equal 'definitions' "$(times define)" 2
echo 0b7bba6d-6e2d-4e1c-a1f0-0f3b8a4c2d11 >kept
touch stays
session
ends 1
expect_match stderr "$err" 'error: operation failed: .* already exists with uuid'
expect_equal 'definitions' "$(times define)" 2
rm -f kept stays
touch invalid
session
ends 1
expect_match stderr "$err" 'error: XML error: it is invalid'
expect_equal 'definitions' "$(times define)" 1
expect_equal 'domains removed' "$(times undefine)" 0
rm invalid

# A guest that does not start, a daemon that does not come up, and no guest at all.
touch refused
session
ends 1
rm refused
touch broken
session
ends 1
expect_match stderr "$err" 'libvirtd did not come up'
rm broken out/domain.xml
mkdir home
session HOME="$work/home" XDG_RUNTIME_DIR="$work/sockets"
wait_for socket
expect_equal 'the directories of the daemon' "$(cat daemon)" "$work/home $work/sockets"
kill -TERM "$session"
ends 0
! grep -q '^define' virsh || fail "$ran: a domain was defined"
echo 0 >id-u
session
ends 2
expect_match stderr "$err" 'as an ordinary user'
finish
