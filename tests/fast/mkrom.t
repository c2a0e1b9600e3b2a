#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The host tool mkrom: ROMs that it makes are read by romheaders, detok and a reader of the test's own.
. "$(dirname "$0")/lib.sh"
mkrom=$PWD/$BUILD/host/mkrom
mkext=$PWD/$BUILD/host/mkext
helper=$PWD/tests/fast/mkrom.py

# refuses <text> <words of mkrom...>: it fails, says the text and writes nothing
refuses() {
    expected=$1
    shift
    rm -f never.rom
    "$mkrom" "$@" >said 2>&1 && { echo accepted; return 1; }
    cat said
    grep -qF -e "$expected" said && ! grep -q 'Sanitizer' said && test ! -e never.rom
}
# says <text> <command...>: it succeeds and says the text
says() {
    expected=$1
    shift
    "$@" >said 2>&1 || { cat said; return 1; }
    cat said
    grep -qF -e "$expected" said
}
# shows <file> <line>...: the other reader sees exactly that
shows() {
    python3 "$helper" show "$1" >seen || return 1
    shift
    printf '%s\n' "$@" | diff - seen
}
# broken <offset> <bytes> <text>: a ROM with other bytes is bad, and check says why
broken() {
    cp all.rom broken.rom
    python3 "$helper" poke broken.rom "$1" "$2"
    "$mkrom" check broken.rom >said 2>&1 && { cat said; return 1; }
    cat said
    grep -qF "$3" said
}
headers() {
    romheaders "$1" | sed -n 's/^ *\(Vendor ID\|Device ID\|Image Length\|Code Type\|Last-Image Flag\|Pointer to FCode program\): *\([^ ]*\).*/\2/p' |
        tr '\n' ' '
}
romheaders_says() {
    seen=$(headers "$1")
    echo "$seen"
    test "$seen" = "$2 "
}

cd "$work" || exit 1
cat >a.fth <<'EOF'
fcode-version3
hex
" hello" encode-string " name" property
: open true ;
: close ;
fcode-end
EOF
{
    echo 'tokenizer[ hex 10ec 8129 020000 pci-header 5 set-rev-level ]tokenizer'
    cat a.fth
    echo 'tokenizer[ pci-end ]tokenizer'
} >b.fth
toke -o bare.fcode a.fth >/dev/null 2>&1
toke -o toke.rom b.fth >/dev/null 2>&1
check 'toke makes FCode' test -s bare.fcode -a -s toke.rom
python3 "$helper" x86 pc.bin
python3 "$helper" x86 large.bin 131072
seq 1 9000 | head -c 30000 >loader
mkdir -p Nic.kext
cat >Nic.kext/Info.plist <<'EOF'
<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>CFBundleIdentifier</key><string>org.example.nic</string>
<key>CFBundlePackageType</key><string>KEXT</string>
<key>CFBundleVersion</key><string>1.0</string>
</dict></plist>
EOF
"$mkext" create -date 1 -o nic.mkext Nic.kext >log 2>&1 || cat log
mkext_length=$(wc -c <nic.mkext)

# Building.
check 'FCode becomes a ROM' "$mkrom" build -o of.rom -id 10ec:8139 of:bare.fcode
check 'its fields' shows of.rom '0x0 1 10ec:8139 - 020000 1 fcode 37 at 0x34 last' '512 of 512'
check 'romheaders reads it' romheaders_says of.rom '0x10ec 0x8139 0x0001 0x01 0x80 0x0034'
check 'detok reads it' says 'checksum:  0x0919 (Ok)' detok -v of.rom
check 'toke with a PCI header and other ids' "$mkrom" build -o toked.rom -vendor 10ec -device 8139 of:toke.rom
check 'differs from what toke wrote in the device only' python3 "$helper" same-but toke.rom toked.rom 0x22
check 'everything in one' "$mkrom" build -size 64K -id 10ec:8139 -class 020001 -revision 9 -o all.rom \
    x86:pc.bin of:toke.rom payload,name=sawboot-ppc:loader mkext:nic.mkext
