#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The ROMs of cards: FCode makes the node what it should be, `boot` on it takes Sawboot out of the ROM
# and netboots, and a driver in the ROM reaches the kernel. OpenBIOS runs the FCode by words in NVRAM.
. "$(dirname "$0")/lib.sh"

mkrom=$BUILD/host/mkrom

rom_of() {
    case $1 in
    rtl8139) echo "$BUILD/images/10ec8139-ppc.rom" ;;
    e1000) echo "$BUILD/images/8086100e-ppc.rom" ;;
    e1000-82545em) echo "$BUILD/images/8086100f-ppc.rom" ;;
    esac
}

# from_rom MACHINE PATH WORDS FORTH QEMU-ARGUMENTS...: firmware boots that device. FORTH is run behind
# the FCode of all cards. Network n0 has the demonstration kernel.
from_rom() {
    f_machine=$1 f_path=$2 f_words=$3
    f_nvramrc=$(tools/openbios-rom.sh "$4" | sed -n 's/^nvramrc=//p')
    shift 4
    start_machine "$f_machine" 256 -prom-env 'use-nvramrc?=true' -prom-env "nvramrc=$f_nvramrc" \
        -prom-env "boot-device=$f_path" -prom-env "boot-file=$f_words" \
        -netdev "$(user_net "$payloads" demo-ppc)" "$@"
}

# --- The node, and booting from it ----------------------------------------------------------------

# Words that show the node: its properties, and which methods are found in it.
show='dev /pci/sawboot .properties
: .method active-package find-method dup if nip then . ;
." open:" " open" .method ." close:" " close" .method ." load:" " load" .method
." private:" " find-payload" .method device-end'
show=$(echo "$show" | tr '\n' ' ')

for machine in mac99 g3beige; do
    for card in rtl8139 e1000 e1000-82545em; do
        case $card in
        rtl8139) name=pci10ec,8139 regions='01....10 02....14' ;;
        e1000) name=pci8086,100e regions='02....10 01....14' ;;
        *) name=pci8086,100f regions='02....10 01....14' ;;
        esac
        from_rom $machine /pci/sawboot '' "$show" -device "$card,netdev=n0,romfile=$(rom_of $card)"
        says '^Sawboot ' "$machine, $card: firmware starts Sawboot from the ROM"
        reads '^name +"sawboot"' 'its name'
        reads '^device_type +"network"' 'its type'
        reads "^compatible .*\"$name\".*\"pciclass,020000\"" 'what it is compatible with'
        reads '^address-bits +30' 'address-bits'
        reads '^max-frame-size +5ee' 'max-frame-size'
        reads '^network-type +"ethernet"' 'network-type'
        reads '^removable +"network"' 'removable'
        reads '^category +"net"' 'category'
        reads '^model +"' 'model'
        # shellcheck disable=SC2086
        set -- $regions
        tr -d '\r\000' <"$console" | grep -A 3 '^reg ' | tr '\n' ' ' | grep -qE \
            "^reg +0000(..)00 [0 ]+ +$1 [0 ]+ 00[0-9a-f]+ +$2 [0 ]+ 00[0-9a-f]+ +02....30 [0 ]+ 00010000"
        result $? 'reg has its registers and the ROM'
        reads 'open:-1 close:-1 load:-1' 'its methods'
        reads 'private:0' 'what is not a method is no method'
        says 'opening card 0: .* at /pci@[0-9a-f]+/sawboot@' 'Sawboot uses it'
        verdict "$machine, $card: the network boot"
    done
done

# --- Words, two cards, a bridge -------------------------------------------------------------------

rom=$(rom_of rtl8139)
from_rom mac99 /pci/sawboot 'driver=SawbootDemo.mkext args=-v expect-driver' '' \
    -device "rtl8139,netdev=n0,romfile=$rom"
verdict 'words in boot-file'

from_rom mac99 /pci/sawboot@13 'args=-v' '' -device "rtl8139,romfile=$rom,addr=0x12" \
    -device "rtl8139,netdev=n0,romfile=$rom,addr=0x13"
says 'opening card .* at /pci@f2000000/sawboot@13' 'two cards with one ROM: the second is booted from'
verdict 'two cards with one ROM'
from_rom mac99 /pci/sawboot@13 'args=-v' '' -device "rtl8139,netdev=n0,romfile=$rom,addr=0x13" \
    -device "e1000,romfile=$(rom_of e1000),addr=0x14"
verdict 'two cards with two ROMs'

for machine in mac99 g3beige; do
    from_rom $machine /pci/pci1b36,1/sawboot 'args=-v' '' \
        -device pci-bridge,id=bridge,chassis_nr=1,shpc=off \
        -device "rtl8139,netdev=n0,romfile=$rom,bus=bridge,addr=3" \
        -device "rtl8139,romfile=$rom,bus=bridge,addr=4"
    verdict "$machine: a card behind a bridge, and another one there"
