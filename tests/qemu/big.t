#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A kernel of 40 MB that lies over the loader and over firmware's load area, and a driver of 3 MB:
# more than BootX's 1 MB property limit and than any 4 or 8 MB load limit.
. "$(dirname "$0")/lib.sh"
boot mac99 256 e1000 demo-ppc-40m 'driver=SawbootBig.mkext args=-v expect-driver'
if verdict 'kernel of 40 MB and driver of 3 MB over e1000' 120; then
    on_console 'ok   - __PAD: 41943040 bytes'
    result $? "the kernel's digest of 40 MB was compared"
    on_console 'ok   - driver property: entry 0, module of 314[0-9]{4} bytes'
    result $? "the driver's module of 3 MB was unpacked"
fi
boot mac99 128 rtl8139 demo-ppc-40m 'args=-v'
verdict 'kernel of 40 MB on a machine with 128 MB over rtl8139' 120

# More than 65535 blocks of 1468 bytes: the block number wraps.
"$BUILD/host/elf2macho" -pad 104857600 "$payloads/demo-ppc.elf" "$work/demo-ppc-100m"
start_machine mac99 512 -kernel "$loader" -append 'args=-v' -device rtl8139,netdev=n0,romfile= \
    -netdev "$(user_net "$work" demo-ppc-100m)"
verdict 'kernel of 100 MB over rtl8139' 240
finish
