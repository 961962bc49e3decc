#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: another number of VFs, VFs of others, a guest that has one: as on the machine in memory
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/scenario.sh
. "$LAB/scenario.sh"

play_scenario counts
