#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The ROMs for cards as files: romheaders, detok and mkrom find them right, the FCode is the same in all,
# has only words of the standard, and the same sources make the same bytes.
. "$(dirname "$0")/lib.sh"
images=$BUILD/images
fcode=$BUILD/rom/sawboot.fcode
mkrom=$BUILD/host/mkrom

# lists <file> <pattern>: grep, in the words of `check`
lists() { grep -E -- "$2" "$1"; }
lacks() { ! grep -iE -- "$2" "$1"; }
tokenise() { toke -I boot/fcode -I "$BUILD/rom" -o "$1" sawboot.fth >"$1.log" 2>&1 && test -s "$1"; }

# --- The FCode ---------------------------------------------------------------------------------------
check 'toke makes the FCode' tokenise "$work/again.fcode"
check 'without a warning' lacks "$work/again.fcode.log" 'warning|error'
check 'the same as in the build' cmp "$work/again.fcode" "$fcode"
detok -v "$fcode" >"$work/listing" 2>&1
check 'detok reads it to its end' lists "$work/listing" \
    "Detokenization finished normally after $(stat -c %s "$fcode") bytes"
check 'format, checksum and length' lists "$work/listing" 'checksum: +0x[0-9a-f]{4} \(Ok\)'
check 'one byte of it in each byte' lists "$work/listing" '^[ 0-9]*:? *start1 '
check 'it ends with end0' lists "$work/listing" 'end0 *\( *0x000? *\)'
check 'no word that detok does not know' lacks "$work/listing" \
    'unnamed, reserved|reserved-fcode|unimplemented|historical|invalid|error'
# What differs between firmwares (hardware-register words, words of Apple's or OpenBIOS's own).
check 'no words for registers, which OpenBIOS lacks' lacks "$work/listing" \
    '\b(rb@|rw@|rl@|rb!|rw!|rl!|map-low|my-unit)( |$)'
for method in open close load read write; do
    check "method $method" lists "$work/listing" "external-token.*\b$method\b|\b$method\b.*external"
done
for property in reg name device_type compatible network-type removable category address-bits \
    max-frame-size mac-address local-mac-address driver,AAPL,MacOSX,PowerPC driver-reg,AAPL,MacOSX,PowerPC; do
    case $property in
    name | device_type) words=$(echo "$property" | sed 's/name/device-name/; s/device_type/device-type/') ;;
    *) words="\" $property\"" ;;
    esac
    check "property $property" lists "$work/listing" "$words"
done
check 'no path, slot or address of a machine' lacks "$work/listing" '"/pci|f2000000|82[0-9a-f]{6}'

# --- The ROMs ----------------------------------------------------------------------------------------
for rom in 10ec8139 8086100e 8086100f 80861008; do
    file=$images/$rom-ppc.rom
    check "$rom: mkrom finds nothing wrong" "$mkrom" check "$file"
    romheaders "$file" >"$work/headers" 2>&1
    check "$rom: vendor" lists "$work/headers" "Vendor ID: *0x${rom%????}"
    check "$rom: device" lists "$work/headers" "Device ID: *0x${rom#????}"
    check "$rom: an Ethernet card" lists "$work/headers" 'Class Code: *0x020000'
    check "$rom: Open Firmware comes first" sh -c \
        'grep "Code Type" "$1" | head -n 1 | grep "0x01"' - "$work/headers"
    check "$rom: the FCode in it" sh -c \
        '"$1" extract -content "$2" 0 -o "$3" && cmp "$3" "$4"' - "$mkrom" "$file" "$work/inside" "$fcode"
    check "$rom: a loader for Power Macs" sh -c '"$1" list "$2" | grep "PROG \"sawboot-ppc\""' - \
        "$mkrom" "$file"
    "$mkrom" extract -content "$file" 1 -o "$work/program" >/dev/null 2>&1
    check "$rom: it is an XCOFF program" sh -c 'test "$(od -An -tx1 -N2 "$1" | tr -d " ")" = 01df' - \
        "$work/program"
done

# --- Its size ----------------------------------------------------------------------------------------
check 'a ROM that is larger than it may be is refused' sh -c \
    '! BUILD="$1" tools/make-rom.sh "$2/large.rom" 10ec:8139 "$3" "$3" 1024 && test ! -e "$2/large.rom"' - \
    "$BUILD" "$work" "$fcode"
check 'one that fits is made' sh -c \
    'BUILD="$1" tools/make-rom.sh "$2/small.rom" 10ec:8139 "$3" "$3" 65536 && test -s "$2/small.rom"' - \
    "$BUILD" "$work" "$fcode"
echo "1..$number"
