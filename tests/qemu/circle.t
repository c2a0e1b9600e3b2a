#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A program whose two large halves have to change places right where they were fetched to: the
# longest way for the relocator.
. "$(dirname "$0")/lib.sh"

base=0x09400000
for attempt in 1 2; do
    python3 tests/qemu/circle.py "$payloads/client-ppc.elf" "$base" "$work/circle.elf" \
        "$work/expected"
    start_machine mac99 256 -kernel "$loader" -append 'verbose' \
        -device rtl8139,netdev=n0,romfile= -netdev "$(user_net "$work" circle.elf)"
    wait_console '^VERDICT|^sawboot> '
    # Where the first half was; the file of the second attempt lies there again.
    place=$(tr -d '\r\000' <"$console" | sed -n 's/^ *its bytes are at \([0-9a-f]*\)$/\1/p')
    [ $attempt = 2 ] || base=$(printf '0x%x' $((0x$place + 0x10000)))
done
result $(($(printf '%d' $((0x$place + 0x10000))) != $(printf '%d' "$base"))) \
    'the halves go where they already lie'
monitor "pmemsave $base 0x6000000 \"$work/found\""
for _ in $(seq 50); do
    [ "$(stat -c %s "$work/found" 2>/dev/null)" = 100663296 ] && break
    sleep 0.2
done
cmp "$work/expected" "$work/found"
result $? 'both have changed places, byte for byte'
verdict 'and the program runs'
finish
