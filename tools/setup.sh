#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes this machine ready to build and test Sawboot: Debian packages (tools/setup/packages), source
# tarballs with pinned checksums (tools/setup/sources.sha256), and servers and kernels for the tests
# (tools/setup/unpacked). Says what it does; with everything there it does nothing, says nothing
# and needs no network.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
. tools/setup/common.sh

say() {
    printf 'sawboot: %s\n' "$*"
}

# --- Packages ---------------------------------------------------------------------------------

packages=$(sed 's/#.*//' tools/setup/packages | awk 'NF { print $1 }')

missing_packages() {
    # Word splitting is meant: package names hold no blanks.
    # shellcheck disable=SC2086
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $packages 2>/dev/null |
        awk '$2 == "installed" { print $1 }')
    for package in $packages; do
        printf '%s\n' "$installed" | grep -qxF -- "$package" || printf '%s\n' "$package"
    done
}

install_packages() {
    say "these Debian packages are missing and will be installed:"
    for package in $1; do
        awk -v name="$package" \
            '$1 == name { sub(/^[^ ]+ +/, ""); printf "    %-25s %s\n", name, $0 }' \
            tools/setup/packages
    done
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            die "neither root nor sudo here; as root: apt-get install --no-install-recommends" $1
        as_root=sudo
    fi
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 \
        >"$work/install.log" 2>&1 || {
        tail -n 30 "$work/install.log" >&2
        die "apt-get could not install the packages (Sawboot is set up on Debian 12)"
    }
    still_missing=$(missing_packages)
    [ -z "$still_missing" ] || die "still missing after the installation:" $still_missing
}

# --- Sources and unpacked packages, from the package archives that this machine already uses ----

# An apt of our own in $work: it reads source packages too, and needs no root.
# private_apt PROGRAM ARGUMENTS...
private_apt() {
    program=$1
    shift
    "$program" -o Dir::Etc::SourceList="$work/apt/sources.list" \
        -o Dir::Etc::SourceParts="$work/apt/sources.list.d" \
        -o Dir::State::Lists="$work/apt/lists" \
        -o Dir::Cache="$work/apt/cache" \
        -o APT::Sandbox::User=root "$@" 2>>"$work/apt.log"
}

prepare_private_apt() {
    [ ! -d "$work/apt" ] || return 0
    mkdir -p "$work/apt/sources.list.d" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
    : >"$work/apt/sources.list"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -f "$list" ] || continue
        sed -n '/^[[:blank:]]*deb[[:blank:]]/{p;s/deb/deb-src/p;}' "$list" \
            >>"$work/apt/sources.list"
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -f "$list" ] || continue
        sed 's/^Types:.*/Types: deb deb-src/' "$list" >"$work/apt/sources.list.d/${list##*/}"
    done
    # An archive without source packages, or one that is down, matters only if it had ours: what
    # counts is whether the files come.
    private_apt apt-get update >>"$work/apt.log" || :
}

fetch_source() { # package, tarball
    say "fetching the source of $1 ($2)"
    prepare_private_apt
    mkdir -p "$work/$1" "$sources"
    (cd "$work/$1" && private_apt apt-get source --download-only "$1" >>"$work/apt.log") || :
    [ -f "$work/$1/$2" ] || {
        tail -n 10 "$work/apt.log" >&2
        die "no $2 in the package archives; Debian 12's source package $1 has it." \
            "Put it into $sources by hand if this machine has another system."
    }
    is_pinned "$work/$1/$2" || die "the $2 that came has the wrong SHA-256"
    mv "$work/$1/$2" "$sources/$2"
}

# fetch_unpacked PACKAGE[:DEPENDENCY] FOLDER: keeps that folder of the package, or of what it depends
# on and whose name begins so.
fetch_unpacked() {
    name=${1%%:*} package=${1%%:*}
    say "unpacking $name into $SAWBOOT_CACHE/unpacked (it is not installed)"
    prepare_private_apt
    case $1 in
    *:*)
        package=$(private_apt apt-cache depends "$name" |
            awk -v start="${1#*:}" '$1 == "Depends:" && index($2, start) == 1 { print $2; exit }')
        [ -n "$package" ] || die "no package ${1#*:}... that $name depends on"
        ;;
    esac
    mkdir -p "$work/$name/root" "$SAWBOOT_CACHE/unpacked"
    (cd "$work/$name" && private_apt apt-get download "$package" >>"$work/apt.log") || {
        tail -n 10 "$work/apt.log" >&2
        die "the package $package could not be fetched"
    }
    dpkg-deb --fsys-tarfile "$work/$name/"*.deb |
        tar -C "$work/$name/root" --no-same-owner -xf - "./$2"
    keep_unpacked
}

# keep_unpacked: what was unpacked for $name goes into the cache, instead of what was there.
keep_unpacked() {
    rm -rf "$SAWBOOT_CACHE/unpacked/$name"
    mv "$work/$name/root" "$SAWBOOT_CACHE/unpacked/$name"
}

