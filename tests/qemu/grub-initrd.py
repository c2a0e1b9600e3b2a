# SPDX-License-Identifier: BSD-2-Clause
"""grub-initrd.py <init> <token> <archive>: writes an initial RAM disk for Linux, a cpio archive in the
"new" format (Linux's Documentation/driver-api/early-userspace/buffer-format.rst) with the program as
/init, a console, the token, and a megabyte of noise. Prints the noise's sum as grub-init.c counts it."""
import os
import sys

REGULAR, DIRECTORY, CHARACTER = 0o100000, 0o040000, 0o020000
archive = bytearray()


def add(name, mode, data=b"", device=(0, 0)):
    def pad():
        archive.extend(bytes(-len(archive) % 4))

    name = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
    archive.extend(b"070701" + b"".join(b"%08X" % field for field in fields) + name)
    pad()
    archive.extend(data)
    pad()


init, token, result = sys.argv[1:]
noise = os.urandom(1 << 20)
add("dev", DIRECTORY | 0o755)
add("dev/console", CHARACTER | 0o600, device=(5, 1))
with open(init, "rb") as program:
    add("init", REGULAR | 0o755, program.read())
add("token", REGULAR | 0o644, token.encode())
add("noise", REGULAR | 0o644, noise)
add("TRAILER!!!", 0)
with open(result, "wb") as file:
    file.write(archive)

sum_ = 0
for byte in noise:
    sum_ = ((sum_ << 5 | sum_ >> 27) + byte) & 0xFFFFFFFF
print("%08x" % sum_)
