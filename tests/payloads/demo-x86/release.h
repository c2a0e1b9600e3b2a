/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of Apple's releases a demonstration kernel stands for; built once for each of them. */
#ifndef DEMO_X86_RELEASE_H
#define DEMO_X86_RELEASE_H

/* As in Apple's kernels: loaders look for it, and choose boot_args by its number. */
extern const char version[];
/* 9: 10.5, 10: 10.6, 12: 10.8. */
extern const unsigned darwin_major;

#endif
