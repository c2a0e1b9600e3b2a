# SPDX-License-Identifier: BSD-2-Clause
#
# Third-party code, built under build/thirdparty from pinned Debian sources (tools/setup.sh brings
# them): newlib for the loader, the sources of lwIP and zlib, cmocka for unit tests on other processors.
# Included by the Makefile, which defines BUILD, Q and say.
#
# For <arch> = powerpc, i386:
#   NEWLIB_CFLAGS_<arch>   machine flags and include path for everything linked into the loader
#   NEWLIB_LIBS_<arch>     libc.a and the compiler's libgcc.a (64-bit division; no floating point)
#   CMOCKA_CFLAGS_<arch>, CMOCKA_LIBS_<arch>   for Linux programs of that processor
#   $(BUILD)/thirdparty/<arch>/newlib.stamp, .../cmocka.stamp   what objects and programs depend on
# LWIP_DIR and ZLIB_DIR are the top folders of lwIP and zlib; .stamp in them stands for each.

THIRDPARTY := $(BUILD)/thirdparty
SAWBOOT_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sawboot
export SAWBOOT_CACHE

CROSS_powerpc := powerpc-linux-gnu-
CROSS_i386 := i686-linux-gnu-

# No instruction of the loader may touch a floating-point or vector register: firmware may have
# switched those units off. The PowerPC flags give code for every 32-bit PowerPC (601 to G5); no r2
# or r13 small data, so that nothing has to be set up but the stack. newlib supports only a
# 64-bit long double. _CALL_SYSV would put newlib's state into small data.
MACHINE_powerpc := -mcpu=powerpc -mtune=750 -msoft-float -mno-altivec -mlong-double-64 \
	-msdata=none -U_CALL_SYSV
# Debian's libgcc for 32-bit PCs needs a Pentium Pro, so anything less would be a false promise.
MACHINE_i386 := -march=i686 -mtune=generic -mno-80387 -msoft-float -mno-mmx -mno-sse \
	-fcf-protection=none

# The compiler is one for Linux: take its own headers (stddef.h, stdarg.h, ...) and newlib's, not
# those of glibc, and do not let newlib believe it runs on Linux.
NOT_LINUX := -U__linux__ -U__linux -Ulinux -U__gnu_linux__ -U__unix__ -U__unix -Uunix \
	-U_FORTIFY_SOURCE

compiler_headers = $(shell $(CROSS_$(1))gcc -print-file-name=include 2>/dev/null)
define newlib_variables
NEWLIB_CFLAGS_$(1) := $$(MACHINE_$(1)) $$(NOT_LINUX) -nostdinc \
	-isystem $$(call compiler_headers,$(1)) -isystem $$(THIRDPARTY)/$(1)/include
NEWLIB_LIBS_$(1) := $$(THIRDPARTY)/$(1)/lib/libc.a \
	$$(shell $$(CROSS_$(1))gcc -print-libgcc-file-name 2>/dev/null)
CMOCKA_CFLAGS_$(1) := -isystem $$(THIRDPARTY)/$(1)/cmocka
CMOCKA_LIBS_$(1) := $$(THIRDPARTY)/$(1)/lib/libcmocka.a
endef
$(foreach arch,powerpc i386,$(eval $(call newlib_variables,$(arch))))

PINS := tools/setup/common.sh tools/setup/sources.sha256

LWIP_DIR := $(THIRDPARTY)/src/lwip
$(LWIP_DIR)/.stamp: tools/setup/unpack-source.sh $(PINS)
	$(say) UNPACK lwip
	$(Q)tools/setup/unpack-source.sh lwip $(@D)

ZLIB_DIR := $(THIRDPARTY)/src/zlib
$(ZLIB_DIR)/.stamp: tools/setup/unpack-source.sh $(PINS)
	$(say) UNPACK zlib
	$(Q)tools/setup/unpack-source.sh zlib $(@D)

$(THIRDPARTY)/src/newlib/.stamp: tools/setup/unpack-source.sh $(PINS)
	$(say) UNPACK newlib
	$(Q)tools/setup/unpack-source.sh newlib $(@D)

$(THIRDPARTY)/src/cmocka/.stamp: tools/setup/unpack-source.sh $(PINS)
	$(say) UNPACK cmocka
	$(Q)tools/setup/unpack-source.sh cmocka $(@D)

$(THIRDPARTY)/%/newlib.stamp: $(THIRDPARTY)/src/newlib/.stamp tools/setup/build-newlib.sh \
		tools/thirdparty.mk
	$(say) NEWLIB $*
	$(Q)V=$(V) tools/setup/build-newlib.sh $(CROSS_$*) $(THIRDPARTY)/src/newlib $(@D) \
		$(MACHINE_$*) $(NOT_LINUX)

$(THIRDPARTY)/%/cmocka.stamp: $(THIRDPARTY)/src/cmocka/.stamp tools/setup/build-cmocka.sh
	$(say) CMOCKA $*
	$(Q)V=$(V) tools/setup/build-cmocka.sh $(CROSS_$*) $(THIRDPARTY)/src/cmocka $(@D)
