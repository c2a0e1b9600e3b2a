# SPDX-License-Identifier: BSD-2-Clause
# Demonstration kernels and the odd files that tests boot. Everything goes to build/payloads.

CROSS_powerpc ?= powerpc-linux-gnu-
PAYLOADS_DIR := $(BUILD)/payloads
MAKE_IMAGE := $(BUILD)/host/make-image
ELF2MACHO := $(BUILD)/host/elf2macho

PAYLOAD_CFLAGS := -std=c11 -ffreestanding -fno-builtin -Os -g -mcpu=750 -msoft-float -mno-altivec \
	-fno-pic -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fno-common \
	-msdata=none -mno-relocatable -I. -Wall -Wextra -Werror
PAYLOAD_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
	-Wl,-z,noexecstack -Wl,--no-dynamic-linker
PAYLOAD_LIBGCC = $(shell $(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) -print-libgcc-file-name)

PAYLOAD_COMMON := $(wildcard tests/payloads/common/*.c)
DEMO_SOURCES := $(PAYLOAD_COMMON) $(wildcard tests/payloads/demo-ppc/*.c) tools/common/crc32.c
CLIENT_SOURCES := $(PAYLOAD_COMMON) $(wildcard tests/payloads/client-ppc/*.c)

payload_objects = $(patsubst %.c,$(PAYLOADS_DIR)/%.o,$(1))
DEMO_OBJECTS := $(call payload_objects,$(DEMO_SOURCES))
CLIENT_OBJECTS := $(call payload_objects,$(CLIENT_SOURCES))

PAYLOADS := $(addprefix $(PAYLOADS_DIR)/,demo-ppc demo-ppc-high demo-ppc-far demo-ppc.lzss \
	demo-ppc.fat demo-ppc-40m demo-ppc-truncated demo-i386 client-ppc.elf client-ppc.xcf \
	client-ppc-odd.xcf client-ppc-xcf.chrp client-ppc-elf.chrp SawbootDemo.mkext SawbootBig.mkext \
	SawbootDemo-damaged.mkext)

.PHONY: payloads
payloads: $(PAYLOADS)

$(PAYLOADS_DIR)/%.o: %.c tests/payloads/payloads.mk
	$(say) 'CC payload' $<
	@mkdir -p $(@D)
	$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) -MMD -MP -c -o $@ $<

$(PAYLOADS_DIR)/%.o: %.S tests/payloads/payloads.mk
	$(say) 'AS payload' $<
	@mkdir -p $(@D)
	$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(DEMO_OBJECTS:.o=.d) $(CLIENT_OBJECTS:.o=.d))

# --- The demonstration kernel -----------------------------------------------------------------
# Linked as Apple's kernels of 10.4; at 1 MB without __VECTORS; and at 96 MB, which small machines
# lack.
DEMO_START := tests/payloads/demo-ppc/start.S
DEMO_SCRIPT := tests/payloads/demo-ppc/link.lds

# $(call demo_link,name,preprocessor options)
define demo_link
$(PAYLOADS_DIR)/$(1).elf: $(DEMO_OBJECTS) $(DEMO_START) $(DEMO_SCRIPT)
	$$(say) 'LD payload' $$@
	$$(Q)$(CROSS_powerpc)gcc -std=c11 -E -P -x c $(2) -o $(PAYLOADS_DIR)/$(1).lds $(DEMO_SCRIPT)
	$$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) $(2) -c -o $(PAYLOADS_DIR)/$(1)-start.o $(DEMO_START)
	$$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) $(PAYLOAD_LDFLAGS) -Wl,-T,$(PAYLOADS_DIR)/$(1).lds \
		-Wl,-Map,$(PAYLOADS_DIR)/$(1).map -o $$@ $(PAYLOADS_DIR)/$(1)-start.o $(DEMO_OBJECTS) \
		$$(PAYLOAD_LIBGCC)
endef
$(eval $(call demo_link,demo-ppc,))
$(eval $(call demo_link,demo-ppc-high,-DDEMO_HIGH -DTEXT_ADDRESS=0x100000))
$(eval $(call demo_link,demo-ppc-far,-DDEMO_HIGH -DTEXT_ADDRESS=0x6000000))

$(addprefix $(PAYLOADS_DIR)/,demo-ppc demo-ppc-high demo-ppc-far): %: %.elf $(ELF2MACHO)
	$(say) MACHO $@
	$(Q)$(ELF2MACHO) $< $@

# 40 MB with a digest of its own in the kernel.
$(PAYLOADS_DIR)/demo-ppc-40m: $(PAYLOADS_DIR)/demo-ppc.elf $(ELF2MACHO)
	$(say) MACHO $@
	$(Q)$(ELF2MACHO) -pad 41943040 $< $@

$(PAYLOADS_DIR)/demo-ppc.lzss: $(PAYLOADS_DIR)/demo-ppc $(MAKE_IMAGE)
	$(say) LZSS $@
	$(Q)$(MAKE_IMAGE) compress $< $@

$(PAYLOADS_DIR)/demo-ppc.fat: $(PAYLOADS_DIR)/demo-ppc $(MAKE_IMAGE)
	$(say) FAT $@
	$(Q)$(MAKE_IMAGE) fat $< $@

$(PAYLOADS_DIR)/demo-ppc-truncated: $(PAYLOADS_DIR)/demo-ppc
	$(say) CUT $@
	$(Q)head -c 20000 $< > $@

$(PAYLOADS_DIR)/demo-i386: $(MAKE_IMAGE)
	$(say) MACHO $@
	@mkdir -p $(@D)
	$(Q)$(MAKE_IMAGE) i386 $@

# --- The Open Firmware client -----------------------------------------------------------------
CLIENT_START := tests/payloads/client-ppc/start.S
CLIENT_SCRIPT := tests/payloads/client-ppc/link.ld

$(PAYLOADS_DIR)/client-ppc.elf: $(CLIENT_OBJECTS) $(CLIENT_START) $(CLIENT_SCRIPT)
	$(say) 'LD payload' $@
	$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) -c -o $(PAYLOADS_DIR)/client-ppc-start.o $(CLIENT_START)
	$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) $(PAYLOAD_LDFLAGS) -Wl,-T,$(CLIENT_SCRIPT) -o $@ \
		$(PAYLOADS_DIR)/client-ppc-start.o $(CLIENT_OBJECTS) $(PAYLOAD_LIBGCC)

$(PAYLOADS_DIR)/client-ppc.xcf: $(PAYLOADS_DIR)/client-ppc.elf $(BUILD)/host/elf2xcoff
	$(say) XCOFF $@
	$(Q)$(BUILD)/host/elf2xcoff $< $@

$(PAYLOADS_DIR)/client-ppc-odd.xcf: $(PAYLOADS_DIR)/client-ppc.xcf $(MAKE_IMAGE)
	$(say) XCOFF $@
	$(Q)$(MAKE_IMAGE) odd-xcoff $< $@

$(PAYLOADS_DIR)/client-ppc-xcf.chrp: $(PAYLOADS_DIR)/client-ppc-odd.xcf $(MAKE_IMAGE)
	$(say) CHRP $@
	$(Q)$(MAKE_IMAGE) chrp $< $@

$(PAYLOADS_DIR)/client-ppc-elf.chrp: $(PAYLOADS_DIR)/client-ppc.elf $(MAKE_IMAGE)
	$(say) CHRP $@
	$(Q)$(MAKE_IMAGE) chrp $< $@

# --- Kernel extensions ------------------------------------------------------------------------
KEXT_SOURCE := tests/payloads/SawbootDemo.kext
KEXT_MODULE := $(PAYLOADS_DIR)/SawbootDemo.kext/Contents/MacOS/SawbootDemo
MKEXT_TOOL := $(BUILD)/host/mkext

$(KEXT_MODULE): $(KEXT_SOURCE)/module.c $(KEXT_SOURCE)/module.lds $(ELF2MACHO)
	$(say) KEXT $(PAYLOADS_DIR)/SawbootDemo.kext
	@mkdir -p $(@D)
	$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) $(PAYLOAD_LDFLAGS) -Wl,--emit-relocs,-e,0 \
		-Wl,-T,$(KEXT_SOURCE)/module.lds -o $(PAYLOADS_DIR)/SawbootDemo.elf $<
	$(Q)$(ELF2MACHO) -object $(PAYLOADS_DIR)/SawbootDemo.elf $@

$(PAYLOADS_DIR)/SawbootDemo.mkext: $(KEXT_MODULE) $(KEXT_SOURCE)/Contents/Info.plist $(MKEXT_TOOL)
	$(say) MKEXT $@
	$(Q)cp $(KEXT_SOURCE)/Contents/Info.plist $(PAYLOADS_DIR)/SawbootDemo.kext/Contents/Info.plist
	$(Q)$(MKEXT_TOOL) create -o $@ $(PAYLOADS_DIR)/SawbootDemo.kext >/dev/null

# More than 3 MB, most of which do not compress: more than firmware and BootX let through in a
# property.
$(PAYLOADS_DIR)/SawbootBig.mkext: $(KEXT_MODULE) $(KEXT_SOURCE)/Contents/Info.plist $(MAKE_IMAGE) \
		$(MKEXT_TOOL)
	$(say) MKEXT $@
	@mkdir -p $(PAYLOADS_DIR)/SawbootBig.kext/Contents/MacOS
	$(Q)cp $(KEXT_SOURCE)/Contents/Info.plist $(PAYLOADS_DIR)/SawbootBig.kext/Contents/Info.plist
	$(Q)$(MAKE_IMAGE) noise 3145728 $(PAYLOADS_DIR)/noise
	$(Q)cat $(KEXT_MODULE) $(PAYLOADS_DIR)/noise \
		> $(PAYLOADS_DIR)/SawbootBig.kext/Contents/MacOS/SawbootDemo
	$(Q)$(MKEXT_TOOL) create -o $@ $(PAYLOADS_DIR)/SawbootBig.kext >/dev/null

$(PAYLOADS_DIR)/SawbootDemo-damaged.mkext: $(PAYLOADS_DIR)/SawbootDemo.mkext $(MAKE_IMAGE)
	$(say) DAMAGE $@
	$(Q)$(MAKE_IMAGE) damage 200 $< $@
