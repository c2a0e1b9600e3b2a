# SPDX-License-Identifier: BSD-2-Clause
# Functions for the tests that boot emulated machines; read with "." as first command of a test,
# which ends with `finish`. Results go out as TAP. Every wait has a bound, and a machine is
# stopped by its process number when the test ends, however it ends.

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
SAWBOOT_CACHE=${SAWBOOT_CACHE:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/sawboot}
payloads=$BUILD/payloads
loader=$BUILD/images/sawboot-ppc.elf

work=$(mktemp -d) || exit 1
console=$work/console
qemu_pid=
helper_pids=
test_count=0
# Firmware's console: the serial port, unless a test wants the screen.
console_arguments=-nographic
# Where that port is; a test that types at the prompt has a pair of pipes instead (retry.t).
serial=file:$console
# Emulation without KVM on a busy machine: bounds are for hangs, not for speed.
SECONDS_TO_BOOT=${SECONDS_TO_BOOT:-60}

cleanup() {
    stop_machine
    for pid in $helper_pids; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# --- TAP --------------------------------------------------------------------------------------

# result STATUS DESCRIPTION: one test; on failure shows the end of the console.
result() {
    test_count=$((test_count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $test_count - $2"
    else
        echo "not ok $test_count - $2"
        show_console
    fi
    return "$1"
}

# skip DESCRIPTION REASON: one test that cannot be done here.
skip() {
    test_count=$((test_count + 1))
    echo "ok $test_count - $1 # SKIP $2"
}

show_console() {
    [ -f "$console" ] || return 0
    echo '# the end of the console:'
    tail -n 25 "$console" | tr -d '\r\000' | cut -c 1-200 | sed 's/^/#   /'
}

finish() {
    echo "1..$test_count"
    exit 0
}

# --- A machine ----------------------------------------------------------------------------------

# start_machine MACHINE MEGABYTES QEMU-ARGUMENTS...: the first serial port goes to $console, the
# monitor takes commands from `monitor`. There is no network card but those that are asked for.
start_machine() {
    machine=$1 megabytes=$2
    shift 2
    stop_machine
    : >"$console"
    rm -f "$work/monitor"
    mkfifo "$work/monitor" || exit 1
    exec 3<>"$work/monitor"
    # shellcheck disable=SC2086
    qemu-system-ppc -M "$machine" -m "$megabytes" $console_arguments -monitor stdio \
        -serial "$serial" -nic none "$@" <"$work/monitor" >"$work/qemu.log" 2>&1 3>&- &
    qemu_pid=$!
}

# monitor COMMAND: a line for QEMU's monitor.
monitor() {
    echo "$1" >&3
}

stop_machine() {
    [ -n "$qemu_pid" ] || return 0
    kill "$qemu_pid" 2>/dev/null
    wait "$qemu_pid" 2>/dev/null
    qemu_pid=
    exec 3>&-
}

# on_console PATTERN: whether the console shows it by now (extended regular expression).
on_console() {
    tr -d '\000' <"$console" | grep -qE -- "$1"
}

# wait_console PATTERN [SECONDS]: waits until the console shows it. Fails when time is up or the
# machine has gone.
wait_console() {
    tenths=$((${2:-$SECONDS_TO_BOOT} * 5))
    while ! on_console "$1"; do
        tenths=$((tenths - 1))
        [ "$tenths" -gt 0 ] || return 1
        if ! kill -0 "$qemu_pid" 2>/dev/null; then
            echo '# QEMU has ended:'
            sed 's/^/#   /' "$work/qemu.log"
            return 1
        fi
        sleep 0.2
    done
}

# --- Sawboot in it ------------------------------------------------------------------------------

# user_net FOLDER FILE [OPTIONS]: QEMU's own DHCP and TFTP server as network n0.
user_net() {
    echo "user,id=n0,tftp=$1,bootfile=$2${3:+,$3}"
}

# boot MACHINE MEGABYTES CARD FILE WORDS QEMU-ARGUMENTS...: starts the loader, which gets FILE of
# the payloads by DHCP. CARD is a device name; with "/bridge" behind it, it sits behind a bridge.
boot() {
    b_machine=$1 b_megabytes=$2 b_card=$3 b_file=$4 b_words=$5
    shift 5
    case $b_card in
    */bridge)
        set -- -device pci-bridge,id=bridge,chassis_nr=1,shpc=off \
            -device "${b_card%/bridge},netdev=n0,bus=bridge,addr=3,romfile=" "$@"
        ;;
    *) set -- -device "$b_card,netdev=n0,romfile=" "$@" ;;
    esac
    start_machine "$b_machine" "$b_megabytes" -kernel "$loader" -append "$b_words" \
        -netdev "$(user_net "$payloads" "$b_file")" "$@"
}

# verdict DESCRIPTION [SECONDS]: waits for a payload's last line; good if nothing failed. The
# loader's prompt or firmware's ends the wait.
verdict() {
    if wait_console '^VERDICT pass=[0-9]+ fail=[0-9]+|^sawboot> |^0 > ' "${2:-}" &&
        on_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$'; then
        result 0 "$1"
    else
        tr -d '\r\000' <"$console" | grep '^FAIL' | sed 's/^/# /'
        result 1 "$1"
    fi
    verdict_status=$?
    stop_machine
    return "$verdict_status"
}

# refused CODE DESCRIPTION [SECONDS]: waits for the loader's prompt; good if the code stands above
# it with words, and nothing was jumped to.
refused() {
    refused_status=1
    if wait_console '^sawboot> ' "${3:-}" && on_console "$1" &&
        ! on_console 'Sawboot demonstration (kernel|client)'; then
        refused_status=0
    fi
    result "$refused_status" "$2: $1"
    refused_status=$?
    tr -d '\r\000' <"$console" | grep -A 3 -E "$1" | sed 's/^/#   /'
    stop_machine
    return "$refused_status"
}
