#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The client interface that programs get from Sawboot: interface-ppc calls everything it offers, as
# ELF and as XCOFF, at a usual address and where the loader itself is linked, over each card, directly
# and behind bridges. Then it goes back to the firmware, or makes it quiet: the card is silent.
. "$(dirname "$0")/lib.sh"

mac=52:54:00:a1:b2:c3
other_mac=52:54:00:d4:e5:f6

# Files of every awkward length, and what the program has to find in them.
files=$work/files
mkdir -p "$files/folder"
list=
for length in 1000 0 1 511 512 513 1024 1048576 1048577; do
    python3 -c 'import random, sys, zlib
length = int(sys.argv[1])
content = random.Random(length).randbytes(length)
open(sys.argv[2], "wb").write(content)
print("size-%d:%d:%08x" % (length, length, zlib.crc32(content)))' \
        $length "$files/size-$length" >>"$work/list"
done
cp "$files"/size-* "$files/folder"
list=$(tr '\n' ',' <"$work/list")
for name in interface-ppc interface-ppc-16m; do
    cp "$payloads/$name.elf" "$payloads/$name.xcf" "$files"
done

# silent CARD: QEMU shows the machine's memory among what a card reaches while it is a bus master.
silent() {
    : >"$work/qemu.log"
    monitor 'info mtree'
    for _ in $(seq 50); do
        grep -aq '^memory-region: system' "$work/qemu.log" && break
        sleep 0.2
    done
    sleep 0.2
    tr -d '\r\000' <"$work/qemu.log" |
        awk -v card="address-space: $1" '/^address-space/ { here = $0 == card; found += here }
            here && /alias bus master/ { busy = 1 }
            END { exit !(found && !busy) }'
}

# interface MACHINE CARD FILE END QEMU-ARGUMENTS...: END as in interface.h.
interface() {
    i_machine=$1 i_card=$2 i_file=$3 i_end=$4
    shift 4
    i_words="mac=$mac own=0a00020f arp=0a000202 boot-file=$i_file files=${list%,} end=$i_end"
    i_devices=$(devices "$i_card" | sed "s/romfile=/&,mac=$mac/")
    if [ $# -gt 0 ]; then
        i_words="$i_words mac2=$other_mac"
    fi
    # shellcheck disable=SC2086
    start_machine "$i_machine" 256 -kernel "$loader" -append "args=$i_words" \
        -netdev "$(user_net "$files" "$i_file")" $i_devices "$@"
    i_what="$i_file on $i_machine over $i_card${1:+ and another card}, $i_end"
    if ! wait_console '^VERDICT pass=[0-9]+ fail=[0-9]+|^sawboot> |^0 > ' "${SECONDS_TO_CHECK:-300}" ||
        ! on_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$'; then
        tr -d '\r\000' <"$console" | grep '^FAIL' | sed 's/^/# /'
        result 1 "$i_what"
    else
        result 0 "$i_what"
    fi
    case $i_end in
    exit | return) wait_console '^[0-9]+ > ' 20 ;;
    esac
    case $i_end in
    exit | return) result $? "the firmware's prompt is back" ;;
    esac
    case $i_end in
    exit | return | quiesce)
        silent "${i_card%%/*}"
        result $? 'and the card is silent'
        ;;
    esac
    stop_machine
}

# another CARD: a second card, in a network of its own.
another="-netdev user,id=n1,tftp=$files -device"

interface mac99 rtl8139 interface-ppc.elf quiesce
interface mac99 e1000 interface-ppc-16m.elf exit
interface g3beige e1000 interface-ppc.xcf return
interface g3beige rtl8139/bridge interface-ppc-16m.xcf exit
interface mac99 e1000-82545em/bridge interface-ppc-16m.xcf quiesce
interface g3beige e1000-82545em interface-ppc-16m.elf return
# shellcheck disable=SC2086
interface mac99 rtl8139 interface-ppc.xcf quiesce \
    $another e1000,netdev=n1,romfile=,mac=$other_mac
# shellcheck disable=SC2086
interface g3beige e1000 interface-ppc.elf quiesce \
    $another rtl8139,netdev=n1,romfile=,mac=$other_mac
finish
