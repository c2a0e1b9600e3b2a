#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The host tool elf2macho: what it makes is read by another reader and compared with the ELF file.
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
payloads=$BUILD/payloads
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

# check WORDS COMMAND...: one test that succeeds when the command does
check() {
    number=$((number + 1))
    words=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok $number - $words"
    else
        echo "not ok $number - $words"
        sed 's/^/# /' "$work/log"
    fi
}

# refuses TEXT WORDS...: the tool ends with a message that has TEXT
refuses() {
    expected=$1
    shift
    "$BUILD/host/elf2macho" "$@" "$work/out" >"$work/said" 2>&1 && return 1
    cat "$work/said"
    grep -q "$expected" "$work/said"
}

for kernel in demo-ppc demo-ppc-high demo-i386 demo-i386-1.6 demo-x86_64-v1 demo-x86_64-v2; do
    check "$kernel is its ELF file" \
        python3 tests/fast/elf2macho.py kernel "$payloads/$kernel.elf" "$payloads/$kernel"
done
for processor in ppc i386 x86_64; do
    check "the module for $processor can be moved" python3 tests/fast/elf2macho.py module \
        "$payloads/thin/$processor/SawbootDemo.kext/Contents/MacOS/SawbootDemo"
done

check 'no ELF file' refuses 'not an ELF file' "$payloads/demo-i386"
head -c 100 "$payloads/demo-i386.elf" >"$work/short"
check 'a truncated one' refuses 'outside the file' "$work/short"
check 'sections with other names' refuses '__SEGMENT,__section' "$payloads/multiboot.elf"
check 'a kernel as object' refuses 'linked at 0' -object "$payloads/demo-i386.elf"
check 'a kernel as bundle' refuses 'linked at 0' -bundle "$payloads/demo-x86_64-v2.elf"
# An address in half a word of a 64-bit program.
printf 'data: .long data\n' >"$work/half.s"
printf 'SECTIONS { "__TEXT,__header" 0 : { _mh_execute_header = .; . = 0x400; } %s }\n' \
    '"__TEXT,__text" : { *(.text) }' >"$work/half.lds"
if gcc -m64 -c -o "$work/half.o" "$work/half.s" &&
    ld -m elf_x86_64 --no-warn-rwx-segments --emit-relocs -e 0 -T "$work/half.lds" -o "$work/half.elf" "$work/half.o"; then
    check 'a relocation that is no whole word' refuses 'whole words' -bundle "$work/half.elf"
else
    check 'the example is made' false
fi
echo "1..$number"
