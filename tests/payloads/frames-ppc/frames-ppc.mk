# SPDX-License-Identifier: BSD-2-Clause
# The program that firmware itself starts, to use a card by the node that its ROM has made.
FRAMES_OBJECTS := $(call payload_objects,$(wildcard tests/payloads/frames-ppc/*.c))
-include $(wildcard $(FRAMES_OBJECTS:.o=.d))

$(eval $(call of_program,frames-ppc,0x200000,$(FRAMES_OBJECTS)))

payloads: $(PAYLOADS_DIR)/frames-ppc.elf
