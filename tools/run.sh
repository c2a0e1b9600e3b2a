#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boots a file through Sawboot in QEMU. The makefile calls it:
#
#     tools/run.sh run ARCH NIC      ROOT=folder FILE=name [ARGS=] [CONFIG=] [QEMU_ARGS=]
#                                    a relative ROOT is one of the folder that the user stands in
#     tools/run.sh debug ARCH NIC    the same, stopped for gdb; by default the demonstration kernel
#     tools/run.sh demo ARCH NIC     the demonstration kernel's report; status 0 if nothing failed
#
# FILE is served from ROOT by QEMU's own DHCP and TFTP; CONFIG are Sawboot's words, ARGS the
# kernel's arguments. MACHINE= chooses the Power Mac (mac99, g3beige), MEMORY= its megabytes.
set -u
BUILD=${BUILD:-build}
MACHINE=${MACHINE:-mac99}
MEMORY=${MEMORY:-256}
DEMO_SECONDS=${DEMO_SECONDS:-60}
mode=${1:-} arch=${2:-ppc} nic=${3:-rtl8139}

die() {
    printf 'sawboot: %s\n' "$*" >&2
    exit 1
}

[ "$arch" = ppc ] || die "ARCH=$arch cannot be run yet; ARCH=ppc can"
loader=$BUILD/images/sawboot-ppc.elf
[ -f "$loader" ] || die "$loader is missing: run make first"

# machine ROOT FILE WORDS QEMU-ARGUMENTS...: becomes the emulator.
machine() {
    root=$1 file=$2 words=$3
    shift 3
    case $root,$file in
    *,*,*) die "QEMU takes no commas in ROOT and FILE" ;;
    esac
    # shellcheck disable=SC2086
    exec qemu-system-ppc -M "$MACHINE" -m "$MEMORY" -nographic -kernel "$loader" -append "$words" \
        -nic none -netdev "user,id=n0,tftp=$root,bootfile=$file" \
        -device "$nic,netdev=n0,romfile=" ${QEMU_ARGS:-} "$@"
}

# The loader's words and, if there are any, the kernel's arguments behind them.
words_of() {
    printf '%s' "${CONFIG:-}${ARGS:+${CONFIG:+ }args=$ARGS}"
}

run() {
    [ -n "${ROOT:-}" ] && [ -n "${FILE:-}" ] ||
        die 'usage: make run ROOT=folder FILE=name [ARGS=] [CONFIG=] [NIC=] [QEMU_ARGS=]'
    case $ROOT in
    /*) ;;
    *) ROOT=${SAWBOOT_FROM:-$PWD}/$ROOT ;;
    esac
    [ -f "$ROOT/$FILE" ] || die "there is no file $FILE in $ROOT"
    printf 'sawboot: control-A x ends the emulator\n'
    machine "$ROOT" "$FILE" "$(words_of)" -serial mon:stdio
}

debug() {
    if [ -z "${FILE:-}" ]; then
        ROOT=$BUILD/payloads FILE=demo-ppc ARGS=${ARGS:--v}
    fi
    printf 'sawboot: the machine is stopped and waits; in a second terminal, in this folder (package gdb-multiarch):\n\n'
    printf '    gdb-multiarch -ex "target remote localhost:1234" %s\n\n' "$loader"
    printf 'hbreak loader_main, then continue. Control-A x ends the emulator.\n'
    machine "$ROOT" "$FILE" "$(words_of)" -serial mon:stdio -S -gdb tcp:127.0.0.1:1234
}

demo() {
    work=$(mktemp -d) || exit 1
    emulator=
    trap '[ -z "$emulator" ] || kill "$emulator" 2>/dev/null; rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    printf 'sawboot: network-booting the demonstration kernel over %s on %s\n' "$nic" "$MACHINE"
    : >"$work/console"
    CONFIG=${CONFIG:-driver=SawbootDemo.mkext mkext=SawbootDemo.mkext} ARGS=${ARGS:--v}
    (
        machine "$BUILD/payloads" demo-ppc "$(words_of)" -monitor none \
            -serial "file:$work/console" </dev/null >"$work/qemu.log" 2>&1
    ) &
    emulator=$!
    follow "$work/console"
    status=$?
    cat "$work/qemu.log" >&2
    return "$status"
}

# follow LOG: shows the console as it grows until the verdict, the emulator's end or the time's.
follow() {
    shown=0 tenths=$((DEMO_SECONDS * 5))
    while :; do
        length=$(wc -c <"$1")
        if [ "$length" -gt "$shown" ]; then
            tail -c +$((shown + 1)) "$1" | head -c $((length - shown)) | tr -d '\000'
            shown=$length
        fi
        verdict=$(tr -d '\r\000' <"$1" | grep -E '^VERDICT pass=[0-9]+ fail=[0-9]+$')
        case $verdict in
        '') ;;
        *' fail=0') return 0 ;;
        *) return 1 ;;
        esac
        if tr -d '\r\000' <"$1" | grep -q '^sawboot> '; then
            printf '\nsawboot: the loader gave up; see above\n' >&2
            return 1
        fi
        kill -0 "$emulator" 2>/dev/null || {
            printf '\nsawboot: the emulator has ended\n' >&2
            return 1
        }
        tenths=$((tenths - 1))
        [ "$tenths" -gt 0 ] || {
            printf '\nsawboot: no verdict within %s seconds\n' "$DEMO_SECONDS" >&2
            return 1
        }
        sleep 0.2
    done
}

case $mode in
run | debug | demo) "$mode" ;;
*) die 'usage: tools/run.sh run|demo|debug ARCH NIC' ;;
esac
