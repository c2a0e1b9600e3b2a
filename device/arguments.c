/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/arguments.h"

#include <stdio.h>
#include <string.h>

#include "net/address.h"
#include "net/network.h"

/* Retries, and the block size: five digits are more than either can use. */
#define NUMBER_DIGITS 5

/* One field of the text: not terminated. */
struct field {
    const char *text;
    size_t length;
};

static const struct {
    const char *word;
    enum boot_arguments_method method;
} methods[] = {
    {"bootp", BOOT_ARGUMENTS_BOOTP},
    {"dhcp", BOOT_ARGUMENTS_DHCP},
    {"bsdp", BOOT_ARGUMENTS_BSDP},
};

/* Hints for a card's driver in front of everything else (IEEE 1275 "Device Support Extensions");
 * ours find speed and duplex out by themselves. */
static const char *const hints[] = {"speed=", "duplex=", "promiscuous="};

/* First words of other firmwares that mean something we cannot do: none of them is a file. */
static const char *const impossible[] = {"rarp", "nfs", "ipv6", "last", "iscsi"};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* True if the field begins with `word`, whatever the case. */
static bool begins(const struct field *field, const char *word)
{
    size_t at = 0;

    while (word[at] != '\0' && at < field->length && lower(field->text[at]) == word[at])
        at++;
    return word[at] == '\0';
}

static bool is_word(const struct field *field, const char *word)
{
    return field->length == strlen(word) && begins(field, word);
}

static error_t refuse(const char *what, const struct field *field)
{
    return fail(ERROR_ARGUMENTS, "%s: \"%.*s\"", what, (int)field->length, field->text);
}

/* Takes the next field off the text; an empty one behind its end. */
static struct field next_field(const char **text)
{
    struct field field = {*text, strcspn(*text, ",")};

    *text += field.length;
    if (**text == ',')
        ++*text;
    return field;
}

/* Nothing at all and 0.0.0.0 are no address. */
static bool take_address(const struct field *field, uint32_t *address)
{
    return field->length == 0 || address_parse(field->text, field->length, address);
}

static bool take_host(const struct field *field, uint32_t *address)
{
    return take_address(field, address) && (*address == 0 || address_is_host(*address));
}

static bool take_number(const struct field *field, unsigned *number)
{
    for (size_t i = 0; i < field->length; i++) {
        char c = field->text[i];

        if (i == NUMBER_DIGITS || c < '0' || c > '9')
            return false;
        *number = *number * 10 + (unsigned)(c - '0');
    }
    return true;
}

static error_t take_file(const struct field *field, struct boot_arguments *out)
{
    if (field->length >= sizeof out->file)
        return fail(ERROR_ARGUMENTS_LENGTH, "the file name has %u characters, at most %u",
                    (unsigned)field->length, (unsigned)sizeof out->file - 1);
    memcpy(out->file, field->text, field->length);
    out->file[field->length] = '\0';
    return OK;
}

/* True if it is a hint or a method; what may stand in front of the fields that have a place. */
static bool take_word(const struct field *field, struct boot_arguments *out)
{
    if (is_word(field, "promiscuous"))
        return true;
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (begins(field, hints[i]))
            return true;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (out->method == BOOT_ARGUMENTS_ANY && is_word(field, methods[i].word)) {
            out->method = methods[i].method;
            return true;
        }
    return false;
}

/* True if it can only have been meant as an address. */
static bool looks_like_address(const struct field *field)
{
    for (size_t i = 0; i < field->length; i++)
        if (field->text[i] != '.' && (field->text[i] < '0' || field->text[i] > '9'))
            return false;
    return true;
}

/*
 * The first field that has a place: a server's address, or Apple's "0" (a disk's partition, which
 * a network does not have). Where it is neither, Firmworks' and IBM's firmware take it for the
 * file, and Macs start "enet:file"; so do we, except for words that are surely none.
 */
static error_t take_first(const struct field *field, struct boot_arguments *out, bool *is_file)
{
    *is_file = false;
    if (is_word(field, "0"))
        return OK;
    if (looks_like_address(field))
        return take_host(field, &out->server) ? OK : refuse("server", field);
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++)
        if (is_word(field, impossible[i]))
            return refuse("this way of booting is not known", field);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (is_word(field, methods[i].word))
            return refuse("two ways of getting an address", field);
    if (memchr(field->text, '=', field->length) != NULL)
        return refuse("this word is not known", field);
    *is_file = true;
    return take_file(field, out);
}

/*
 * The places of the fields behind the server: IEEE 1275 "TFTP Booting Extension" 4.1; the mask is
 * Sun's and IBM's addition, the block size IBM's.
 */
enum place { FILE_NAME, CLIENT, GATEWAY, BOOTP_RETRIES, TFTP_RETRIES, NETMASK, BLOCK_SIZE, END };

static error_t take_field(enum place place, const struct field *field, struct boot_arguments *out)
{
    static const char *const names[END] = {
        [CLIENT] = "client",
        [GATEWAY] = "gateway",
        [BOOTP_RETRIES] = "BOOTP retries",
        [TFTP_RETRIES] = "TFTP retries",
        [NETMASK] = "netmask",
        [BLOCK_SIZE] = "block size",
    };
    unsigned block_size = 0; /* net/tftp.c agrees with the server on the best one */
    bool fine;

    switch (place) {
    case FILE_NAME:
        return take_file(field, out);
    case CLIENT:
        fine = take_host(field, &out->client);
        break;
    case GATEWAY:
        fine = take_host(field, &out->gateway);
        break;
    case NETMASK:
        fine = take_address(field, &out->netmask);
        break;
    default:
        fine = take_number(field, place == BOOTP_RETRIES  ? &out->bootp_retries
                                  : place == TFTP_RETRIES ? &out->tftp_retries
                                                          : &block_size);
    }
    return fine ? OK : refuse(names[place], field);
}

