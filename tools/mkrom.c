/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkrom: makes, lists, checks and changes PCI expansion ROM files. Reading and writing of images is
 * the loader's own code (lib/pci_rom.c, lib/pci_rom_write.c); docs/roms.md is for users.
 *
 *   mkrom build [options] -o rom IMAGE...      IMAGE: x86:file of:file payload:file mkext:file
 * rom:file mkrom add   [options] rom IMAGE... -o rom mkrom ids   [options] rom VENDOR:DEVICE... -o
 * rom mkrom list  [-json] rom... mkrom check rom... mkrom extract [-content] rom NUMBER -o file
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darwin/mkext.h"
#include "lib/bytes.h"
#include "lib/pci_rom.h"
#include "lib/pci_rom_write.h"
#include "tools/common/buffer.h"
#include "tools/common/tool.h"

#define IMAGES_MAXIMUM 64
#define CHIP_MAXIMUM   0x1000000 /* 16 MB, the most of a ROM BAR (PCI 3.0, 6.2.5.2) */
#define CLASS_ETHERNET 0x020000

const char tool_name[] = "mkrom";

static int usage(void)
{
    fputs("usage: mkrom build [options] -o rom IMAGE...\n"
          "       mkrom add [options] rom IMAGE... -o rom\n"
          "       mkrom ids [options] rom VENDOR:DEVICE... -o rom\n"
          "       mkrom list [-json] rom...\n"
          "       mkrom check rom...\n"
          "       mkrom extract [-content] rom NUMBER -o file\n"
          "IMAGE:   x86:file  of:file  payload[,name=NAME][,type=TYPE]:file  mkext:file  rom:file\n"
          "options: -size 64K  -id VENDOR:DEVICE (may repeat; or -vendor, -device)  -class 020000\n"
          "         -revision NUMBER  -checksum OFFSET|last\n",
          stderr);
    return 2;
}

static void die_of(error_t error, const char *path)
{
    die("%s: %s: %s (%s)", path, error_code(error), error_summary(error), error_detail());
}

/* --- Words of the command line --------------------------------------------------------------- */

/* What a ROM is to become. */
struct request {
    const char *output;
    size_t chip_size; /* 0: as long as it is */
    struct pci_rom_identity identity;
    bool has_ids, has_class, has_revision;
    uint32_t checksum; /* byte of x86 images; CHECKSUM_... */
    bool json, content;
    const char *words[IMAGES_MAXIMUM]; /* that are no options */
    unsigned word_count;
};

#define CHECKSUM_SEARCH 0
#define CHECKSUM_LAST   UINT32_MAX

static uint32_t number(const char *text, int base, uint32_t maximum, const char *what)
{
    char *end;
    unsigned long value;

    /* strtoul would take signs and blanks. */
    if (strspn(text, "0123456789abcdefABCDEFxX") != strlen(text) || text[0] == 0)
        die("%s: \"%s\" is no number", what, text);
    value = strtoul(text, &end, base);
    if (*end != 0 || value > maximum)
        die("%s: \"%s\" is no number up to %lu", what, text, (unsigned long)maximum);
    return (uint32_t)value;
}

static void add_id(struct pci_rom_identity *identity, const char *vendor, const char *device)
{
    uint16_t value;

    if (vendor != NULL) {
        value = (uint16_t)number(vendor, 16, 0xFFFF, "vendor");
        if (identity->vendor != 0 && identity->vendor != value)
            die("vendors %04x and %04x: the devices of a ROM belong to one vendor",
                identity->vendor, value);
        if (value == 0 || value == 0xFFFF)
            die("vendor %04x is nobody's", value);
        identity->vendor = value;
    }
    if (device == NULL)
        return;
    value = (uint16_t)number(device, 16, 0xFFFF, "device");
    if (value == 0xFFFF)
        die("ffff is no device's id");
    for (unsigned i = 0; i < identity->device_count; i++)
        if (identity->devices[i] == value)
            die("device %04x is named twice", value);
    if (identity->device_count == PCI_ROM_DEVICES_MAXIMUM)
        die("more than %u devices", PCI_ROM_DEVICES_MAXIMUM);
    identity->devices[identity->device_count++] = value;
}

/* VENDOR:DEVICE or VENDOR:DEVICE,DEVICE... */
static void add_ids(struct pci_rom_identity *identity, const char *text)
{
    char *copy = strcpy(allocate(strlen(text) + 1), text);
    char *device = strchr(copy, ':');

    if (device == NULL)
        die("\"%s\": ids are written VENDOR:DEVICE, as 10ec:8139", text);
    *device++ = 0;
    for (char *next; device != NULL; device = next) {
        next = strchr(device, ',');
        if (next != NULL)
            *next++ = 0;
        add_id(identity, copy, device);
    }
    free(copy);
}

