#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: lists of VFs and iproute2's requests in tests/recorded are what this kernel and this iproute2 say
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/recorded/recording.sh
. "$LAB/../recorded/recording.sh"

record_all /tmp/again
for kind in replies requests; do
	netlink compare "$RECORDED/$kind" /tmp/again/$kind
done
