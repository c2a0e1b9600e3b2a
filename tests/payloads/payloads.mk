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
CLIENT_SOURCES := $(addprefix tests/payloads/common/,report.c strings.c) \
	$(wildcard tests/payloads/client-ppc/*.c)

payload_objects = $(patsubst %.c,$(PAYLOADS_DIR)/%.o,$(1))
DEMO_OBJECTS := $(call payload_objects,$(DEMO_SOURCES))
CLIENT_OBJECTS := $(call payload_objects,$(CLIENT_SOURCES))

PAYLOADS := $(addprefix $(PAYLOADS_DIR)/,demo-ppc demo-ppc-high demo-ppc-far demo-ppc.lzss \
	demo-ppc.fat demo-ppc-40m demo-ppc-truncated client-ppc.elf client-ppc.xcf \
	client-ppc-odd.xcf client-ppc-xcf.chrp client-ppc-elf.chrp SawbootDemo.mkext SawbootBig.mkext SawbootRom.mkext \
	SawbootDemo-damaged.mkext SawbootDemo-ppc.mkext SawbootDemo-i386.mkext \
	SawbootDemo-x86_64.mkext SawbootDemo-x86.mkext SawbootDemo-i386.v2.mkext \
	SawbootDemo-x86_64.v2.mkext SawbootDemo-x86.v2.mkext ramdisk demo-i386 demo-i386-1.6 demo-i386-firmware demo-i386-40m \
	demo-x86_64-v1 demo-x86_64-v2 demo-x86.fat demo-x86_64.lzss demo-x86-truncated \
	multiboot.elf multiboot-high.elf multiboot64.elf multiboot.kludge \
	crash-x86.elf crash-ppc.elf)

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

# --- The demonstration kernels for x86 --------------------------------------------------------
# The machine that builds is an x86_64 with Debian's compiler; CROSS_x86_64 names another one.
CROSS_i386 ?= i686-linux-gnu-
CROSS_x86_64 ?=

X86_CFLAGS := -std=c11 -ffreestanding -fno-builtin --param=min-pagesize=0 -Os -g -mgeneral-regs-only -mno-red-zone \
	-fcf-protection=none -fno-stack-protector -fno-asynchronous-unwind-tables -fno-common \
	-I. -Wall -Wextra -Werror
I386_CFLAGS := $(X86_CFLAGS) -m32 -march=i686 -fno-pic -fno-pie
# 64-bit kernels are linked out of reach of 32-bit addresses, so they count from the instruction.
X86_64_CFLAGS := $(X86_CFLAGS) -m64 -fpie -fvisibility=hidden
X86_LDFLAGS := $(PAYLOAD_LDFLAGS) -Wl,-z,max-page-size=4096 -Wl,--no-relax
I386_LIBGCC = $(shell $(CROSS_i386)gcc $(I386_CFLAGS) -print-libgcc-file-name)

DEMO_X86_SOURCES := $(PAYLOAD_COMMON) $(wildcard tests/payloads/common-x86/*.[cS]) \
	$(filter-out %/release.c,$(wildcard tests/payloads/demo-x86/*.[cS])) tools/common/crc32.c
x86_objects = $(patsubst %,$(PAYLOADS_DIR)/$(1)/%.o,$(basename $(2)))

# $(call x86_rules,directory,compiler,options)
define x86_rules
$(PAYLOADS_DIR)/$(1)/%.o: %.c tests/payloads/payloads.mk
	$$(say) 'CC payload' $$<
	@mkdir -p $$(@D)
	$$(Q)$(2)gcc $(3) -MMD -MP -c -o $$@ $$<
$(PAYLOADS_DIR)/$(1)/%.o: %.S tests/payloads/payloads.mk
	$$(say) 'AS payload' $$<
	@mkdir -p $$(@D)
	$$(Q)$(2)gcc $(3) -MMD -MP -c -o $$@ $$<
-include $$(wildcard $$(patsubst %.o,%.d,$$(call x86_objects,$(1),$$(DEMO_X86_SOURCES) $$(MULTIBOOT_SOURCES))))
endef
MULTIBOOT_SOURCES := tests/payloads/common/report.c tests/payloads/common/strings.c \
	tests/payloads/common/words.c $(wildcard tests/payloads/common-x86/*.[cS]) \
	$(filter-out %/start.S,$(wildcard tests/payloads/multiboot/*.[cS])) tools/common/crc32.c
$(eval $(call x86_rules,i386,$(CROSS_i386),$(I386_CFLAGS)))
$(eval $(call x86_rules,x86_64,$(CROSS_x86_64),$(X86_64_CFLAGS)))

DEMO_X86_SCRIPT := tests/payloads/demo-x86/link.lds
DEMO_X86_RELEASE := tests/payloads/demo-x86/release.c

# $(call demo_x86_link,name,processor,compiler,options,libraries,layout,base,release options)
define demo_x86_link
$(PAYLOADS_DIR)/$(1).elf: $$(call x86_objects,$(2),$$(DEMO_X86_SOURCES)) $(DEMO_X86_RELEASE) \
		$(DEMO_X86_SCRIPT)
	$$(say) 'LD payload' $$@
	$$(Q)$(3)gcc -std=c11 -E -P -x c -DLAYOUT=$(6) -DBASE=$(7) -o $(PAYLOADS_DIR)/$(1).lds \
		$(DEMO_X86_SCRIPT)
	$$(Q)$(3)gcc $(4) $(8) -c -o $(PAYLOADS_DIR)/$(1)-release.o $(DEMO_X86_RELEASE)
	$$(Q)$(3)gcc $(4) $(X86_LDFLAGS) -Wl,-T,$(PAYLOADS_DIR)/$(1).lds \
		-Wl,-Map,$(PAYLOADS_DIR)/$(1).map -o $$@ $(PAYLOADS_DIR)/$(1)-release.o \
		$$(call x86_objects,$(2),$$(DEMO_X86_SOURCES)) $(5)
$(PAYLOADS_DIR)/$(1): $(PAYLOADS_DIR)/$(1).elf $(ELF2MACHO)
	$$(say) MACHO $$@
	$$(Q)$(ELF2MACHO) $$< $$@
endef
demo_i386 = $(call demo_x86_link,$(1),i386,$(CROSS_i386),$(I386_CFLAGS),$$(I386_LIBGCC),$(2),0,$(3))
demo_x86_64 = $(call demo_x86_link,$(1),x86_64,$(CROSS_x86_64),$(X86_64_CFLAGS),,$(2),0xFFFFFF8000000000,$(3))
# Version, XNU's number, processor as they stand in Apple's version strings.
release = -DDARWIN_MAJOR=$(1) -DXNU_VERSION='"$(2)"' -DXNU_CPU='"$(3)"'

$(eval $(call demo_i386,demo-i386,9,$(call release,9,1228~1,I386)))
$(eval $(call demo_i386,demo-i386-1.6,10,$(call release,10,1504.15.3~1,I386)))
$(eval $(call demo_i386,demo-i386-firmware,0,$(call release,9,1228~1,I386)))
$(eval $(call demo_x86_64,demo-x86_64-v1,10,$(call release,10,1504.15.3~1,X86_64)))
$(eval $(call demo_x86_64,demo-x86_64-v2,12,$(call release,12,2050.7.9~1,X86_64)))

$(PAYLOADS_DIR)/demo-i386-40m: $(PAYLOADS_DIR)/demo-i386.elf $(ELF2MACHO)
	$(say) MACHO $@
	$(Q)$(ELF2MACHO) -pad 41943040 $< $@

$(PAYLOADS_DIR)/demo-x86.fat: $(addprefix $(PAYLOADS_DIR)/,demo-i386 demo-x86_64-v2) $(MAKE_IMAGE)
	$(say) FAT $@
	$(Q)$(MAKE_IMAGE) fat-of $(filter-out $(MAKE_IMAGE),$^) $@

$(PAYLOADS_DIR)/demo-x86_64.lzss: $(PAYLOADS_DIR)/demo-x86_64-v2 $(MAKE_IMAGE)
	$(say) LZSS $@
	$(Q)$(MAKE_IMAGE) compress $< $@

$(PAYLOADS_DIR)/demo-x86-truncated: $(PAYLOADS_DIR)/demo-x86_64-v2
	$(say) CUT $@
	$(Q)head -c 20000 $< > $@

# --- The multiboot kernels -----------------------------------------------------------------------
# ELF at 1 MB and at 80 MB, which small machines lack, with a hole between text and data; the same
# as ELF of 64 bits; and a file without format whose header, in the second half kilobyte, has the
# addresses.
MULTIBOOT_SCRIPT := tests/payloads/multiboot/link.lds
MULTIBOOT_START := tests/payloads/multiboot/start.S
MULTIBOOT_OBJECTS := $(call x86_objects,i386,$(MULTIBOOT_SOURCES))

# $(call multiboot_link,name,where,gap,preprocessor options)
define multiboot_link
$(PAYLOADS_DIR)/$(1).unsealed: $(MULTIBOOT_OBJECTS) $(MULTIBOOT_START) $(MULTIBOOT_SCRIPT) \
		tests/payloads/multiboot/seal.h tests/payloads/common-x86/entry.inc
	$$(say) 'LD payload' $$@
	$$(Q)$(CROSS_i386)gcc -std=c11 -E -P -x c -DTEXT=$(2) -DGAP=$(3) -o $(PAYLOADS_DIR)/$(1).lds \
		$(MULTIBOOT_SCRIPT)
	$$(Q)$(CROSS_i386)gcc $(I386_CFLAGS) $(4) -c -o $(PAYLOADS_DIR)/$(1)-start.o $(MULTIBOOT_START)
	$$(Q)$(CROSS_i386)gcc $(I386_CFLAGS) $(X86_LDFLAGS) -Wl,-T,$(PAYLOADS_DIR)/$(1).lds -o $$@ \
		$(PAYLOADS_DIR)/$(1)-start.o $(MULTIBOOT_OBJECTS) $$(I386_LIBGCC)
endef
$(eval $(call multiboot_link,multiboot,0x100000,0x3000))
$(eval $(call multiboot_link,multiboot-high,0x5000000,0x3000))
$(eval $(call multiboot_link,multiboot-kludge,0x180000,0,-DKLUDGE))

$(addprefix $(PAYLOADS_DIR)/,multiboot.elf multiboot-high.elf): %.elf: %.unsealed $(MAKE_IMAGE)
	$(say) SEAL $@
	$(Q)$(MAKE_IMAGE) seal $< $@

$(PAYLOADS_DIR)/multiboot64.elf: $(PAYLOADS_DIR)/multiboot.elf
	$(say) ELF64 $@
	$(Q)$(CROSS_i386)objcopy -O elf64-x86-64 $< $@

$(PAYLOADS_DIR)/multiboot.kludge: $(PAYLOADS_DIR)/multiboot-kludge.unsealed $(MAKE_IMAGE)
	$(say) KLUDGE $@
	$(Q)$(CROSS_i386)objcopy -O binary $< $@.flat
	$(Q)$(MAKE_IMAGE) noise 512 $@.noise
	$(Q)cat $@.noise $@.flat > $@.both
	$(Q)$(MAKE_IMAGE) seal $@.both $@

# --- Programs with rules of their own ------------------------------------------------------------
include $(wildcard tests/payloads/*/*.mk)

