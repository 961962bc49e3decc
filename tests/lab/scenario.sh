#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plays a scenario of tests/scenarios on the emulated machine; sourced by its case, after lib.sh.

# shellcheck disable=SC2034 # for the scenario
confdir=/etc/vfprep rundir=/run/vfprep

# shellcheck source=tests/scenarios/play.sh
. "$LAB/../scenarios/play.sh"

# play_scenario NAME: all that is seen is what the machine in memory showed.
play_scenario()
{
	expect_equal "scenario $1" "$(play "$LAB/../scenarios/$1.sh")" "$(cat "$LAB/../scenarios/$1.txt")"
}
