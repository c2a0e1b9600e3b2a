#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Measures and writes docs/benchmarks.md. Each subject is a script of tools/bench; without words all are
# measured, otherwise those that are named. What was measured last of the others is kept in
# $BUILD/bench, and each section says when it was measured and of what.
#     bench.sh [SUBJECT...]
set -eu
BUILD=${BUILD:-build}
cd "$(dirname "$0")/.."
export BUILD

SUBJECTS='throughput delay boot instructions memory sizes windows'
kept=$BUILD/bench
mkdir -p "$kept"
version=$(cat "$BUILD/version")

title_of() {
    case $1 in
    throughput) echo 'TFTP on a clean wire' ;;
    delay) echo 'TFTP with delay' ;;
    boot) echo 'From start to kernel' ;;
    instructions) echo 'Instructions for each byte' ;;
    memory) echo 'Memory' ;;
    sizes) echo 'Sizes' ;;
    windows) echo 'Windows of TFTP' ;;
    *) return 1 ;;
    esac
}

machine() {
    processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
    echo "${processor:-unknown processor}, $(nproc) cores, Linux $(uname -r | cut -d - -f 1)"
}
emulator() {
    qemu-system-x86_64 --version | sed -n '1s/.*version \([^ ]*\).*/QEMU \1/p'
}

# measure SUBJECT: its section and its goals.
measure() {
    rm -f "$kept/$1.goals"
    : >"$kept/$1.new-goals"
    {
        echo "## $(title_of "$1")"
        echo
        BENCH_GOALS=$PWD/$kept/$1.new-goals sh "tools/bench/$1.sh"
        echo
        echo "Measured on $(date -u '+%Y-%m-%d'), Sawboot $version, $(machine), $(emulator)$(
            [ -z "${BENCH_NOTE:-}" ] || echo "; $BENCH_NOTE").
"
    } >"$kept/$1.new"
    if grep -q '^1\.\.0 # SKIP' "$kept/$1.new"; then
        echo "$1: $(sed -n 's/^1\.\.0 # SKIP //p' "$kept/$1.new")" >&2
        return 1
    fi
    mv "$kept/$1.new" "$kept/$1.md"
    mv "$kept/$1.new-goals" "$kept/$1.goals"
}

page() {
    echo '# Benchmarks'
    echo
    echo '`make bench` writes this page; `make bench BENCH="throughput boot"` measures some of its sections anew. Peers are measured in'
    echo 'turns with Sawboot, in one run; a ratio is that of each turn. All figures are medians, with the least and the most. The machines are'
    echo 'emulated by QEMU without KVM: what counts is the ratio, not the milliseconds.'
    echo
    echo '## Goals'
    echo
    echo '| | Measured | Goal | Met |'
    echo '|---|---|---|---|'
    for subject in $SUBJECTS; do
        [ ! -f "$kept/$subject.goals" ] || cat "$kept/$subject.goals"
    done
    for subject in $SUBJECTS; do
        [ ! -f "$kept/$subject.md" ] || { echo && sed '${/^$/d}' "$kept/$subject.md"; }
    done
}

for subject in ${*:-$SUBJECTS}; do
    title_of "$subject" >/dev/null || {
        echo "bench: $subject: these can be measured: $SUBJECTS" >&2
        exit 2
    }
done
for subject in ${*:-$SUBJECTS}; do
    measure "$subject"
done
page >"$BUILD/benchmarks.md"
cp "$BUILD/benchmarks.md" docs/benchmarks.md
cat docs/benchmarks.md