check 'its fields' shows all.rom '0x0 2 10ec:8139 - 020001 9 x86 2' \
    '0x400 1 10ec:8139 - 020001 9 fcode 37 at 0x34' \
    '0x600 59 10ec:8139 - 020001 9 PROG sawboot-ppc 30000 at 0x70' \
    "0x7c00 1 10ec:8139 - 020001 9 MKXT nic.mkext $mkext_length at 0x70 last" '32256 of 65536'
check 'romheaders reads it' romheaders_says all.rom \
    '0x10ec 0x8139 0x0002 0x00 0x00 0x10ec 0x8139 0x0001 0x01 0x00 0x0034 0x10ec 0x8139 0x003b 0xff 0x00 0x10ec 0x8139 0x0001 0xff 0x80'
check 'check finds it good' says 'all.rom: good' "$mkrom" check all.rom
check 'the same input gives the same bytes' sh -c "'$mkrom' build -size 65536 -id 10ec:8139 -class 20001 -revision 9 -o \
    again.rom x86:pc.bin of:toke.rom payload,name=sawboot-ppc:loader mkext:nic.mkext && cmp all.rom again.rom"
check 'the checksum stands in byte 6' sh -c "'$mkrom' build -o 6.rom x86:pc.bin &&
    '$mkrom' build -checksum last -o last.rom x86:pc.bin && python3 '$helper' same-but 6.rom last.rom 6 0x3ff"
check 'a family has a device list' "$mkrom" build -o family.rom -id 10ec:8139,8129 -id 10ec:8138 of:toke.rom payload,type=TEST:loader
check 'its fields' shows family.rom '0x0 1 10ec:8139 8139,8129,8138 020000 5 fcode 37 at 0x40' \
    '0x200 59 10ec:8139 8139,8129,8138 020000 1 TEST loader 30000 at 0x80 last' '30720 of 30720'
check 'romheaders reads it' romheaders_says family.rom \
    '0x10ec 0x8139 0x0001 0x01 0x00 0x0040 0x10ec 0x8139 0x003b 0xff 0x80'
check 'an x86 image without a list says so' says 'has no room for a list of 2 devices' \
    "$mkrom" build -o mixed.rom -id 10ec:8139,8129 x86:pc.bin of:bare.fcode
check 'its fields' shows mixed.rom '0x0 2 10ec:8139 - 020000 1 x86 2' \
    '0x400 1 10ec:8139 8139,8129 020000 1 fcode 37 at 0x40 last' '1536 of 1536'

# Changing.
check 'other ids' "$mkrom" ids all.rom 1186:1300 -o other.rom
check 'differ in ids and checksum only' python3 "$helper" same-but all.rom other.rom \
    6 0x20 0x21 0x22 0x23 0x420 0x421 0x422 0x423 0x620 0x621 0x622 0x623 0x7c20 0x7c21 0x7c22 0x7c23
check 'and back again' sh -c "'$mkrom' ids other.rom 10ec:8139 -o back.rom && cmp back.rom all.rom"
check 'one device of a family' sh -c "'$mkrom' ids family.rom 10ec:8129 -o single.rom"
check 'does not list the others' shows single.rom '0x0 1 10ec:8129 8129 020000 5 fcode 37 at 0x40' \
    '0x200 59 10ec:8129 8129 020000 1 TEST loader 30000 at 0x80 last' '30720 of 30720'
check 'an mkext is added' "$mkrom" add -size 1K -o kext.rom toked.rom mkext:nic.mkext
check 'its fields' shows kext.rom '0x0 1 10ec:8139 - 020000 5 fcode 37 at 0x34' \
    "0x200 1 10ec:8139 - 020000 1 MKXT nic.mkext $mkext_length at 0x70 last" '1024 of 1024'
check 'a padded ROM keeps its size' sh -c "'$mkrom' add all.rom payload:a.fth -o more.rom && test \$(wc -c <more.rom) = 65536"
check 'its last image is the new one' says 'PROG "a.fth"' "$mkrom" list more.rom
check 'the whole ROM of another' sh -c "'$mkrom' build -o sum.rom rom:6.rom rom:of.rom && '$mkrom' check sum.rom"

