#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: by libvfprep every setting of an interface's VFs is set, read back and seen by ip, 256 by the fewest messages, 334 listed
# shellcheck source=tests/lab/lib.sh
. "$LAB/lib.sh"
# shellcheck source=tests/lab/counts.sh
. "$LAB/counts.sh"

count_only=sendto,sendmsg

# expect_messages WHAT ASKED SET
expect_messages()
{
	expect_equal "$1: lists asked for" "$(messages RTM_GETLINK)" "$2"
	expect_equal "$1: settings sent" "$(messages 'RTM_SETLINK|RTM_NEWLINK')" "$3"
}

# What ip shows of VF 1, on a line.
shown()
{
	ip -d link show dev "$NETDEVSIM" | sed -n 's/^ *vf 1 *//p'
}

make_netdevsim 3
all=(mac=02:00:5e:10:00:01 trust=1 vlan=100 qos=3 protocol=0x88a8 spoofcheck=1 min_rate=100 max_rate=1000 link_state=2 rss_query=1)
count 0 example-vf set "$NETDEVSIM" 1 "${all[@]}"
expect_messages 'seven settings' 2 7
for words in 'link/ether 02:00:5e:10:00:01' 'vlan 100, qos 3, vlan protocol 802.1ad' 'max_tx_rate 1000Mbps' 'min_tx_rate 100Mbps' \
	'spoof checking on' 'link-state disable' 'trust on' 'query_rss on'; do
	expect_match 'what ip shows' "$(shown)" "$words"
done
expect_status 0 example-vf list "$NETDEVSIM"
line=$(sed -n 2p <<<"$OUT")
for word in "${all[@]}"; do
	expect_match 'what is read back' "$line " " $word "
done
expect_match 'the one before' "$OUT" 'vf 0 mac=00:00:00:00:00:00 trust=0 vlan=0 '

# What is right is not sent again; of what is not, that alone; and all of it can be cleared.
count 0 example-vf set "$NETDEVSIM" 1 "${all[@]}"
expect_messages 'what is right' 1 0
count 0 example-vf set "$NETDEVSIM" 1 "${all[@]/vlan=100/vlan=101}"
expect_messages 'another VLAN' 2 1
none=(mac=00:00:00:00:00:00 trust=0 vlan=0 spoofcheck=0 min_rate=0 max_rate=0 link_state=0 rss_query=0)
count 0 example-vf set "$NETDEVSIM" 1 "${none[@]}"
expect_messages 'clearing' 2 7
expect_status 0 example-vf list "$NETDEVSIM"
expect_equal 'a VF like the one before' "$(sed -n '2s/vf 1/vf 0/p' <<<"$OUT")" "$(sed -n 1p <<<"$OUT")"
expect_status 1 example-vf set "$NETDEVSIM" 1 node_guid=0x1 trust=1
expect_equal 'trust of a VF with a setting that fails' "$(shown | grep -c 'trust off')" 1

# One list, a message for each, one list: for 7 as for 256.
for n in 7 256; do
	make_netdevsim "$n"
	count 0 example-vf macs "$NETDEVSIM" "$n" 02:00:5e:20:00:00
	expect_messages "$n VFs" 2 "$n"
	expect_status 0 example-vf list "$NETDEVSIM"
	expect_equal 'VFs' "$(wc -l <<<"$OUT")" "$n"
	expect_match 'the last one' "$OUT" "vf $((n - 1)) mac=$(printf '02:00:5e:20:00:%02x' $((n - 1))) "
	count 0 example-vf macs "$NETDEVSIM" "$n" 02:00:5e:20:00:00
	expect_messages "$n VFs that are right" 1 0
done

# With one more than fits the kernel cuts the list off: nothing is believed, and what is set cannot be verified.
make_netdevsim 334
expect_status 0 example-vf macs "$NETDEVSIM" 334 02:00:5e:20:00:00
expect_equal 'what is said' "$OUT$ERR" ''
expect_status 0 example-vf list "$NETDEVSIM"
expect_equal 'VFs' "$(wc -l <<<"$OUT")" 334
expect_match 'the last one' "$OUT" 'vf 333 mac=02:00:5e:20:01:4d '
make_netdevsim 335
expect_status 1 example-vf list "$NETDEVSIM"
expect_match 'what is said' "$ERR" 'has more VFs than the kernel can list'
expect_match 'the errno' "$ERR" 'Value too large for defined data type'
expect_status 0 example-vf set "$NETDEVSIM" 334 mac=02:00:5e:20:01:4e
expect_match 'what is said' "$OUT" 'does not report'
