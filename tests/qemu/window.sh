# SPDX-License-Identifier: BSD-2-Clause
# TFTP from atftpd over a cable that takes two milliseconds each way. Read with "." as first command;
# it reads servers.sh. A machine asks for one file after the other at its prompt, so that all are
# asked for under the same conditions.
. "$(dirname "$0")/${SERVERS_SH:-servers.sh}"

LATENCY_US=2000
folder=$work/files
mkdir "$folder"
chmod 755 "$work" "$folder"

# window_machine MACHINE CARD: the cable's end is a UDP port, whose socket takes a whole window at once
# (sockets of the file system hold ten packets).
window_machine() {
    w_loader=$loader
    case $1 in
    pc* | q35*) w_loader=$loader_x86 ;;
    esac
    window_stop
    rm -f "$work/port.in" "$work/port.out" "$work/wire.pcapng"
    mkfifo "$work/port.in" "$work/port.out"
    exec 4<>"$work/port.in"
    atftpd_server
    serve "$BUILD/host/wire" -l $LATENCY_US -p "$work/wire.pcapng" -t 1800 \
        -c udp:7001,7002 -S tap:tap0
    wire_pid=$!
    serial=pipe:$work/port
    prompts=0
    # The first attempt finds nothing: the prompt is what is wanted.
    start_machine "$1" 128 -kernel "$w_loader" -append "$(window_words none)" \
        -netdev "dgram,id=n0,local.type=inet,local.host=127.0.0.1,local.port=7002,remote.type=inet,remote.host=127.0.0.1,remote.port=7001" \
        -device "$2,netdev=n0,romfile="
    cat <"$work/port.out" >>"$console" &
    helper_pids="$helper_pids $!"
    window_prompt
}

window_words() { # FILE, more words
    echo "net=static:192.0.2.50/24,,192.0.2.1 file=$1${2:+ $2}"
}

# Waits for one more prompt.
window_prompt() {
    prompts=$((prompts + 1))
    for _ in $(seq $((SECONDS_TO_BOOT * 5))); do
        [ "$(tr -d '\000' <"$console" | grep -c '^sawboot> ')" -ge $prompts ] && return 0
        sleep 0.2
    done
    return 1
}

# window_fetch FILE WORDS: a file that is no kernel, so that the prompt comes again.
window_fetch() {
    printf '%s\r' "$(window_words "$1" "$2")" >&4
    window_prompt
}

window_stop() {
    stop_machine
    if [ -n "${wire_pid:-}" ]; then
        kill "$wire_pid" 2>/dev/null # it writes its record to the end
        wait "$wire_pid" 2>/dev/null
        wire_pid=
    fi
    stop_servers
}

# window_transfers: for each transfer on the record of the cable, at the client's end: milliseconds,
# DATA packets, acknowledgements, the window asked for (1: none).
window_transfers() {
    tshark -r "$work/wire.pcapng" -Y 'frame.interface_id == 0 && tftp' -T fields -e frame.time_epoch \
        -e tftp.opcode -e tftp.option.name -e tftp.option.value 2>/dev/null | awk -F '\t' '
        function show() { if (acks) printf "%.0f %d %d %d\n", (last - first) * 1000, data, acks, window }
        $2 == 1 {
            show()
            first = $1; data = acks = 0; window = 1
            names = split($3, name, ","); split($4, value, ",")
            for (i = 1; i <= names; i++)
                if (name[i] == "windowsize")
                    window = value[i]
        }
        $2 == 3 { data++ }
        $2 == 4 { acks++; last = $1 }
        END { show() }'
}
