#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# unpack-source.sh <lwip|zlib|newlib|cmocka> <folder>: unpacks a pinned source tarball into the folder,
# which it makes anew, and touches <folder>/.stamp.
set -eu
. tools/setup/common.sh
name=$1 folder=$2

case $name in
lwip) tarball=$sources/lwip_2.1.3+dfsg1.orig.tar.xz ;;
zlib) tarball=$sources/zlib_1.2.13.dfsg.orig.tar.bz2 ;;
cmocka) tarball=$sources/cmocka_1.1.5.orig.tar.xz ;;
newlib) tarball=$newlib_tarball ;;
*) die "unknown source $name" ;;
esac
demand_pinned "$tarball"
rm -rf "$folder"
mkdir -p "$folder"
# Of newlib only the C library is wanted: without libm's folder, configure passes it over.
tar -C "$folder" --strip-components=1 --no-same-owner --exclude='*/libgloss' --exclude='*/libm' \
    --exclude='*/texinfo' -xf "$tarball"
touch "$folder/.stamp"
