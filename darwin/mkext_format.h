/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things stand in an mkext archive, for its readers (mkext.c, mkext_v2.c) and its writer
 * (mkext_write.c) alone (specs: xnu-handoff sections 5.1, 5.2, 5.4). All fields are 32-bit and
 * big-endian.
 */
#ifndef DARWIN_MKEXT_FORMAT_H
#define DARWIN_MKEXT_FORMAT_H

/* The header, 32 bytes */
#define MKEXT_AT_MAGIC       0x00
#define MKEXT_AT_SIGNATURE   0x04
#define MKEXT_AT_LENGTH      0x08 /* of the whole archive */
#define MKEXT_AT_ADLER32     0x0C /* of everything from the version on */
#define MKEXT_AT_VERSION     0x10
#define MKEXT_AT_COUNT       0x14
#define MKEXT_AT_CPU_TYPE    0x18
#define MKEXT_AT_CPU_SUBTYPE 0x1C

#define MKEXT_MAGIC     0x4D4B5854u /* 'MKXT' */
#define MKEXT_SIGNATURE 0x4D4F5358u /* 'MOSX' */

/* Version 2: the header is longer, 44 bytes */
#define MKEXT2_AT_PLIST_OFFSET 0x20 /* from the archive's start */
#define MKEXT2_AT_PLIST_STORED 0x24 /* stored size; 0: not compressed */
#define MKEXT2_AT_PLIST_SIZE   0x28
#define MKEXT2_HEADER_SIZE     44

/* Version 2: in front of each file that the plist tells the offset of */
#define MKEXT2_AT_STORED_SIZE 0x00 /* 0: not compressed */
#define MKEXT2_AT_REAL_SIZE   0x04
#define MKEXT2_AT_DATA        0x08

/* Version 1: an entry of the table behind the header, 32 bytes: the plist's file, then the module's
 */
#define MKEXT_AT_PLIST  0x00
#define MKEXT_AT_MODULE 0x10

/* In each of the two */
#define MKEXT_AT_OFFSET      0x00 /* from the archive's start */
#define MKEXT_AT_STORED_SIZE 0x04 /* 0: not compressed */
#define MKEXT_AT_REAL_SIZE   0x08
#define MKEXT_AT_MODIFIED    0x0C /* Unix time */

#endif
