/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things stand in an mkext archive, for its reader (mkext.c) and its writer (mkext_write.c)
 * alone (specs: xnu-handoff section 5.1). All fields are 32-bit and big-endian.
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

/* An entry of the table behind the header, 32 bytes: the plist's file, then the module's */
#define MKEXT_AT_PLIST  0x00
#define MKEXT_AT_MODULE 0x10

/* In each of the two */
#define MKEXT_AT_OFFSET      0x00 /* from the archive's start */
#define MKEXT_AT_STORED_SIZE 0x04 /* 0: not compressed */
#define MKEXT_AT_REAL_SIZE   0x08
#define MKEXT_AT_MODIFIED    0x0C /* Unix time */

#endif
