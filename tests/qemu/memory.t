#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Machines with little and with much memory.
. "$(dirname "$0")/lib.sh"
for machine in mac99 g3beige; do
    for megabytes in 64 1024; do
        boot $machine $megabytes rtl8139 demo-ppc \
            'driver=SawbootDemo.mkext args=-v expect-driver'
        verdict "$machine with $megabytes MB"
    done
done
boot mac99 256 rtl8139 demo-ppc-far 'args=-v'
verdict 'a kernel linked at 96 MB'
finish
