#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How much faster windows are than one block after the other, in Sawboot alone.
cat <<'TEXT'
2 MB from atftpd by a cable that takes 2 ms each way, one transfer with `window=1` and one without in turns, five
times: milliseconds, the median (least to most).

| | `window=1` | Window of 16 | Times as fast |
|---|---|---|---|
TEXT
exec tests/qemu/window-bench.sh
