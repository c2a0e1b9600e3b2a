#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds Linux 6.1 for Power Macs (tests/linux/powermac.config) out of Debian's linux-source-6.1,
# once: the result stays in the cache until the configuration, the source or the compiler changes.
# Prints the folder, which holds zImage.coff (XCOFF), zImage.pmac (ELF), vmlinux and config.
# It takes some minutes; messages go to standard error.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. tools/setup/common.sh

config=$PWD/tests/linux/powermac.config
tarball=/usr/src/linux-source-6.1.tar.xz
cross=powerpc-linux-gnu-
[ -f "$tarball" ] || die "$tarball is missing; ./sawboot check installs linux-source-6.1"

key=$({
    cat "$config" tests/linux/build.sh
    dpkg-query -W -f '${Version}\n' linux-source-6.1
    "${cross}gcc" --version
} | sha256sum | cut -c 1-16)
result=$SAWBOOT_CACHE/linux/$key
if [ -f "$result/zImage.pmac" ]; then
    printf '%s\n' "$result"
    exit 0
fi

mkdir -p "$SAWBOOT_CACHE/linux"
exec 9>"$SAWBOOT_CACHE/linux/lock"
flock 9
if [ -f "$result/zImage.pmac" ]; then
    printf '%s\n' "$result"
    exit 0
fi

work=$(mktemp -d "$SAWBOOT_CACHE/linux/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
log=$SAWBOOT_CACHE/linux/build.log
: >"$log"

printf '  %-9s %s\n' LINUX 'for Power Macs: some minutes, once' >&2
mkdir "$work/source" "$work/out" "$work/result"
logged "$log" tar -C "$work/source" --strip-components=1 --no-same-owner -xf "$tarball"

kernel_make() {
    logged "$log" nice make -C "$work/source" O="$work/out" ARCH=powerpc CROSS_COMPILE="$cross" \
        KBUILD_BUILD_USER=sawboot KBUILD_BUILD_HOST=tests \
        KBUILD_BUILD_TIMESTAMP='2000-01-01 00:00:00 UTC' "$@"
}
kernel_make KCONFIG_ALLCONFIG="$config" allnoconfig
# A symbol that was renamed or has lost what it depends on is dropped without a word.
grep '^CONFIG_' "$config" | while read -r line; do
    grep -qx -- "$line" "$work/out/.config" || die "tests/linux/powermac.config: $line did not take"
done
kernel_make -j"$(nproc)" zImage

for image in zImage.coff zImage.pmac; do
    cp "$work/out/arch/powerpc/boot/$image" "$work/result/"
done
cp "$work/out/.config" "$work/result/config"
"${cross}strip" -o "$work/result/vmlinux" "$work/out/vmlinux"
rm -rf "$result"
mv "$work/result" "$result"
printf '%s\n' "$result"
