#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Attempts that fail at the prompt leave nothing behind that the next one would miss: memory, the
# card, the network, keys.
. "$(dirname "$0")/lib.sh"

files=$work/files
mkdir "$files"
cp "$payloads/demo-ppc" "$payloads/client-ppc.xcf" "$payloads/SawbootDemo.mkext" "$files/"
# No kernels, but they have to be fetched whole before that is known.
for megabytes in 20 28 34; do
    truncate -s ${megabytes}M "$files/zeros-$megabytes"
done
# A program whose second part wants a page that firmware has: what its first part was to have
# (24 MB) is taken by then.
python3 - "$files/taken.elf" <<'END'
import struct, sys
segments = ((0x01800000, 0x01800000), (0x03FFF000, 0x1000))
header = b'\x7fELF\x01\x02\x01' + bytes(9) + struct.pack(
    '>HHIIIIIHHHHHH', 2, 20, 1, segments[0][0], 52, 0, 0, 52, 32, len(segments), 0, 0, 0)
for address, size in segments:
    header += struct.pack('>8I', 1, 0, address, address, 4, size, 7, 4)
open(sys.argv[1], 'wb').write(header)
END

serial=pipe:$work/port

# start MACHINE FILE: 64 MB, and a serial port that can be typed at.
start() {
    prompts=0
    stop_machine
    rm -f "$work/port.in" "$work/port.out" # a machine before may have left something in them
    mkfifo "$work/port.in" "$work/port.out"
    exec 4<>"$work/port.in"
    start_machine "$1" 64 -kernel "$loader" -append '' \
        -device rtl8139,netdev=n0,romfile= -netdev "$(user_net "$files" "$2")"
    cat <"$work/port.out" >>"$console" &
    helper_pids="$helper_pids $!"
}

# prompted CODE DESCRIPTION: one more prompt, with that code as the last one shown above it.
prompted() {
    prompts=$((prompts + 1))
    for _ in $(seq 200); do
        [ "$(tr -d '\000' <"$console" | grep -c '^sawboot> ')" -ge $prompts ] && break
        sleep 0.2
    done
    last=$(tr -d '\000' <"$console" | grep -o '^SB-[A-Z]*-[0-9]*' | tail -n 1)
    [ "$last" = "$1" ] && [ "$(tr -d '\000' <"$console" | grep -c '^sawboot> ')" -ge $prompts ]
    result $? "$2: $1"
}

# started DESCRIPTION: the payload's verdict, whatever prompts stand above it.
started() {
    wait_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$' && ! on_console '^FAIL'
    result $? "$1"
}

for machine in mac99 g3beige; do
    # Each file is larger than what the ones before it were given: most of the memory.
    start $machine zeros-20
    prompted SB-IMG-01 "$machine: 20 MB are fetched and refused"
    printf 'file=zeros-28\r' >&4
    prompted SB-IMG-01 "$machine: then 28 MB"
    printf 'file=zeros-34\r' >&4
    prompted SB-IMG-01 "$machine: then 34 MB"
    printf 'file=demo-ppc driver=SawbootDemo.mkext args=-v expect-driver\r' >&4
    started "$machine: then a kernel starts"

    start $machine taken.elf
    prompted SB-MEM-04 "$machine: a program that cannot have its memory"
    printf 'file=zeros-34\r' >&4
    prompted SB-IMG-01 "$machine: the memory that it had taken is there again"
    printf 'file=client-ppc.xcf args=-v\r' >&4
    started "$machine: then a client program starts"
done

# A terminal that sends a line feed behind the return: that is no key that stops the wait.
start mac99 demo-ppc
monitor 'set_link n0 off'
wait_console 'waiting for a link'
printf 'x' >&4
prompted SB-NIC-07 'a key stops the wait for a link'
printf 'args=-v\r\n' >&4
sleep 2
monitor 'set_link n0 on'
started 'the line feed behind the return does not'
finish
