#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Defects of the loader, made on purpose (tests/payloads/crash): what the processor or the loader itself
# notices, and that it says so and goes no further.
. "$(dirname "$0")/lib.sh"

serial=pipe:$work/port

# start MACHINE MEGABYTES: the prompt of the image with the command `crash`.
start() {
    stop_machine
    rm -f "$work/port.in" "$work/port.out"
    mkfifo "$work/port.in" "$work/port.out"
    exec 4<>"$work/port.in"
    case $1 in
    pc* | q35*) start_machine "$1" "$2" -kernel "$payloads/crash-x86.elf" -append 'prompt verbose' ;;
    *) start_machine "$1" "$2" -kernel "$payloads/crash-ppc.elf" -append 'prompt verbose' ;;
    esac
    cat <"$work/port.out" >>"$console" &
    helper_pids="$helper_pids $!"
    wait_console '^sawboot> '
}

# crash HOW PATTERN DESCRIPTION: good if the console shows that, and the loader did not go on.
crash() {
    sleep 0.3
    printf 'crash %s\r' "$1" >&4
    wait_console "$2|^survived" 20
    sleep 0.5
    ! on_console '^survived' && on_console "$2" &&
        [ "$(tr -d '\000' <"$console" | grep -c '^sawboot> ')" = 1 ]
    result $? "$machine: $3"
}

# survives HOW DESCRIPTION: good if nothing happens.
survives() {
    sleep 0.3
    printf 'crash %s\r' "$1" >&4
    wait_console '^survived' 20 && ! on_console 'SB-MEM-05|SB-PC-06'
    result $? "$machine: $2"
}

# code_ends FILE DESCRIPTION: good if the code segment of the machine that runs ends with the page of the
# ELF file's last instruction. This emulator does not watch that end itself, processors do.
code_ends() {
    monitor 'info registers'
    c_end=$(i686-linux-gnu-nm "$1" | sed -n 's/^\([0-9a-f]*\) [A-Za-z] text_end$/\1/p')
    c_limit=$(printf '%08x' $((((0x$c_end - 1) | 0xfff))))
    for _ in 1 2 3 4 5; do
        grep -q '^CS *=' "$work/qemu.log" && break
        sleep 0.2
    done
    grep '^CS *=' "$work/qemu.log" | tail -n 1 | grep -q "^CS *=0010 00000000 $c_limit "
    result $? "$machine: $2" || grep '^CS *=' "$work/qemu.log" | sed "s/^/# $c_limit? /"
}

for machine in ${MACHINES:-pc q35 mac99 g3beige}; do
    start $machine 64
    crash overrun '^SB-MEM-05: .*' 'a function that writes past its variables does not return'
    start $machine 64
    survives nearly 'calls that use the stack up to the marked words'
    case $machine in
    pc | q35)
        code_ends "$payloads/crash-x86.elf" 'the code segment ends with the instructions'
        start $machine 64
        crash endless 'it is used up: EIP' 'calls without an end reach the page that is not there'
        start $machine 64
        crash heap '^SB-PC-06' 'the heap is not executed'
        start $machine 64
        crash stack '^SB-PC-06' 'the stack is not executed'
        start $machine 64
        crash variable '^SB-PC-06' 'a variable is not executed'
        start $machine 64
        crash text 'page fault.*error code 3' 'instructions are not written to'
        start $machine 64
        crash constant 'page fault.*error code 3' 'constants are not written to'
        ;;
    *)
        start $machine 64
        printf 'crash deep\r' >&4
        wait_console 'its end has been written to' 20
        result $? "$machine: calls that use up the stack are noticed"
        ;;
    esac
done
finish
