#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Linux 6.1 for Power Macs through Sawboot, as XCOFF and as ELF, until it has its own address over
# the same card.
. "$(dirname "$0")/lib.sh"
if ! linux=$(tests/linux/build.sh 2>/dev/null); then
    result 1 'Linux is built (tests/linux/build.sh)'
    finish
fi

for machine in mac99 g3beige; do
    for card in rtl8139 e1000; do
        for file in zImage.coff zImage.pmac; do
            start_machine $machine 256 -kernel "$loader" -append 'args=console=ttyPZ0 ip=dhcp' \
                -netdev "$(user_net "$linux" "$file")" -device "$card,netdev=n0,romfile="
            wait_console 'IP-Config: Complete' 120
            result $? "$machine: $file over $card reaches IP-Config: Complete"
            on_console 'Kernel command line: .*console=ttyPZ0 ip=dhcp'
            result $? "$machine: $file over $card got its command line"
            stop_machine
        done
    done
done
finish
