#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How fast a file comes by TFTP when every packet takes its time, Sawboot and its peers in turns.
. "$(dirname "$0")/common.sh"

# Milliseconds each way, and KiB to be fetched with them: peers wait for each block.
DELAYS=${DELAYS:-1:8192 5:2048 20:512}
netdev=$cable
turns=$work/turns

# through_cable WHO CARD FILE MILLISECONDS: one transfer behind a cable of its own.
through_cable() {
    serve_boot "$1" "$3" atftpd_server
    serve "$BUILD/host/wire" -l $(($4 * 1000)) -t 1800 -c udp:7001,7002 -S tap:tap0
    transfer "$1" "$2" "$3"
    stop_servers
}

# against PEER NAME CARD MILLISECONDS KIB: one line of the table.
against() {
    a_us=sawboot
    [ "$1" != slof ] || a_us=sawboot-ppc
    noise_file noise $(($5 << 10))
    : >"$turns"
    for a_run in $(seq "$RUNS"); do
        note "delay: $2, $3, $4 ms, turn $a_run of $RUNS"
        through_cable $a_us "$3" noise "$4"
        a_ours=$took a_block=$(figure_of block) a_window=$(figure_of window)
        through_cable "$1" "$3" noise "$4"
        echo "$a_ours $took" >>"$turns"
    done
    printf '| %s | %s | %s ms | %s KiB | %d, window %d | %d, window %d | %s |\n' "$2" "$3" "$4" "$5" \
        "$a_block" "$a_window" "$(figure_of block)" "$(figure_of window)" "$(compared "$turns")"
}

cat <<TEXT
A cable that takes so many milliseconds each way (tests/net/wire) between the machine and atftpd; $RUNS turns; otherwise as above.

| Peer | Card | Delay | File | Sawboot's blocks | The peer's | Sawboot | Peer | Times as fast |
|---|---|---|---|---|---|---|---|---|
TEXT
for card in $CARDS; do
    for delay in $DELAYS; do
        milliseconds=${delay%:*}
        against ipxe iPXE $card "$milliseconds" "${delay#*:}" || exit 1
        [ "$milliseconds" -ne 5 ] ||
            goal "TFTP with 5 ms each way, $card: times as fast as iPXE (atftpd)" "$turns" '$2 / $1' %.2f '≥ 8' 'it >= 8'
    done
done
for delay in $DELAYS; do
    [ "${delay%:*}" -ne 5 ] || against slof SLOF e1000 5 "${delay#*:}" || exit 1
done
