# SPDX-License-Identifier: BSD-2-Clause
# Shell functions for the set-up and third-party scripts; read with ".", from the top of the tree.

# Where things are kept that are neither in the tree nor under build/.
SAWBOOT_CACHE=${SAWBOOT_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/sawboot}

# Source tarballs of Debian's packages lwip, zlib and cmocka, fetched by tools/setup.sh.
sources=$SAWBOOT_CACHE/sources
# The tarball that Debian's package newlib-source installs.
newlib_tarball=/usr/src/newlib/newlib-3.3.0.tar.xz

# die text...: ends the script with a message.
die() {
    printf 'sawboot: %s\n' "$*" >&2
    exit 1
}

# is_pinned file: whether the file is there and is the one named in sources.sha256.
is_pinned() {
    [ -f "$1" ] || return 1
    set -- "$1" "$(awk -v name="${1##*/}" '$2 == name { print $1 }' tools/setup/sources.sha256)"
    [ -n "$2" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status -
}

# demand_pinned file: ends the script unless is_pinned.
demand_pinned() {
    [ -f "$1" ] || die "$1 is missing; ./sawboot all fetches it"
    is_pinned "$1" || die "$1 is not the file whose SHA-256 tools/setup/sources.sha256 names"
}

# logged file command...: runs the command with its output in the file, whose end it shows upon
# failure. V=1 shows the command.
logged() {
    log=$1
    shift
    [ "${V:-}" != 1 ] || printf '%s\n' "$* >>$log" >&2
    "$@" >>"$log" 2>&1 || {
        status=$?
        printf '%s\n' "--- the end of $log" >&2
        tail -n 30 "$log" | cut -c 1-400 >&2
        die "failed with status $status: $*"
    }
}

# Other people's makefiles must not see our make's options and words (ARCH=, V=, ...), nor
# compiler settings from the environment.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL GNUMAKEFLAGS
unset ARCH CC CPP AS LD AR CFLAGS CPPFLAGS ASFLAGS LDFLAGS LIBS CROSS_COMPILE KCONFIG_CONFIG
