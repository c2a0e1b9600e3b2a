#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the ROM of a network card for Power Macs, and says how its room is used:
#
#     tools/make-rom.sh OUT VENDOR:DEVICE FCODE PROGRAM [LIMIT]
#
# FCODE is what toke made of boot/fcode, PROGRAM the loader that it starts. A ROM that does not fit
# into LIMIT bytes is refused.
set -eu
out=$1 ids=$2 fcode=$3 program=$4 limit=${5:-}
"${BUILD:-build}/host/mkrom" build -id "$ids" -class 020000 -o "$out.new" "of:$fcode" \
    "payload,name=sawboot-ppc:$program" >/dev/null
size=$(stat -c %s "$out.new")
printf '  %-9s %s: FCode %s bytes, program %s, in all %s (%s KiB)\n' ROM "$out" \
    "$(stat -c %s "$fcode")" "$(stat -c %s "$program")" "$size" $(((size + 1023) / 1024))
if [ -n "$limit" ] && [ "$size" -gt "$limit" ]; then
    rm -f "$out.new"
    printf 'sawboot: %s has %s bytes, %s are the most\n' "$out" "$size" "$limit" >&2
    exit 1
fi
mv "$out.new" "$out"
