#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs fuzz targets one after the other and prints a line for each. Fails if one of them finds something.
# usage: run.sh TARGET...
#   BUILD    the build folder                             (build)
#   RUNS     inputs for each target                       (as many as MINUTES allow)
#   MINUTES  the same by time                             (1, unless RUNS is given)
#   SEED     of the random numbers                        (another one each time)
#   FOLDER   where corpora, logs and findings are kept    ($BUILD/fuzz)
#   PROGRAM  instead of the target's own, and without seeds
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
FOLDER=${FOLDER:-$BUILD/fuzz}
RUNS=${RUNS:-}
MINUTES=${MINUTES:-}
[ -n "$RUNS$MINUTES" ] || MINUTES=1

# Freed memory is kept for a while, to notice its use; the usual 256 MB of it would only cost speed.
ASAN_OPTIONS=quarantine_size_mb=16:malloc_context_size=8:allow_addr2line=1:${ASAN_OPTIONS:-}
export ASAN_OPTIONS

# word <target> <words>: what stands behind "words: " in the comment at the target's head
word() {
    sed -n "s/^ \\* $2: //p" "tests/fuzz/target_$1.c" 2>/dev/null | head -n 1
}

# figure <name> <log>: the last value that libFuzzer has printed for it ("cov: 123")
figure() {
    sed -n "s/^#[0-9].*[[:blank:]]$1: \\([0-9]*\\).*/\\1/p" "$2" | tail -n 1
}

run() {
    target=$1
    program=${PROGRAM:-$BUILD/fuzz/bin/$target}
    seeds=$(word "$target" Seeds)
    seeds=$BUILD/fuzz/seeds/${seeds:-$target}
    corpus=$FOLDER/corpus/$target findings=$FOLDER/findings/$target log=$FOLDER/log/$target
    longest=$(word "$target" 'Longest input')
    dictionary=tests/fuzz/$(word "$target" Dictionary).dict
    [ -e "$dictionary" ] || dictionary=tests/fuzz/$target.dict
    if [ ! -x "$program" ]; then
        echo "$target: there is no such target" >&2
        return 1
    fi
    if [ -z "${PROGRAM:-}" ] && [ -z "$(ls "$seeds" 2>/dev/null)" ]; then
        echo "$target: no seeds in $seeds" >&2
        return 1
    fi
    mkdir -p "$corpus" "$findings" "$FOLDER/log"
    set -- -max_len="${longest:-4096}" -timeout=20 -print_final_stats=1 \
        -artifact_prefix="$findings/"
    [ -z "$RUNS" ] || set -- "$@" -runs="$RUNS"
    [ -z "$MINUTES" ] || set -- "$@" -max_total_time=$((MINUTES * 60))
    [ -z "${SEED:-}" ] || set -- "$@" -seed="$SEED"
    [ ! -e "$dictionary" ] || set -- "$@" -dict="$dictionary"
    set -- "$@" "$corpus"
    [ ! -d "$seeds" ] || set -- "$@" "$seeds"
    began=$(date +%s)
    "$program" "$@" >"$log" 2>&1
    status=$?
    seconds=$(($(date +%s) - began))
    inputs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    printf '%-14s %9s inputs %6s s  %5s places reached, %6s in different ways  ' "$target" \
        "${inputs:-?}" "$seconds" "$(figure cov "$log")" "$(figure ft "$log")"
    if [ "$status" -eq 0 ]; then
        echo 'nothing found'
        return 0
    fi
    echo "FOUND SOMETHING (status $status)"
    grep -E 'broken promise|last failure|ERROR: |runtime error|^SUMMARY' "$log" | head -n 6 |
        sed 's/^/    /'
    sed -n 's/.*Test unit written to /    input: /p' "$log"
    echo "    all of it: $log"
    return 1
}

result=0
for each; do
    run "$each" || result=1
done
exit $result