# --- Kernel extensions ------------------------------------------------------------------------
# One module for each processor; 64-bit kernels link bundles. Together they are the fat executable
# of SawbootDemo.kext; each alone makes a thin archive.
KEXT_SOURCE := tests/payloads/SawbootDemo.kext
KEXT_PLIST := $(KEXT_SOURCE)/Contents/Info.plist
KEXT_PROCESSORS := ppc i386 x86_64
KEXT_FOLDER := $(PAYLOADS_DIR)/SawbootDemo.kext
KEXT_MODULE := $(KEXT_FOLDER)/Contents/MacOS/SawbootDemo
KEXT_THIN := $(foreach p,$(KEXT_PROCESSORS),$(PAYLOADS_DIR)/thin/$(p)/SawbootDemo.kext/Contents/MacOS/SawbootDemo)
KEXT_PPC := $(PAYLOADS_DIR)/thin/ppc/SawbootDemo.kext/Contents/MacOS/SawbootDemo
MKEXT_TOOL := $(BUILD)/host/mkext

# $(call kext_module,processor,compiler,options,linker options,preprocessor options,kind of Mach-O)
define kext_module
$(PAYLOADS_DIR)/thin/$(1)/SawbootDemo.kext/Contents/MacOS/SawbootDemo: $(KEXT_SOURCE)/module.c \
		$(KEXT_SOURCE)/module.lds $(KEXT_PLIST) $(ELF2MACHO)
	$$(say) 'KEXT $(1)' $$@
	@mkdir -p $$(@D)
	$$(Q)cp $(KEXT_PLIST) $(PAYLOADS_DIR)/thin/$(1)/SawbootDemo.kext/Contents/Info.plist
	$$(Q)$(2)gcc -std=c11 -E -P -x c $(5) -o $(PAYLOADS_DIR)/thin/$(1)/module.lds $(KEXT_SOURCE)/module.lds
	$$(Q)$(2)gcc $(3) $(4) -Wl,--emit-relocs,-e,0 -Wl,-T,$(PAYLOADS_DIR)/thin/$(1)/module.lds \
		-o $(PAYLOADS_DIR)/thin/$(1)/module.elf $$<
	$$(Q)$(ELF2MACHO) $(6) $(PAYLOADS_DIR)/thin/$(1)/module.elf $$@