static size_t chip_size(const char *text)
{
    char digits[16];
    size_t length = strlen(text), unit = 1, size;

    if (length != 0 && (text[length - 1] == 'K' || text[length - 1] == 'k'))
        unit = 1024;
    else if (length != 0 && (text[length - 1] == 'M' || text[length - 1] == 'm'))
        unit = 1024 * 1024;
    length -= unit != 1;
    if (length >= sizeof digits)
        die("-size: \"%s\" is no size", text);
    memcpy(digits, text, length);
    digits[length] = 0;
    size = number(digits, 10, (uint32_t)(CHIP_MAXIMUM / unit), "-size") * unit;
    if (size < PCI_ROM_UNIT || (size & (size - 1)) != 0)
        die("-size: %s is no power of two, as chips are", text);
    return size;
}

/* Options may stand anywhere. */
static struct request parse(int count, char **words)
{
    struct request request = {.identity = {.class_code = CLASS_ETHERNET, .code_revision = 1}};

    for (int i = 0; i < count; i++) {
        const char *word = words[i], *value = i + 1 < count ? words[i + 1] : NULL;

        if (word[0] != '-') {
            if (request.word_count == IMAGES_MAXIMUM)
                die("more than %d files", IMAGES_MAXIMUM);
            request.words[request.word_count++] = word;
            continue;
        }
        if (strcmp(word, "-json") == 0) {
            request.json = true;
            continue;
        }
        if (strcmp(word, "-content") == 0) {
            request.content = true;
            continue;
        }
        if (value == NULL)
            die("%s: unknown, or its value is missing", word);
        i++;
        if (strcmp(word, "-o") == 0) {
            request.output = value;
        } else if (strcmp(word, "-size") == 0) {
            request.chip_size = chip_size(value);
        } else if (strcmp(word, "-id") == 0) {
            add_ids(&request.identity, value);
        } else if (strcmp(word, "-vendor") == 0) {
            add_id(&request.identity, value, NULL);
        } else if (strcmp(word, "-device") == 0) {
            add_id(&request.identity, NULL, value);
        } else if (strcmp(word, "-class") == 0) {
            request.identity.class_code = number(value, 16, 0xFFFFFF, "-class");
            request.has_class = true;
        } else if (strcmp(word, "-revision") == 0) {
            request.identity.code_revision = (uint16_t)number(value, 0, 0xFFFF, "-revision");
            request.has_revision = true;
        } else if (strcmp(word, "-checksum") == 0) {
            request.checksum =
                strcmp(value, "last") == 0 ? CHECKSUM_LAST : number(value, 0, 0x1FFFF, "-checksum");
        } else {
            die("%s: unknown", word);
        }
    }
    if ((request.identity.vendor != 0) != (request.identity.device_count != 0))
        die("-vendor and -device belong together");
    request.has_ids = request.identity.device_count != 0;
    return request;
}

/* --- Images in memory ----------------------------------------------------------------------- */

/* A ROM that is being put together. */
struct rom {
    struct {
        uint8_t *bytes; /* from malloc */
        size_t length;
        const char *path; /* where it comes from */
    } images[IMAGES_MAXIMUM];
    unsigned count;
};

static struct pci_rom_image image_of(const struct rom *rom, unsigned i)
{
    struct pci_rom_image image;
    error_t error = pci_rom_read(rom->images[i].bytes, rom->images[i].length, 0, &image);

    if (error != OK)
        die_of(error, rom->images[i].path);
    return image;
}

static uint8_t *add_image(struct rom *rom, const char *path, size_t length)
{
    if (rom->count == IMAGES_MAXIMUM)
        die("%s: more than %d images", path, IMAGES_MAXIMUM);
    rom->images[rom->count].bytes = allocate(length);
    rom->images[rom->count].length = length;
    rom->images[rom->count].path = path;
    return rom->images[rom->count++].bytes;
}

static void free_rom(struct rom *rom)
{
    for (unsigned i = 0; i < rom->count; i++)
        free(rom->images[i].bytes);
}

/* The image's sum becomes 0 again after a change. */
static void put_checksum(struct rom *rom, unsigned i, uint32_t place)
{
    struct pci_rom_image image = image_of(rom, i);
    error_t error;

    if (image.code_type != PCI_ROM_X86)
        return;
    if (place == CHECKSUM_LAST)
        place = rom->images[i].bytes[2] * PCI_ROM_UNIT - 1;
    else if (place == CHECKSUM_SEARCH)
        place = pci_rom_checksum_place(&image);
    if (place == 0 && pci_rom_sum(image.bytes, image.bytes[2] * PCI_ROM_UNIT) == 0)
        return;
    if (place == 0)
        die("%s: the x86 image shows no byte that is kept for its checksum: name one with "
            "-checksum",
            rom->images[i].path);
    error = pci_rom_set_checksum(rom->images[i].bytes, &image, place);
    if (error != OK)
        die_of(error, rom->images[i].path);
}

