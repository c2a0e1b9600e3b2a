# SPDX-License-Identifier: BSD-2-Clause
#
# The one way in. `./sawboot <target>` installs what is missing and then runs this.
#
#   make              builds everything: images in build/images, tools in build/host
#   make demo         network-boots a demonstration kernel in QEMU   [ARCH=ppc|x86] [NIC=] [BOOT=cd|rom]
#   make run          boots a file:  ROOT=dir FILE=name [ARGS=] [CONFIG=] [QEMU_ARGS=] [ARCH=] [NIC=]
#                     [BOOT=cd|rom]
#                     BOOT=cd|disk|rom for ARCH=x86
#   make iso          a CD image with words of your own:  WORDS="file=... args=..." [OUT=] [ARCH=]
#   make vmdk         a disk and a machine for VMware:  [WORDS=] [OUT=]
#   make check        every test;  make check-fast  those without a machine emulator [COVERAGE=1]
#   make check-wire   1296 transfers through a network that misbehaves [SEEDS=]; times in build/check-wire.txt
#   make fuzz         fuzzers over the parsers: a minute each, or [MINUTES=] [RUNS=inputs]
#                     [TARGET="one another"] [SEED=]; docs/fuzzing.md
#   make soak         many boots, drawn from a seed, over networks that misbehave [BOOTS=1000] [SEED=1]
#                     [FIRST=number] [JOBS=2]; outcomes and times in build/soak.txt
#   make fleet        200 machines at once and real servers; figures, written to docs/fleet.md
#   make bench        figures, written to docs/benchmarks.md [BENCH="throughput delay boot ..."] [RUNS=]
#                     [MEBIBYTES=] [PEERS="ipxe grub slof"]
#   make debug        QEMU stopped for gdb
#   make V=1          shows every command

BUILD := build
ARCH ?= ppc
NIC ?= $(if $(filter x86,$(ARCH)),e1000,rtl8139)

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-9s %s\n'
endif

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

.PHONY: all
all: images tools payloads

# --- Third-party sources: newlib, lwIP, zlib, cmocka (never in the tree) -------------------------
include tools/thirdparty.mk
include net/lwip.mk
include lib/zlib.mk
include boot/unpack/unpack.mk

# --- What is built ------------------------------------------------------------------------------
# The portable core: the same files for every processor.
CORE_DIRS := lib console boot boot/commands device drivers drivers/* net loader loader/* darwin
CORE := $(sort $(wildcard $(addsuffix /*.c,$(CORE_DIRS))))
OPENFIRMWARE := $(sort $(wildcard boot/openfirmware/*.c boot/openfirmware/*.S))
BIOS := $(sort $(wildcard boot/bios/*.c boot/bios/*.S))
HOST := $(sort $(wildcard boot/host/*.c))
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT_HELPERS := $(sort $(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c tests/unit/*/*.c)))

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)

WARNINGS := -Wall -Wextra -Werror
INCLUDES := -I. -Inet -I$(LWIP_DIR)/src/include

# lwIP's and zlib's own code is built with its own habits.
LWIP_WARNINGS := -Wall -Wno-address -Wno-unused-parameter

# --- Variants: one object tree each --------------------------------------------------------------
# powerpc   the loader for Open Firmware
# i386      the loader for PCs
# powerpc-small, i386-small   the same for the ROMs of cards, as small as they get when packed
# host      the tools
# sanitize  tests under AddressSanitizer and UBSan
# coverage  tests with line counts
# linux-powerpc, linux-i386   tests for the other processors, run under qemu-user or natively
# fuzz      fuzz targets, by clang under its sanitizers (tests/fuzz/fuzz.mk)
VARIANTS := powerpc powerpc-small i386 i386-small host sanitize coverage linux-powerpc linux-i386 fuzz

CC_powerpc := powerpc-linux-gnu-gcc
CC_powerpc-small := $(CC_powerpc)
CC_i386 := i686-linux-gnu-gcc
CC_i386-small := $(CC_i386)
CC_host := gcc
CC_sanitize := gcc
CC_coverage := gcc
CC_linux-powerpc := powerpc-linux-gnu-gcc
CC_linux-i386 := i686-linux-gnu-gcc

FREESTANDING := -std=c11 -ffreestanding -fno-pic -fno-pie -fno-stack-protector -Os -g \
	-ffunction-sections -fdata-sections -fno-common -fno-asynchronous-unwind-tables
HOSTED := -std=gnu11 -DSAWBOOT_HOST -g -O1 -fno-common -fno-omit-frame-pointer

# boot/stack.h; the ROMs of cards have no room for it.
STACK_PROTECTOR := -fstack-protector-strong -mstack-protector-guard=global
EXTRA_stack := -fno-stack-protector

