#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `make demo` as a user sees it: the report up to the verdict, and a status that says the same.
. "$(dirname "$0")/lib.sh"

# demo ARCH CARD: several times, as what is shown and when it ends are a race with the machine.
demo() {
    for attempt in 1 2 3; do
        tools/run.sh demo "$1" "$2" >"$work/demo.log" 2>&1
        demo_status=$?
        demo_last=$(tr -d '\r' <"$work/demo.log" | tail -n 1)
        case $demo_status,$demo_last in
        0,'VERDICT pass='*' fail=0') ;;
        *)
            echo "# attempt $attempt: status $demo_status, last line: $demo_last"
            result 1 "demo on $1 over $2"
            return
            ;;
        esac
    done
    result 0 "demo on $1 over $2"
}

for arch in ppc x86; do
    for card in rtl8139 e1000; do
        demo $arch $card
    done
done

# A kernel that finds a fault: the status is not 0.
ARGS='-v expect-mb=1' tools/run.sh demo x86 e1000 >"$work/demo.log" 2>&1
[ $? -eq 1 ] && grep -q 'VERDICT pass=[0-9]* fail=[1-9]' "$work/demo.log"
result $? 'a verdict with a failure gives status 1'
finish
