#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Help and version, and what is said of a command line that is wrong.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

commands=(list check plan apply prepare release verify park unpark cdi oci-hook udev-query)

expect_screenful()
{
	expect_status 0
	expect_equal stderr "$err" ''
	[ "$(wc -l <"$work/.out")" -le 24 ] || fail "$ran: more than 24 lines"
	[ "$(wc -L <"$work/.out")" -le 80 ] || fail "$ran: more than 80 columns"
}

run_it "$vfprep" --help
expect_screenful
for command in "${commands[@]}"; do
	expect_match stdout "$out" "  $command +[A-Z]"
done
run_it "$vfprep" -h
expect_screenful
for command in "${commands[@]}"; do
	run_it "$vfprep" "$command" --help
	expect_screenful
	expect_match stdout "$out" "^Usage: vfprep $command .*See vfprep-$command\\(8\\)\\.$"
done

run_it "$vfprep" --version
expect_status 0
expect_match stdout "$out" '^vfprep [0-9]+\.[0-9]+\.[0-9]+$'
version=$out
run_it "$vfprep" apply --version
expect_status 0
expect_equal stdout "$out" "$version"

run_it "$vfprep"
expect_usage command
run_it "$vfprep" frob
expect_usage "unknown command 'frob'"
run_it "$vfprep" aply
expect_usage "unknown command 'aply' \\(did you mean 'apply'\\?\\); see vfprep --help"
run_it "$vfprep" apply --dryrun=yes
expect_usage "unknown option '--dryrun=yes' \\(did you mean --dry-run\\?\\); see vfprep apply --help"
run_it "$vfprep" list --dry-rum
expect_usage "unknown option '--dry-rum'; see vfprep list --help"
run_it "$vfprep" --frob
expect_usage "unknown option '--frob'"
run_it "$vfprep" list --frob
expect_usage "unknown option '--frob'"
run_it "$vfprep" list -x
expect_usage "unknown option '-x'"
run_it "$vfprep" list --all
expect_usage 'list takes no --all'
run_it "$vfprep" plan --dry-run
expect_usage 'plan takes no --dry-run'
run_it "$vfprep" release --confdir=conf --all
expect_usage 'release takes no --confdir'
run_it "$vfprep" --json list
expect_usage '--json'
run_it "$vfprep" list --machine
expect_usage '--machine needs a value'
run_it "$vfprep" plan --quiet=yes
expect_usage "--quiet=yes'"
run_it "$vfprep" apply --wait=soon
expect_usage "--wait takes seconds .*, not 'soon'"
run_it "$vfprep" apply --timeout=0
expect_usage "--timeout takes a percentage .*, not '0'"
run_it "$vfprep" list eth0
expect_usage "list takes no 'eth0'"
run_it "$vfprep" check --config-only eth0
expect_usage "check takes no 'eth0'"
run_it "$vfprep" prepare
expect_usage 'prepare needs one VF or NIC'
run_it "$vfprep" prepare 0000:01:10.0 0000:01:10.2
expect_usage 'prepare needs one VF or NIC'
run_it "$vfprep" prepare 0000:01:10.0 --team=
expect_usage '--team needs a value'
run_it "$vfprep" prepare 0000:01:10.0 --confdir=conf
expect_usage 'prepare takes no --confdir'
run_it "$vfprep" verify --dry-run
expect_usage 'verify takes no --dry-run'
run_it "$vfprep" cdi --json
expect_usage 'cdi takes no --json'
run_it "$vfprep" cdi --hook-file --run-options
expect_usage '--hook-file or --run-options'
run_it "$vfprep" cdi --hook-file web0
expect_usage "--hook-file takes no 'web0'"
run_it "$vfprep" cdi --run-options
expect_usage '--run-options needs the teams'
run_it "$vfprep" oci-hook --rundir=run <<<'{"pid":2}'
expect_usage 'oci-hook needs a team'
run_it "$vfprep" release
expect_usage 'release needs .*--all'
run_it "$vfprep" release --all eth0
expect_usage 'names or --all, not both'
finish
