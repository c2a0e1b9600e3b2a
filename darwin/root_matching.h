/* SPDX-License-Identifier: BSD-2-Clause */
/* How XNU on x86 is told which card it was booted over. */
#ifndef DARWIN_ROOT_MATCHING_H
#define DARWIN_ROOT_MATCHING_H

#include <stdbool.h>
#include <stdint.h>

#define ROOT_MATCHING_SIZE 256

/*
 * The property list for /chosen root-matching: the network interface whose controller has this
 * station address. IOFindBSDRoot (iokit/bsddev/IOKitBSDInit.cpp) reads it with OSUnserializeXML
 * and waits for that interface. A PC's tree has no node of the card, so a rootpath cannot name it.
 */
void root_matching_write(const uint8_t address[6], char text[ROOT_MATCHING_SIZE]);

/*
 * True if the kernel's arguments say themselves where the root is (rd=, rootdev=, boot-uuid=).
 * Then root-matching has to be left out: the kernel looks at rd= only where the tree is silent.
 */
bool root_is_chosen(const char *arguments);

#endif
