#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every fuzz target over its seeds and 20000 inputs more, the same ones each time (docs/fuzzing.md).
# Slow ones say in their head that they want fewer.
. "$(dirname "$0")/lib.sh"
targets=$(for file in tests/fuzz/target_*.c; do
    name=${file##*/target_}
    echo "${name%.c}"
done)
export BUILD RUNS=20000 SEED=1 FOLDER="$work/fuzz"

# A target that breaks its promise has to be noticed, or the rest would mean nothing.
cat >"$work/broken.c" <<'CODE'
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    return length >= 2 && bytes[0] == 'N' && bytes[1] == 'O' ? bytes[length] & 0 : 0;
}
CODE
notices() {
    clang -g -fsanitize=fuzzer,address -o "$work/broken" "$work/broken.c" || return 1
    PROGRAM=$work/broken RUNS=2000000 tests/fuzz/run.sh broken >"$work/said" && return 1
    cat "$work/said"
    grep -q 'heap-buffer-overflow' "$work/said" && [ -n "$(ls "$FOLDER/findings/broken")" ]
}

# The seeds and what was found from them, on a processor that has no libFuzzer.
# replay <variant> [emulator]
replay() {
    variant=$1
    shift
    for each in $targets; do
        find "$BUILD/fuzz/seeds/$each" "$FOLDER/corpus/$each" -type f |
            "$@" "$BUILD/$variant/fuzz/$each" >"$work/replayed" 2>&1 && continue
        echo "$each:"
        tail -n 5 "$work/replayed"
        return 1
    done
}

# shellcheck disable=SC2086
set -- $targets
echo "1..$(($# + 4))"
check 'a read beyond the input is noticed' notices
for target; do
    RUNS=$(sed -n 's/^ \* Inputs in the fast test: //p' "tests/fuzz/target_$target.c")
    RUNS=${RUNS:-20000}
    check "$target has seeds and finds nothing" tests/fuzz/run.sh "$target"
done
check 'all of that on a 32-bit PC' replay linux-i386
check 'all of that on PowerPC' replay linux-powerpc qemu-ppc
check 'a name that is no target is refused' sh -c '! tests/fuzz/run.sh nothing'