CFLAGS_powerpc = $(FREESTANDING) $(NEWLIB_CFLAGS_powerpc) $(STACK_PROTECTOR)
CFLAGS_powerpc-small = $(FREESTANDING) $(NEWLIB_CFLAGS_powerpc) $(SMALL_FLAGS)
CFLAGS_i386 = $(FREESTANDING) $(NEWLIB_CFLAGS_i386) $(STACK_PROTECTOR)
CFLAGS_i386-small = $(FREESTANDING) $(NEWLIB_CFLAGS_i386) $(SMALL_FLAGS_i386)
CFLAGS_host := $(HOSTED) -O2
CFLAGS_sanitize := $(HOSTED) -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_coverage := $(HOSTED) -O0 --coverage
CFLAGS_linux-powerpc = $(HOSTED) $(CMOCKA_CFLAGS_powerpc)
CFLAGS_linux-i386 = $(HOSTED) $(CMOCKA_CFLAGS_i386)

STAMPS_powerpc := $(BUILD)/thirdparty/powerpc/newlib.stamp
STAMPS_powerpc-small := $(STAMPS_powerpc)
STAMPS_i386 := $(BUILD)/thirdparty/i386/newlib.stamp
STAMPS_i386-small := $(STAMPS_i386)
STAMPS_linux-powerpc := $(BUILD)/thirdparty/powerpc/cmocka.stamp
STAMPS_linux-i386 := $(BUILD)/thirdparty/i386/cmocka.stamp
LWIP_STAMP := $(BUILD)/thirdparty/src/lwip/.stamp
ZLIB_STAMP := $(BUILD)/thirdparty/src/zlib/.stamp

# $(call objects,variant,sources)
objects = $(patsubst %,$(BUILD)/$(1)/%.o,$(basename $(2)))
lwip_objects = $(patsubst %.c,$(BUILD)/$(1)/lwip/%.o,$(LWIP_SOURCES))
zlib_objects = $(patsubst %.c,$(BUILD)/$(1)/zlib/%.o,$(ZLIB_SOURCES))

define variant
$(BUILD)/$(1)/%.o: %.c Makefile $$(LWIP_STAMP) $$(STAMPS_$(1))
	$$(say) 'CC $(1)' $$<
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(WARNINGS) $$(INCLUDES) $$(EXTRA_$$(basename $$(notdir $$@))) -MMD -MP -c -o $$@ $$<
$(BUILD)/$(1)/%.o: %.S Makefile $$(STAMPS_$(1))
	$$(say) 'AS $(1)' $$<
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(INCLUDES) -MMD -MP -c -o $$@ $$<
$(BUILD)/$(1)/lwip/%.o: $(LWIP_DIR)/%.c Makefile $$(LWIP_STAMP) $$(STAMPS_$(1))
	$$(say) 'CC $(1)' lwip/$$*.c
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(LWIP_WARNINGS) $$(INCLUDES) -MMD -MP -c -o $$@ $$<
$(BUILD)/$(1)/zlib/%.o: $(ZLIB_DIR)/%.c Makefile $$(ZLIB_STAMP) $$(STAMPS_$(1))
	$$(say) 'CC $(1)' zlib/$$*.c
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(ZLIB_FLAGS) -MMD -MP -c -o $$@ $$<
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))
# The sources of lwIP and zlib come into being with the stamps.
$(addprefix $(LWIP_DIR)/,$(LWIP_SOURCES)): $(LWIP_STAMP) ;
$(addprefix $(ZLIB_DIR)/,$(ZLIB_SOURCES) $(ZLIB_PACK_SOURCES)): $(ZLIB_STAMP) ;

EXTRA_inflate := $(ZLIB_FLAGS) -I$(ZLIB_DIR)
EXTRA_deflate := $(EXTRA_inflate)
$(BUILD)/host/tools/common/deflate.o: $(ZLIB_STAMP)
$(foreach v,$(VARIANTS),$(BUILD)/$(v)/lib/inflate.o): $(ZLIB_STAMP)

# The version is an input of one file only; build/version changes when it does.
$(shell mkdir -p $(BUILD) && { echo '$(VERSION)' | cmp -s - $(BUILD)/version || echo '$(VERSION)' >$(BUILD)/version; })
EXTRA_main := -DSAWBOOT_VERSION='"$(VERSION)"'
$(foreach v,$(VARIANTS),$(BUILD)/$(v)/boot/main.o): $(BUILD)/version

