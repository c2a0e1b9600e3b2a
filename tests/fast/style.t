#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The source is formatted as .clang-format says; every file names its licence; no line is too long.
cd "$(dirname "$0")/../.." || exit 1
echo 1..3

sources=$(find boot console darwin drivers lib loader net tests tools -name '*.[ch]')
wrong=$(for file in $sources; do
    clang-format --dry-run -Werror "$file" >/dev/null 2>&1 || echo "$file"
done)
if [ -z "$wrong" ]; then
    echo 'ok 1 - clang-format changes nothing'
else
    echo 'not ok 1 - to be formatted with clang-format -i:'
    printf '%s\n' "$wrong" | sed 's/^/# /'
fi

unmarked=$(find boot console darwin drivers lib loader net tests tools -type f \
    \( -name '*.[chS]' -o -name '*.sh' -o -name '*.t' -o -name '*.py' -o -name '*.mk' \) \
    -exec grep -L 'SPDX-License-Identifier: BSD-2-Clause' {} +)
if [ -z "$unmarked" ]; then
    echo 'ok 2 - every source file names its licence'
else
    echo 'not ok 2 - without SPDX line:'
    printf '%s\n' "$unmarked" | sed 's/^/# /'
fi

long=$(for file in $sources; do awk -v f="$file" 'length > 100 { print f ":" NR }' "$file"; done)
if [ -z "$long" ]; then
    echo 'ok 3 - no line has more than 100 characters'
else
    echo 'not ok 3 - longer than 100 characters:'
    printf '%s\n' "$long" | sed 's/^/# /'
fi
