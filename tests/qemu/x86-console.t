#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A PC's consoles: what is said stands on the screen as well as on the serial port, and the prompt
# listens to the keyboard as well as to the serial port.
. "$(dirname "$0")/lib.sh"

for machine in pc q35; do
    boot $machine 256 rtl8139 no-such-file ''
    wait_console '^sawboot> '
    screen_text >"$work/text"
    grep -q '^SB-TFTP-01' "$work/text" && grep -q '^sawboot>' "$work/text"
    result $? "$machine: message and prompt stand on the screen" || sed 's/^/#   /' "$work/text"
    type_text 'file=demo-i386 args=-v TYPED_at:the/keyboard'
    wait_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$' && ! on_console '^FAIL'
    result $? "$machine: words typed at the keyboard start a kernel"
    reads 'kernel arguments: "-v TYPED_at:the/keyboard"' "$machine: as they were typed"
done

# The same words by the serial port, with a mistake that is taken back.
serial=pipe:$work/port
mkfifo "$work/port.in" "$work/port.out"
exec 4<>"$work/port.in"
boot pc 64 e1000 no-such-file ''
cat <"$work/port.out" >>"$console" &
helper_pids="$helper_pids $!"
wait_console '^sawboot> '
printf 'file=demo-i387\0106 args=-v\r' >&4
wait_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$'
result $? 'words typed at the serial port start a kernel'
stop_machine
finish
