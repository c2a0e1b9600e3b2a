#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
. "$(dirname "$0")/lib.sh"
. tests/qemu/matrix.sh
matrix rtl8139 0
finish
