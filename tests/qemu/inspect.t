#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The host tool inspect against machines: Linux for Power Macs is as objdump and readelf see it, and what
# `inspect plan` says of a machine is what the loader does on that machine.
. "$(dirname "$0")/lib.sh"
inspect=$BUILD/host/inspect

# --- Linux -------------------------------------------------------------------------------------------

# agrees READER FILE DESCRIPTION
agrees() {
    "$inspect" -json "$2" >"$work/json" &&
        python3 tests/fast/inspect.py "$1" "$work/json" "$2" >"$work/log" 2>&1
    result $? "$3" || sed 's/^/# /' "$work/log"
}
if linux=$(tests/linux/build.sh 2>/dev/null); then
    agrees xcoff "$linux/zImage.coff" 'zImage.coff: sections and entry are those of objdump'
    agrees elf "$linux/zImage.pmac" 'zImage.pmac: segments and entry are those of readelf'
else
    result 1 'Linux is built (tests/linux/build.sh)'
fi

# --- Plans -------------------------------------------------------------------------------------------

# compare DESCRIPTION MACHINE WORDS...: the places that the loader has said on the console are those of the
# plan. A tree of QEMU's own machine may be shorter or longer than the described one, so only its place counts.
compare() {
    description=$1 described=$2
    shift 2
    "$inspect" plan -json -machine "$described" -root "$payloads" "$@" >"$work/json" &&
        tr -d '\r\000' <"$console" >"$work/said" && python3 - "$work/json" "$work/said" >"$work/log" 2>&1 <<'EOT'
import json
import re
import sys

plan, said = json.load(open(sys.argv[1])), open(sys.argv[2], errors='replace').read()
kinds = {'BootArgs': 'boot_args', 'DeviceTree': 'device tree', 'RAMDisk': 'RAM disk', 'Kernel-__HEADER': 'Mach-O header',
         'Kernel-__SYMTAB': 'symbols', 'BootCLUT': 'picture', 'Pict-FailedBoot': 'picture', 'DriversPackage': 'driver archive',
         'Driver': 'kernel extension'}
compared = 0
for name, address, length in re.findall(r'^  (\S+) +([0-9a-f]{8}), (\d+) bytes$', said, re.M):
    content = kinds.get(name) or kinds.get(name.split('-')[0])
    if content is None:
        continue
    rows = [r for r in plan['rows'] if r['content'] == content and r['address'] == int(address, 16)]
    assert rows, f'{name} is at {address}, the plan has it elsewhere'
    # Of the RAM disk the kernel is told whole pages.
    if content not in ('device tree', 'RAM disk'):
        assert rows[0]['length'] == int(length), f'{name}: {length} bytes, the plan says {rows[0]["length"]}'
    compared += 1
for name, address, file_size, size in re.findall(r'^  (\S+) +at ([0-9a-f]{8}), +(\d+) bytes of file, +(\d+) of memory$', said, re.M):
    row = next(r for r in plan['rows'] if r['content'] == 'kernel' and r['name'] == name)
    assert (row['address'], row['copied'], row['length']) == (int(address, 16), int(file_size), int(size)), (name, row)
    compared += 1
entry = re.search(r'piece\(s\) from [0-9a-f]+ to [0-9a-f]+, entry ([0-9a-f]+)', said).group(1)
assert plan['entry'] == int(entry, 16)
assert compared >= 8, f'only {compared} places were compared'
print(compared, 'places')
EOT
    result $? "$description" || sed 's/^/# /' "$work/log"
}

for machine in mac99 g3beige; do
    start_machine $machine 256 -kernel "$loader" -append 'mkext=SawbootDemo.mkext verbose args=-v' \
        -netdev "$(user_net "$payloads" demo-ppc)" -device rtl8139,netdev=n0,romfile=
    wait_console 'VERDICT pass=[0-9]+ fail=0'
    result $? "$machine: the kernel has what it needs"
    described=g3beige
    [ $machine = g3beige ] || described=mac99-256
    compare "$machine: and all of it is where the plan says" $described file=demo-ppc mkext=SawbootDemo.mkext verbose args=-v
    # The tree in the machine's memory, at the place and with the length that the loader has said.
    place=$(tr -d '\r\000' <"$console" | sed -n 's/^  DeviceTree  *\([0-9a-f]*\), \([0-9]*\) bytes$/0x\1 \2/p' | tail -n 1)
    # shellcheck disable=SC2086
    memory_of $place "$work/tree" && "$inspect" -json "$work/tree" >"$work/json" &&
        python3 tests/fast/inspect.py tree "$work/json" "$work/tree" >"$work/log" 2>&1
    result $? "$machine: the tree in its memory is read as another reader reads it" || sed 's/^/# /' "$work/log"
    # It is nearly the planned one: the same properties on the card and what we add to /chosen.
    "$inspect" plan -machine $described -root "$payloads" -tree "$work/planned" file=demo-ppc mkext=SawbootDemo.mkext \
        verbose args=-v >/dev/null
    ! "$inspect" tree "$work/planned" "$work/tree" >"$work/differences" &&
        ! grep -E '^  /(chosen|pci@[0-9a-f]+/rtl8139@[0-9a-f]+) .*only in' "$work/differences"
    result $? "$machine: the planned tree has the same properties for card and kernel" ||
        sed 's/^/# /' "$work/differences"
    stop_machine
done

for machine_kernel in pc/demo-i386 q35/demo-x86_64-v2; do
    machine=${machine_kernel%/*} kernel=${machine_kernel#*/}
    described=pc-256 megabytes=256 card=e1000 archive=SawbootDemo-i386.mkext
    [ $machine = pc ] || { described=q35-4g megabytes=4096 card=rtl8139 archive=SawbootDemo-x86_64.v2.mkext; }
    start_machine $machine $megabytes -kernel "$loader_x86" \
        -append "mkext=$archive ramdisk=ramdisk verbose args=-v serial=3" \
        -netdev "$(user_net "$payloads" "$kernel")" -device $card,netdev=n0,romfile=
    wait_console 'VERDICT pass=[0-9]+ fail=0'
    result $? "$machine: the kernel has what it needs"
    compare "$machine: and all of it is where the plan says" $described "file=$kernel" "mkext=$archive" ramdisk=ramdisk \
        verbose args=-v serial=3
done
finish