static error_t take_fields(const char *text, struct boot_arguments *out)
{
    struct field field;
    bool is_file;
    error_t error;

    do
        field = next_field(&text);
    while (take_word(&field, out));
    error = take_first(&field, out, &is_file);
    for (enum place place = is_file ? CLIENT : FILE_NAME; error == OK && place < END; place++) {
        field = next_field(&text);
        error = take_field(place, &field, out);
    }
    if (error == OK && *text != '\0')
        error = fail(ERROR_ARGUMENTS, "too many fields: \"%s\"", text);
    return error;
}

static error_t parse(const char *text, struct boot_arguments *out)
{
    size_t length = strlen(text);

    if (length >= BOOT_ARGUMENTS_TEXT_LENGTH)
        return fail(ERROR_ARGUMENTS_LENGTH, "%u characters, at most %u", (unsigned)length,
                    BOOT_ARGUMENTS_TEXT_LENGTH - 1);
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return fail(ERROR_ARGUMENTS, "character %u is %02x", (unsigned)i + 1,
                        (unsigned)(uint8_t)text[i]);
    return take_fields(text, out);
}

error_t boot_arguments_parse(const char *text, struct boot_arguments *out)
{
    error_t error;

    memset(out, 0, sizeof *out);
    error = parse(text != NULL ? text : "", out);
    if (error != OK)
        memset(out, 0, sizeof *out);
    out->given = out->method != BOOT_ARGUMENTS_ANY || out->file[0] != '\0' ||
                 (out->server | out->client | out->gateway | out->netmask) != 0 ||
                 (out->bootp_retries | out->tftp_retries) != 0;
    return error;
}

error_t boot_arguments_net(const struct boot_arguments *arguments,
                           char net[BOOT_ARGUMENTS_NET_LENGTH])
{
    static const char *const words[] = {
        [BOOT_ARGUMENTS_ANY] = "",
        [BOOT_ARGUMENTS_BOOTP] = "bootp",
        [BOOT_ARGUMENTS_DHCP] = "dhcp",
        [BOOT_ARGUMENTS_BSDP] = "bsdp",
    };
    uint32_t netmask = arguments->netmask;

    if (arguments->client == 0) {
        if ((arguments->gateway | netmask) != 0)
            return fail(ERROR_ARGUMENTS, "a gateway or a netmask, but no client address");
        snprintf(net, BOOT_ARGUMENTS_NET_LENGTH, "%s", words[arguments->method]);
        return OK;
    }
    /* With a server and a file there is nothing left to ask for, whatever the method. */
    if (arguments->method != BOOT_ARGUMENTS_ANY &&
        (arguments->server == 0 || arguments->file[0] == '\0'))
        return fail(ERROR_ARGUMENTS, "%s and a client address, without server or file",
                    words[arguments->method]);
    if (netmask == 0)
        netmask = address_class_mask(arguments->client);
    if (!address_is_netmask(netmask))
        return fail(ERROR_ARGUMENTS, "netmask: \"%s\"", network_address_text(netmask));
    snprintf(net, BOOT_ARGUMENTS_NET_LENGTH, "static:%s/%s,%s,%s",
             network_address_text(arguments->client), network_address_text(netmask),
             arguments->gateway != 0 ? network_address_text(arguments->gateway) : "",
             arguments->server != 0 ? network_address_text(arguments->server) : "");
    return OK;
}

/* '/' ends a part of a device's path, so firmware has '\' or, Firmworks', '|' for it. */
static bool is_separator(char c)
{
    return c == '/' || c == '\\' || c == '|';
}

/* How much of the boot file's name is its folder, the separator included. */
static size_t folder_length(const char *boot_file)
{
    size_t length = strlen(boot_file);

    while (length > 0 && boot_file[length - 1] != '/' && boot_file[length - 1] != '\\')
        length--;
    return length;
}

error_t boot_arguments_file(const struct boot_arguments *arguments, const char *boot_file,
                            char *name, size_t size)
{
    const char *file = arguments->file;
    size_t folder = 0, length;

    if (boot_file == NULL)
        boot_file = "";
    if (file[0] == '\0') {
        file = boot_file;
        if (file[0] == '\0')
            return fail(ERROR_NET_NO_FILE, "not behind the device, and the server named none");
        if (strlen(file) >= size)
            return fail(ERROR_ARGUMENTS_LENGTH, "\"%s\"", file);
        memcpy(name, file, strlen(file) + 1);
        return OK;
    }
    /* A disk's "\\" is the folder of its boot file; so it is here. */
    if (file[0] == '\\' && file[1] == '\\') {
        folder = folder_length(boot_file);
        while (is_separator(*file))
            file++;
    }
    length = strlen(file);
    if (length == 0 || is_separator(file[length - 1]))
        return fail(ERROR_ARGUMENTS, "a folder, not a file: \"%s\"", arguments->file);
    if (length >= size || folder >= size - length)
        return fail(ERROR_ARGUMENTS_LENGTH, "\"%.*s%s\"", (int)folder, boot_file, file);
    memcpy(name, boot_file, folder);
    for (size_t i = 0; i <= length; i++)
        name[folder + i] = is_separator(file[i]) ? '/' : file[i];
    return OK;
}