done

# --- A driver in the ROM --------------------------------------------------------------------------

$mkrom add "$rom" "mkext:$payloads/SawbootRom.mkext" -o "$work/driver.rom" >/dev/null
$mkrom add "$rom" "mkext:$payloads/SawbootBig.mkext" -o "$work/big.rom" >/dev/null
length=$(printf %x "$(stat -c %s "$payloads/SawbootRom.mkext")")
# A byte in the archive that its checksums cover.
python3 - "$work/driver.rom" "$work/damaged.rom" <<'EOT'
import sys
rom = bytearray(open(sys.argv[1], "rb").read())
rom[rom.rindex(b"MKXTMOSX") + 2000] ^= 1
open(sys.argv[2], "wb").write(rom)
EOT
asks='dev /pci/sawboot " driver,AAPL,MacOSX,PowerPC" active-package get-package-property
0= if ." driver:" . drop else ." none" then device-end'
asks=$(echo "$asks" | tr '\n' ' ')

for machine in mac99 g3beige; do
    from_rom $machine /pci/sawboot 'args=-v expect-driver' "$asks" \
        -device "rtl8139,netdev=n0,romfile=$work/driver.rom"
    says "driver:$length " "$machine: FCode makes the 300 KB a property of exactly that length"
    verdict "$machine: and the kernel finds it"
    # Without FCode.
    start_machine $machine 256 -kernel "$loader" -append 'args=-v expect-driver' \
        -netdev "$(user_net "$payloads" demo-ppc)" \
        -device "rtl8139,netdev=n0,romfile=$work/driver.rom"
    says 'driver in the ROM of /pci@[0-9a-f]+/rtl8139@' "$machine: Sawboot reads it from the ROM"
    verdict "$machine: and the kernel finds it"
done
from_rom mac99 /pci/sawboot 'args=-v expect-driver' "$asks" \
    -device "rtl8139,netdev=n0,romfile=$work/big.rom"
verdict 'one of more than 3 MB' 120
from_rom mac99 /pci/sawboot 'driver=none args=-v' "$asks" \
    -device "rtl8139,netdev=n0,romfile=$work/driver.rom"
says 'card: no driver property' 'driver=none takes it away'
verdict 'driver=none'
from_rom mac99 /pci/sawboot 'args=-v' "$asks" -device "rtl8139,netdev=n0,romfile=$work/damaged.rom"
says 'is left out: .*SB-KEXT-03' 'a damaged one, by FCode: is left out'
verdict 'a damaged one, by FCode: the boot goes on'
start_machine mac99 256 -kernel "$loader" -append 'args=-v' \
    -netdev "$(user_net "$payloads" demo-ppc)" -device "rtl8139,netdev=n0,romfile=$work/damaged.rom"
says 'is left out: .*SB-ROM-01' 'a damaged one, by Sawboot: is left out'
verdict 'a damaged one, by Sawboot: the boot goes on'

# --- ROMs that cannot be booted from --------------------------------------------------------------

# no_loader DESCRIPTION ROM: firmware says so, and is there again.
no_loader() {
    from_rom mac99 /pci/sawboot 'args=-v' '' -device "rtl8139,netdev=n0,romfile=$2"
    n_status=1
    wait_console '^0 > ' && on_console 'no loader for this computer is in the card.s ROM' &&
        ! on_console '^Sawboot [0-9a-f]' && n_status=0
    result $n_status "$1"
    stop_machine
}
$mkrom extract "$rom" 0 -o "$work/fcode.rom" >/dev/null
no_loader 'a ROM without a loader' "$work/fcode.rom"
# damage NAME PYTHON: the ROM with other bytes; `at` is where the payload's image begins.
damage() {
    python3 - "$rom" "$work/$1.rom" "$2" <<'EOT'
import struct, sys
rom = bytearray(open(sys.argv[1], "rb").read())
at = rom.index(b"SBPL") - 0x38
exec(sys.argv[3])
open(sys.argv[2], "wb").write(rom)
EOT
    no_loader "$3" "$work/$1.rom"
}
damage length 'struct.pack_into("<I", rom, at + 0x44, 0xFFFFFFF0)' 'a payload longer than its image'
damage start 'struct.pack_into("<H", rom, at + 0x3E, 0xFFFF); struct.pack_into("<I", rom, at + 0x44, len(rom))' \
    'a payload that begins too far'
damage image 'struct.pack_into("<H", rom, at + 0x1C + 0x10, 0xFFFF)' 'an image longer than the ROM'
damage pcir 'struct.pack_into("<H", rom, at + 0x18, 0xFFF0)' 'a pointer that leads out of the image'
damage name 'rom[at + 0x4C] ^= 1' 'a loader of another name'
damage zero 'struct.pack_into("<H", rom, at + 0x1C + 0x10, 0)' 'an image without length'

finish
