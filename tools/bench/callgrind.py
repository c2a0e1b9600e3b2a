#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Instructions of the loader for each byte of a file, from callgrind's profiles of two lengths.

    callgrind.py SMALL LARGE BYTES

SMALL and LARGE are profiles (callgrind.out) of build/host/net/client fetching two files, BYTES the
difference of their lengths; what does not depend on the length drops out. Prints tab-separated lines:

    part NAME FIGURE           for each part of the loader, and "all" of it
    function NAME PART FIGURE  the dearest functions
    outside FIGURE             what was left out: server, wire, card model, simulated machine

A function belongs to the part that its source file is in, inlined functions to the one that they are
inlined into. What is called in a library (memcpy, memset, ...) belongs to its caller, but memcpy by the
sink that puts the file into memory, which is the part "copy".
"""
import collections
import os
import re
import sys

DEAREST = 12


def part_of(source):
    """The part of the loader that a source file is in; None: it is not the loader's."""
    if "/lwip/" in source or source.startswith("lwip"):
        return "lwIP"
    for start, part in (
        ("drivers/", "driver"),
        ("net/tftp", "TFTP"),
        ("net/round_trip", "TFTP"),
        ("net/fetch", "fetch and progress"),
        ("console/", "fetch and progress"),
        ("net/", "lwIP's port and network"),
        ("lib/", "lib"),
    ):
        if source.startswith(start):
            return part
    return None


def read(path):
    """Instructions by (part, function)."""
    names = {"ob": {}, "fl": {}, "fn": {}}
    costs = collections.Counter()

    def name(kind, text):
        number, _, rest = text.partition(" ")
        if rest:
            names[kind][number] = rest
        return names[kind].get(number, text)

    at = {"ob": "", "fl": "", "fn": ""}
    called = {"ob": "", "fl": "", "fn": ""}
    is_call = False
    source = ""
    with open(path) as file:
        for line in file:
            line = line.rstrip("\n")
            word = re.match(r"(c?)(ob|fl|fi|fe|fn)=(.*)", line)
            if word:
                where, kind, text = word.groups()
                value = name("fl" if kind in ("fi", "fe") else kind, text)
                if where:
                    if kind in ("fi", "fe"):
                        kind = "fl"
                    called[kind] = value
                elif kind not in ("fi", "fe"):  # inlined code is its function's
                    at[kind] = value
                    if kind == "ob":
                        source = ""
                    called = {"ob": at["ob"], "fl": at["fl"], "fn": ""}
            elif line.startswith("calls="):
                is_call = True
            elif line[:1] in "0123456789+-*" and " " in line:
                cost = int(line.split()[1])
                # The source of a function is the one it began in.
                here = (at["ob"], at["fl"], at["fn"])
                if is_call:
                    is_call = False
                    if called["ob"] != at["ob"]:
                        library = re.sub(r"^_*(\w+?)(_avx\w*|_sse\w*|_evex\w*|_erms|_unaligned\w*)*$", r"\1", called["fn"])
                        costs[(here, library)] += cost
                    called = {"ob": at["ob"], "fl": at["fl"], "fn": ""}
                else:
                    costs[(here, None)] += cost
    return costs


def by_function(path, program="net/client"):
    """Instructions by (part, function), and those outside."""
    result, outside = collections.Counter(), 0
    for ((where, source, function), library), cost in read(path).items():
        if not where.endswith(program) or function in ("_start", "(below main)"):  # which call everything
            continue
        source = re.sub(r"^.*/thirdparty/src/lwip/", "lwip/", source)
        source = source.removeprefix(os.getcwd() + "/").removeprefix("./")
        function = function.split("'")[0]
        part = part_of(source)
        if part is None:
            outside += cost
        elif library is None:
            result[(part, function)] += cost
        elif "memcpy" in library and function == "memory_write" or "memmove" in library and function == "memory_write":
            result[("copy", "memcpy of memory_write")] += cost
        else:
            result[(part, "%s, by %s" % (library, function))] += cost
    return result, outside


def main():
    small, small_outside = by_function(sys.argv[1])
    large, large_outside = by_function(sys.argv[2])
    length = int(sys.argv[3])
    parts, functions = collections.Counter(), {}
    for key in set(small) | set(large):
        figure = (large[key] - small[key]) / length
        functions[key] = figure
        parts[key[0]] += figure
    print("part\tall\t%.3f" % sum(parts.values()))
    for part, figure in parts.most_common():
        print("part\t%s\t%.3f" % (part, figure))
    for (part, function), figure in sorted(functions.items(), key=lambda item: -item[1])[:DEAREST]:
        print("function\t%s\t%s\t%.3f" % (function, part, figure))
    print("outside\t%.3f" % ((large_outside - small_outside) / length))


main()
