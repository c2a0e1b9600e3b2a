#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Firmware that left PCI alone: a program takes away bridges' numbers and windows and cards' addresses,
# and then starts Sawboot, which has to do firmware's work itself.
. "$(dirname "$0")/lib.sh"

# stripped MACHINE CARD TAKEN FILE WORDS: what is taken away is told in the module's own words.
stripped() {
    # shellcheck disable=SC2046
    start_machine "$1" 256 -kernel "$payloads/unconfigure.elf" -append "$5" \
        -initrd "$loader_x86 $3" -netdev "$(user_net "$payloads" "$4")" $(devices "$2")
    verdict "$4 on $1 over $2 without ${3:-anything configured}"
    reads "^unconfigure: took from ([1-9]|[0-9]+ bridges and [1-9]).* $taken_last" 'and that was taken away'
}

for machine in pc q35; do
    for card in rtl8139 e1000; do
        for place in /bridge /bridges; do
            taken_last=registers
            stripped $machine $card$place '' demo-x86_64-v2 \
                'driver=SawbootDemo.kext args=-v expect-kexts=1'
        done
        taken_last=cards
        stripped $machine $card 'numbers windows registers cards' demo-i386 'args=-v'
    done
    for taken_last in numbers windows registers; do
        stripped $machine e1000-82545em/bridges $taken_last demo-i386 'args=-v'
    done
done
taken_last=cards
stripped pc e1000-82544gc/bridges 'numbers windows registers cards' multiboot.elf \
    'module=noise args=expect-modules=1'
finish
