# SPDX-License-Identifier: BSD-2-Clause
# The loader's network as a process on a tap interface, which servers.t tries real servers with.

TRANSFER := $(BUILD)/sanitize/net/transfer
# What fetches, and what the simulated machine stands on; not the flow.
TRANSFER_CORE := $(filter-out boot/% device/%,$(CORE)) boot/stack.c

$(TRANSFER): $(call objects,sanitize,tests/net/transfer/main.c $(HOST) $(TRANSFER_CORE)) \
		$(call lwip_objects,sanitize) $(call zlib_objects,sanitize)
	$(say) 'LD sanitize' $(@F)
	@mkdir -p $(@D)
	$(Q)$(CC_sanitize) $(CFLAGS_sanitize) -o $@ $^

qemu-inputs: $(TRANSFER) $(WIRE)
