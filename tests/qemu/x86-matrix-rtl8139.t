#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
. "$(dirname "$0")/lib.sh"
. tests/qemu/x86-matrix.sh
matrix rtl8139
finish
