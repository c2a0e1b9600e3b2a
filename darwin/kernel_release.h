/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which release a Darwin kernel is. It decides what the kernel is handed over: Darwin 8 is Mac OS X
 * 10.4, 9 is 10.5, and so on.
 */
#ifndef DARWIN_KERNEL_RELEASE_H
#define DARWIN_KERNEL_RELEASE_H

#include <stddef.h>
#include <stdint.h>

struct kernel_release {
    unsigned major; /* 0: the image does not tell */
    unsigned minor;
    unsigned xnu; /* the number of the source ("xnu-1228..."), 0 if it is not told */
};

/*
 * Looks for the text that every kernel has for its own version banner: "Darwin Kernel Version
 * 9.8.0: ...; root:xnu-1228.15.4~1/RELEASE_I386" (config/version.c of XNU). Where only the second
 * half is found, the major number comes from that of the source.
 */
void kernel_release_find(const uint8_t *image, size_t length, struct kernel_release *release);

/* "Darwin 9.8" or "a kernel of an unknown release", in a static buffer. */
const char *kernel_release_name(const struct kernel_release *release);

#endif