# --- Images ---------------------------------------------------------------------------------------
# What only kernels of the other kind of machine need stays out of an image; tests have all of it.
POWERPC_ONLY := darwin/xnu_powerpc.c loader/xcoff/xcoff.c loader/container/chrp.c \
	$(filter-out device/arguments.c,$(wildcard device/*.c))
X86_ONLY := darwin/xnu_x86.c loader/linux/linux.c loader/linux/start.c \
	loader/multiboot/multiboot.c loader/multiboot/start.c
PPC_CORE := $(filter-out $(X86_ONLY),$(CORE))
X86_CORE := $(filter-out $(POWERPC_ONLY),$(CORE))
PPC_OBJECTS := $(call objects,powerpc,$(OPENFIRMWARE) $(PPC_CORE)) $(call lwip_objects,powerpc) \
	$(call zlib_objects,powerpc)
PPC_ELF := $(BUILD)/images/sawboot-ppc.elf
PPC_XCF := $(BUILD)/images/sawboot-ppc.xcf
X86_OBJECTS := $(call objects,i386,$(BIOS) $(X86_CORE)) $(call lwip_objects,i386) \
	$(call zlib_objects,i386)
X86_ELF := $(BUILD)/images/sawboot-x86.elf
PPC_ISO := $(BUILD)/images/sawboot-ppc.iso
X86_ISO := $(BUILD)/images/sawboot-x86.iso

.PHONY: images
images: $(PPC_ELF) $(PPC_XCF) $(PPC_ISO) $(X86_ELF) $(BUILD)/images/sawboot-x86.pxe $(X86_ISO) roms $(SMALL_IMAGES)

$(BUILD)/powerpc/link.ld: link.ld
	@mkdir -p $(@D)
	$(Q)$(CC_powerpc) -E -P -x c -DIMAGE_POWERPC -o $@ $<

# $(call powerpc_image,FILE,objects,flags of the link): an image for Power Macs that can move itself.
# It is linked twice: tools/relocations makes the table of the second link from the first. What is
# on the way is in build/powerpc/ under the image's name.
define powerpc_image
$(1): private LINKED := $(if $(3),$(basename $(1)),$(BUILD)/powerpc/$(basename $(notdir $(1))))
$(1): private LINK_FLAGS := $(3)
$(1): $(2) $(BUILD)/powerpc/link.ld $(BUILD)/host/relocations
	$$(say) LD $$@
	@mkdir -p $$(@D)
	$$(Q)$$(powerpc_link) $(2) $$(NEWLIB_LIBS_powerpc)
	$$(Q)$(BUILD)/host/relocations $$(LINKED).linked $$(LINKED).relocations.S
	$$(Q)$$(CC_powerpc) -c -o $$(LINKED).relocations.o $$(LINKED).relocations.S
	$$(Q)$$(powerpc_link) $(2) $$(LINKED).relocations.o $$(NEWLIB_LIBS_powerpc)
	$$(Q)$(BUILD)/host/relocations -check $$(LINKED).linked
	$$(Q)powerpc-linux-gnu-objcopy --remove-section='.rela*' $$(LINKED).linked $$@
endef
powerpc_link = $(CC_powerpc) $(CFLAGS_powerpc) -nostdlib -static -Wl,-T,$(BUILD)/powerpc/link.ld \
	-Wl,--gc-sections -Wl,--emit-relocs -Wl,-z,max-page-size=4096 -Wl,--build-id=none \
	-Wl,--no-warn-rwx-segments -Wl,-Map,$(LINKED).map $(LINK_FLAGS) -o $(LINKED).linked

$(eval $(call powerpc_image,$(PPC_ELF),$(PPC_OBJECTS)))
$(foreach f,$(SMALL_FAMILIES),$(eval $(call small_image,$(f),$(BUILD)/powerpc-small/$(f))))
$(foreach f,$(SMALL_FAMILIES),$(eval $(call small_loader_i386,$(f),$(BUILD)/i386-small/$(f))))

$(PPC_XCF): $(PPC_ELF) $(BUILD)/host/elf2xcoff
	$(say) XCOFF $@
	$(Q)$(BUILD)/host/elf2xcoff $< $@

include tools/rom.mk

# The CD images: for Power Macs, for PCs (a disk image as well); and one whose words the caller gives.
MAKE_PPC_ISO := $(addprefix tools/,make-iso.sh make-tbxi.sh settle-iso.py)
MAKE_X86_ISO := tools/make-x86-iso.sh
$(PPC_ISO): $(PPC_ELF) $(PPC_XCF) $(MAKE_PPC_ISO)
	$(say) ISO $@
	$(Q)BUILD=$(BUILD) tools/make-iso.sh $@
$(X86_ISO): $(X86_ELF) $(MAKE_X86_ISO)
	$(say) ISO $@
	$(Q)BUILD=$(BUILD) tools/make-x86-iso.sh $@

# A relative OUT is in the folder that the user stands in.
users_file = $(if $(OUT),$(if $(filter /%,$(OUT)),,$(addsuffix /,$(SAWBOOT_FROM)))$(OUT),$(1))
WORDS_ISO := $(call users_file,$(BUILD)/images/sawboot-$(ARCH)-words.iso)
.PHONY: iso vmdk
iso: $(if $(filter x86,$(ARCH)),$(X86_ELF) $(MAKE_X86_ISO),$(PPC_ELF) $(PPC_XCF) $(MAKE_PPC_ISO))
	$(say) ISO '$(WORDS_ISO)'
	$(Q)BUILD=$(BUILD) $(if $(filter x86,$(ARCH)),$(MAKE_X86_ISO),tools/make-iso.sh) '$(WORDS_ISO)' '$(WORDS)'

# The image for PCs as a disk for VMware, and a machine with it.
WORDS_VMDK := $(call users_file,$(BUILD)/images/sawboot-x86.vmdk)
vmdk: $(X86_ELF) $(MAKE_X86_ISO) tools/make-vmdk.sh tools/vmware.vmx
	$(say) VMDK '$(WORDS_VMDK)'
	$(Q)BUILD=$(BUILD) $(MAKE_X86_ISO) $(BUILD)/images/sawboot-vmdk.iso '$(WORDS)'
	$(Q)tools/make-vmdk.sh $(BUILD)/images/sawboot-vmdk.iso '$(WORDS_VMDK)'
	$(Q)rm $(BUILD)/images/sawboot-vmdk.iso

$(BUILD)/i386/link.ld: link.ld
	@mkdir -p $(@D)
	$(Q)$(CC_i386) -std=c11 -E -P -x c -DLOAD_ADDRESS=0x100000 -o $@ $<

$(X86_ELF): $(X86_OBJECTS) $(BUILD)/i386/link.ld
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC_i386) $(CFLAGS_i386) -nostdlib -static -Wl,-T,$(BUILD)/i386/link.ld \
		-Wl,--gc-sections -Wl,-z,max-page-size=4096 -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-Wl,-z,noexecstack -Wl,-Map,$(BUILD)/i386/sawboot.map -o $@ $(X86_OBJECTS) $(NEWLIB_LIBS_i386)

include boot/bios/prefix/prefix.mk
include boot/bios/prefix/rom.mk

# --- Host tools -------------------------------------------------------------------------------------
# Linked with the parts of the core that read and write files; no drivers, no network.
TOOL_CORE := $(BUILD)/host/tools.a
TOOL_OBJECTS := $(call objects,host,$(wildcard lib/*.c console/*.c loader/*.c loader/*/*.c darwin/*.c tools/common/*.c) $(PACKED_SOURCES)) \
	$(call zlib_objects,host) $(ZLIB_PACK_SOURCES:%.c=$(BUILD)/host/zlib/%.o)
# A tool is a file, or a folder with a main.c; inspect, which has more of the loader in it, has its own
# makefile.
TOOL_FOLDERS := $(filter-out inspect,$(patsubst tools/%/main.c,%,$(wildcard tools/*/main.c)))
TOOLS := $(patsubst tools/%.c,$(BUILD)/host/%,$(wildcard tools/*.c)) $(TOOL_FOLDERS:%=$(BUILD)/host/%)

.PHONY: tools
tools: $(TOOLS)

$(TOOL_CORE): $(TOOL_OBJECTS)
	$(say) AR $@
	$(Q)rm -f $@; ar rcs $@ $(TOOL_OBJECTS)

$(BUILD)/host/%: $(BUILD)/host/tools/%.o $(TOOL_CORE)
	$(say) LD $@
	$(Q)$(CC_host) $(CFLAGS_host) -o $@ $< $(TOOL_CORE) $(LIBS_$*)
LIBS_mkext := -lexpat

define tool_folder
$(BUILD)/host/$(1): $(call objects,host,$(wildcard tools/$(1)/*.c)) $(TOOL_CORE)
	$$(say) LD $$@
	$$(Q)$$(CC_host) $$(CFLAGS_host) -o $$@ $$^ $$(LIBS_$(1))
endef
$(foreach t,$(TOOL_FOLDERS),$(eval $(call tool_folder,$(t))))
include tools/inspect/inspect.mk
# Objects are never thrown away as intermediate.
.SECONDARY:

# --- Unit tests ---------------------------------------------------------------------------------------
LINK_sanitize := -lcmocka -lexpat
LINK_coverage := -lcmocka -lexpat
LINK_linux-powerpc = -static $(CMOCKA_LIBS_powerpc)
LINK_linux-i386 = -static $(CMOCKA_LIBS_i386)

define unit_variant
UNIT_OBJECTS_$(1) := $$(call objects,$(1),$$(HOST) $$(CORE) $$(PACKED_SOURCES) $$(UNIT_HELPERS)) $$(call lwip_objects,$(1)) \
	$$(call zlib_objects,$(1))
UNIT_PROGRAMS_$(1) := $$(addprefix $(BUILD)/$(1)/unit/,$$(UNIT_TESTS))
$(BUILD)/$(1)/unit/%: $(BUILD)/$(1)/tests/unit/%.o $$(UNIT_OBJECTS_$(1))
	$$(say) 'LD $(1)' $$(@F)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) -o $$@ $$^ $$(LINK_$(1))
endef
UNIT_VARIANTS := sanitize coverage linux-powerpc linux-i386
$(foreach v,$(UNIT_VARIANTS),$(eval $(call unit_variant,$(v))))

.PHONY: unit
unit: $(UNIT_PROGRAMS_sanitize) $(UNIT_PROGRAMS_linux-powerpc) $(UNIT_PROGRAMS_linux-i386)

# --- Demonstration kernels and emulator tests ----------------------------------------------------------
include tests/payloads/payloads.mk
include tests/qemu/qemu.mk
include tests/net/net.mk
include tests/net/transfer/transfer.mk
include tests/fuzz/fuzz.mk
include tests/soak/soak.mk

# --- Tests ---------------------------------------------------------------------------------------------
FAST_TESTS = $(UNIT_PROGRAMS_sanitize) $(UNIT_PROGRAMS_linux-powerpc) $(UNIT_PROGRAMS_linux-i386) \
	$(sort $(wildcard tests/fast/*.t))
PROVE := prove --exec tests/run-one --failures

.PHONY: check check-fast coverage setup
setup:
	$(Q)tools/setup.sh

ifeq ($(COVERAGE),1)
check-fast: setup coverage
else
check-fast: setup all unit
	$(Q)$(PROVE) -j2 $(FAST_TESTS)
endif

coverage: $(UNIT_PROGRAMS_coverage)
	$(Q)find $(BUILD)/coverage -name '*.gcda' -delete
	$(Q)$(PROVE) -j2 $(UNIT_PROGRAMS_coverage)
	$(Q)gcovr --root . --object-directory $(BUILD)/coverage --filter loader/ --filter darwin/ \
		--filter net/ --exclude-directories lwip --exclude-directories zlib --print-summary --fail-under-line 95

check: setup all unit qemu-inputs
	$(Q)$(PROVE) -j2 $(QEMU_TESTS) $(FAST_TESTS) $(sort $(wildcard tests/net/*.t))

# --- Running -------------------------------------------------------------------------------------------
.PHONY: demo run debug
demo: all
	$(Q)BOOT='$(BOOT)' BUILD=$(BUILD) tools/run.sh demo '$(ARCH)' '$(NIC)'

run: all
	$(Q)ROOT='$(ROOT)' FILE='$(FILE)' ARGS='$(ARGS)' CONFIG='$(CONFIG)' QEMU_ARGS='$(QEMU_ARGS)' \
		BOOT='$(BOOT)' BUILD=$(BUILD) tools/run.sh run '$(ARCH)' '$(NIC)'

debug: all
	$(Q)ROOT='$(ROOT)' FILE='$(FILE)' ARGS='$(ARGS)' CONFIG='$(CONFIG)' QEMU_ARGS='$(QEMU_ARGS)' \
		BUILD=$(BUILD) tools/run.sh debug '$(ARCH)' '$(NIC)'

# Figures; docs/benchmarks.md keeps them.
.PHONY: bench
bench: all $(WIRE) $(BUILD)/host/net/client
	$(Q)BUILD=$(BUILD) tools/bench.sh $(BENCH)

.PHONY: clean
clean:
	$(Q)rm -rf $(BUILD)

ALL_DEPENDENCIES := $(foreach v,$(VARIANTS),$(patsubst %.o,%.d,$(call objects,$(v),$(CORE) $(HOST) \
	$(OPENFIRMWARE) $(BIOS) $(UNIT_HELPERS) $(addprefix tests/unit/,$(addsuffix .c,$(UNIT_TESTS))) $(wildcard tools/*.c tools/*/*.c boot/unpack/*.c)) \
	$(call lwip_objects,$(v)) $(call zlib_objects,$(v))))
-include $(wildcard $(ALL_DEPENDENCIES))
