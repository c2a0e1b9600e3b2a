#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Starts a machine that QEMU holds (-S) and says when which line came from it.

    watch.py SECONDS MONITOR SERIAL BIOS NAME=PATTERN...

`cont` goes to MONITOR, a named pipe; from that moment on microseconds are counted. SERIAL and BIOS
are named pipes with what the machine says on its serial port and on the BIOS's debugging port. For
each NAME whose PATTERN (regular expression) stands in a line, "NAME MICROSECONDS" is printed, once.
It ends when the last NAME has come, with status 1 when the SECONDS are over.
"""
import os
import re
import selectors
import sys
import time

seconds, monitor, *pipes = sys.argv[1:5]
patterns = [(name, re.compile(text.encode())) for name, text in (word.split("=", 1) for word in sys.argv[5:])]
last = patterns[-1][0]

ready = selectors.DefaultSelector()
for path in pipes:
    ready.register(os.open(path, os.O_RDWR | os.O_NONBLOCK), selectors.EVENT_READ, bytearray())
start = time.monotonic()
with open(monitor, "w") as pipe:
    pipe.write("cont\n")
while time.monotonic() - start < float(seconds):
    for key, _ in ready.select(1):
        key.data.extend(os.read(key.fd, 65536))
        now = time.monotonic()
        for name, pattern in list(patterns):
            if pattern.search(key.data):
                print(name, round((now - start) * 1000000), flush=True)
                patterns.remove((name, pattern))
                if name == last:
                    sys.exit(0)
sys.exit(1)