$(PAYLOADS_DIR)/SawbootDemo-$(1).mkext: $(PAYLOADS_DIR)/thin/$(1)/SawbootDemo.kext/Contents/MacOS/SawbootDemo \
		$(MKEXT_TOOL)
	$$(say) MKEXT $$@
	$$(Q)$(MKEXT_TOOL) create -arch $(1) -o $$@ $(PAYLOADS_DIR)/thin/$(1)/SawbootDemo.kext >/dev/null

$(PAYLOADS_DIR)/SawbootDemo-$(1).v2.mkext: $(PAYLOADS_DIR)/thin/$(1)/SawbootDemo.kext/Contents/MacOS/SawbootDemo \
		$(MKEXT_TOOL)
	$$(say) MKEXT2 $$@
	$$(Q)$(MKEXT_TOOL) create -v2 -stored -arch $(1) -o $$@ $(PAYLOADS_DIR)/thin/$(1)/SawbootDemo.kext >/dev/null
endef
$(eval $(call kext_module,ppc,$(CROSS_powerpc),$(PAYLOAD_CFLAGS),$(PAYLOAD_LDFLAGS),,-object))
$(eval $(call kext_module,i386,$(CROSS_i386),$(I386_CFLAGS),$(X86_LDFLAGS),,-object))
$(eval $(call kext_module,x86_64,$(CROSS_x86_64),$(X86_64_CFLAGS),$(X86_LDFLAGS),-DBUNDLE,-bundle))

