# SPDX-License-Identifier: BSD-2-Clause
# Functions for the tests that boot emulated machines; read with "." as first command of a test,
# which ends with `finish`. Results go out as TAP. Every wait has a bound, and a machine is
# stopped by its process number when the test ends, however it ends.

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
SAWBOOT_CACHE=${SAWBOOT_CACHE:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/sawboot}
payloads=$BUILD/payloads
loader=$BUILD/images/sawboot-ppc.elf
loader_x86=$BUILD/images/sawboot-x86.elf
# Debian packages that are unpacked there, not installed (tools/setup/unpacked).
unpacked=$SAWBOOT_CACHE/unpacked

work=$(mktemp -d) || exit 1
console=$work/console
qemu_pid=
helper_pids=
test_count=0
# Firmware's console on a Power Mac: the serial port, unless a test wants the screen.
console_arguments=-nographic
# A PC's processor: one that every release of Darwin for PCs knows.
CPU=${CPU:-Penryn}
# Where that port is; a test that types at the prompt has a pair of pipes instead (retry.t).
serial=file:$console
# What the loader shows when it crashed on a PC; nothing follows it.
crashed='SB-PC-06'
# Emulation without KVM on a busy machine: bounds are for hangs, not for speed.
SECONDS_TO_BOOT=${SECONDS_TO_BOOT:-120}

cleanup() {
    stop_machine
    for pid in $helper_pids; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT PIPE TERM

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

# start_machine MACHINE MEGABYTES QEMU-ARGUMENTS...: a Power Mac (mac99, g3beige), a PC (pc, q35,
# with options behind a comma) or IBM's kind of PowerPC (pseries). The first serial port goes to $console, the monitor takes commands
# from `monitor`. There is no network card but those that are asked for. A PC that resets itself is
# gone.
start_machine() {
    machine=$1 megabytes=$2
    shift 2
    stop_machine
    : >"$console"
    rm -f "$work/monitor"
    mkfifo "$work/monitor" || exit 1
    exec 3<>"$work/monitor"
    # shellcheck disable=SC2086
    case $machine in
    pc* | q35*) set -- qemu-system-x86_64 -cpu "$CPU" -display none -vga std -no-reboot "$@" ;;
    pseries*) set -- qemu-system-ppc64 -display none "$@" ;;
    *) set -- qemu-system-ppc $console_arguments "$@" ;;
    esac
    "$@" -M "$machine" -m "$megabytes" -monitor stdio -serial "$serial" -nic none \
        <"$work/monitor" >"$work/qemu.log" 2>&1 3>&- &
    qemu_pid=$!
}

# start_from_drive PATTERN MACHINE MEGABYTES QEMU-ARGUMENTS...: a Power Mac that boots from a drive. OpenBIOS
# does not wait long for one, which may be too short on a busy computer: then nothing was loaded, or its Forth
# executes a word that is none and stands at address 4 for ever (21 of 175 starts, five side by side on two
# processors), and the machine is started again. The console shows PATTERN (extended regular expression)
# when what is on the drive runs.
start_from_drive() {
    d_runs=$1
    shift
    for d_attempt in 1 2 3 4 5; do
        start_machine "$@"
        wait_console "$d_runs|^0 > " 90
        if on_console "$d_runs" || { on_console '^0 > ' && ! on_console 'No valid state has been set'; }; then
            break
        fi
        echo "# $1: attempt $d_attempt: firmware did not read the drive"
    done
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

# memory_of ADDRESS LENGTH FILE: writes a part of the machine's physical memory to a file.
memory_of() {
    rm -f "$3"
    monitor "pmemsave $1 $2 \"$3\""
    for _ in $(seq 100); do
        [ "$(stat -c %s "$3" 2>/dev/null)" = "$(($2))" ] && return 0
        sleep 0.1
    done
    return 1
}

# screen_text: what stands on a PC's text screen, 25 lines.
screen_text() {
    memory_of 0xb8000 4000 "$work/screen" || return 1
    python3 -c 'import sys
cells = open(sys.argv[1], "rb").read()[::2].decode("cp437")
for line in range(25):
    print(cells[line * 80:line * 80 + 80].rstrip(" \0"))' "$work/screen"
}

# screen_pixels FILE: what a PC's screen shows, as a picture. Prints its width, height and how many
# different colours there are.
screen_pixels() {
    rm -f "$1"
    monitor "screendump \"$1\""
    python3 -c 'import sys, time
for attempt in range(100):
    try:
        kind, width, height, most, pixels = open(sys.argv[1], "rb").read().split(maxsplit=4)
        if len(pixels) == int(width) * int(height) * 3:
            break
    except (OSError, ValueError):
        pass
    time.sleep(0.1)
else:
    sys.exit(1)
print(int(width), int(height), len({pixels[i:i + 3] for i in range(0, len(pixels), 3)}))' "$1"
}

# type_text TEXT: presses the keys of a PC's keyboard, and Return behind them.
type_text() {
    printf '%s' "$1" | sed 's/./&\n/g' | while read -r key; do
        case $key in
        [A-Z]) key=shift-$(printf '%s' "$key" | tr 'A-Z' 'a-z') ;;
        -) key=minus ;;
        =) key=equal ;;
        .) key=dot ;;
        ,) key=comma ;;
        /) key=slash ;;
        :) key=shift-semicolon ;;
        _) key=shift-minus ;;
        '') key=spc ;;
        esac
        monitor "sendkey $key 20"
        sleep 0.1
    done
    monitor 'sendkey ret 20'
}

