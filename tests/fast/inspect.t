#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The host tool inspect: what it shows of files is what readelf, objdump and readers of the test's own see
# in them.
. "$(dirname "$0")/lib.sh"
SAWBOOT_CACHE=${SAWBOOT_CACHE:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/sawboot}
unpacked=$SAWBOOT_CACHE/unpacked
payloads=$BUILD/payloads
images=$BUILD/images

# agrees READER FILE [MORE...]: the tool takes the file, and the reader sees in it what the tool says
agrees() {
    reader=$1 file=$2
    shift 2
    "$BUILD/host/inspect" -json "$file" >"$work/json" || { cat "$work/json"; return 1; }
    python3 tests/fast/inspect.py "$reader" "$work/json" "$file" "$@"
}
# refuses CODE FILE: the tool ends with status 1 and the loader's code
refuses() {
    "$BUILD/host/inspect" -json "$2" >"$work/json"
    [ $? -eq 1 ] && python3 tests/fast/inspect.py refused "$work/json" "$1"
}
# says TEXT WORDS...: what the tool writes for people has the text
says() {
    expected=$1
    shift
    "$BUILD/host/inspect" "$@" >"$work/said" 2>&1
    cat "$work/said"
    grep -qE -- "$expected" "$work/said"
}

# --- Kernels and programs ---------------------------------------------------------------------------

for kernel in demo-ppc demo-ppc-high demo-i386 demo-i386-1.6 demo-x86_64-v1 demo-x86_64-v2; do
    check "Mach-O: $kernel" agrees macho "$payloads/$kernel"
done
check 'fat: a kernel for PowerPC' agrees fat "$payloads/demo-ppc.fat"
check 'fat: kernels for PCs' agrees fat "$payloads/demo-x86.fat"
check 'LZSS: for PowerPC' agrees compressed "$payloads/demo-ppc.lzss" "$work/inner"
check 'LZSS: for x86_64' agrees compressed "$payloads/demo-x86_64.lzss" "$work/inner"
check 'XCOFF: the loader' agrees xcoff "$images/sawboot-ppc.xcf"
check 'XCOFF: a program' agrees xcoff "$payloads/client-ppc.xcf"
check 'CHRP with XCOFF in it' agrees chrp "$payloads/client-ppc-xcf.chrp"
check 'CHRP with ELF in it' agrees chrp "$payloads/client-ppc-elf.chrp"
check 'ELF: the loader' agrees elf "$images/sawboot-ppc.elf"
check 'ELF: a program' agrees elf "$payloads/client-ppc.elf"
check "ELF: GRUB's kernel" agrees elf "$unpacked"/grub-ieee1275-bin/usr/lib/grub/powerpc-ieee1275/kernel.img
modules=$unpacked/grub-ieee1275-bin/usr/lib/grub/powerpc-ieee1275
check 'GRUB is made' grub-mkimage -O powerpc-ieee1275 -d "$modules" -p / -o "$work/grub" echo net ofnet tftp
check 'ELF: GRUB' agrees elf "$work/grub"
check 'a module of it is refused' refuses SB-IMG-06 "$modules/echo.mod"
check 'multiboot: the loader for PCs' agrees elf_physical "$images/sawboot-x86.elf"
for kernel in multiboot.elf multiboot-high.elf multiboot64.elf; do
    check "multiboot: $kernel" agrees elf_physical "$payloads/$kernel"
done
check 'multiboot: by its addresses' agrees multiboot "$payloads/multiboot.kludge"
check 'gzip: Xen' agrees unwrapped_elf "$unpacked"/xen-hypervisor-4.17-amd64/boot/xen-*.gz "$work/inner"
check 'bzImage: Linux' agrees bzimage "$unpacked"/linux-image-amd64/boot/vmlinuz-*
check 'bzImage: memtest86+ for 64 bits' agrees bzimage "$unpacked"/memtest86+/boot/memtest86+x64.bin
check 'bzImage: memtest86+ for 32 bits' agrees bzimage "$unpacked"/memtest86+/boot/memtest86+ia32.bin
check 'a truncated kernel is refused' refuses SB-IMG-02 "$payloads/demo-ppc-truncated"
check 'a text is nothing that it knows' refuses SB-IMG-01 README.md
check 'and is called so' says 'kind +unknown' README.md
: >"$work/empty"
check 'an empty file' refuses SB-IMG-01 "$work/empty"
check 'no such file' says 'gone: No such file' "$work/gone"
check '-cpu: a PC does not see the PowerPC kernel' says 'SB-IMG' -cpu x86_64 "$payloads/demo-ppc.fat"
check '-as: what it is taken for' says 'SB-KEXT-01' -as mkext "$payloads/demo-ppc"
check 'several files' says 'demo-i386$' "$payloads/demo-ppc" "$payloads/demo-i386"

