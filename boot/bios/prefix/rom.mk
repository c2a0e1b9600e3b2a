# SPDX-License-Identifier: BSD-2-Clause
# ROMs of network cards for PCs: the code of rom.S, and a packed loader that drives the family of
# cards. mkrom's `ids` makes those of other devices of a family (docs/roms.md).

# How many bytes such a ROM may have: VirtualBox takes no more than 56 KB.
ROM_X86_LIMIT ?= 57344

X86_ROM_SOURCES := $(addprefix boot/bios/prefix/,rom.S rom.ld enter.inc rom.mk) boot/bios/rom_start.h \
	boot/unpack/predictor.h console/errors.def tools/make-x86-rom.sh

$(BUILD)/i386-small/%/packed: $(BUILD)/i386-small/%/loader.elf $(BUILD)/host/pack
	$(say) PACK '$* for PCs'
	$(Q)$(BUILD)/host/pack $< $@

# $(call x86_rom,VENDOR:DEVICE,family)
define x86_rom
X86_ROMS += $(BUILD)/images/$(subst :,,$(1))-x86.rom
$(BUILD)/images/$(subst :,,$(1))-x86.rom: $(X86_ROM_SOURCES) $(BUILD)/i386-small/$(2)/packed $(X86_UNPACKER) $(BUILD)/host/mkrom
	@mkdir -p $$(@D)
	$$(Q)BUILD=$(BUILD) tools/make-x86-rom.sh $$@ $(1) $(BUILD)/i386-small/$(2)/loader.elf \
		$(BUILD)/i386-small/$(2)/packed $(X86_UNPACKER) $(ROM_X86_LIMIT)
endef
X86_ROMS :=
$(eval $(call x86_rom,10ec:8139,rtl8139))
$(eval $(call x86_rom,8086:100e,e1000))
$(eval $(call x86_rom,8086:100f,e1000))
$(eval $(call x86_rom,8086:1008,e1000))

roms: $(X86_ROMS)