# --- Sawboot in it ------------------------------------------------------------------------------

# user_net FOLDER FILE [OPTIONS]: QEMU's own DHCP and TFTP server as network n0.
user_net() {
    echo "user,id=n0,tftp=$1,bootfile=$2${3:+,$3}"
}

# devices CARD: QEMU's words for a card on network n0. CARD is a device name; with "/bridge" behind it,
# it sits behind a bridge, with "/bridges" behind two in a row. The card's own ROM is left out.
devices() {
    d_card="-device ${1%%/*},netdev=n0,romfile="
    case $1 in
    */bridge) echo "-device pci-bridge,id=bridge,chassis_nr=1,shpc=off $d_card,bus=bridge,addr=3" ;;
    */bridges)
        echo "-device pci-bridge,id=bridge1,chassis_nr=1,shpc=off" \
            "-device pci-bridge,id=bridge2,bus=bridge1,addr=1,chassis_nr=2,shpc=off" \
            "$d_card,bus=bridge2,addr=3"
        ;;
    *) echo "$d_card" ;;
    esac
}

# boot MACHINE MEGABYTES CARD FILE WORDS QEMU-ARGUMENTS...: starts the loader, which gets FILE of
# the payloads by DHCP.
boot() {
    boot_from "$payloads" "$@"
}

# boot_from FOLDER MACHINE MEGABYTES CARD FILE WORDS QEMU-ARGUMENTS...: the same with files of
# another folder.
boot_from() {
    b_folder=$1 b_machine=$2 b_megabytes=$3 b_card=$4 b_file=$5 b_words=$6
    shift 6
    b_loader=$loader
    case $b_machine in
    pc* | q35*) b_loader=$loader_x86 ;;
    esac
    # shellcheck disable=SC2046
    start_machine "$b_machine" "$b_megabytes" -kernel "$b_loader" -append "$b_words" \
        -netdev "$(user_net "$b_folder" "$b_file")" $(devices "$b_card") "$@"
}

# payload_crc FILE: its CRC-32, as multiboot.elf takes it in a module's words.
payload_crc() {
    python3 -c 'import sys, zlib
print("%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' "$payloads/$1"
}

# says PATTERN DESCRIPTION [SECONDS]: waits until the console shows it, or the loader's prompt; good
# if it is the pattern. The machine runs on.
says() {
    says_status=1
    if wait_console "($1)|^sawboot> |$crashed" "${3:-}" && on_console "$1"; then
        says_status=0
    fi
    result "$says_status" "$2"
}

# reads PATTERN DESCRIPTION: good if the console shows it already.
reads() {
    on_console "$1"
    result $? "$2"
}

# verdict DESCRIPTION [SECONDS]: waits for a payload's last line; good if nothing failed. The
# loader's prompt or firmware's ends the wait.
verdict() {
    if wait_console "^VERDICT pass=[0-9]+ fail=[0-9]+|^sawboot> |^0 > |$crashed" "${2:-}" &&
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
