#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How fast a file comes by TFTP on a clean wire, Sawboot and its peers in turns.
. "$(dirname "$0")/common.sh"

MEBIBYTES=${MEBIBYTES:-64}
PEERS=${PEERS:-ipxe grub slof}
noise_file noise $((MEBIBYTES << 20))
grub_core 'testspeed (tftp,192.0.2.1)/noise'
turns=$work/turns

# against PEER NAME CARD SERVER-NAME SERVER...: one line of the table.
against() {
    a_peer=$1 a_name=$2 a_card=$3 a_server=$4 a_us=sawboot
    [ "$1" != slof ] || a_us=sawboot-ppc
    shift 4
    : >"$turns"
    for a_run in $(seq "$RUNS"); do
        note "throughput: $a_name, $a_card, $a_server, turn $a_run of $RUNS"
        serve_boot $a_us noise "$@"
        transfer $a_us "$a_card" noise
        a_ours=$took a_block=$(figure_of block) a_window=$(figure_of window)
        stop_servers
        serve_boot "$a_peer" noise "$@"
        transfer "$a_peer" "$a_card" noise
        stop_servers
        echo "$a_ours $took" >>"$turns"
    done
    printf '| %s | %s | %s | %d, window %d | %d, window %d | %s |\n' "$a_name" "$a_card" "$a_server" \
        "$a_block" "$a_window" "$(figure_of block)" "$(figure_of window)" "$(compared "$turns")"
}

# measured PEER: whether it is among the peers to be measured.
measured() {
    case " $PEERS " in
    *" $1 "*) return 0 ;;
    esac
    return 1
}

cat <<TEXT
A file of $MEBIBYTES MiB on a clean wire, $RUNS turns of one transfer by Sawboot and one by the peer: milliseconds from the
read request to the last acknowledgement at the machine's end of the wire (QEMU's filter-dump), the median (least to most).
PCs start from the card's own ROM; GRUB is started by iPXE's ROM and uses its driver; the Power Mac (mac99) is compared with SLOF on
a pseries machine, which is another processor. tftpd-hpa knows no windows; it is told the peer's own block size as its largest.

| Peer | Card | Server | Sawboot's blocks | The peer's | Sawboot | Peer | Times as fast |
|---|---|---|---|---|---|---|---|
TEXT
for card in $CARDS; do
    if measured ipxe; then
        against ipxe iPXE $card atftpd atftpd_server || exit 1
        goal "TFTP on a clean wire, $card: times as fast as iPXE (atftpd)" "$turns" '$2 / $1' %.2f '≥ 1.2' 'it >= 1.2'
        against ipxe iPXE $card tftpd-hpa tftpd_server --blocksize 1432 || exit 1
        goal "TFTP on a clean wire, $card: times as fast as iPXE (tftpd-hpa, no windows)" "$turns" '$2 / $1' %.2f \
            '≥ 1.2' 'it >= 1.2'
    fi
    ! measured grub || against grub GRUB $card tftpd-hpa tftpd_server --blocksize 1024 || exit 1
done
! measured slof || against slof SLOF e1000 tftpd-hpa tftpd_server --blocksize 1428 || exit 1
