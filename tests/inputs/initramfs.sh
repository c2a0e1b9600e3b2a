#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes an initial RAM disk for Linux, build/inputs/initramfs.gz: busybox, and an init that says what
# it sees and then leaves a shell on the console. With an argument, that many megabytes of noise lie
# in it as well, and init tells their digest. Prints the file's name, and the digest behind it.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
. tools/setup/common.sh

megabytes=${1:-0}
busybox=$SAWBOOT_CACHE/unpacked/busybox-static/bin/busybox
result=${BUILD:-build}/inputs/initramfs${1:+-$1m}.gz
[ -x "$busybox" ] || die "$busybox is missing; ./sawboot check fetches it"
busybox=$(realpath "$busybox")

mkdir -p "${result%/*}"
work=$(mktemp -d "${result%/*}/initramfs.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "$work/root/bin" "$work/root/dev" "$work/root/proc" "$work/root/sys"
cp "$busybox" "$work/root/bin/busybox"
cat >"$work/root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox mount -t proc none /proc
/bin/busybox mount -t sysfs none /sys
/bin/busybox dmesg -n 1
echo "initramfs: $(/bin/busybox uname -a)"
echo "initramfs: command line $(/bin/busybox cat /proc/cmdline)"
echo "initramfs: $(/bin/busybox grep MemTotal /proc/meminfo)"
echo "initramfs: frame buffer $(/bin/busybox cat /proc/fb) $(/bin/busybox cat /sys/class/graphics/fb0/virtual_size 2>/dev/null)"
[ ! -f /noise ] || echo "initramfs: noise $(/bin/busybox sha256sum </noise)"
echo "initramfs: here is the shell"
exec /bin/busybox sh </dev/console >/dev/console 2>&1
INIT
chmod 755 "$work/root/init"
digest=
if [ "$megabytes" -gt 0 ]; then
    head -c "${megabytes}M" /dev/urandom >"$work/root/noise"
    digest=$(sha256sum <"$work/root/noise")
    digest=${digest%% *}
fi

(cd "$work/root" && find . | "$busybox" cpio -o -H newc) >"$work/archive"
gzip -1 -n "$work/archive"
mv "$work/archive.gz" "$result"
printf '%s\n' "$result${digest:+ $digest}"
