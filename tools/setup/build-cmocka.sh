#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# build-cmocka.sh <tool prefix> <source> <destination>: builds cmocka as a static library for Linux
# on another processor. Leaves <destination>/cmocka/*.h, lib/libcmocka.a and cmocka.stamp.
set -eu
. tools/setup/common.sh
cross=$1 source=$2 destination=$3

log=$destination/cmocka.log
rm -f "$destination/cmocka.stamp" "$destination/lib/libcmocka.a"
mkdir -p "$destination/lib" "$destination/cmocka"
: >"$log"

# What cmocka's own configuration finds on any Linux with glibc.
logged "$log" "${cross}gcc" -std=gnu11 -O1 -g -D_GNU_SOURCE \
    -DHAVE_MALLOC_H=1 -DHAVE_INTTYPES_H=1 -DHAVE_SIGNAL_H=1 -DHAVE_STRINGS_H=1 -DHAVE_STRSIGNAL=1 \
    -DHAVE_SIGLONGJMP=1 -DHAVE_STRUCT_TIMESPEC=1 -DHAVE_CLOCK_GETTIME=1 -DHAVE_CLOCK_REALTIME=1 \
    -DHAVE_GCC_THREAD_LOCAL_STORAGE=1 \
    -I"$source/include" -c -o "$destination/cmocka.o" "$source/src/cmocka.c"
logged "$log" "${cross}ar" rcs "$destination/lib/libcmocka.a" "$destination/cmocka.o"
cp "$source/include/"*.h "$destination/cmocka/"
rm "$destination/cmocka.o"
touch "$destination/cmocka.stamp"
