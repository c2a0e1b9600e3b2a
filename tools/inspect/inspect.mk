# SPDX-License-Identifier: BSD-2-Clause
# The host tool inspect: the whole loader on its simulated machine, but for what runs beside Open Firmware
# programs, and for TFTP, in whose place the tool has a folder of files. Once more under sanitizers, for the tests that give it broken files.
INSPECT_SOURCES := $(wildcard tools/inspect/*.c)
INSPECT_LOADER := $(HOST) $(filter-out net/tftp.c $(filter-out device/arguments.c,$(wildcard device/*.c)),$(CORE)) tools/common/tool.c
inspect_objects = $(call objects,$(1),$(INSPECT_LOADER) $(INSPECT_SOURCES)) $(call lwip_objects,$(1)) \
	$(call zlib_objects,$(1))

$(foreach v,host sanitize,$(BUILD)/$(v)/tools/inspect/main.o): EXTRA_main += \
	-DMACHINES='"$(CURDIR)/tools/inspect/machines"'

define inspect_program
$(BUILD)/$(1)/inspect: $$(call inspect_objects,$(1))
	$$(say) 'LD $(1)' $$(@F)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) -o $$@ $$^
endef
$(foreach v,host sanitize,$(eval $(call inspect_program,$(v))))

# Its unit test has all of it but the program itself and its files, which come from net/tftp.c there.
INSPECT_TESTED := $(filter-out %/main.c %/file_server.c,$(INSPECT_SOURCES)) tools/common/tool.c
$(foreach v,sanitize coverage linux-powerpc linux-i386,$(eval \
	$(BUILD)/$(v)/unit/test_inspect: $(call objects,$(v),$(INSPECT_TESTED))))

TOOLS += $(BUILD)/host/inspect
tools: $(BUILD)/host/inspect
unit: $(BUILD)/sanitize/inspect
-include $(wildcard $(foreach v,$(VARIANTS),$(patsubst %.o,%.d,$(call objects,$(v),$(INSPECT_SOURCES)))))
