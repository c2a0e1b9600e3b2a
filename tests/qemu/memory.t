#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Machines with little and with much memory, and where in it the loader is.
. "$(dirname "$0")/lib.sh"
# QEMU puts the loader at 16 MB, and firmware needs some MB more.
for machine in mac99 g3beige; do
    for megabytes in 24 64 1024; do
        boot $machine $megabytes rtl8139 demo-ppc \
            'driver=SawbootDemo.mkext args=-v expect-driver'
        verdict "$machine with $megabytes MB"
    done
done
boot mac99 256 rtl8139 demo-ppc-far 'args=-v'
verdict 'a kernel linked at 96 MB'

# loader_at ADDRESS: the loader as an ELF file that is loaded to another address than the one it is
# linked for, where it is entered at its first byte.
loader_at() {
    python3 -c 'import struct, sys
image, place = bytearray(open(sys.argv[1], "rb").read()), int(sys.argv[2], 16)
program, = struct.unpack_from(">I", image, 28)  # e_phoff; then e_entry, p_vaddr and p_paddr
for offset in 24, program + 8, program + 12:
    struct.pack_into(">I", image, offset, place)
open(sys.argv[3], "wb").write(image)' "$loader" "$1" "$work/files/second.elf"
}
mkdir "$work/files"
cp "$payloads/demo-ppc" "$work/files/"
loader_at 02350000
start_machine mac99 256 -kernel "$loader" -append 'verbose args=verbose file=demo-ppc args=-v' \
    -device rtl8139,netdev=n0,romfile= -netdev "$(user_net "$work/files" second.elf)"
wait_console '^VERDICT|^sawboot> '
place=0f[0-9a-f]{2}0000-0f[0-9a-f]{6}
on_console "^memory: the loader is at $place, moved from 01000000"
result $? 'the loader has moved to the top of memory'
on_console "^memory: the loader is at $place, moved from 02350000"
result $? 'a second one, that was put elsewhere, as well'
verdict 'and boots the kernel'

# Firmware has claimed everything that is above the loader, 64 KB piece by piece where the firmware
# itself is: what it has already it does not get again.
claim_all='" /chosen" find-package drop " memory" rot get-package-property drop decode-int nip nip
value memory : take 0 " claim" memory $call-method drop ; 1100000 2f00000 take 4800000 b000000 take
: take-top ff00000 f800000 do i 10000 take 10000 +loop ; take-top'
for file in demo-ppc client-ppc.elf; do
    boot mac99 256 rtl8139 $file 'verbose args=-v' -prom-env 'use-nvramrc?=true' \
        -prom-env "nvramrc=$(echo "$claim_all" | tr '\n' ' ')"
    wait_console '^VERDICT|^sawboot> '
    on_console '^memory: the loader is at 01000000-[0-9a-f]{8}: no room above'
    result $? 'with no room above it the loader stays'
    verdict "and starts $file"
done
finish
