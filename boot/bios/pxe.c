/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A start by a PXE ROM: its stack, what it was told by the boot servers, and its end.
 */
#include "boot/bios/pxe.h"

#include <stdio.h>
#include <string.h>

#include "boot/bios/bios.h"
#include "boot/bios/pxe_start.h"
#include "boot/server_words.h"
#include "console/console.h"
#include "drivers/nic.h"
#include "lib/bytes.h"
#include "lib/text.h"
#include "net/dhcp_packet.h"
#include "net/network.h"

#define REAL_MODE_REACH 0x10FFF0u /* behind FFFF:FFFF */
#define TIME_SERVICES   0x1A      /* the interrupt that PXE ROMs extend */
#define PXE_QUESTION    0x5650u
#define PXE_ANSWER      0x564Eu
#define BASE_MEMORY_KB  0x413u /* BIOS data area: KB of memory from 0 on */
#define BASE_MEMORY_END 0xA0000u

/* !PXE, specification 3.1. */
enum {
    PXE_LENGTH = 4,
    PXE_ENTRY = 16,    /* far pointer: for real mode */
    PXE_SEGMENTS = 32, /* descriptors: segment, physical address, size */
    PXE_SEGMENT_SIZE = 8,
    PXE_SEGMENT_COUNT = 7, /* stack, UNDI's data and code (twice), base code's data and code (twice)
                            */
    PXE_LEAST = 0x58,
};
/* PXENV+, 3.1. */
enum {
    PXENV_VERSION = 6,
    PXENV_LENGTH = 8,
    PXENV_ENTRY = 10,
    PXENV_UNDI_DATA = 0x20, /* segment, size */
    PXENV_UNDI_CODE = 0x24,
    PXENV_PXE = 0x28, /* far pointer to !PXE, from version 2.1 on */
    PXENV_LEAST = 0x28,
    PXENV_VERSION_2_1 = 0x0201,
};
/* Packets that a ROM keeps: GET_CACHED_INFO. */
enum { PACKET_ACK = 2, PACKET_REPLY = 3 };
/* GET_NIC_TYPE. */
enum { NIC_TYPE_PCI = 2, NIC_TYPE_CARDBUS = 4 };

struct packet {
    uint8_t bytes[NETWORK_PACKET_MAXIMUM];
    size_t length;
};

static uint32_t api_entry;  /* segment << 16 | offset; 0: no stack, or no longer */
static bool api_is_old;     /* PXENV+: PXE before 2.1 */
static bool memory_is_kept; /* the stack's memory is still in use */
static struct memory_map_entry segments[PXE_SEGMENT_COUNT];
static size_t segment_count;
static struct packet ack, reply;
static const char *words;
static struct pci_device card; /* path "" if it is not known */

const uint8_t *pxe_bytes(uint32_t far_pointer, size_t length)
{
    uint32_t address = (far_pointer >> 16) * 16 + (far_pointer & 0xFFFF);

    return far_pointer != 0 && bytes_within(REAL_MODE_REACH, address, length)
               ? platform_virtual(address)
               : NULL;
}

bool pxe_call(enum pxe_function function, void *block, size_t length)
{
    uint8_t *low = platform_virtual(REAL_MODE_BUFFER);
    struct real_mode_registers registers = {.ebx = function, .es = REAL_MODE_BUFFER >> 4, .edi = 0};

    if (api_entry == 0 || length > PXE_BLOCK_MAXIMUM)
        return false;
    memcpy(low, block, length);
    real_mode_pxe(api_entry, &registers);
    memcpy(block, low, length);
    return (registers.eax & 0xFFFF) == 0;
}

/* --- Finding the stack ------------------------------------------------------------------------ */

