#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The packed loaders for the ROMs of cards: they fit, are what is packed in them, and tools/pack refuses
# what is damaged.
. "$(dirname "$0")/lib.sh"
pack=$BUILD/host/pack
limit=$(sed -n 's/^SMALL_LIMIT := //p' boot/unpack/unpack.mk)

refuses() { ! "$@" && grep -q '^pack: ' "$work/log"; }
fits() {
    size=$(wc -c <"$1")
    echo "$size bytes, $limit are the most"
    [ "$size" -le "$limit" ]
}
# xor_byte <file> <offset>: changes a byte of it
xor_byte() {
    value=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
    # shellcheck disable=SC2059
    printf "\\$(printf %o $((value ^ 4)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

for family in rtl8139 e1000; do
    folder=$BUILD/powerpc-small/$family
    check "$family: the program leaves room for FCode in 64 KB" fits "$BUILD/images/sawboot-rom-$family.xcf"
    powerpc-linux-gnu-objcopy -O binary "$folder/loader.elf" "$work/flat"
    check "$family: it unpacks" "$pack" -unpack "$folder/packed" "$work/unpacked"
    check "$family: to the loader" cmp "$work/unpacked" "$work/flat"
    check "$family: packing it again makes the same" "$pack" "$folder/loader.elf" "$work/again"
    check "$family: byte for byte" cmp "$work/again" "$folder/packed"
done

# Forth enters the unpacker wherever it has put it: what it runs there has no address of the program's
# place, 00E0xxxx, in it.
anywhere() {
    powerpc-linux-gnu-objdump -d "$1" | awk '/^[0-9a-f]+ <.*>:$/ { name = $2 }
        name ~ /unpack_program|^<say|^<call|^<find|^<property|^<claim|^<release/ { next }
        name == "<image_start>:" { next }
        $0 ~ /lis +r[0-9]+,22[45]$/ { print name, $0; found = 1 }
        name == "<packed_unpack>:" { seen = 1 }
        END { exit found || !seen }'
}
for family in rtl8139 e1000; do
    check "$family: it unpacks wherever it is" anywhere "$BUILD/powerpc-small/$family/rom.elf"
done

# The code that unpacks the loader for PCs: run here, somewhere, from memory that cannot be written to.
x86=$BUILD/i386-small
relative() {
    i686-linux-gnu-objdump -r -j .text "$x86/unpacker.elf" | awk '$2 ~ /^R_386_/ { seen = 1; if ($2 != "R_386_PC32") { print; found = 1 } }
        END { exit found || !seen }'
}
check 'x86: what unpacks holds no address' relative
check 'x86: a program that calls it as the ROM does' i686-linux-gnu-gcc -static -O1 -I. -o "$work/run-unpacker" \
    tests/fast/run-unpacker.c boot/unpack/packed.c boot/unpack/predictor.c boot/unpack/contexts.c lib/crc32.c
x86_image=$BUILD/images/sawboot-x86.elf
i686-linux-gnu-objcopy -O binary "$x86_image" "$work/flat"
check 'x86: the loader for PCs is packed' "$pack" "$x86_image" "$work/packed"
check 'x86: it unpacks' "$pack" -unpack "$work/packed" "$work/unpacked"
check 'x86: to the loader' cmp "$work/unpacked" "$work/flat"
check 'x86: where it is to run, too' "$work/run-unpacker" "$x86/unpacker.bin" "$work/packed" "$work/unpacked"
check 'x86: to the loader' cmp "$work/unpacked" "$work/flat"
cp "$work/packed" "$work/damaged"
xor_byte "$work/damaged" 5000
finds_damage() {
    "$work/run-unpacker" "$x86/unpacker.bin" "$1" "$work/out"
    [ $? -eq 3 ]
}
check 'x86: damage is found' finds_damage "$work/damaged"
xor_byte "$work/packed" 8
check 'x86: a program for another processor is refused' finds_damage "$work/packed"

# Small flash chips of such cards have 64 KB.
limit=65536
check '10ec8139-ppc.rom fits into 64 KB' fits "$BUILD/images/10ec8139-ppc.rom"
check '8086100e-ppc.rom fits into 64 KB' fits "$BUILD/images/8086100e-ppc.rom"

length=$(wc -c <"$work/again")
for offset in 0 8 9 13 16 17 5000 $((length / 2)) $((length - 40)); do
    cp "$work/again" "$work/damaged"
    xor_byte "$work/damaged" "$offset"
    check "damaged at $offset: refused" refuses "$pack" -unpack "$work/damaged" "$work/out"
done
head -c 10 "$work/again" >"$work/short"
check 'too short for its header: refused' refuses "$pack" -unpack "$work/short" "$work/out"
head -c $((length - 100)) "$work/again" >"$work/short"
check 'cut off: refused' refuses "$pack" -unpack "$work/short" "$work/out"
check 'no ELF file: refused' refuses "$pack" Makefile "$work/out"
check 'an ELF file for another processor: refused' refuses "$pack" "$pack" "$work/out"
check 'nothing is written then' test ! -e "$work/out"
echo "1..$number"
