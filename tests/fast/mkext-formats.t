#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Archives of both versions, thin and fat: round trips of generated kernel extensions, read by a reader
# of its own, and archives with one wrong field.
. "$(dirname "$0")/lib.sh"
python3 tests/fast/mkext-formats.py "$PWD/$BUILD/host/mkext" "$work"
