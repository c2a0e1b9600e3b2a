# SPDX-License-Identifier: BSD-2-Clause
# The multiboot program that takes away what firmware set up on PCI (unconfigure.h).

UNCONFIGURE := $(PAYLOADS_DIR)/unconfigure.elf
UNCONFIGURE_CFLAGS := -std=c11 -ffreestanding -fno-builtin -Os -g -m32 -march=i686 -mno-sse -mno-mmx \
	-mno-80387 -fno-pic -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fno-common \
	-I. -Wall -Wextra -Werror
UNCONFIGURE_SOURCES := $(wildcard tests/payloads/unconfigure/*.c) tests/payloads/common/report.c \
	tests/payloads/common/strings.c
UNCONFIGURE_OBJECTS := $(patsubst %.c,$(PAYLOADS_DIR)/unconfigure/%.o,$(UNCONFIGURE_SOURCES)) \
	$(PAYLOADS_DIR)/unconfigure/tests/payloads/unconfigure/start.o

payloads: $(UNCONFIGURE)

$(PAYLOADS_DIR)/unconfigure/%.o: %.c tests/payloads/unconfigure/unconfigure.mk
	$(say) 'CC payload' $<
	@mkdir -p $(@D)
	$(Q)$(CC_i386) $(UNCONFIGURE_CFLAGS) -MMD -MP -c -o $@ $<

$(PAYLOADS_DIR)/unconfigure/%.o: %.S tests/payloads/unconfigure/unconfigure.mk
	$(say) 'AS payload' $<
	@mkdir -p $(@D)
	$(Q)$(CC_i386) $(UNCONFIGURE_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(UNCONFIGURE_OBJECTS:.o=.d))

$(UNCONFIGURE): $(UNCONFIGURE_OBJECTS) tests/payloads/unconfigure/link.ld
	$(say) 'LD payload' $@
	$(Q)$(CC_i386) $(UNCONFIGURE_CFLAGS) -nostdlib -static -no-pie -Wl,--build-id=none \
		-Wl,--no-warn-rwx-segments -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 \
		-Wl,-T,tests/payloads/unconfigure/link.ld -o $@ $(UNCONFIGURE_OBJECTS)