$(KEXT_MODULE): $(KEXT_THIN) $(KEXT_PLIST) $(MAKE_IMAGE)
	$(say) KEXT $(KEXT_FOLDER)
	@mkdir -p $(@D)
	$(Q)cp $(KEXT_PLIST) $(KEXT_FOLDER)/Contents/Info.plist
	$(Q)$(MAKE_IMAGE) fat-of $(KEXT_THIN) $@

$(PAYLOADS_DIR)/SawbootDemo.mkext: $(KEXT_MODULE) $(MKEXT_TOOL)
	$(say) MKEXT $@
	$(Q)$(MKEXT_TOOL) create -o $@ $(KEXT_FOLDER) >/dev/null

# Thin archives in a fat file, as Apple's own of 10.4 to 10.6.
$(PAYLOADS_DIR)/SawbootDemo-x86.mkext: $(KEXT_MODULE) $(MKEXT_TOOL)
	$(say) FAT $@
	$(Q)$(MKEXT_TOOL) create $(KEXT_PROCESSORS:%=-arch %) -o $@ $(KEXT_FOLDER) >/dev/null

$(PAYLOADS_DIR)/SawbootDemo-x86.v2.mkext: $(KEXT_MODULE) $(MKEXT_TOOL)
	$(say) FAT $@
	$(Q)$(MKEXT_TOOL) create -v2 -stored -arch i386 -arch x86_64 -o $@ $(KEXT_FOLDER) >/dev/null

