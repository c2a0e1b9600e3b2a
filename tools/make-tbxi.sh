#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the file that a New World Mac's firmware looks for on a CD or disk by its type, tbxi: a CHRP
# boot script and behind it Sawboot as XCOFF, put together as Apple's BootX is.
#
#     tools/make-tbxi.sh SAWBOOT.XCF OUT [WORDS]
#
# WORDS are words for Sawboot (docs/options.md) when firmware gives none.
#
# Firmware leaves the file at load-base and interprets the script. That finds the end of the text,
# the two bytes 0A 04 behind it, moves the program down to load-base and starts it, so that device,
# path and words in /chosen are those that were booted. (IEEE 1275 CHRP binding, section 11;
# Apple's BootX, bootinfo.hdr.)
set -eu

die() {
    printf 'make-tbxi: %s\n' "$*" >&2
    exit 1
}

[ $# -ge 2 ] && [ $# -le 3 ] || die 'usage: make-tbxi.sh SAWBOOT.XCF OUT [WORDS]'
program=$1 out=$2 words=${3:-}
[ "$(od -An -tx1 -N2 "$program" | tr -d ' ')" = 01df ] || die "$program is not an XCOFF file"
LC_ALL=C
export LC_ALL
case $words in
*[!\ -~]*) die 'WORDS may hold nothing but printable ASCII' ;;
esac
[ ${#words} -le 2047 ] || die "WORDS have ${#words} characters; Sawboot reads 2047"

# The words as a property's bytes on Forth's stack. Strings are kept short, as a Forth's buffer for
# them may be; what means something to Forth or in the tags goes in as hexadecimal, "(22).
words_in_forth() {
    printf '%s\n' "$words" | fold -b -w 64 | sed \
        -e 's/["<>&]/\n&\n/g' | awk '
        BEGIN { code["\""] = "22"; code["<"] = "3c"; code[">"] = "3e"; code["&"] = "26" }
        length($0) == 1 && ($0 in code) { $0 = "\"(" code[$0] ")" }
        length { print "\" " $0 "\" encode-bytes" (many++ ? " encode+" : "") }'
    printf '" " encode-string encode+\n'
}

# What firmware gave is counted with the byte 0 at its end, if it is there at all.
words_script() {
    cat <<'SCRIPT'
dev /chosen
" bootargs" active-package get-package-property if 0 else nip then
SCRIPT
    words_in_forth
    cat <<'SCRIPT'
rot 2 &lt; if " bootargs" property else 2drop then
device-end
SCRIPT
}

{
    cat <<'SCRIPT'
<CHRP-BOOT>
<COMPATIBLE>
MacRISC MacRISC3 MacRISC4
</COMPATIBLE>
<DESCRIPTION>
Sawboot, a network boot loader
</DESCRIPTION>
<BOOT-SCRIPT>
SCRIPT
    [ -z "$words" ] || words_script
    cat <<'SCRIPT'
load-base
begin
  dup 6 " &lt;/CHRP" $= if 6 + dup 6 " -BOOT&gt;" $= else 1+ false then
until
8 + dup load-base - load-size swap - load-base swap move
init-program go
</BOOT-SCRIPT>
</CHRP-BOOT>
SCRIPT
    printf '\004'
    cat "$program"
} >"$out"
