#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the folders of the source take in linked programs: a table from the linker's maps.

    modules.py BUILD TITLE:MAP...
"""
import collections
import os
import re
import sys

KINDS = {".text": 0, ".rodata": 0, ".data": 1, ".sdata": 1, ".bss": 2, ".sbss": 2, "COMMON": 2}


def folder_of(path, build):
    """The folder that an object file's source is in."""
    if path.startswith("/") and not path.startswith(os.getcwd()) and path.endswith(".ltrans0.ltrans.o"):
        return "all that is optimised as one program (ROMs)"
    path = re.sub(r"^%s/[^/]+/" % re.escape(build), "", path)
    if ".a(" in path or "thirdparty" in path:
        return "C library, compiler's support"
    folder = os.path.dirname(path)
    if folder.startswith(("lwip", "zlib")):
        return folder.split("/")[0]
    return folder or "other"


def read(path, build):
    """By folder: code and constants, data, cleared memory."""
    sizes = collections.defaultdict(lambda: [0, 0, 0])
    with open(path) as file:
        text = file.read().partition("Linker script and memory map")[2]
    # A long name has its figures on the next line.
    for name, size, source in re.findall(r"^ (\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$", text, re.M):
        kind = next((KINDS[start] for start in KINDS if name == start or name.startswith(start + ".")), None)
        if name.startswith("table_"):
            kind = 0
        if kind is not None:
            sizes[folder_of(source, build)][kind] += int(size, 16)
    return sizes


def main():
    build, columns = sys.argv[1], [word.split(":", 1) for word in sys.argv[2:]]
    tables = [read(path, build) for _, path in columns]
    folders = sorted(set().union(*tables), key=lambda name: -sum(tables[0][name]))
    print("| Folder |", " | ".join(title for title, _ in columns), "|")
    print("|---|" + "---|" * len(columns))
    for folder in folders:
        cells = ["%d, %d, %d" % tuple(table[folder]) if sum(table[folder]) else "" for table in tables]
        if any(cells):
            print("| %s |" % folder, " | ".join(cells), "|")
    sums = [tuple(sum(sizes[kind] for sizes in table.values()) for kind in range(3)) for table in tables]
    print("| **all** |", " | ".join("%d, %d, %d" % each for each in sums), "|")


main()
