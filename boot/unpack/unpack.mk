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
# The commands of the prompt, editing, and what nothing else asks for.
SMALL_LEFT_OUT_PROMPT := $(wildcard boot/commands/*.c) $(addprefix console/,dump.c line_editor.c prompt.c) \
	$(addprefix darwin/,boot_args_fields.c devtree_show.c) $(wildcard drivers/*/inspect.c) drivers/nic_inspect.c \
	lib/sha256.c loader/launch_report.c net/tftp_send.c
SMALL_LEFT_OUT := boot/configuration.c boot/configuration_search.c boot/modules.c \
	$(addprefix darwin/,kext.c mkext_v2.c plist.c) lib/inflate.c loader/container/gzip.c \
	$(SMALL_LEFT_OUT_PROMPT) loader/multiboot/header.c loader/refuse_known.c net/names.c
SMALL_INSTEAD := $(addprefix boot/unpack/,left_out.c left_out_commands.c left_out_kext.c left_out_names.c small_library.c \
	small_prompt.c small_strings.c)
SMALL_LEFT_OUT_i386 := boot/configuration.c boot/configuration_search.c boot/modules.c \
	$(addprefix darwin/,kext.c mkext_v2.c plist.c xnu_warnings.c) \
	$(SMALL_LEFT_OUT_PROMPT) device/arguments.c lib/inflate.c loader/refuse_known.c net/names.c \
	$(addprefix boot/bios/,medium_words.c modules.c protection.c multiboot_information.c pci.c pci_access.c pxe.c undi.c) \
	$(addprefix drivers/pci_,addresses.c bus.c numbers.c windows.c)
SMALL_INSTEAD_i386 := $(addprefix boot/unpack/,left_out_x86.c left_out_commands.c left_out_kext.c left_out_names.c pci_of_rom.c \
	small_inflate.c small_library.c small_prompt.c small_strings.c strings.c)
EXTRA_small_library := -fno-lto
# clang, for the fuzz targets, does not know the last of them.
EXTRA_heap = $(if $(findstring $(BUILD)/fuzz/,$@),-fno-builtin,$(EXTRA_strings))
EXTRA_small_strings = $(EXTRA_strings)
EXTRA_strings := -fno-lto -fno-builtin -fno-tree-loop-distribute-patterns

# What packs and what unpacks have in common.
PACKED_SOURCES := $(addprefix boot/unpack/,packed.c predictor.c contexts.c)

# What people are shown by tools alone.
SMALL_LEFT_OUT += loader/launch_report.c darwin/boot_args_fields.c
SMALL_LEFT_OUT_i386 += loader/launch_report.c darwin/boot_args_fields.c