# extracts FILE INNER: what is in its wrappings
extracts() {
    "$BUILD/host/inspect" extract -o "$work/extracted" "$1" && cmp "$work/extracted" "$2"
}
check 'extract: without the compression' extracts "$payloads/demo-ppc.lzss" "$payloads/demo-ppc"
check 'extract: out of the fat file' extracts "$payloads/demo-ppc.fat" "$payloads/demo-ppc"
check 'extract: of nothing' says 'SB-IMG-01' extract -o "$work/never" README.md
check 'writes nothing' test ! -e "$work/never"

# --- Archives, ROMs, configurations -----------------------------------------------------------------

for archive in SawbootDemo.mkext SawbootBig.mkext SawbootDemo-i386.mkext SawbootDemo-x86.mkext \
    SawbootDemo-i386.v2.mkext SawbootDemo-x86_64.v2.mkext SawbootDemo-x86.v2.mkext; do
    check "mkext: $archive" agrees mkext "$payloads/$archive"
done
says_damaged() {
    ! "$BUILD/host/inspect" "$payloads/SawbootDemo-damaged.mkext" >"$work/said" && grep SB-KEXT "$work/said"
}
check 'a damaged one is refused' says_damaged
for file in 10ec8139 10ec8139-x86 8086100e-ppc; do
    check "ROM: $file" agrees rom "$images/$file.rom"
done
cp "$images/10ec8139.rom" "$work/bad.rom"
printf '\377' | dd of="$work/bad.rom" bs=1 seek=3000 conv=notrunc 2>/dev/null
check 'a changed ROM: its sum is wrong' says 'yes +checksum|yes .*sum' "$work/bad.rom"
check 'and it is not good' says 'good +no' "$work/bad.rom"

cat >"$work/com.apple.Boot.plist" <<'EOT'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
    <key>Kernel</key>
    <string>mach_kernel</string>
    <key>Kernel Flags</key>
    <string>-v debug=0x8 a&amp;b</string>
    <key>Unused Key</key> <integer>7</integer>
    <key>MKext Cache</key>
    <array><string>a.mkext</string><string>b.mkext</string></array>
</dict>
</plist>
EOT
check 'a configuration' agrees configuration "$work/com.apple.Boot.plist"
sed 's/<string>mach_kernel/<string>/; s/<array>/<arr>/' "$work/com.apple.Boot.plist" >"$work/broken.plist"
check 'a broken one: code and line' says 'line 11' "$work/broken.plist"
check 'with the code' refuses SB-CFG-01 "$work/broken.plist"

# --- Trees and logs -----------------------------------------------------------------------------------

golden=tests/golden/bootx-mac99-rtl8139.devtree
check 'a flattened tree: the golden one' agrees tree $golden
check 'a flattened tree: g3beige' agrees tree tools/inspect/machines/g3beige.devtree
python3 tests/fast/inspect.py swap_tree $golden "$work/little"
check 'the same with the other byte order' agrees little_tree "$work/little"
check 'texts are shown as texts' says 'compatible +45 +"PowerMac3,1", "MacRISC"' $golden

# compares EXPECTED-STATUS A B DIFFERENCE...: the differences that are shown
compares() {
    status=$1 first=$2 second=$3
    shift 3
    "$BUILD/host/inspect" tree -json "$first" "$second" >"$work/json"
    [ $? -eq "$status" ] && python3 tests/fast/inspect.py differences "$work/json" "$@"
}
check 'tree: none to itself' compares 0 $golden $golden
check 'tree: none to the other byte order' compares 0 $golden "$work/little"
# A value, a property's name and a node's name.
controller=/pci@f2000000/mac-io@c/interrupt-controller@40000
sed 's/PowerMac3,1/PowerMac3,2/; s/openprom\x00/openprxm\x00/; s/clock-frequency\x00/clock-frequencx\x00/' $golden >"$work/other"
check 'tree: each difference has a name' compares 1 $golden "$work/other" \
    '/ clock-frequency only in the first' '/ model differs' '/ clock-frequencx only in the second' \
    '/openprom  only in the first' \
    '/cpus/PowerPC,G4@0 clock-frequency only in the first' '/cpus/PowerPC,G4@0 clock-frequencx only in the second' \
    "$controller clock-frequency only in the first" "$controller clock-frequencx only in the second" \
    '/openprxm  only in the second'

