#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Attempts that fail at a PC's prompt leave nothing behind that the next one would miss: memory, the
# card, the network; and whatever kind of kernel the attempt was for.
. "$(dirname "$0")/lib.sh"

files=$work/files
mkdir "$files"
cp "$payloads/demo-i386" "$payloads/demo-x86_64-v2" "$payloads/multiboot.elf" "$payloads/noise" \
    "$payloads/SawbootDemo-x86.mkext" "$files/"
# No kernels, but they have to be fetched whole before that is known.
for megabytes in 20 32 40; do
    truncate -s ${megabytes}M "$files/zeros-$megabytes"
done

serial=pipe:$work/port

# start MACHINE CARD FILE: 64 MB, and a serial port that can be typed at.
start() {
    prompts=0
    stop_machine
    rm -f "$work/port.in" "$work/port.out" # a machine before may have left something in them
    mkfifo "$work/port.in" "$work/port.out"
    exec 4<>"$work/port.in"
    boot_from "$files" "$1" 64 "$2" "$3" ''
    cat <"$work/port.out" >>"$console" &
    helper_pids="$helper_pids $!"
}

# prompted CODE DESCRIPTION: one more prompt, with that code (a pattern) as the last one above it.
prompted() {
    prompts=$((prompts + 1))
    for _ in $(seq 200); do
        [ "$(tr -d '\000' <"$console" | grep -c '^sawboot> ')" -ge $prompts ] && break
        sleep 0.2
    done
    last=$(tr -d '\000' <"$console" | grep -o '^SB-[A-Z]*-[0-9]*' | tail -n 1)
    printf '%s\n' "$last" | grep -qxE "$1" && [ "$(tr -d '\000' <"$console" | grep -c '^sawboot> ')" -ge $prompts ]
    result $? "$2: $1"
}

# started DESCRIPTION: the payload's verdict, whatever prompts stand above it.
started() {
    wait_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$' && ! on_console '^FAIL'
    result $? "$1"
}

for kernel in demo-i386 demo-x86_64-v2; do
    start pc rtl8139 zeros-20
    # Each file is larger than what the ones before it were given: most of the memory.
    prompted SB-IMG-01 "$kernel: 20 MB are fetched and refused"
    printf 'file=zeros-32\r' >&4
    prompted SB-IMG-01 "$kernel: then 32 MB"
    printf 'file=zeros-40\r' >&4
    prompted SB-IMG-01 "$kernel: then 40 MB"
    # These come to the hand-over and fail in it.
    printf 'file=%s ramdisk=zeros-40 video=1234x567 args=-v\r' "$kernel" >&4
    prompted SB-PC-01 "$kernel: then a RAM disk of 40 MB, and a screen mode that is not there"
    printf 'file=%s mkext=noise args=-v\r' "$kernel" >&4
    prompted SB-KEXT-01 "$kernel: then an archive that is none"
    printf 'file=multiboot.elf module=no-such args=-v\r' >&4
    prompted SB-TFTP-01 "$kernel: then a module that is not there"
    printf 'file=%s mkext=SawbootDemo-x86.mkext args=-v expect-packages=1\r' "$kernel" >&4
    started "$kernel: then the kernel starts"
done

start q35 e1000 zeros-20
prompted SB-IMG-01 'multiboot: 20 MB are fetched and refused'
printf 'file=multiboot.elf module=noise args=expect-modules=1\r' >&4
started 'multiboot: then the kernel starts'

# A cable that comes back while the loader waits at its prompt.
start pc e1000 demo-i386
monitor 'set_link n0 off'
wait_console 'waiting for a link'
printf 'x' >&4
prompted SB-NIC-07 'a key stops the wait for a link'
monitor 'set_link n0 on'
printf '\r' >&4
started 'and Enter tries again'

# exit: the machine starts anew, and with -no-reboot the emulator ends.
start pc e1000 no-such-file
prompted SB-TFTP-01 'a file that is not there'
printf 'exit\r' >&4
for _ in $(seq 50); do
    kill -0 "$qemu_pid" 2>/dev/null || break
    sleep 0.1
done
! kill -0 "$qemu_pid" 2>/dev/null
result $? 'exit restarts the machine'
finish
