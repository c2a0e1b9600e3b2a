#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How many instructions the loader takes for each byte that comes by TFTP, by driver and by part of it:
# the loader as a process (tests/net/client) in virtual time, under callgrind. The same tree gives the
# same figures on every run with the same compiler and C library.
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
BENCH_GOALS=${BENCH_GOALS:-/dev/null}
SMALL=4194304
LARGE=12582912
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# profile CARD BYTES: to $work/BYTES.
profile() {
    timeout 600 valgrind --tool=callgrind --callgrind-out-file="$work/$2" \
        "$BUILD/host/net/client" -n "$1" -k -M eager -w 16 -b "$2" >"$work/log" 2>&1 && grep -q '^client right: ' "$work/log" || {
        tail -n 5 "$work/log" >&2
        exit 1
    }
}

cat <<'TEXT'
The loader's network, driver and memory as a process for x86-64 (gcc -O2) with windows of 16 blocks of 1468 bytes, over the
register model of each card, counted by callgrind. The figure is the difference between files of 12 and 4 MiB divided by 8 MiB,
so that the start drops out; what the server, the wire, the card's model and the simulated machine do is not in it, nor what a
register access costs. Two runs give the same.

TEXT
for card in e1000 rtl8139; do
    echo "# instructions: $card" >&2
    profile $card $SMALL
    profile $card $LARGE
    python3 tools/bench/callgrind.py "$work/$SMALL" "$work/$LARGE" $((LARGE - SMALL)) >"$work/$card" || exit 1
    all=$(awk -F '\t' '$2 == "all" { print $3 }' "$work/$card")
    met=$(echo "$all" | awk '{ print ($1 <= 2.5) ? "yes" : "**no**" }')
    echo "| instructions for each byte, 1468-byte blocks, $card | $all | ≤ 2.5 | $met |" >>"$BENCH_GOALS"
done
echo '| Part | e1000 | rtl8139 |'
echo '|---|---|---|'
awk -F '\t' '$1 == "part" { print $2 }' "$work/e1000" | while read -r part; do
    printf '| %s | %s | %s |\n' "$part" \
        "$(awk -F '\t' -v part="$part" '$1 == "part" && $2 == part { print $3 }' "$work/e1000")" \
        "$(awk -F '\t' -v part="$part" '$1 == "part" && $2 == part { print $3 }' "$work/rtl8139")"
done
echo
echo '| Dearest functions | Part | Card | Instructions for each byte |'
echo '|---|---|---|---|'
for card in e1000 rtl8139; do
    awk -F '\t' -v card=$card '$1 == "function" && count++ < 8 { printf "| `%s` | %s | %s | %s |\n", $2, $3, card, $4 }' "$work/$card"
done

echo
echo 'What it takes to unpack the loader in a ROM (the same code as a tool, `pack -unpack`, counted the same way):'
echo
echo '| ROM | Instructions, millions | For each byte of the loader |'
echo '|---|---|---|'
for family in i386-small/e1000 i386-small/rtl8139 powerpc-small/e1000 powerpc-small/rtl8139; do
    echo "# instructions: unpacking $family" >&2
    timeout 600 valgrind --tool=callgrind --callgrind-out-file="$work/unpacking" \
        "$BUILD/host/pack" -unpack "$BUILD/$family/packed" "$work/unpacked" >"$work/log" 2>&1 || exit 1
    count=$(sed -n 's/^summary: //p' "$work/unpacking")
    case $family in
    i386*) world='PCs' ;;
    *) world='Power Macs' ;;
    esac
    echo "$count $(stat -c %s "$work/unpacked")" |
        awk -v what="${family#*/} for $world" '{ printf "| %s | %.0f | %.0f |\n", what, $1 / 1000000, $1 / $2 }'
done