# For PowerPC. More than 3 MB, most of which do not compress: more than firmware and BootX let through in a
# property.
$(PAYLOADS_DIR)/SawbootBig.mkext: $(KEXT_PPC) $(KEXT_PLIST) $(MAKE_IMAGE) $(MKEXT_TOOL) \
		tests/payloads/payloads.mk
	$(say) MKEXT $@
	@mkdir -p $(PAYLOADS_DIR)/SawbootBig.kext/Contents/MacOS
	$(Q)cp $(KEXT_PLIST) $(PAYLOADS_DIR)/SawbootBig.kext/Contents/Info.plist
	$(Q)$(MAKE_IMAGE) noise 3145728 $(PAYLOADS_DIR)/noise
	$(Q)cat $(KEXT_PPC) $(PAYLOADS_DIR)/noise \
		> $(PAYLOADS_DIR)/SawbootBig.kext/Contents/MacOS/SawbootDemo
	$(Q)$(MKEXT_TOOL) create -o $@ $(PAYLOADS_DIR)/SawbootBig.kext >/dev/null

# 300 KB, most of which do not compress: more than the heap of OpenBIOS, for a card's ROM.
$(PAYLOADS_DIR)/SawbootRom.mkext: $(KEXT_PPC) $(KEXT_PLIST) $(MAKE_IMAGE) $(MKEXT_TOOL)
	$(say) MKEXT $@
	@mkdir -p $(PAYLOADS_DIR)/SawbootRom.kext/Contents/MacOS
	$(Q)cp $(KEXT_PLIST) $(PAYLOADS_DIR)/SawbootRom.kext/Contents/Info.plist
	$(Q)$(MAKE_IMAGE) noise 300000 $@.noise
	$(Q)cat $(KEXT_PPC) $@.noise > $(PAYLOADS_DIR)/SawbootRom.kext/Contents/MacOS/SawbootDemo
	$(Q)$(MKEXT_TOOL) create -o $@ $(PAYLOADS_DIR)/SawbootRom.kext >/dev/null

$(PAYLOADS_DIR)/SawbootDemo-damaged.mkext: $(PAYLOADS_DIR)/SawbootDemo.mkext $(MAKE_IMAGE)
	$(say) DAMAGE $@
	$(Q)$(MAKE_IMAGE) damage 200 $< $@

$(PAYLOADS_DIR)/ramdisk: $(MAKE_IMAGE)
	$(say) RAMDISK $@
	@mkdir -p $(@D)
	$(Q)$(MAKE_IMAGE) ramdisk 1500000 $@

# --- The loader with a command more, which does what a defect would do ---------------------------
CRASH_SOURCE := tests/payloads/crash/crash.c
$(PAYLOADS_DIR)/crash-x86.elf: $(X86_OBJECTS) $(call objects,i386,$(CRASH_SOURCE)) $(BUILD)/i386/link.ld
	$(say) LD $@
	$(Q)$(CC_i386) $(CFLAGS_i386) -nostdlib -static -Wl,-T,$(BUILD)/i386/link.ld -Wl,--gc-sections \
		-Wl,-z,max-page-size=4096 -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,-z,noexecstack \
		-o $@ $(filter %.o,$^) $(NEWLIB_LIBS_i386)
$(eval $(call powerpc_image,$(PAYLOADS_DIR)/crash-ppc.elf,$(PPC_OBJECTS) $(call objects,powerpc,$(CRASH_SOURCE))))
-include $(foreach v,i386 powerpc,$(patsubst %.o,%.d,$(call objects,$(v),$(CRASH_SOURCE))))
