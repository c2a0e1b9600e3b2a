#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each failure shows its code and words, and the prompt; nothing is jumped to.
. "$(dirname "$0")/lib.sh"

start_machine mac99 256 -kernel "$loader"
refused SB-NIC-01 'no card'

boot mac99 256 rtl8139 demo-ppc ''
monitor 'set_link n0 off'
refused SB-NIC-07 'no link (RTL8139)'

boot g3beige 256 e1000 demo-ppc ''
monitor 'set_link n0 off'
refused SB-NIC-07 'no link (e1000)'

boot mac99 256 rtl8139 no-such-file ''
refused SB-TFTP-01 'no such file'
on_console 'no-such-file'
result $? 'the message names the file'

# The server falls silent in the middle: its cable is pulled.
boot mac99 256 rtl8139 demo-ppc-40m ''
if wait_console '[1-9][0-9]*(%| ?MB| MiB)'; then
    monitor 'set_link n0 off'
    refused SB-TFTP-03 'server gone half way' 120
else
    result 1 'the transfer of 40 MB shows its progress'
fi

boot mac99 256 rtl8139 demo-ppc-truncated ''
refused SB-IMG-02 'truncated kernel'

boot mac99 256 rtl8139 demo-i386 ''
refused SB-IMG-03 'kernel for another processor'

boot mac99 256 rtl8139 demo-ppc 'mkext=SawbootDemo-damaged.mkext'
refused SB-KEXT-03 'mkext with a bad checksum'

boot mac99 256 rtl8139 demo-ppc 'driver=SawbootDemo-damaged.mkext'
refused SB-KEXT-03 'driver with a bad checksum'

# More than the whole memory.
truncate -s 70M "$work/huge"
start_machine mac99 64 -kernel "$loader" -append '' -device rtl8139,netdev=n0,romfile= \
    -netdev "$(user_net "$work" huge)"
refused SB-MEM-02 'a file larger than the memory'

boot mac99 56 rtl8139 demo-ppc-40m ''
refused SB-MEM-02 'a kernel of 40 MB on a machine with 56 MB' 120

boot mac99 64 rtl8139 demo-ppc-far ''
refused SB-MEM-03 'a kernel linked at 96 MB on a machine with 64 MB'
finish
