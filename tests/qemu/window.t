#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Windows of TFTP (RFC 7440) on the wire, with the server that grants them: each card, both
# processors. How fast that is, `make bench` says.
. "$(dirname "$0")/window.sh"

BLOCK=1468
size=1000000
blocks=$((size / BLOCK + 1))
head -c $size /dev/urandom >"$folder/noise"
chmod 644 "$folder/noise"

# on_wire LINE: what the cable saw of that transfer.
on_wire() {
    set -- $(window_transfers | sed -n "$1p")
    milliseconds=${1:-0} data=${2:-0} acks=${3:-0} window=${4:-0}
}

for machine in mac99:rtl8139 mac99:e1000 pc:rtl8139 pc:e1000; do
    card=${machine#*:}
    what="${machine%:*}, $card"
    if ! window_machine "${machine%:*}" "$card"; then
        result 1 "$what: a prompt"
        continue
    fi
    window_fetch noise && window_fetch noise window=1 && window_fetch noise window=5
    result $? "$what: three transfers"
    [ "$(tr -d '\000' <"$console" | grep -c '^SB-IMG-01')" -eq 3 ]
    result $? "$what: each file came whole"
    window_stop
    on_wire 1
    # A window more or two where this machine was late and the server has sent again.
    [ "$window" -eq 16 ] && [ "$data" -ge $blocks ] && [ "$acks" -ge $((blocks / 16 + 2)) ] &&
        [ "$acks" -le $((blocks / 16 + 12)) ]
    result $? "$what: $data blocks in windows of $window take $acks acknowledgements"
    on_wire 2
    [ "$window" -eq 1 ] && [ "$acks" -gt $blocks ]
    result $? "$what: $data blocks with window=1 take $acks"
    on_wire 3
    [ "$window" -eq 5 ] && [ "$acks" -ge $((blocks / 5 + 2)) ] && [ "$acks" -le $((blocks / 5 + 15)) ]
    result $? "$what: $data blocks with window=5 take $acks"
done
finish
