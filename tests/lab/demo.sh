#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How the demonstrations speak, in the emulated machine; what they print goes to descriptor 3, which the host shows.
set -u

exec 1>&3 2>&1

finish()
{
	echo "@end $1"
	sleep infinity
}

# run COMMAND...: shows it, runs it, and ends the demonstration if it fails.
run()
{
	local status=0

	printf '\n$ %s\n' "$*"
	"$@" || status=$?
	if [ "$status" -ne 0 ]; then
		echo "demo: this ended with $status"
		finish "$status"
	fi
}
