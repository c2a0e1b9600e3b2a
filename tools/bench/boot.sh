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
    rm -f "$work/port" "$work/bios"
    mkfifo "$work/port" "$work/bios"
    exec 5<>"$work/port" 6<>"$work/bios" # QEMU opens them to write, before anybody reads
    st_router=$router
    [ "$1" != ipxe ] || router=
    serve_boot "$1" kernel atftpd_server
    router=$st_router
    serial=file:$work/port
    start_loader "${1%-router}" "$2" -S -chardev "file,id=bios,path=$work/bios" \
        -device isa-debugcon,iobase=0x402,chardev=bios
    wait_for_tap
    python3 tools/bench/watch.py "$TRANSFER_SECONDS" "$work/monitor" "$work/port" "$work/bios" \
        'bios=Booting from [0-9a-f]+:' 'loader=\nSawboot ' 'kernel=The kernel runs' >"$work/times" &
    st_watching=$!
    helper_pids="$helper_pids $st_watching" # and a signal does not wait for it
    wait $st_watching || give_up "$1, $2: the kernel does not run"
    exec 5>&- 6>&-
    fetched "$1, $2" kernel
    stop_machine
    stop_servers
    # Others do not say when they are unpacked.
    grep -q '^loader ' "$work/times" || sed -n 's/^bios/loader/p' "$work/times" >>"$work/figures"
    cat "$work/times" >>"$work/figures"
    echo "$(figure_of bios) $(figure_of loader - bios) $(figure_of sent - loader)" \
        "$(figure_of address - sent) $(figure_of request - address) $(figure_of end - request)" \
        "$(figure_of kernel - end) $(figure_of kernel)" >>"$phases-$1"
}

# The kernel of this machine lets nothing through tap0 in the second after QEMU has opened it.
wait_for_tap() {
    for _ in $(seq 50); do
        ! ip -br link show tap0 | grep -q 'LOWER_UP' || break
        sleep 0.1
    done
    sleep 1
}

# milliseconds FILE COLUMN
milliseconds() {
    column "$1" "$2" | awk '{ print $1 / 1000 }' | median_of %.0f
}

# of_peer CARD PEER NAME: Sawboot's part of the peer's time: a line of the table, and a goal.
of_peer() {
    paste -d ' ' "$phases-sawboot" "$phases-$2" | awk '{ print $8, $16 }' >"$phases-both"
    printf '| Sawboot'\''s time divided by that of %s | %s | | | |\n' "$3" \
        "$(awk '{ print $1 / $2 }' "$phases-both" | median_of %.2f)"
    [ "$2" = grub ] || goal "from start to kernel, $1: time divided by that of $3" "$phases-both" '$1 / $2' %.2f '≤ 0.4' 'it <= 0.4'
}

# card CARD: one table.
card() {
    rm -f "$phases"-*
    for c_run in $(seq "$RUNS"); do
        for c_who in sawboot ipxe ipxe-router grub; do
            note "boot: $c_who, $1, turn $c_run of $RUNS"
            start $c_who "$1"
        done
    done
    echo
    echo "| $1 | Sawboot's ROM | iPXE's ROM | iPXE's ROM, IPv6 router | GRUB by iPXE's ROM, IPv6 router |"
    echo '|---|---|---|---|---|'
    c_column=0
    while read -r c_words; do
        c_column=$((c_column + 1))
        printf '| %s |' "$c_words"
        for c_who in sawboot ipxe ipxe-router grub; do
            printf ' %s |' "$(milliseconds "$phases-$c_who" $c_column)"
        done
        echo
    done <<WORDS
SeaBIOS, until it starts the ROM
the ROM unpacks its loader (Sawboot alone says when it has)
cards, link, wait for a key, until the first packet
until there is an address (DHCP)
until the request for the kernel
TFTP
from the last acknowledgement to the kernel
**all of it**
WORDS
    of_peer "$1" ipxe 'iPXE'
    of_peer "$1" ipxe-router 'iPXE with an IPv6 router'
    of_peer "$1" grub 'GRUB by iPXE with an IPv6 router'
}

cat <<TEXT
A PC (machine \`pc\`) from the moment that QEMU lets it run until the first line of a multiboot kernel of $KERNEL_MEBIBYTES MiB is on the
serial port, which its first instructions write; the kernel comes from atftpd on a clean wire. Milliseconds, $RUNS turns, the median (least to
most). iPXE's ROM asks for a router of IPv6 and waits for it when there is none, before it boots; the third column is for a network that has one.
TEXT
for each in $CARDS; do
    card "$each"
done
