# SPDX-License-Identifier: BSD-2-Clause
#
# The loader in the ROM of a card: for cards of one family, small, packed, and with a program around
# it that unpacks it. Included by the Makefile.
#
# For <family> = rtl8139, e1000: $(BUILD)/images/sawboot-rom-<family>.xcf, and the same program as
# sawboot-rom-<family>.elf, where QEMU's -kernel puts programs.

# Link-time optimisation, and code that repeats itself, which packs better than code that is
# scheduled, whose registers are used in turns, or whose branches are laid out for speed.
SMALL_FLAGS := -flto -flto-partition=one -DSAWBOOT_SMALL \
	-fno-schedule-insns2 -fno-shrink-wrap -fira-algorithm=priority -fno-tree-switch-conversion \
	-fno-optimize-sibling-calls -fno-guess-branch-probability \
	-fno-forward-propagate -fno-ipa-sra -fno-jump-tables

# What the ROM form leaves out (docs/roms.md), and what says so instead.
SMALL_LEFT_OUT := boot/modules.c darwin/kext.c darwin/mkext_v2.c darwin/plist.c lib/inflate.c \
	loader/container/gzip.c loader/multiboot/header.c
SMALL_INSTEAD := boot/unpack/left_out.c boot/unpack/small_library.c
EXTRA_small_library := -fno-lto
EXTRA_strings := -fno-lto -fno-builtin -fno-tree-loop-distribute-patterns

# What packs and what unpacks have in common.
PACKED_SOURCES := boot/unpack/packed.c boot/unpack/predictor.c

# Where the program is linked to: 96 KB that neither the firmwares' load areas (4, 8, 64 MB) nor the
# loader's own place (16 MB) touch, on machines with 32 MB too. NetBSD's loader is linked there.
SMALL_ADDRESS := 0x00E00000

SMALL_FAMILIES := rtl8139 e1000
# What a ROM of 64 KB leaves to the program: FCode, headers and room for some growth are off.
SMALL_LIMIT := 60500

# $(call small_core,family)
small_core = $(filter-out $(SMALL_LEFT_OUT) $(foreach f,$(filter-out $(1),$(SMALL_FAMILIES)),drivers/$(f)/%),$(PPC_CORE))
small_objects = $(call objects,powerpc-small,$(OPENFIRMWARE) $(call small_core,$(1)) $(SMALL_INSTEAD)) \
	$(call lwip_objects,powerpc-small)

# The program around it; start.S carries the packed loader, so that it is assembled once for each.
UNPACK_OBJECTS = $(call objects,powerpc-small,boot/unpack/unpack.c boot/unpack/strings.c $(PACKED_SOURCES) lib/crc32.c)

# $(call small_image,family,directory of what is on the way)
define small_image
$(call powerpc_image,$(2)/loader.elf,$(call small_objects,$(1)),$(SMALL_FLAGS))
$(2)/packed: $(2)/loader.elf $(BUILD)/host/pack
	$$(say) PACK $(1)
	$$(Q)$(BUILD)/host/pack $$< $$@
$(2)/start.o: boot/unpack/start.S $(2)/packed Makefile
	$$(Q)$$(CC_powerpc) $$(CFLAGS_powerpc) $$(INCLUDES) -DPACKED='"$(2)/packed"' -c -o $$@ $$<
$(call unpack_link,$(2)/rom.elf,$(2),$(SMALL_ADDRESS),0)
$(call unpack_link,$(BUILD)/images/sawboot-rom-$(1).elf,$(2),0x01000000,0x01000000)
$(BUILD)/images/sawboot-rom-$(1).xcf: $(2)/rom.elf $(BUILD)/host/elf2xcoff
	$$(Q)$(BUILD)/host/elf2xcoff $$< $$@
	@size=$$$$(wc -c <$$@); printf 'ROM program %s: %s bytes of %s\n' $(1) $$$$size $(SMALL_LIMIT)
endef

# $(call unpack_link,FILE,directory,LOAD_ADDRESS,LOAD_OFFSET)
define unpack_link
$(1): $(2)/start.o $(UNPACK_OBJECTS) boot/unpack/link.ld
	$$(say) LD $$@
	@mkdir -p $$(@D)
	$$(Q)$$(CC_powerpc) -E -P -x c -DLOAD_ADDRESS=$(3) -DLOAD_OFFSET=$(4) \
		-o $(2)/$$(basename $$(@F)).ld boot/unpack/link.ld
	$$(Q)$$(CC_powerpc) $$(CFLAGS_powerpc-small) -nostdlib -static -Wl,-T,$(2)/$$(basename $$(@F)).ld \
		-Wl,--gc-sections -Wl,-z,max-page-size=4096 -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-Wl,-Map,$(2)/$$(basename $$(@F)).map -o $$@ $(2)/start.o $(UNPACK_OBJECTS) $$(NEWLIB_LIBS_powerpc)
endef
SMALL_IMAGES := $(foreach f,$(SMALL_FAMILIES),$(addprefix $(BUILD)/images/sawboot-rom-$(f),.xcf .elf))
# What tools/rom.mk puts into the ROMs.
$(foreach f,$(SMALL_FAMILIES),$(eval ROM_PROGRAM_$(f) := $(BUILD)/images/sawboot-rom-$(f).xcf))
