# SPDX-License-Identifier: BSD-2-Clause
# ROMs of network cards. For Power Macs: the FCode of boot/fcode, the same in all, and a loader that drives the
# family of cards. With those for PCs (boot/bios/prefix/rom.mk) in front of them they are for both.
# mkrom's `ids` makes those of other devices of a family (docs/roms.md).

FCODE := $(BUILD)/rom/sawboot.fcode

# The loader in the ROMs of each family, as an XCOFF program.
ROM_PROGRAM_rtl8139 ?= $(PPC_XCF)
ROM_PROGRAM_e1000 ?= $(PPC_XCF)
# How many bytes a ROM may have; empty: any number.
ROM_LIMIT ?= 65536
ROM_BOTH_LIMIT := 131072

# $(call rom,VENDOR:DEVICE,family)
define rom
ROMS += $(BUILD)/images/$(subst :,,$(1))-ppc.rom
$(BUILD)/images/$(subst :,,$(1))-ppc.rom: $(FCODE) $(ROM_PROGRAM_$(2)) $(BUILD)/host/mkrom tools/make-rom.sh
	$$(Q)BUILD=$(BUILD) tools/make-rom.sh $$@ $(1) $(FCODE) $(ROM_PROGRAM_$(2)) $(ROM_LIMIT)
endef
# $(call both_rom,VENDORDEVICE)
define both_rom
ROMS += $(BUILD)/images/$(1).rom
$(BUILD)/images/$(1).rom: $(BUILD)/images/$(1)-x86.rom $(BUILD)/images/$(1)-ppc.rom
	$$(Q)$(BUILD)/host/mkrom build -o $$@ rom:$(BUILD)/images/$(1)-x86.rom rom:$(BUILD)/images/$(1)-ppc.rom >/dev/null
	@size=$$$$(wc -c <$$@); printf '  %-9s %s: for PCs and Power Macs, %s bytes of %s\n' ROM $$@ $$$$size $(ROM_BOTH_LIMIT); \
		[ $$$$size -le $(ROM_BOTH_LIMIT) ]
endef
ROMS :=
$(eval $(call rom,10ec:8139,rtl8139))
$(eval $(call rom,8086:100e,e1000))
$(eval $(call rom,8086:100f,e1000))
$(eval $(call rom,8086:1008,e1000))
$(foreach r,10ec8139 8086100e 8086100f 80861008,$(eval $(call both_rom,$(r))))

.PHONY: roms
roms: $(ROMS)

# The instructions by which Forth calls the loader, as a string in hexadecimal.
TRAMPOLINE := $(BUILD)/rom/trampoline
$(TRAMPOLINE).fth: boot/fcode/trampoline.S tools/rom.mk
	$(say) AS $<
	@mkdir -p $(@D)
	$(Q)$(CC_powerpc) -c -o $(TRAMPOLINE).o $<
	$(Q)$(CROSS_powerpc)objcopy -O binary -j .text $(TRAMPOLINE).o $(TRAMPOLINE).bin
	$(Q){ printf 'headerless\n: trampoline ( -- str len )  " "('; od -An -v -tx1 $(TRAMPOLINE).bin | tr -d ' \n'; \
		echo ')"  ;'; } >$@

# toke says what it doubts, and goes on.
$(FCODE): $(wildcard boot/fcode/*.fth) $(TRAMPOLINE).fth tools/rom.mk
	$(say) FCODE $@
	@mkdir -p $(@D)
	$(Q)toke -I boot/fcode -I $(BUILD)/rom -o $@ sawboot.fth >$@.log 2>&1; \
		test -s $@ && ! grep -qE 'Warning|Error' $@.log || { cat $@.log; rm -f $@; false; }
