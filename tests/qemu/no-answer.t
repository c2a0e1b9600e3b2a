#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Nobody answers: the loader asks for a minute or more, then says so. -icount lets the machine's
# clock run ahead of ours, so that the minute passes sooner.
. "$(dirname "$0")/lib.sh"

# unanswered MACHINE LOADER
unanswered() {
    rm -f "$work/capture"
    start_machine "$1" 256 -icount shift=8,sleep=off -kernel "$2" -append '' \
        -netdev hubport,id=n0,hubid=1 -device rtl8139,netdev=n0,romfile= \
        -object filter-dump,id=dump,netdev=n0,file="$work/capture"
    refused SB-NET-02 "$1: no DHCP answer" 200
    asked=$(tshark -r "$work/capture" -Y 'dhcp' 2>/dev/null | wc -l)
    [ "$asked" -ge 5 ]
    result $? "$1: it asked $asked times"
}

unanswered mac99 "$loader"
unanswered pc "$loader_x86"
finish