/* --- Existing ROMs -------------------------------------------------------------------------- */

struct complaints {
    const char *path;
    bool show_notes;
    bool ids_allowed; /* wrong ids do not count: they are about to be replaced */
    unsigned wrong;
    FILE *to;
};

static void complain(void *context, const struct pci_rom_finding *finding)
{
    struct complaints *complaints = context;
    bool about_ids =
        strcmp(finding->field, "vendor id") == 0 || strcmp(finding->field, "device id") == 0;

    if (about_ids && complaints->ids_allowed)
        return;
    if (finding->wrong)
        complaints->wrong++;
    if (finding->wrong || complaints->show_notes)
        fprintf(complaints->to, "%s: image %u at 0x%06x: %s%s: %s\n", complaints->path,
                finding->image, (unsigned)finding->offset,
                finding->wrong ? "" : "note: ", finding->field, finding->words);
}

/* The length of the images alone; ends if one is wrong. */
static size_t require_good(const char *path, const uint8_t *bytes, size_t length, bool any_ids)
{
    struct complaints complaints = {path, false, any_ids, 0, stderr};
    size_t end;

    pci_rom_check(bytes, length, complain, &complaints, &end);
    if (complaints.wrong != 0)
        die("%s: %u wrong fields, nothing is written", path, complaints.wrong);
    return end;
}

/* Ends if something that is no padding stands behind the images. */
static void require_padding(const char *path, const struct file *file, size_t end)
{
    for (size_t i = end; i < file->length; i++)
        if (file->bytes[i] != file->bytes[end] || (file->bytes[i] != 0 && file->bytes[i] != 0xFF))
            die("%s: %zu bytes behind the last image are no padding and would be lost", path,
                file->length - end);
}

/* All its images; if it was padded, its length, else 0. */
static size_t add_rom(struct rom *rom, const char *path, bool any_ids)
{
    struct file file = read_file(path);
    size_t end = require_good(path, file.bytes, file.length, any_ids);

    require_padding(path, &file, end);
    for (size_t at = 0; at < end;) {
        struct pci_rom_image image;

        if (pci_rom_read(file.bytes, file.length, at, &image) != OK)
            die("%s: %s", path, error_detail());
        memcpy(add_image(rom, path, image.length), image.bytes, image.length);
        at += image.length;
    }
    free(file.bytes);
    return file.length != end ? file.length : 0;
}

/* --- Making images -------------------------------------------------------------------------- */

static uint8_t *add_made(struct rom *rom, const char *path, const struct request *request,
                         enum pci_rom_code code_type, size_t length)
{
    size_t size = pci_rom_image_size(&request->identity, code_type, length);

    if (size == 0)
        die("%s: %zu bytes are more than an image can have", path, length);
    return add_image(rom, path, size);
}

/* An x86 ROM as a linker leaves it: header and PCIR are there, lengths and sum need not be. */
static void add_x86(struct rom *rom, const char *path, const struct request *request)
{
    struct file file = read_file(path);
    size_t length = (size_t)round_up(file.length, PCI_ROM_UNIT), pcir, said;
    uint8_t *bytes;

    if (file.length < PCI_ROM_HEADER_SIZE || file.bytes[0] != 0x55 || file.bytes[1] != 0xAA)
        die("%s: is no ROM, it does not begin with 55 aa", path);
    pcir = get_le16(file.bytes + 0x18);
    if (pcir < PCI_ROM_HEADER_SIZE || !bytes_within(file.length, pcir, PCI_ROM_PCIR_SIZE) ||
        memcmp(file.bytes + pcir, "PCIR", 4) != 0)
        die("%s: has no PCI data structure (PCIR)", path);
    if (file.bytes[pcir + PCI_ROM_PCIR_CODE_TYPE] != PCI_ROM_X86)
        die("%s: is no x86 image, its code type is %u", path,
            file.bytes[pcir + PCI_ROM_PCIR_CODE_TYPE]);
    said = get_le16(file.bytes + pcir + PCI_ROM_PCIR_IMAGE_LENGTH) * PCI_ROM_UNIT;
    if (said > length || file.bytes[2] * PCI_ROM_UNIT > length)
        die("%s: its header speaks of %zu bytes, the file has %zu", path,
            said > length ? said : file.bytes[2] * PCI_ROM_UNIT, file.length);
    if (said != 0 && said < length) {
        if (length - said >= 2 && get_be16(file.bytes + said) == 0x55AA)
            die("%s: holds several images: use rom: to take all, or extract one", path);
        require_padding(path, &file, said);
        length = said;
    }
    if (length / PCI_ROM_UNIT > 0xFFFF || (file.bytes[2] == 0 && length / PCI_ROM_UNIT > 0xFF))
        die("%s: %zu bytes are more than firmware can load (127.5 KB)", path, length);
    bytes = add_image(rom, path, length);
    memcpy(bytes, file.bytes, file.length < length ? file.length : length);
    if (bytes[2] == 0)
        bytes[2] = (uint8_t)(length / PCI_ROM_UNIT);
    put_le16(bytes + pcir + PCI_ROM_PCIR_IMAGE_LENGTH, (uint16_t)(length / PCI_ROM_UNIT));
    put_checksum(rom, rom->count - 1, request->checksum);
    free(file.bytes);
}

