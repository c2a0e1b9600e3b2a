# SPDX-License-Identifier: BSD-2-Clause
# What the scripts of this folder share; they source it first. It goes to the top of the tree and makes
# $work, a folder of the test's own.
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d "${TMPDIR:-/tmp}/sawboot-test.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
number=0

# check <words> <command...>: one test that succeeds when the command does
check() {
    number=$((number + 1))
    words=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok $number - $words"
    else
        echo "not ok $number - $words"
        sed 's/^/# /' "$work/log"
    fi
}
