# SPDX-License-Identifier: BSD-2-Clause
#
# The parts of zlib that Sawboot is built with, below $(ZLIB_DIR): unpacking only. lib/inflate.h is
# the one door to them; only lib/inflate.c sees zlib's headers (and, in tools, tools/common/deflate.c).
ZLIB_SOURCES := \
	adler32.c \
	crc32.c \
	inffast.c \
	inflate.c \
	inftrees.c \
	zutil.c
# Packing, for tools alone (tools/common/deflate.h).
ZLIB_PACK_SOURCES := deflate.c trees.c

# Z_SOLO: no files, no allocator of its own. Z_PREFIX: its names begin with z_ and meet no other
# library's. W 0: the CRC goes byte by byte, with a table of 1 KB instead of 9.
ZLIB_FLAGS := -DZ_SOLO -DZ_PREFIX -DZ_TESTW=0
