# SPDX-License-Identifier: BSD-2-Clause
# Open Firmware client programs in C: the parts that they share, and how they are linked.

OF_COMMON_SOURCES := $(wildcard tests/payloads/common-ppc/*.c) tests/payloads/common/report.c \
	tests/payloads/common/strings.c tests/payloads/common/words.c tools/common/crc32.c
OF_COMMON_OBJECTS := $(call payload_objects,$(OF_COMMON_SOURCES)) \
	$(patsubst %.S,$(PAYLOADS_DIR)/%.o,$(wildcard tests/payloads/common-ppc/*.S))
OF_SCRIPT := tests/payloads/common-ppc/link.lds

-include $(wildcard $(OF_COMMON_OBJECTS:.o=.d))

# $(call of_program,name,address,objects): NAME.elf and NAME.xcf, linked at that address.
define of_program
$(PAYLOADS_DIR)/$(1).elf: $(3) $(OF_COMMON_OBJECTS) $(OF_SCRIPT)
	$$(say) 'LD payload' $$@
	$$(Q)$(CROSS_powerpc)gcc -std=c11 -E -P -x c -DTEXT_ADDRESS=$(2) -o $(PAYLOADS_DIR)/$(1).lds \
		$(OF_SCRIPT)
	$$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) $(PAYLOAD_LDFLAGS) -Wl,-T,$(PAYLOADS_DIR)/$(1).lds \
		-Wl,-Map,$(PAYLOADS_DIR)/$(1).map -o $$@ $(3) $(OF_COMMON_OBJECTS) $$(PAYLOAD_LIBGCC)
$(PAYLOADS_DIR)/$(1).xcf: $(PAYLOADS_DIR)/$(1).elf $(BUILD)/host/elf2xcoff
	$$(say) XCOFF $$@
	$$(Q)$(BUILD)/host/elf2xcoff $$< $$@
endef

INTERFACE_OBJECTS := $(call payload_objects,$(wildcard tests/payloads/interface-ppc/*.c))
-include $(wildcard $(INTERFACE_OBJECTS:.o=.d))

# At a usual place, and where the loader itself is linked.
$(eval $(call of_program,interface-ppc,0x200000,$(INTERFACE_OBJECTS)))
$(eval $(call of_program,interface-ppc-16m,0x1000000,$(INTERFACE_OBJECTS)))

payloads: $(addprefix $(PAYLOADS_DIR)/interface-ppc,.elf .xcf -16m.elf -16m.xcf)

# Where Apple linked BootX 34 to 46, 55.1 to 74.1, 75 and 81.
BOOTX_OBJECTS := $(call payload_objects,$(wildcard tests/payloads/bootx-ppc/*.c) \
	tests/payloads/common/tree.c) $(PAYLOADS_DIR)/tests/payloads/bootx-ppc/enter.o
BOOTX_SCRIPT := tests/payloads/bootx-ppc/link.lds
-include $(wildcard $(BOOTX_OBJECTS:.o=.d))

# $(call bootx_program,name,address)
define bootx_program
$(PAYLOADS_DIR)/$(1).elf: $(BOOTX_OBJECTS) $(OF_COMMON_OBJECTS) $(BOOTX_SCRIPT)
	$$(say) 'LD payload' $$@
	$$(Q)$(CROSS_powerpc)gcc -std=c11 -E -P -x c -DTEXT_ADDRESS=$(2) -o $(PAYLOADS_DIR)/$(1).lds \
		$(BOOTX_SCRIPT)
	$$(Q)$(CROSS_powerpc)gcc $(PAYLOAD_CFLAGS) $(PAYLOAD_LDFLAGS) -Wl,-T,$(PAYLOADS_DIR)/$(1).lds \
		-Wl,-Map,$(PAYLOADS_DIR)/$(1).map -o $$@ $(BOOTX_OBJECTS) $(OF_COMMON_OBJECTS) \
		$$(PAYLOAD_LIBGCC)
$(PAYLOADS_DIR)/$(1).xcf: $(PAYLOADS_DIR)/$(1).elf
	$$(say) XCOFF $$@
	$$(Q)$(CROSS_powerpc)objcopy -O binary $$< $$@
endef
$(eval $(call bootx_program,bootx-ppc-46,0x01C00000))
$(eval $(call bootx_program,bootx-ppc-74,0x05600000))
$(eval $(call bootx_program,bootx-ppc-81,0x06600000))

payloads: $(addprefix $(PAYLOADS_DIR)/bootx-ppc-,46.xcf 74.xcf 81.xcf)
