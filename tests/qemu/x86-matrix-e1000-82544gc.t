#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
. "$(dirname "$0")/lib.sh"
. tests/qemu/x86-matrix.sh
matrix e1000-82544gc
finish
