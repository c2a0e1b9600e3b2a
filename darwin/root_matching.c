/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/root_matching.h"

#include <stdio.h>

#include "darwin/kernel_words.h"

/* Base64 of six bytes: eight characters and no padding. */
static void write_base64(const uint8_t bytes[6], char text[9])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int group = 0; group < 2; group++) {
        const uint8_t *from = bytes + 3 * group;
        uint32_t bits = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
        for (int i = 0; i < 4; i++) {
            text[4 * group + i] = digits[bits >> (18 - 6 * i) & 63];
        }
    }
    text[8] = 0;
}

void root_matching_write(const uint8_t address[6], char text[ROOT_MATCHING_SIZE])
{
    char encoded[9];
    write_base64(address, encoded);
    snprintf(text, ROOT_MATCHING_SIZE,
             "<dict><key>IOProviderClass</key><string>IONetworkInterface</string>"
             "<key>IOParentMatch</key><dict><key>IOPropertyMatch</key><dict>"
             "<key>IOMACAddress</key><data>%s</data></dict></dict></dict>",
             encoded);
}

bool root_is_chosen(const char *arguments)
{
    return kernel_word(arguments, "rd=") != NULL || kernel_word(arguments, "rootdev=") != NULL ||
           kernel_word(arguments, "boot-uuid=") != NULL;
}
