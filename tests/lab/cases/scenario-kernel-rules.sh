#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the rules that the machine in memory follows are the kernel's
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/scenario.sh
. "$LAB/scenario.sh"

play_scenario kernel-rules
