# SPDX-License-Identifier: BSD-2-Clause
# The cable that misbehaves (tests/net/README.md), and the loader as a program at one end of it.

WIRE_CORE := $(filter-out tests/net/wire/main.c,$(wildcard tests/net/wire/*.c))
WIRE := $(BUILD)/host/wire

$(WIRE): $(call objects,host,$(WIRE_CORE) tests/net/wire/main.c)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC_host) $(CFLAGS_host) -o $@ $^

# The loader's network and drivers as a process: for this machine (fast, and with sanitizers), for
# 32-bit PCs and for PowerPC.
CLIENT_SOURCES := $(wildcard tests/net/client/*.c) $(WIRE_CORE) \
	$(addprefix tests/unit/models/,rtl8139_model.c e1000_model.c serial_model.c)
CLIENT_VARIANTS := host sanitize linux-powerpc linux-i386
CLIENTS := $(CLIENT_VARIANTS:%=$(BUILD)/%/net/client)
# What fetches, and what the simulated machine stands on; not the flow.
CLIENT_CORE := $(filter-out boot/% device/%,$(CORE)) boot/stack.c
STATIC_linux-powerpc := -static
STATIC_linux-i386 := -static

define client_variant
$(BUILD)/$(1)/net/client: $$(call objects,$(1),$$(CLIENT_SOURCES) $$(HOST) $$(CLIENT_CORE)) \
		$$(call lwip_objects,$(1)) $$(call zlib_objects,$(1))
	$$(say) 'LD $(1)' $$(@F)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) $$(STATIC_$(1)) -o $$@ $$^
endef
$(foreach v,$(CLIENT_VARIANTS),$(eval $(call client_variant,$(v))))

# Many of those processes and the switch between them and the servers.
FLEET := $(BUILD)/host/fleet
$(FLEET): $(call objects,host,tests/net/fleet/main.c $(WIRE_CORE))
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC_host) $(CFLAGS_host) -o $@ $^

# Faults, servers, cards and processors in every combination, in virtual time; the table of times is
# build/check-wire.txt.
SEEDS ?= 1
.PHONY: check-wire
check-wire: $(WIRE) $(CLIENTS)
	$(Q)nice python3 tests/net/check-wire.py $(BUILD) $(SEEDS)

# 200 machines at once and real servers; writes the figures of docs/fleet.md and draws docs/fleet.svg.
.PHONY: fleet
fleet: setup $(FLEET) $(BUILD)/host/net/client
	$(Q)BUILD=$(BUILD) sh tests/net/fleet-figures.sh

# What the scripts of tests/net and tests/qemu need.
.PHONY: net-inputs
net-inputs: $(WIRE) $(CLIENTS) $(FLEET)
check: net-inputs
check-qemu: $(WIRE) $(CLIENTS)
-include $(foreach v,$(CLIENT_VARIANTS),$(wildcard $(patsubst %.o,%.d,$(call objects,$(v),$(CLIENT_SOURCES) \
	tests/net/wire/main.c tests/net/fleet/main.c))))
