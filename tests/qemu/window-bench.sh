#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How much faster windows are: rows of a table for tools/bench.sh. Each machine fetches a file with
# and without a window in turns, so that both meet the same conditions.
#     window-bench.sh [MACHINE:CARD...]
: "${BENCH_MACHINES:=${*:-mac99:rtl8139 mac99:e1000 pc:rtl8139 pc:e1000}}"
export BENCH_MACHINES # the new network starts this once more, without words
. "$(dirname "$0")/window.sh"

RUNS=5
size=2000000
head -c $size /dev/urandom >"$folder/noise"
chmod 644 "$folder/noise"

# median_of FORMAT: median, least and most of the numbers that come.
median_of() {
    sort -n | awk -v format="$1" '{ n[NR] = $1 }
        END { printf format " (" format " to " format ")", n[int((NR + 1) / 2)], n[1], n[NR] }'
}

for pair in $BENCH_MACHINES; do
    window_machine "${pair%:*}" "${pair#*:}" || exit 1
    for _ in $(seq $RUNS); do
        window_fetch noise window=1 && window_fetch noise || exit 1
    done
    window_stop
    window_transfers >"$work/transfers"
    [ "$(wc -l <"$work/transfers")" -eq $((2 * RUNS)) ] || exit 1
    printf '| %s, %s | %s | %s | %s |\n' "${pair%:*}" "${pair#*:}" \
        "$(awk 'NR % 2 == 1 { print $1 }' "$work/transfers" | median_of %d)" \
        "$(awk 'NR % 2 == 0 { print $1 }' "$work/transfers" | median_of %d)" \
        "$(awk 'NR % 2 == 1 { one = $1 } NR % 2 == 0 { print one / $1 }' "$work/transfers" | median_of %.1f)"
done
