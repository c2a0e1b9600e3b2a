#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How long a PC takes from its start to the first instruction of a kernel, from ROM to ROM, and where
# the time goes.
. "$(dirname "$0")/common.sh"

KERNEL_MEBIBYTES=${KERNEL_MEBIBYTES:-8}
phases=$work/phases

# The kernel of so many bytes. GRUB starts it by what its core was given.
head -c $(((KERNEL_MEBIBYTES << 20) - 4096)) /dev/urandom >"$work/padding"
i686-linux-gnu-gcc -c -DPADDING="\"$work/padding\"" -o "$work/kernel.o" tools/bench/kernel.S &&
    i686-linux-gnu-gcc -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-Ttext=0x200000 \
        -Wl,--no-warn-rwx-segments -Wl,-N -Wl,-e,kernel_start -o "$work/kernel.elf" "$work/kernel.o" 2>"$work/link.log" ||
    give_up "the kernel does not link: $(cat "$work/link.log")"
i686-linux-gnu-objcopy --strip-all "$work/kernel.elf" "$folder/kernel"
chmod 644 "$folder/kernel"
grub_core 'multiboot (tftp,192.0.2.1)/kernel
boot'

# start WHO CARD: one boot; a line of microseconds for each phase, and all of it, to $phases-WHO.
start() {
    rm -f "$work/port" "$work/bios" "$work/times"
    mkfifo "$work/port" "$work/bios"
    exec 5<>"$work/port" 6<>"$work/bios" # QEMU opens them to write, before anybody reads
    serve_boot "$1" kernel atftpd_server
    serial=file:$work/port
    start_loader "$1" "$2" -S -chardev "file,id=bios,path=$work/bios" -device isa-debugcon,iobase=0x402,chardev=bios
    python3 tools/bench/watch.py "$TRANSFER_SECONDS" "$work/monitor" "$work/port" "$work/bios" \
        'bios=Booting from [0-9a-f]+:' 'loader=^Sawboot|\nSawboot ' 'escape=Escape leads' 'link=[Ll]ink' 'kernel=The kernel runs' \
        >"$work/times" || give_up "$1, $2: the kernel does not run"
    exec 5>&- 6>&-
    python3 tools/bench/capture.py "$TRANSFER_SECONDS" "$record" kernel "$(stat -c %s "$folder/kernel")" \
        >"$work/figures" || give_up "$1, $2: the kernel did not come by TFTP"
    stop_machine
    stop_servers
    cat "$work/times" >>"$work/figures"
    echo "$(figure_of bios) $(figure_of sent - bios) $(figure_of address - sent)" \
        "$(figure_of request - address) $(figure_of end - request) $(figure_of kernel - end)" \
        "$(figure_of kernel)" >>"$phases-$1"
    cat "$work/figures" >&2
}

# milliseconds FILE COLUMN
milliseconds() {
    column "$1" "$2" | awk '{ print $1 / 1000 }' | median_of %.0f
}

# card CARD PEER...: one table.
card() {
    c_card=$1
    shift
    rm -f "$phases"-*
    for c_run in $(seq "$RUNS"); do
        for c_who in sawboot "$@"; do
            note "boot: $c_who, $c_card, turn $c_run of $RUNS"
            start "$c_who" "$c_card"
        done
    done
    echo
    echo "| $c_card | Sawboot's ROM | iPXE's ROM | GRUB by iPXE's ROM |"
    echo '|---|---|---|---|'
    c_column=0
    while read -r c_words; do
        c_column=$((c_column + 1))
        printf '| %s |' "$c_words"
        for c_who in sawboot "$@"; do
            printf ' %s |' "$(milliseconds "$phases-$c_who" $c_column)"
        done
        echo
    done <<WORDS
the BIOS, with what ROMs do when they are started
from the BIOS's start of the ROM to the first packet
to the address (DHCP)
to the request for the kernel
TFTP
from the last acknowledgement to the kernel
**all of it**
WORDS
    for c_who in "$@"; do
        paste -d ' ' "$phases-sawboot" "$phases-$c_who" | awk '{ print $7, $14 }' >"$phases-both"
        printf '| Sawboot'\''s part of the time of %s | %s | | |\n' "$c_who" "$(awk '{ print $1 / $2 }' "$phases-both" | median_of %.2f)"
        [ "$c_who" != ipxe ] || goal "from start to kernel, $c_card: part of iPXE's time" "$phases-both" '$1 / $2' %.2f '≤ 0.4' 'it <= 0.4'
    done
}

cat <<TEXT
A PC (machine \`pc\`) from the moment that QEMU lets it run until the first line of a multiboot kernel of $KERNEL_MEBIBYTES MiB is on the
serial port, which its first instructions write; the kernel comes from atftpd on a clean wire. Milliseconds, $RUNS turns, the median (least to
most).
TEXT
card e1000 ipxe grub
card rtl8139 ipxe grub
