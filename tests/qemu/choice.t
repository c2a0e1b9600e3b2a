#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two cards, of which only one leads to a server: nic= by index, PCI id and path; and the first
# with a link without it.
. "$(dirname "$0")/lib.sh"

silent='-netdev hubport,id=n1,hubid=1'

# two_cards FIRST-NET SECOND-NET WORDS: an RTL8139 in the first slot, an e1000 in the second.
two_cards() {
    # shellcheck disable=SC2086
    start_machine mac99 256 -kernel "$loader" -append "$3 args=-v" $silent \
        -netdev "$(user_net "$payloads" demo-ppc)" \
        -device "rtl8139,netdev=$1,romfile=,mac=52:54:00:00:00:81" \
        -device "e1000,netdev=$2,romfile=,mac=52:54:00:00:00:e1"
}

two_cards n1 n0 'nic=1'
verdict 'nic=1 takes the second card'
on_console 'local-mac-address 52:54:00:00:00:e1'
result $? 'and its node is the one that the kernel is told'

two_cards n0 n1 'nic=0'
verdict 'nic=0 takes the first card'
on_console 'local-mac-address 52:54:00:00:00:81'
result $? 'and its node is the one that the kernel is told'

two_cards n1 n0 'nic=8086:100e'
verdict 'nic=8086:100e takes the card of that PCI id'
on_console 'vendor-id 8086, device-id 100e'
result $? 'and its node is the one that the kernel is told'

path=$(tr -d '\r\000' <"$console" | sed -n 's/^ *card 1: .* at \(\/.*\)$/\1/p' | head -n 1)
two_cards n1 n0 "nic=$path"
verdict "nic=$path takes the card at that path"

two_cards n1 n0 ''
monitor 'set_link n1 off'
verdict 'without nic= the first card with a link is taken'
on_console 'local-mac-address 52:54:00:00:00:e1'
result $? 'and its node is the one that the kernel is told'

two_cards n0 n1 'nic=7'
refused SB-NIC-02 'a card that is not there'
finish