# Taking out.
check 'an image comes out as a ROM' sh -c "'$mkrom' extract all.rom 1 -o 1.rom && '$mkrom' check 1.rom && detok -v 1.rom | grep -q 'Last PCI Image'"
check 'FCode comes out' sh -c "'$mkrom' extract -content all.rom 1 -o 1.fcode && cmp 1.fcode bare.fcode"
check 'a payload comes out' sh -c "'$mkrom' extract -content all.rom 2 -o 2.out && cmp 2.out loader"
check 'an mkext comes out' sh -c "'$mkrom' extract all.rom 3 -o 3.out -content && cmp 3.out nic.mkext && '$mkext' verify 3.out"
check 'the list as JSON' sh -c "'$mkrom' list -json all.rom family.rom | python3 -c '
import json, sys
one, two = json.load(sys.stdin)
assert (one[\"size\"], one[\"used\"], len(one[\"images\"])) == (65536, 32256, 4)
assert one[\"images\"][0][\"checksum_good\"] and one[\"images\"][3][\"last\"]
assert one[\"images\"][2][\"payload\"] == {\"type\": \"PROG\", \"name\": \"sawboot-ppc\", \"start\": 112, \"length\": 30000}
assert two[\"images\"][0][\"devices\"] == [\"8139\", \"8129\", \"8138\"]'"

# ROMs of others. Those for NE2000 have no vendor: QEMU puts it in.
for rom in pxe-rtl8139 pxe-e1000 pxe-pcnet efi-rtl8139 efi-e1000 efi-virtio; do
    check "iPXE's $rom" sh -c "'$mkrom' check /usr/lib/ipxe/qemu/$rom.rom && '$mkrom' list /usr/lib/ipxe/qemu/$rom.rom"
done
check "iPXE's template for NE2000 is no ROM yet" refuses "vendor id: 0000 is nobody's" check /usr/lib/ipxe/qemu/efi-ne2k_pci.rom
check 'but becomes one' sh -c "'$mkrom' ids /usr/lib/ipxe/qemu/efi-ne2k_pci.rom 10ec:8029 -o ne.rom && '$mkrom' check ne.rom"
check 'its fields' says '0x12400 334 10ec:8029 - 020000 0 code 3 last' python3 "$helper" show ne.rom
check 'iPXE and FCode in one' "$mkrom" add -size 128K /usr/lib/ipxe/qemu/pxe-rtl8139.rom of:bare.fcode mkext:nic.mkext -o ipxe.rom
check 'its fields' shows ipxe.rom '0x0 148 10ec:8139 8139 020000 1 x86 148' \
    '0x12800 1 10ec:8139 - 020000 1 fcode 37 at 0x34' \
    "0x12a00 1 10ec:8139 - 020000 1 MKXT nic.mkext $mkext_length at 0x70 last" '76800 of 131072'

# What is damaged.
check 'signature' broken 0x400 54 'image 1 at 0x000400: signature'
check 'PCIR' broken 0x1c 51 'PCIR signature'
check 'x86 checksum' broken 0x90 00 'image 0 at 0x000000: x86 checksum'
check 'x86 size' broken 2 03 'x86 size: 1536 bytes, the image has 1024'
check 'FCode checksum' broken 0x440 00 'image 1 at 0x000400: FCode checksum'
check 'FCode pointer' broken 0x402 0000 'FCode pointer'
check 'last image too early' broken 0x431 80 'last-image bit: is set, but another image follows at 0x600'
check 'no last image' broken 0x7c31 00 'image 3 at 0x007c00: last-image bit: is not set'
check 'image length' broken 0x62c ffff 'image 2 at 0x000600: image length'
check 'payload' broken 0x700 00 'image 2 at 0x000600: payload CRC-32'
cp all.rom broken.rom
python3 "$helper" poke broken.rom 0x2c 00ff
check 'it is not changed' refuses 'wrong fields' ids broken.rom 1186:1300 -o never.rom
check 'nothing is added' refuses 'wrong fields' add broken.rom payload:loader -o never.rom
check 'nothing comes out' refuses 'wrong fields' extract broken.rom 0 -o never.rom
check 'list names what it is' refuses 'image length' list broken.rom
head -c 600 all.rom >cut.rom
check 'a truncated ROM' refuses 'only 600 are left' check cut.rom
: >empty
check 'an empty file' refuses 'header: 0 bytes' check empty

# What cannot be made.
check 'more than the chip has' refuses '30208 are too many' build -size 512 -id 10ec:8139 -o never.rom of:bare.fcode payload:loader
check 'no more room in a padded ROM' refuses 'do not fit: the chip has 65536' add all.rom payload:large.bin -o never.rom
check 'an empty payload' refuses 'is empty' build -id 10ec:8139 -o never.rom payload:empty
check 'no image' refuses 'usage' build -id 10ec:8139 -o never.rom
check 'a chip of no size' refuses 'no power of two' build -size 96K -id 10ec:8139 -o never.rom of:bare.fcode
check 'a chip that is too large' refuses 'no number up to' build -size 32M -id 10ec:8139 -o never.rom of:bare.fcode
check 'no ids' refuses 'no ids' build -o never.rom of:bare.fcode
check 'different ids' refuses 'wrong ids' build -o never.rom x86:pc.bin of:toke.rom
check "ids of two vendors" refuses 'one vendor' build -o never.rom -id 10ec:8139 -id 8086:100e of:bare.fcode
check 'ids that are none' refuses "0000 is nobody's" ids all.rom 0000:8139 -o never.rom
check 'ids in another form' refuses 'VENDOR:DEVICE' ids all.rom 10ec8139 -o never.rom
check 'ids that are no numbers' refuses 'is no number' ids all.rom 10ec:-1 -o never.rom
check 'half an id' refuses 'belong together' build -vendor 10ec -o never.rom of:bare.fcode
cp bare.fcode odd.fcode
python3 "$helper" poke odd.fcode 20 ff
check 'FCode with a wrong checksum' refuses 'FCode checksum' build -id 10ec:8139 -o never.rom of:odd.fcode
check 'FCode that is none' refuses 'FCode start' build -id 10ec:8139 -o never.rom of:loader
check 'x86 code that is no ROM' refuses '55 aa' build -id 10ec:8139 -o never.rom x86:loader
check 'too large for an x86 image' refuses '127.5 KB' build -o never.rom x86:large.bin
check 'x86 as Open Firmware' refuses 'wrong fields' build -o never.rom of:pc.bin
check 'Open Firmware as x86' refuses 'code type is 1' build -o never.rom x86:of.rom
check 'two images as one' refuses 'several images' build -o never.rom x86:sum.rom
cp 6.rom short.rom
python3 "$helper" poke short.rom 2 05
check 'an x86 image with its end cut off' refuses 'speaks of 2560 bytes' build -o never.rom x86:short.rom
python3 "$helper" x86 nojump.bin 1024
python3 "$helper" poke nojump.bin 3 cb
check 'no place for a checksum' refuses '-checksum' build -o never.rom x86:nojump.bin
check 'which then is named' "$mkrom" build -checksum 0x10 -o named.rom x86:nojump.bin
check 'a place that is taken' refuses 'cannot be one' build -checksum 0x20 -o never.rom x86:pc.bin
check 'an mkext that is none' refuses SB-KEXT-01 build -id 10ec:8139 -o never.rom of:bare.fcode mkext:loader
cp nic.mkext odd.mkext
python3 "$helper" poke odd.mkext 40 ff
check 'a damaged mkext' refuses SB-KEXT-03 build -id 10ec:8139 -o never.rom of:bare.fcode mkext:odd.mkext
check 'a damaged mkext in a good payload' sh -c "'$mkrom' build -id 10ec:8139 -o odd.rom payload,type=MKXT:odd.mkext;
    ! '$mkrom' check odd.rom"
check 'a long name' refuses SB-ROM-05 build -id 10ec:8139 -o never.rom payload,name=0123456789abcdef0123456789abcdef:loader
check 'an unknown kind' refuses 'kinds are' build -id 10ec:8139 -o never.rom elf:loader
check 'an unknown option' refuses '-padding: unknown' build -padding 3 -o never.rom of:bare.fcode
check 'a number that no image has' refuses 'there is no number 4' extract all.rom 4 -o never.rom
cat all.rom loader >tail.rom
check 'bytes that would be lost' refuses 'would be lost' ids tail.rom 1186:1300 -o never.rom
echo "1..$number"
