#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prints QEMU's words that make OpenBIOS run the FCode in its cards' ROMs, one in each line: the
# words of openbios-rom.fth as nvramrc, which is short of room, so without comments. Forth words that
# are given here are run behind them.
set -eu
words=$(sed -e 's/^ *\\ .*//' -e 's/( [^)]*-- [^)]*)//' "$(dirname "$0")/openbios-rom.fth" | tr -s '\n ' '  ')
printf '%s\n' -prom-env 'use-nvramrc?=true' -prom-env "nvramrc=$words$*"