/* FCode alone, or in an image of its own as toke makes it with pci-header. */
static void add_open_firmware(struct rom *rom, const char *path, const struct request *request)
{
    struct file file = read_file(path);
    const uint8_t *fcode = file.bytes;
    struct pci_rom_image image;
    uint32_t length;
    error_t error;

    if (file.length >= 2 && get_be16(file.bytes) == 0x55AA) {
        size_t end = require_good(path, file.bytes, file.length, true);

        require_padding(path, &file, end);
        error = pci_rom_read(file.bytes, file.length, 0, &image);
        if (error != OK)
            die_of(error, path);
        if (image.code_type != PCI_ROM_OPEN_FIRMWARE)
            die("%s: is no Open Firmware image but one for %s", path,
                pci_rom_code_name(image.code_type));
        if (image.length != end)
            die("%s: holds several images: use rom: to take all, or extract one", path);
        memcpy(add_image(rom, path, image.length), image.bytes, image.length);
    } else {
        if (!request->has_ids)
            die("%s: FCode alone has no ids: give -id VENDOR:DEVICE", path);
        error = pci_rom_fcode_length(fcode, file.length, &length);
        if (error != OK)
            die_of(error, path);
        for (size_t i = length; i < file.length; i++)
            if (fcode[i] != 0)
                die("%s: %zu bytes stand behind the FCode", path, file.length - length);
        uint8_t *bytes = add_made(rom, path, request, PCI_ROM_OPEN_FIRMWARE, length);
        error = pci_rom_put_fcode(bytes, rom->images[rom->count - 1].length, &request->identity,
                                  fcode, length);
        if (error != OK)
            die_of(error, path);
    }
    free(file.bytes);
}

static void put_payload(struct rom *rom, const char *path, const struct request *request,
                        const struct pci_rom_label *label, const uint8_t *bytes, size_t length)
{
    uint8_t *out;
    error_t error;

    if (!request->has_ids)
        die("%s: no image tells the ids: give -id VENDOR:DEVICE", path);
    if (length == 0)
        die("%s: is empty", path);
    out = add_made(rom, path, request, PCI_ROM_VENDOR, length);
    error = pci_rom_put_payload(out, rom->images[rom->count - 1].length, &request->identity, label,
                                bytes, length);
    if (error != OK)
        die_of(error, path);
}

static void add_payload(struct rom *rom, const char *path, const struct request *request,
                        const struct pci_rom_label *label)
{
    struct file file = read_file(path);

    put_payload(rom, path, request, label, file.bytes, file.length);
    free(file.bytes);
}

/* What becomes driver,AAPL,MacOSX,PowerPC has to be a thin version 1 archive for PowerPC. */
static void add_mkext(struct rom *rom, const char *path, const struct request *request,
                      const struct pci_rom_label *label)
{
    struct file file = read_file(path);
    const uint8_t *archive;
    size_t length;
    struct mkext_info info;
    error_t error = mkext_slice(file.bytes, file.length, MACH_CPU_POWERPC, &archive, &length);

    if (error == OK)
        error = mkext_check(archive, length, &info);
    if (error == OK)
        error = mkext_check_version_1(archive, length);
    if (error == OK)
        error = mkext_check_cpu(archive, length, MACH_CPU_POWERPC);
    if (error != OK)
        die_of(error, path);
    put_payload(rom, path, request, label, archive, length);
    free(file.bytes);
}

/* "payload,name=x,type=y:path" becomes its parts in `copy`. */
struct image_word {
    char *copy, *kind, *name, *type, *path;
};