# The same for PCs, in the ROM of a card: code without an address (boot/unpack/start_x86.S).
X86_UNPACKER := $(BUILD)/i386-small/unpacker.bin
X86_UNPACKER_SOURCES := boot/unpack/start_x86.S boot/unpack/strings.c $(PACKED_SOURCES) lib/crc32.c
$(X86_UNPACKER): $(X86_UNPACKER_SOURCES) boot/unpack/flat.ld $(wildcard boot/unpack/*.h) lib/bytes.h \
		lib/crc32.h Makefile boot/unpack/unpack.mk
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC_i386) $(FREESTANDING) $(UNPACKER_FLAGS) $(WARNINGS) -I. -nostdlib -static \
		-Wl,-T,boot/unpack/flat.ld -Wl,--gc-sections -Wl,--build-id=none -Wl,--emit-relocs \
		-o $(@:.bin=.elf) $(X86_UNPACKER_SOURCES)
	$(Q)i686-linux-gnu-objcopy -O binary -j .text $(@:.bin=.elf) $@
	@size=$$(wc -c <$@); printf 'unpacker for x86: %s bytes\n' $$size
UNPACKER_FLAGS := -Oz -march=i486 -flto -flto-partition=one -DSAWBOOT_SMALL -fno-builtin -fno-tree-loop-distribute-patterns \
	-fno-tree-switch-conversion -fno-jump-tables

# Where the program is linked to: 96 KB that neither the firmwares' load areas (4, 8, 64 MB) nor the
# loader's own place (16 MB) touch, on machines with 32 MB too. NetBSD's loader is linked there.
SMALL_ADDRESS := 0x00E00000

SMALL_FAMILIES := rtl8139 e1000
# What a ROM of 64 KB leaves to the program: FCode, headers and room for some growth are off.
SMALL_LIMIT := 60500

# The room that boot/fcode/loader.fth has for it with its variables: image-room there.
SMALL_ROOM := 0xA0000

# $(call small_core,family)
small_core = $(filter-out $(SMALL_LEFT_OUT) $(foreach f,$(filter-out $(1),$(SMALL_FAMILIES)),drivers/$(f)/%),$(PPC_CORE))
small_objects = $(call objects,powerpc-small,$(OPENFIRMWARE) $(call small_core,$(1)) $(SMALL_INSTEAD)) \
	$(call lwip_objects,powerpc-small)

# $(call small_loader_i386,family,directory): $(2)/loader.elf, the loader for PCs in the same way. It
# is linked and entered like sawboot-x86.elf; boot/bios/prefix puts it into ROMs.
# Arguments in registers: nothing of the C library is in it, and assembler says where it takes its own.
SMALL_FLAGS_i386 := $(SMALL_FLAGS) -mregparm=3 -fomit-frame-pointer -fno-if-conversion -fno-tree-dominator-opts \
	-fno-defer-pop -fno-tree-loop-im -fno-expensive-optimizations -fno-ssa-phiopt
small_objects_i386 = $(call objects,i386-small,$(filter-out $(SMALL_LEFT_OUT_i386) $(foreach f,$(filter-out $(1),$(SMALL_FAMILIES)),drivers/$(f)/%),$(BIOS) $(X86_CORE)) $(SMALL_INSTEAD_i386)) \
	$(call lwip_objects,i386-small)
define small_loader_i386
$(2)/loader.elf: $(call small_objects_i386,$(1)) $(BUILD)/i386/link.ld
	$$(say) LD $$@
	@mkdir -p $$(@D)
	$$(Q)$$(CC_i386) $$(CFLAGS_i386-small) -nostdlib -static -Wl,-T,$(BUILD)/i386/link.ld \
		-Wl,--gc-sections -Wl,-z,max-page-size=4096 -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-Wl,-z,noexecstack -Wl,-Map,$(2)/loader.map -o $$@ $$(filter %.o,$$^) $$(NEWLIB_LIBS_i386)
endef

# The program around it; start.S carries the packed loader, so that it is assembled once for each.
UNPACK_OBJECTS = $(call objects,powerpc-small,boot/unpack/unpack.c boot/unpack/strings.c $(PACKED_SOURCES) lib/crc32.c)

# $(call small_image,family,directory of what is on the way)
define small_image
$(call powerpc_image,$(2)/loader.elf,$(call small_objects,$(1)),$(SMALL_FLAGS) -Xlinker --defsym=image_room=$(SMALL_ROOM))
$(2)/packed: $(2)/loader.elf $(BUILD)/host/pack
	$$(say) PACK $(1)
	$$(Q)$(BUILD)/host/pack $$< $$@
$(2)/start.o: boot/unpack/start.S $(2)/packed Makefile
	$$(Q)$$(CC_powerpc) $$(CFLAGS_powerpc) $$(INCLUDES) -DPACKED='"$(2)/packed"' -c -o $$@ $$<
$(call unpack_link,$(2)/rom.elf,$(2),$(SMALL_ADDRESS),0)
$(call unpack_link,$(BUILD)/images/sawboot-rom-$(1).elf,$(2),0x01000000,0x01000000)
$(BUILD)/images/sawboot-rom-$(1).xcf: $(2)/rom.elf $(BUILD)/host/elf2xcoff
	@mkdir -p $$(@D)
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