"$BUILD/host/inspect" plan -root "$payloads" -bootargs "$work/bootargs" file=demo-ppc >/dev/null
python3 tests/fast/inspect.py write_log $golden "$work/bootargs" "$work/console.log"
check 'a log with two dumps' agrees log "$work/console.log" $golden
sed 's/^/[  12.345] /' "$work/console.log" >"$work/stamped.log"
check 'with time stamps in front of each line' says 'Version +1' "$work/stamped.log"
# extracts_dump NUMBER FILE
extracts_dump() {
    "$BUILD/host/inspect" extract -number "$1" -o "$work/extracted" "$work/console.log" && cmp "$work/extracted" "$2"
}
check 'extract: the tree' extracts_dump 1 $golden
check 'extract: the boot_args' extracts_dump 2 "$work/bootargs"
check 'extract: there is no third one' says 'it has 2 dumps' extract -number 3 -o "$work/never" "$work/console.log"
check 'tree: reads it out of the log' compares 0 $golden "$work/console.log"
# bad_log TEXT SED-SCRIPT: a log that was changed so is no good, and it says why
bad_log() {
    sed "$2" "$work/console.log" >"$work/bad.log"
    "$BUILD/host/inspect" -json "$work/bad.log" >"$work/json"
    [ $? -eq 1 ] && python3 tests/fast/inspect.py bad_log "$work/json" "$1"
}
check 'a log that lacks a line' bad_log 'lines are missing' '20d'
check 'a log with a wrong digit' bad_log 'CRC-32' 's/^00000100 ./00000100 f/'
check 'a log that ends too early' bad_log 'is missing' '100,$d'
check 'a log whose last line is cut' bad_log 'are there' '/^000050[0-9a-f]* /d'
check 'a log with too much' bad_log 'more than' 's/^DUMP devtree length=20524/DUMP devtree length=20500/'
check 'a log of a dump that was interrupted' bad_log 'interrupted' '40,/^DUMP end/c\
DUMP interrupted'
check 'a log that announces everything' bad_log 'are there' 's/length=20524/length=99999999999999999999/'

# --- The output ---------------------------------------------------------------------------------------

# same_figures FILE: every number of the pieces in the JSON stands in the text, and the other way round
same_figures() {
    "$BUILD/host/inspect" -json "$1" >"$work/json" && "$BUILD/host/inspect" "$1" >"$work/text" || return 1
    python3 - "$work/json" "$work/text" <<'EOT'
import json, sys
said, text = json.load(open(sys.argv[1])), open(sys.argv[2]).read()
for image in said['files'][0]['images']:
    lines = text.split('\n      pieces\n')[1].split('\n')[1:]
    for piece in image['pieces']:
        cells = lines.pop(0).split()
        expected = [piece['name'], f"0x{piece['address']:08x}", str(piece['memory_size']), f"0x{piece['file_offset']:08x}",
                    str(piece['file_size']), 'yes' if piece['executable'] else 'no']
        assert cells == expected, (cells, expected)
    assert f"entry                0x{image['entry']:08x}\n" in text
EOT
}
check 'text and JSON say the same' same_figures "$payloads/demo-ppc"
mkdir "$work/odd"
cp "$payloads/demo-ppc" "$work/odd/\"quoted\\ and	tab"
check 'JSON of an odd name' sh -c "'$BUILD/host/inspect' -json '$work'/odd/* | python3 -c 'import json,sys; assert json.load(sys.stdin)[\"files\"][0][\"file\"].endswith(\"\\\\ and\\ttab\")'"
# documented: every key of all that JSON stands in docs/inspect.md
documented() {
    "$BUILD/host/inspect" -json "$payloads/demo-x86.fat" "$payloads/demo-ppc.lzss" "$payloads/client-ppc.xcf" "$payloads/multiboot.elf" \
        "$unpacked"/linux-image-amd64/boot/vmlinuz-* "$payloads/SawbootDemo.mkext" "$payloads/SawbootDemo-x86.v2.mkext" \
        "$work/bad.rom" "$work/com.apple.Boot.plist" $golden "$work/console.log" "$work/bad.log" README.md >"$work/keys.1"
    "$BUILD/host/inspect" tree -json $golden "$work/other" >"$work/keys.2"
    "$BUILD/host/inspect" plan -json -machine pc-256 -root "$payloads" file=demo-i386 >"$work/keys.3" || return 1
    python3 tests/fast/inspect.py documented "$work/keys.1" docs/inspect.md "$work/keys.2" "$work/keys.3"
}
check 'every key is documented' documented
check 'no words' says 'usage:'
check 'an unknown option' says 'usage:' -wrong "$payloads/demo-ppc"
echo "1..$number"