static struct image_word split(const char *word)
{
    struct image_word parts = {.copy = strcpy(allocate(strlen(word) + 1), word)};
    char *next;

    parts.kind = parts.copy;
    parts.path = strchr(parts.copy, ':');
    if (parts.path == NULL || parts.path[1] == 0)
        die("\"%s\": an image is written KIND:file, as of:boot.fcode", word);
    *parts.path++ = 0;
    for (char *part = strchr(parts.kind, ','); part != NULL; part = next) {
        *part++ = 0;
        next = strchr(part, ',');
        if (strncmp(part, "name=", 5) == 0)
            parts.name = part + 5;
        else if (strncmp(part, "type=", 5) == 0)
            parts.type = part + 5;
        else
            die("\"%s\": after the kind there may be name= and type=", word);
    }
    return parts;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* Without -id, what is made gets the ids of the first image that has some. */
static void take_ids(struct request *request, const struct rom *rom)
{
    struct pci_rom_image image;

    if (request->has_ids || rom->count == 0)
        return;
    image = image_of(rom, 0);
    request->identity.vendor = image.vendor;
    request->identity.devices[0] = image.device;
    request->identity.device_count = 1;
    request->has_ids = true;
}

static void add_word(struct rom *rom, struct request *request, const char *word, const char **path)
{
    struct image_word parts = split(word);
    bool named = parts.name != NULL || parts.type != NULL;
    bool carries = strcmp(parts.kind, "payload") == 0 || strcmp(parts.kind, "mkext") == 0;
    struct pci_rom_label label = {
        parts.type != NULL ? parts.type : (strcmp(parts.kind, "mkext") == 0 ? "MKXT" : "PROG"),
        parts.name != NULL ? parts.name : last_part(parts.path)};
    struct request with_ids = *request;

    *path = strcpy(allocate(strlen(parts.path) + 1), parts.path);
    if (named && !carries)
        die("\"%s\": only payloads and mkexts have a name or a type", word);
    take_ids(&with_ids, rom);
    if (strcmp(parts.kind, "x86") == 0)
        add_x86(rom, *path, request);
    else if (strcmp(parts.kind, "of") == 0)
        add_open_firmware(rom, *path, &with_ids);
    else if (strcmp(parts.kind, "payload") == 0)
        add_payload(rom, *path, &with_ids, &label);
    else if (strcmp(parts.kind, "mkext") == 0)
        add_mkext(rom, *path, &with_ids, &label);
    else if (strcmp(parts.kind, "rom") == 0)
        add_rom(rom, *path, request->has_ids);
    else
        die("\"%s\": kinds are x86, of, payload, mkext and rom", word);
    free(parts.copy);
}

/* --- Putting together ----------------------------------------------------------------------- */

/* Makes an image of this program's own again, with room for a list of devices. */
static bool make_again(struct rom *rom, unsigned i, const struct request *request)
{
    struct pci_rom_image image = image_of(rom, i);
    struct pci_rom_identity identity = request->identity;
    struct pci_rom_payload payload;
    const uint8_t *content;
    uint32_t length;
    uint8_t *bytes;
    size_t size;
    error_t error;

    identity.class_code = image.class_code;
    identity.code_revision = image.code_revision;
    if (image.code_type == PCI_ROM_OPEN_FIRMWARE && image.vital_product_data == 0) {
        error = pci_rom_fcode(&image, &content, &length);
    } else if (pci_rom_is_payload(&image)) {
        error = pci_rom_payload(&image, &payload);
        content = payload.bytes;
        length = payload.length;
    } else {
        return false;
    }
    if (error != OK)
        die_of(error, rom->images[i].path);
    size = pci_rom_image_size(&identity, image.code_type, length);
    bytes = allocate(size);
    if (image.code_type == PCI_ROM_OPEN_FIRMWARE)
        error = pci_rom_put_fcode(bytes, size, &identity, content, length);
    else
        error = pci_rom_put_payload(bytes, size, &identity,
                                    &(struct pci_rom_label){payload.type, payload.name}, content,
                                    length);
    if (error != OK)
        die_of(error, rom->images[i].path);
    free(rom->images[i].bytes);
    rom->images[i].bytes = bytes;
    rom->images[i].length = size;
    return true;
}

static void set_ids(struct rom *rom, unsigned i, const struct request *request)
{
    struct pci_rom_image image = image_of(rom, i);
    struct pci_rom_identity identity = request->identity;
    uint16_t devices[PCI_ROM_DEVICES_MAXIMUM];
    error_t error;

    if (identity.device_count > 1 &&
        pci_rom_devices(&image, devices, PCI_ROM_DEVICES_MAXIMUM) < identity.device_count &&
        make_again(rom, i, request))
        return;
    error = pci_rom_set_ids(rom->images[i].bytes, &image, &identity);
    if (error == ERROR_ROM_IDS && identity.device_count > 1) {
        fprintf(stderr,
                "mkrom: note: %s: the %s image has no room for a list of %u devices, it names only "
                "%04x:%04x\n",
                rom->images[i].path, pci_rom_code_name(image.code_type), identity.device_count,
                identity.vendor, identity.devices[0]);
        identity.device_count = 1;
        error = pci_rom_set_ids(rom->images[i].bytes, &image, &identity);
    }
    if (error != OK)
        die_of(error, rom->images[i].path);
}

static void require_same_ids(const struct rom *rom)
{
    struct pci_rom_image first = image_of(rom, 0);

    for (unsigned i = 1; i < rom->count; i++) {
        struct pci_rom_image image = image_of(rom, i);

        if (image.vendor != first.vendor || image.device != first.device)
            die("wrong ids: %s is for %04x:%04x, %s for %04x:%04x; -id gives all images the same",
                rom->images[i].path, image.vendor, image.device, rom->images[0].path, first.vendor,
                first.device);
    }
}

/* Class and revision change only if they were asked for. */
static void set_class(struct rom *rom, unsigned i, const struct request *request)
{
    struct pci_rom_image image = image_of(rom, i);
    uint8_t *pcir = rom->images[i].bytes + image.pcir;

    if (request->has_class) {
        pcir[PCI_ROM_PCIR_CLASS] = (uint8_t)request->identity.class_code;
        put_le16(pcir + PCI_ROM_PCIR_CLASS + 1, (uint16_t)(request->identity.class_code >> 8));
    }
    if (request->has_revision)
        put_le16(pcir + PCI_ROM_PCIR_CODE_REVISION, request->identity.code_revision);
}

/* Last touches, one more check of everything, and the file. */
static int finish(struct rom *rom, const struct request *request)
{
    struct buffer out = {0};
    size_t used;

    for (unsigned i = 0; i < rom->count; i++) {
        if (request->has_ids)
            set_ids(rom, i, request);
        set_class(rom, i, request);
        struct pci_rom_image image = image_of(rom, i);
        pci_rom_set_last(rom->images[i].bytes, &image, i + 1 == rom->count);
        put_checksum(rom, i, request->checksum);
        if (image.code_type == PCI_ROM_X86 && i != 0 && image_of(rom, 0).code_type != PCI_ROM_X86)
            fprintf(stderr, "mkrom: note: the x86 image is not the first one; some PCs look at no "
                            "other\n");
    }
    require_same_ids(rom);
    for (unsigned i = 0; i < rom->count; i++)
        append(&out, rom->images[i].bytes, rom->images[i].length);
    used = out.length;
    if (used > CHIP_MAXIMUM)
        die("%zu bytes are more than a card can show (16 MB)", used);
    if (request->chip_size != 0 && used > request->chip_size)
        die("%s: %zu bytes do not fit: the chip has %zu, %zu are too many", request->output, used,
            request->chip_size, used - request->chip_size);
    while (out.length < request->chip_size)
        append(&out, "\xFF", 1);
    require_good(request->output, out.bytes, out.length, false);
    write_file(request->output, out.bytes, out.length);
    free(out.bytes);
    free_rom(rom);
    return 0;
}

/* --- Commands ------------------------------------------------------------------------------- */

static int build_from(struct rom *rom, struct request *request, unsigned first)
{
    const char *paths[IMAGES_MAXIMUM];
    int status;

    for (unsigned i = first; i < request->word_count; i++)
        add_word(rom, request, request->words[i], &paths[i]);
    status = finish(rom, request);
    for (unsigned i = first; i < request->word_count; i++)
        free((void *)paths[i]);
    return status;
}

static int build(int count, char **words)
{
    struct request request = parse(count, words);
    struct rom rom = {0};

    if (request.output == NULL || request.word_count == 0)
        return usage();
    return build_from(&rom, &request, 0);
}

static int add(int count, char **words)
{
    struct request request = parse(count, words);
    struct rom rom = {0};
    size_t padded;

    if (request.output == NULL || request.word_count < 2)
        return usage();
    padded = add_rom(&rom, request.words[0], request.has_ids);
    if (request.chip_size == 0)
        request.chip_size = padded;
    return build_from(&rom, &request, 1);
}

static int ids(int count, char **words)
{
    struct request request = parse(count, words);
    struct rom rom = {0};
    size_t padded;

    for (unsigned i = 1; i < request.word_count; i++)
        add_ids(&request.identity, request.words[i]);
    if (request.output == NULL || request.identity.device_count == 0 || request.word_count == 0)
        return usage();
    request.has_ids = true;
    padded = add_rom(&rom, request.words[0], true);
    if (request.chip_size == 0)
        request.chip_size = padded;
    return finish(&rom, &request);
}

static int check(int count, char **words)
{
    struct request request = parse(count, words);
    unsigned failures = 0;

    for (unsigned i = 0; i < request.word_count; i++) {
        struct complaints complaints = {request.words[i], true, false, 0, stdout};
        struct file file = read_file(request.words[i]);
        size_t end;
        struct pci_rom_image image;

        pci_rom_check(file.bytes, file.length, complain, &complaints, &end);
        /* What the core does not know: the archive in a payload. */
        for (size_t at = 0; at < end; at += image.length) {
            struct pci_rom_payload payload;
            struct mkext_info info;

            if (pci_rom_read(file.bytes, file.length, at, &image) != OK)
                break;
            if (pci_rom_is_payload(&image) && pci_rom_payload(&image, &payload) == OK &&
                strcmp(payload.type, "MKXT") == 0 &&
                mkext_check(payload.bytes, payload.length, &info) != OK) {
                printf("%s: image at 0x%06x: mkext: %s\n", request.words[i], (unsigned)image.offset,
                       error_detail());
                complaints.wrong++;
            }
        }
        if (complaints.wrong == 0)
            printf("%s: good\n", request.words[i]);
        failures += complaints.wrong != 0;
        free(file.bytes);
    }
    return request.word_count != 0 ? failures != 0 : usage();
}

/* --- List ----------------------------------------------------------------------------------- */

static void json_text(const char *text)
{
    putchar('"');
    for (const char *c = text; *c != 0; c++)
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if ((unsigned char)*c < ' ')
            printf("\\u%04x", (unsigned char)*c);
        else
            putchar(*c);
    putchar('"');
}

static void list_json(const struct pci_rom_image *image, unsigned number_of_image)
{
    uint16_t devices[PCI_ROM_DEVICES_MAXIMUM];
    unsigned count = pci_rom_devices(image, devices, PCI_ROM_DEVICES_MAXIMUM);
    struct pci_rom_payload payload;
    const uint8_t *fcode;
    uint32_t length;

    printf("%s\n    {\"image\": %u, \"offset\": %u, \"length\": %u, \"code_type\": %u, "
           "\"vendor\": \"%04x\", \"device\": \"%04x\", \"devices\": [",
           number_of_image != 0 ? "," : "", number_of_image, (unsigned)image->offset,
           (unsigned)image->length, image->code_type, image->vendor, image->device);
    for (unsigned i = 0; i < count; i++)
        printf("%s\"%04x\"", i != 0 ? ", " : "", devices[i]);
    printf("], \"class\": \"%06x\", \"revision\": %u, \"pcir\": %u, \"pcir_revision\": %u, "
           "\"last\": %s",
           (unsigned)image->class_code, image->code_revision, image->pcir, image->pcir_revision,
           image->last ? "true" : "false");
    if (image->code_type == PCI_ROM_X86) {
        uint32_t counted = image->bytes[2] * PCI_ROM_UNIT;

        printf(", \"x86_size\": %u, \"checksum_good\": %s", (unsigned)counted,
               counted <= image->length && pci_rom_sum(image->bytes, counted) == 0 ? "true"
                                                                                   : "false");
    } else if (image->code_type == PCI_ROM_OPEN_FIRMWARE) {
        if (pci_rom_fcode(image, &fcode, &length) == OK)
            printf(", \"fcode\": %u, \"fcode_length\": %u", (unsigned)(fcode - image->bytes),
                   (unsigned)length);
    } else if (pci_rom_is_payload(image) && pci_rom_payload(image, &payload) == OK) {
        printf(", \"payload\": {\"type\": ");
        json_text(payload.type);
        printf(", \"name\": ");
        json_text(payload.name);
        printf(", \"start\": %u, \"length\": %u}", (unsigned)(payload.bytes - image->bytes),
               (unsigned)payload.length);
    }
    putchar('}');
}

static void list_human(const struct pci_rom_image *image, unsigned number_of_image)
{
    uint16_t devices[PCI_ROM_DEVICES_MAXIMUM];
    unsigned count = pci_rom_devices(image, devices, PCI_ROM_DEVICES_MAXIMUM);
    struct pci_rom_payload payload;
    const uint8_t *fcode;
    uint32_t length;

    printf("  %2u at 0x%06x %8u bytes  %-15s  %04x:%04x  class %06x  revision %u%s\n",
           number_of_image, (unsigned)image->offset, (unsigned)image->length,
           pci_rom_code_name(image->code_type), image->vendor, image->device,
           (unsigned)image->class_code, image->code_revision, image->last ? "  last" : "");
    if (count != 0)
        printf("     devices:");
    for (unsigned i = 0; i < count; i++)
        printf(" %04x", devices[i]);
    if (count != 0)
        putchar('\n');
    if (image->code_type == PCI_ROM_X86) {
        uint32_t counted = image->bytes[2] * PCI_ROM_UNIT;

        printf("     x86 size %u bytes, checksum %s\n", (unsigned)counted,
               counted <= image->length && pci_rom_sum(image->bytes, counted) == 0 ? "good"
                                                                                   : "wrong");
    } else if (image->code_type == PCI_ROM_OPEN_FIRMWARE) {
        if (pci_rom_fcode(image, &fcode, &length) == OK)
            printf("     FCode at 0x%x, %u bytes, checksum good\n",
                   (unsigned)(fcode - image->bytes), (unsigned)length);
        else
            printf("     FCode: %s\n", error_detail());
    } else if (pci_rom_is_payload(image)) {
        if (pci_rom_payload(image, &payload) == OK)
            printf("     payload %s \"%s\" at 0x%x, %u bytes, CRC-32 good\n", payload.type,
                   payload.name, (unsigned)(payload.bytes - image->bytes),
                   (unsigned)payload.length);
        else
            printf("     payload: %s\n", error_detail());
    }
}

static int list(int count, char **words)
{
    struct request request = parse(count, words);
    bool failed = false;

    if (request.json)
        putchar('[');
    for (unsigned i = 0; i < request.word_count; i++) {
        struct file file = read_file(request.words[i]);
        struct pci_rom_image image = {0};
        unsigned number_of_image = 0;
        size_t at = 0;
        error_t error = OK;

        if (request.json) {
            printf("%s\n  {\"file\": ", i != 0 ? "," : "");
            json_text(request.words[i]);
            printf(", \"size\": %zu, \"images\": [", file.length);
        } else {
            printf("%s: %zu bytes\n", request.words[i], file.length);
        }
        for (; !image.last; at += image.length, number_of_image++) {
            error = pci_rom_read(file.bytes, file.length, at, &image);
            if (error != OK)
                break;
            (request.json ? list_json : list_human)(&image, number_of_image);
        }
        if (request.json)
            printf("], \"used\": %zu}", at);
        else if (error == OK && at < file.length)
            printf("     %zu bytes behind the last image\n", file.length - at);
        if (error != OK) {
            fprintf(stderr, "mkrom: %s: %s (%s)\n", request.words[i], error_summary(error),
                    error_detail());
            failed = true;
        }
        free(file.bytes);
    }
    if (request.json)
        fputs("\n]\n", stdout);
    return request.word_count != 0 ? failed : usage();
}

/* A whole image, as a ROM of its own; or its FCode or payload alone. */
static int extract(int count, char **words)
{
    struct request request = parse(count, words);
    struct rom rom = {0};
    struct pci_rom_image image;
    struct pci_rom_payload payload;
    const uint8_t *content;
    uint32_t length, wanted;
    error_t error;

    if (request.output == NULL || request.word_count != 2)
        return usage();
    wanted = number(request.words[1], 10, IMAGES_MAXIMUM, "image");
    add_rom(&rom, request.words[0], true);
    if (wanted >= rom.count)
        die("%s: has %u images, there is no number %u", request.words[0], rom.count,
            (unsigned)wanted);
    image = image_of(&rom, wanted);
    if (!request.content) {
        pci_rom_set_last(rom.images[wanted].bytes, &image, true);
        put_checksum(&rom, wanted, request.checksum);
        content = image.bytes;
        length = image.length;
    } else if (image.code_type == PCI_ROM_OPEN_FIRMWARE) {
        error = pci_rom_fcode(&image, &content, &length);
        if (error != OK)
            die_of(error, request.words[0]);
    } else {
        error = pci_rom_payload(&image, &payload);
        if (error != OK)
            die_of(error, request.words[0]);
        content = payload.bytes;
        length = payload.length;
    }
    write_file(request.output, content, length);
    free_rom(&rom);
    return 0;
}

int main(int count, char **words)
{
    static const struct {
        const char *name;
        int (*run)(int count, char **words);
    } commands[] = {{"build", build}, {"add", add},     {"ids", ids},
                    {"list", list},   {"check", check}, {"extract", extract}};

    for (size_t i = 0; count >= 2 && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(words[1], commands[i].name) == 0)
            return commands[i].run(count - 2, words + 2);
    return usage();
}
