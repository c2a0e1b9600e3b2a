#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Escape stops the wait for an address, at a PC's keyboard as well as at its serial port. And what the
# kernel finds on a text screen: plain colours, the cursor where the last line ends.
. "$(dirname "$0")/lib.sh"

# A network where nobody answers.
alone() {
    # shellcheck disable=SC2046
    start_machine "$1" 64 -kernel "$loader_x86" -netdev hubport,hubid=0,id=n0 $(devices "$2")
}

alone pc rtl8139
wait_console 'DHCP: asking'
monitor 'sendkey esc'
says 'SB-NET-[0-9]+' 'Escape at the keyboard stops the wait for an address' 15
wait_console '^sawboot> ' 5
reads 'cancel|stopped|interrupted' 'and the message says so'

serial=pipe:$work/port
mkfifo "$work/port.in" "$work/port.out"
exec 4<>"$work/port.in"
alone q35 e1000
cat <"$work/port.out" >>"$console" &
helper_pids="$helper_pids $!"
wait_console 'DHCP: asking'
printf '\033' >&4
says 'SB-NET-[0-9]+' 'Escape at the serial port stops it, too' 15
stop_machine

serial=file:$console
boot pc 64 rtl8139 demo-i386 'args=-v'
wait_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$'
memory_of 0xb8000 4000 "$work/screen" && memory_of 0x400 256 "$work/bios-data" &&
    python3 -c 'import sys
cells, data = open(sys.argv[1], "rb").read(), open(sys.argv[2], "rb").read()
column, row = data[0x50], data[0x51]
lines = [cells[line * 160:line * 160 + 160:2].rstrip(b" \0") for line in range(25)]
last = max(line for line in range(25) if lines[line])
print("# cursor in line", row, "column", column, "- last text in line", last, "- colours", set(cells[1::2]))
sys.exit(not (set(cells[1::2]) == {7} and column == 0 and row == last + 1 and any(b"Darwin 9.0 for i386" in line for line in lines)))' \
        "$work/screen" "$work/bios-data"
result $? 'the text screen goes to the kernel with plain colours, the cursor below the last line'
stop_machine
finish
