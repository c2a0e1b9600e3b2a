#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# build-newlib.sh <tool prefix> <source> <destination> <machine flags...>: builds newlib's libc.a
# with a cross compiler for Linux. Leaves <destination>/include, lib/libc.a and newlib.stamp.
#
# The library is for one thread and no operating system: small re-entrancy structure, no wide
# characters, no floating-point formats, but long long and C99 formats (%llu, %zu, PRIu64).
set -eu
. tools/setup/common.sh
cross=$1
source=$(realpath "$2")
mkdir -p "$3"
destination=$(realpath "$3")
shift 3

build=$destination/newlib-build
log=$destination/newlib.log
rm -rf "$build" "$destination/newlib.stamp"
mkdir -p "$build" "$destination/lib"
: >"$log"

# -Os, but not newlib's byte-by-byte memcpy that goes with it. The objects refer to no path.
flags="$* -std=gnu11 -ffreestanding -fno-builtin -Os -U__OPTIMIZE_SIZE__ -ffunction-sections
    -fdata-sections -fno-common -fno-pic -fno-pie -fno-stack-protector
    -fno-asynchronous-unwind-tables -Wa,--noexecstack -nostdinc
    -isystem $("${cross}gcc" -print-file-name=include) -ffile-prefix-map=$source=newlib"
flags=$(printf '%s' "$flags" | tr -s '\n ' '  ')
# A name for the target that selects newlib's folder for the processor and no operating system.
case $cross in
powerpc-*) target=powerpc-unknown-none ;;
*) target=i386-unknown-none ;;
esac

cd "$build"
export LC_ALL=C CONFIG_SHELL=/bin/sh
logged "$log" "$source/newlib/configure" --host="$target" --prefix=/ --disable-multilib \
    --with-newlib --disable-shared --disable-dependency-tracking \
    CC="${cross}gcc" AS="${cross}as" AR="${cross}ar" LD="${cross}ld" RANLIB="${cross}ranlib" \
    CFLAGS="$flags" CCASFLAGS="$flags" \
    --disable-newlib-supplied-syscalls --disable-newlib-multithread --enable-newlib-reent-small \
    --disable-newlib-io-float --enable-newlib-io-long-long --enable-newlib-io-c99-formats \
    --disable-newlib-mb --disable-newlib-wide-orient --enable-newlib-nano-malloc \
    --disable-newlib-fvwrite-in-streamio --disable-newlib-fseek-optimization \
    --disable-newlib-unbuf-stream-opt --enable-lite-exit
logged "$log" make stmp-targ-include
logged "$log" make -j"$(nproc)" -C libc all AR_FLAGS=rcD \
    CC="${cross}gcc -I$build/targ-include -I$source/newlib/libc/include"

# targ-include holds what differs from target to target, and goes on top of the common headers.
rm -rf "$destination/include"
cp -R "$source/newlib/libc/include" "$destination/include"
cp -R targ-include/. "$destination/include/"
cp libc/libc.a "$destination/lib/libc.a"
cd "$destination"
rm -rf "$build"
touch newlib.stamp
