#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A TFTP transfer of more than 4 GB, with blocks that wrap to 1, without a sanitizer for speed.
cd "$(dirname "$0")/../.." || exit 1
SAWBOOT_LARGE=1 exec "${BUILD:-build}/linux-i386/unit/test_tftp"
