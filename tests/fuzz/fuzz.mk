# SPDX-License-Identifier: BSD-2-Clause
# The fuzz targets (docs/fuzzing.md): clang's libFuzzer over the parsers, under AddressSanitizer and
# UBSan. Everything goes to build/fuzz: bin, seeds, corpus (which grows), findings, log.

comma := ,
CC_fuzz := clang
CFLAGS_fuzz := $(HOSTED) -O2 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
# tests/fuzz/fuzz.c counts what is allocated, and refuses some of it.
FUZZ_WRAPS := $(foreach f,malloc calloc realloc free,-Wl$(comma)--wrap=$(f))
LINK_fuzz := -fsanitize=fuzzer,address,undefined $(FUZZ_WRAPS)

FUZZ_DIR := $(BUILD)/fuzz
FUZZ_SHARED := $(filter-out tests/fuzz/target_%.c tests/fuzz/seeds%.c tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)) \
	$(addprefix tests/unit/,packed.c peer.c)
FUZZ_NAMES := $(patsubst tests/fuzz/target_%.c,%,$(sort $(wildcard tests/fuzz/target_*.c)))
FUZZ_PROGRAMS := $(FUZZ_NAMES:%=$(FUZZ_DIR)/bin/%)
# Formats and containers are known by their table entries alone, so all targets have them. Of the
# rest a target gets what it calls: the less there is in a program, the faster it runs.
FUZZ_TABLES := $(wildcard loader/*/*.c)
FUZZ_CORE := $(FUZZ_DIR)/core.a
FUZZ_CORE_OBJECTS := $(call objects,fuzz,$(filter-out $(FUZZ_TABLES),$(CORE)) $(HOST) $(FUZZ_SHARED)) \
	$(call zlib_objects,fuzz) $(call lwip_objects,fuzz)

# What is compared in these tells nothing that helps to get further, and telling takes most of the
# time: loops over bytes, and what belongs to the targets themselves.
FUZZ_UNTRACED := $(addprefix lib/,adler32.c crc32.c lzss.c) darwin/plist.c $(FUZZ_SHARED) \
	$(wildcard tests/fuzz/target_*.c)
$(call objects,fuzz,$(FUZZ_UNTRACED)) $(call zlib_objects,fuzz): private \
	CFLAGS_fuzz += -fno-sanitize-coverage=trace-cmp

$(FUZZ_CORE): $(FUZZ_CORE_OBJECTS)
	$(say) AR $@
	$(Q)rm -f $@; ar rcs $@ $^

$(FUZZ_DIR)/bin/%: $(BUILD)/fuzz/tests/fuzz/target_%.o $(call objects,fuzz,$(FUZZ_TABLES)) $(FUZZ_CORE)
	$(say) 'LD fuzz' $*
	@mkdir -p $(@D)
	$(Q)$(CC_fuzz) $(CFLAGS_fuzz) $(LINK_fuzz) -o $@ $^

# The same targets on 32-bit PCs and PowerPC, without libFuzzer: they run over inputs that it found.
FUZZ_REPLAY_VARIANTS := linux-powerpc linux-i386

define fuzz_replay_variant
FUZZ_REPLAY_OBJECTS_$(1) := $$(call objects,$(1),$$(FUZZ_TABLES) tests/fuzz/replay.c)
$(BUILD)/$(1)/fuzz/core.a: $$(call objects,$(1),$$(filter-out $$(FUZZ_TABLES),$$(CORE)) $$(HOST) \
		$$(FUZZ_SHARED)) $$(call zlib_objects,$(1)) $$(call lwip_objects,$(1))
	$$(say) AR $$@
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@; ar rcs $$@ $$^
$(BUILD)/$(1)/fuzz/%: $(BUILD)/$(1)/tests/fuzz/target_%.o $$(FUZZ_REPLAY_OBJECTS_$(1)) $(BUILD)/$(1)/fuzz/core.a
	$$(say) 'LD $(1)' fuzz/$$*
	$$(Q)$$(CC_$(1)) $$(CFLAGS_$(1)) -static $(FUZZ_WRAPS) -o $$@ $$^
endef
$(foreach v,$(FUZZ_REPLAY_VARIANTS),$(eval $(call fuzz_replay_variant,$(v))))
FUZZ_REPLAYS := $(foreach v,$(FUZZ_REPLAY_VARIANTS),$(FUZZ_NAMES:%=$(BUILD)/$(v)/fuzz/%))

# Seeds: those that are text are in tests/fuzz/seeds, the others are made.
FUZZ_SEEDS := $(FUZZ_DIR)/seeds.stamp
FUZZ_SEEDS_PROGRAM := $(BUILD)/host/fuzz-seeds
FUZZ_SEEDS_SOURCES := $(wildcard tests/fuzz/seeds*.c) tests/fuzz/packets.c \
	$(addprefix tests/unit/,image_builder.c packed.c) \
	$(addprefix net/,address.c bsdp_packet.c dhcp_packet.c)

$(FUZZ_SEEDS_PROGRAM): $(call objects,host,$(FUZZ_SEEDS_SOURCES)) $(TOOL_CORE)
	$(say) LD $@
	$(Q)$(CC_host) $(CFLAGS_host) -o $@ $^ -lcmocka

$(FUZZ_SEEDS): $(FUZZ_SEEDS_PROGRAM) tests/fuzz/seeds.sh $(BUILD)/host/mkext $(wildcard tests/fuzz/seeds/*/*)
	$(say) SEEDS $(FUZZ_DIR)/seeds
	$(Q)rm -rf $(FUZZ_DIR)/seeds
	$(Q)BUILD=$(BUILD) sh tests/fuzz/seeds.sh $(FUZZ_DIR)/seeds
	@touch $@

# All targets, or TARGET="one another"; for so many minutes each, or so many inputs.
.PHONY: fuzz fuzz-inputs fuzz-replays
fuzz-inputs: $(FUZZ_PROGRAMS) $(FUZZ_SEEDS)
fuzz-replays: $(FUZZ_REPLAYS)
fuzz: fuzz-inputs
	$(Q)BUILD=$(BUILD) RUNS='$(RUNS)' MINUTES='$(MINUTES)' SEED='$(SEED)' \
		sh tests/fuzz/run.sh $(if $(TARGET),$(TARGET),$(FUZZ_NAMES))

ifneq ($(COVERAGE),1)
check-fast: fuzz-inputs fuzz-replays
endif
check: fuzz-inputs fuzz-replays

-include $(foreach v,fuzz host $(FUZZ_REPLAY_VARIANTS),$(wildcard $(patsubst %.o,%.d,$(call objects,$(v),\
	$(wildcard tests/fuzz/*.c) $(FUZZ_SHARED) $(FUZZ_SEEDS_SOURCES)))))