# foreign_apt ARCHITECTURE PROGRAM ARGUMENTS...: private_apt as on a machine of another architecture
# with nothing installed, whether or not this machine's apt knows of that architecture.
foreign_apt() {
    foreign=$work/apt-$1
    if [ ! -d "$foreign" ]; then
        mkdir -p "$foreign/sources.list.d" "$foreign/lists/partial"
        : >"$foreign/status"
        # A list may be meant for this machine's architecture only, and source packages are not
        # wanted.
        sed -n -e '/^[[:blank:]]*deb[[:blank:]]/{s/arch[+-]*=[^] ]*//;s/\[[[:blank:]]*\]//;p;}' \
            "$work/apt/sources.list" >"$foreign/sources.list"
        for list in "$work/apt/sources.list.d/"*.sources; do
            [ -f "$list" ] || continue
            sed -e 's/^Types:.*/Types: deb/' -e '/^Architectures:/d' "$list" \
                >"$foreign/sources.list.d/${list##*/}"
        done
    fi
    architecture=$1 program=$2
    shift 2
    private_apt "$program" -o APT::Architecture="$architecture" \
        -o APT::Architectures="$architecture" -o Acquire::Languages=none \
        -o Dir::State::status="$foreign/status" -o Dir::State::Lists="$foreign/lists" \
        -o Dir::Etc::SourceList="$foreign/sources.list" \
        -o Dir::Etc::SourceParts="$foreign/sources.list.d" "$@"
}

# fetch_foreign PACKAGE/ARCHITECTURE FOLDER: keeps that folder of a package of another architecture.
# It is the version in tools/setup/unpacked.sha256, which the tests were written with, as long as the
# archives have it.
fetch_foreign() {
    name=${1%%/*} architecture=${1#*/}
    say "unpacking $name for $architecture into $SAWBOOT_CACHE/unpacked (it is not installed)"
    pinned=$(awk -v start="${name}_" -v end="_$architecture.deb" \
        'index($2, start) == 1 && substr($2, length($2) - length(end) + 1) == end { print $2 }' \
        tools/setup/unpacked.sha256)
    [ -n "$pinned" ] || die "tools/setup/unpacked.sha256 names no $name for $architecture"
    version=${pinned#*_}
    version=${version%_*}
    prepare_private_apt
    foreign_apt "$architecture" apt-get update >>"$work/apt.log" || :
    mkdir -p "$work/$name/root" "$SAWBOOT_CACHE/unpacked"
    if (cd "$work/$name" && foreign_apt "$architecture" apt-get download "$name=$version" \
        >>"$work/apt.log") && [ -f "$work/$name/$pinned" ]; then
        sum=$(sha256sum "$work/$name/$pinned" | cut -d ' ' -f 1)
        grep -qxF -- "$sum  $pinned" tools/setup/unpacked.sha256 ||
            die "the $pinned that came has the wrong SHA-256"
    else
        # Archives forget a version when the next one is out; apt has checked what it gives.
        say "the package archives no longer have $name $version, taking what they have"
        (cd "$work/$name" && foreign_apt "$architecture" apt-get download "$name" \
            >>"$work/apt.log") || {
            tail -n 10 "$work/apt.log" >&2
            die "the package $name for $architecture could not be fetched"
        }
    fi
    dpkg-deb --fsys-tarfile "$work/$name/"*.deb |
        tar -C "$work/$name/root" --no-same-owner -xf - "./$2"
    keep_unpacked
}

# --- What has to be done ----------------------------------------------------------------------

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this script knows Debian 12 only. Elsewhere install what tools/setup/packages lists," \
        "put the tarballs of tools/setup/sources.sha256 into $sources, and run make."

work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# One set-up at a time: the second one waits, and then finds that nothing is left to do.
begin_work() {
    [ -z "$work" ] || return 0
    mkdir -p "$SAWBOOT_CACHE"
    exec 9>"$SAWBOOT_CACHE/lock"
    flock 9
    work=$(mktemp -d "$SAWBOOT_CACHE/setup.XXXXXX")
}

missing=$(missing_packages)
if [ -n "$missing" ]; then
    begin_work
    missing=$(missing_packages)
    [ -z "$missing" ] || install_packages "$missing"
fi
demand_pinned "$newlib_tarball"

for tarball in lwip_2.1.3+dfsg1.orig.tar.xz zlib_1.2.13.dfsg.orig.tar.bz2 \
    cmocka_1.1.5.orig.tar.xz; do
    is_pinned "$sources/$tarball" && continue
    begin_work
    is_pinned "$sources/$tarball" || fetch_source "${tarball%%_*}" "$tarball"
done

for entry in $(sed 's/#.*//' tools/setup/unpacked | awk 'NF { print $1 "," $2 }'); do
    package=${entry%,*} folder=${entry#*,}
    kept=$SAWBOOT_CACHE/unpacked/${package%%[:/]*}/$folder
    [ -d "$kept" ] && continue
    begin_work
    [ -d "$kept" ] && continue
    case $package in
    */*) fetch_foreign "$package" "$folder" ;;
    *) fetch_unpacked "$package" "$folder" ;;
    esac
done
