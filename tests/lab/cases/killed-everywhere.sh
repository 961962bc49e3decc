#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: after a kill at each of its changes, apply and release bring back exactly what they would have without it
# timeout: 1800
# slow
# shellcheck disable=SC2034 # for killed.sh
KILL_AT=all
# shellcheck source=tests/lab/cases/killed.sh
. "$LAB/cases/killed.sh"
