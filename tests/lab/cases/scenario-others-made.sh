#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: VFs of others are used and given back: as on the machine in memory
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/scenario.sh
. "$LAB/scenario.sh"

play_scenario others-made