/* A structure that begins with `signature` and says its length at `length_at`; the sum is 0. */
static const uint8_t *structure(uint32_t far_pointer, const char *signature, unsigned length_at,
                                size_t least)
{
    size_t signature_length = strlen(signature);
    const uint8_t *bytes = pxe_bytes(far_pointer, least);
    uint8_t sum = 0;

    if (bytes == NULL || memcmp(bytes, signature, signature_length) != 0 ||
        bytes[length_at] < least || pxe_bytes(far_pointer, bytes[length_at]) == NULL)
        return NULL;
    for (size_t i = 0; i < bytes[length_at]; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0 ? bytes : NULL;
}

static void add_segment(uint16_t segment, uint16_t size)
{
    if (size != 0)
        segments[segment_count++] = (struct memory_map_entry){segment * 16u, size, MEMORY_RESERVED};
}

static bool take_pxe(uint32_t far_pointer)
{
    const uint8_t *pxe = structure(far_pointer, "!PXE", PXE_LENGTH, PXE_LEAST);

    if (pxe == NULL || get_le32(pxe + PXE_ENTRY) == 0)
        return false;
    api_entry = get_le32(pxe + PXE_ENTRY);
    for (unsigned i = 0; i < PXE_SEGMENT_COUNT; i++) {
        const uint8_t *descriptor = pxe + PXE_SEGMENTS + i * PXE_SEGMENT_SIZE;
        add_segment(get_le16(descriptor), get_le16(descriptor + 6));
    }
    return true;
}

static bool take_pxenv(uint32_t far_pointer)
{
    const uint8_t *pxenv = structure(far_pointer, "PXENV+", PXENV_LENGTH, PXENV_LEAST);

    if (pxenv == NULL)
        return false;
    if (get_le16(pxenv + PXENV_VERSION) >= PXENV_VERSION_2_1 &&
        pxenv[PXENV_LENGTH] >= PXENV_PXE + 4 && take_pxe(get_le32(pxenv + PXENV_PXE)))
        return true;
    if (get_le32(pxenv + PXENV_ENTRY) == 0)
        return false;
    api_entry = get_le32(pxenv + PXENV_ENTRY);
    api_is_old = true;
    add_segment(get_le16(pxenv + PXENV_UNDI_DATA), get_le16(pxenv + PXENV_UNDI_DATA + 2));
    add_segment(get_le16(pxenv + PXENV_UNDI_CODE), get_le16(pxenv + PXENV_UNDI_CODE + 2));
    return true;
}

static bool take_from_interrupt(void)
{
    struct real_mode_registers registers = {.eax = PXE_QUESTION};

    real_mode_interrupt(TIME_SERVICES, &registers);
    return (registers.eflags & REAL_MODE_CARRY) == 0 && (registers.eax & 0xFFFF) == PXE_ANSWER &&
           take_pxenv((uint32_t)registers.es << 16 | (registers.ebx & 0xFFFF));
}

static bool find_stack(void)
{
    const uint8_t *information = platform_virtual(entry_information);
    uint32_t pxe = get_le32(information + PXE_START_PXE);
    uint32_t pxenv = get_le32(information + PXE_START_PXENV);

    /* The first call overwrites the information. */
    return take_pxe(pxe) || take_pxenv(pxenv) || take_from_interrupt();
}

/* --- What it was told ------------------------------------------------------------------------- */

static void read_packet(unsigned type, struct packet *packet)
{
    const uint32_t place = REAL_MODE_BUFFER + PXE_BLOCK_MAXIMUM;
    uint8_t *low = platform_virtual(place);
    uint8_t block[12] = {0}; /* status, type, size, far pointer, limit */
    size_t length;

    put_le16(block + 2, (uint16_t)type);
    put_le16(block + 4, sizeof packet->bytes);
    put_le16(block + 8, (uint16_t)(place >> 4));
    memset(low, 0, sizeof packet->bytes);
    packet->length = 0;
    if (!pxe_call(PXE_GET_CACHED_INFO, block, sizeof block))
        return;
    length = get_le16(block + 4);
    packet->length = length < sizeof packet->bytes ? length : sizeof packet->bytes;
    memcpy(packet->bytes, low, packet->length);
}

const char *pxe_words(void)
{
    return words != NULL ? words : "";
}

bool platform_cached_lease(struct platform_lease *lease)
{
    *lease = (struct platform_lease){ack.bytes, ack.length, reply.bytes, reply.length};
    return ack.length != 0;
}

/* --- The card --------------------------------------------------------------------------------- */

static void find_card(void)
{
    uint8_t block[20] = {0};
    uint16_t place;
    uint32_t identity, subsystem;

    if (!pxe_call(PXE_UNDI_GET_NIC_TYPE, block, sizeof block) ||
        (block[2] != NIC_TYPE_PCI && block[2] != NIC_TYPE_CARDBUS))
        return;
    place = get_le16(block + 11);
    card.bus = (uint8_t)(place >> 8);
    card.slot = place >> 3 & 0x1F;
    card.function = place & 7;
    identity = pci_chipset_read(card.bus, card.slot, card.function, PCI_VENDOR_ID);
    subsystem = pci_chipset_read(card.bus, card.slot, card.function, PCI_SUBSYSTEM_VENDOR_ID);
    card.vendor = (uint16_t)identity;
    card.device = (uint16_t)(identity >> 16);
    card.subsystem_vendor = (uint16_t)subsystem;
    card.subsystem = (uint16_t)(subsystem >> 16);
    /* As drivers/pci_bus.c names cards. */
    snprintf(card.path, sizeof card.path, "%02x:%02x.%x", card.bus, card.slot, card.function);
}

const char *pxe_boot_path(void)
{
    return card.path;
}

/* --- Start and end ---------------------------------------------------------------------------- */

void pxe_start(void)
{
    if (!find_stack()) {
        print("PXE: the ROM that started the loader left no stack; asking anew\n");
        return;
    }
    memory_is_kept = true;
    read_packet(PACKET_ACK, &ack);
    read_packet(PACKET_REPLY, &reply);
    words = server_words(reply.bytes, reply.length);
    if (words == NULL)
        words = server_words(ack.bytes, ack.length);
    find_card();
    if (card.path[0] != '\0' && nic_driver_for(&card, NULL) == NULL)
        undi_attach(&card);
    else
        pxe_leave();
    if (api_entry == 0 && memory_is_kept)
        print("PXE: the ROM's stack does not end; its memory is left alone\n");
}

void pxe_leave(void)
{
    uint8_t block[16] = {0};

    if (api_entry == 0)
        return;
    pxe_call(PXE_UNDI_SHUTDOWN, block, sizeof block);
    memset(block, 0, sizeof block);
    pxe_call(PXE_UNLOAD_STACK, block, sizeof block);
    memset(block, 0, sizeof block);
    /* A stack that others still use says that it has to stay. */
    if (pxe_call(api_is_old ? PXE_UNDI_CLEANUP : PXE_STOP_UNDI, block, sizeof block))
        memory_is_kept = false;
    api_entry = 0;
}

size_t pxe_memory(struct memory_map_entry *entries, size_t maximum)
{
    uint32_t base = get_le16(platform_virtual(BASE_MEMORY_KB)) * 1024u;
    size_t count = 0;

    if (!memory_is_kept)
        return 0;
    for (size_t i = 0; i < segment_count && count < maximum; i++)
        entries[count++] = segments[i];
    if (base != 0 && base < BASE_MEMORY_END && count < maximum)
        entries[count++] = (struct memory_map_entry){base, BASE_MEMORY_END - base, MEMORY_RESERVED};
    return count;
}
