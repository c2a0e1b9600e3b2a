#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# docs/errors.md lists exactly the codes of console/errors.def, each with the same summary; no code twice.
cd "$(dirname "$0")/../.." || exit 1
echo 1..3

catalogue=$(sed -n 's/^ERROR([A-Z0-9_]*, "\(SB-[A-Z]*-[0-9]*\)", "\([^"]*\)",.*$/\1 \2/p' console/errors.def | sort)
documented=$(sed -n 's/^### \(SB-[A-Z]*-[0-9]*\): \(.*\)$/\1 \2/p' docs/errors.md | sort)
count=$(grep -c '^ERROR(' console/errors.def)

if [ "$(printf '%s\n' "$catalogue" | wc -l)" -eq "$count" ]; then
    echo "ok 1 - all $count rows of the catalogue are understood"
else
    echo "not ok 1 - the catalogue has $count rows, understood: $(printf '%s\n' "$catalogue" | wc -l)"
fi
if [ "$catalogue" = "$documented" ]; then
    echo "ok 2 - docs/errors.md has the catalogue's codes and summaries"
else
    echo "not ok 2 - docs/errors.md differs from console/errors.def"
    printf '%s\n' "$catalogue" > "${TMPDIR:-/tmp}/sawboot-errors.$$"
    printf '%s\n' "$documented" | diff "${TMPDIR:-/tmp}/sawboot-errors.$$" - | sed 's/^/# /'
    rm -f "${TMPDIR:-/tmp}/sawboot-errors.$$"
fi
twice=$(printf '%s\n' "$catalogue" | cut -d' ' -f1 | uniq -d)
if [ -z "$twice" ]; then
    echo "ok 3 - no code is used twice"
else
    echo "not ok 3 - used twice: $twice"
fi
