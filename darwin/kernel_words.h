/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of a Darwin kernel's command line, as the kernel tells them apart (blanks and tabs). */
#ifndef DARWIN_KERNEL_WORDS_H
#define DARWIN_KERNEL_WORDS_H

/*
 * A flag ("-v") that stands alone, or what follows a key ("rd="). Points into `line`; the value
 * ends at the next blank. NULL if the word is not there.
 */
const char *kernel_word(const char *line, const char *word);

#endif
