# SPDX-License-Identifier: BSD-2-Clause
# Tests that boot emulated machines. The slow ones come first, so that the others fill the gaps.

QEMU_SLOW_TESTS := $(wildcard $(addprefix tests/qemu/,client-interface.t rom.t bootx.t bsdp.t rom-frames.t configuration.t \
	wire.t x86-matrix-rtl8139.t x86-matrix-e1000.t \
	x86-matrix-e1000-82545em.t x86-matrix-e1000-82544gc.t x86-real.t servers.t x86-pxe.t x86-rom.t x86-memory.t \
	x86-failures.t x86-large.t matrix-rtl8139.t matrix-e1000.t matrix-e1000-82545em.t \
	matrix-e1000-82544gc.t failures.t linux.t grub.t x86-servers.t x86-video.t choice.t server-recipes.t))
QEMU_TESTS := $(QEMU_SLOW_TESTS) \
	$(sort $(filter-out $(QEMU_SLOW_TESTS),$(wildcard tests/qemu/*.t)))

.PHONY: qemu-inputs check-qemu
qemu-inputs: images payloads
	$(Q)tests/linux/build.sh >/dev/null

# The emulator tests alone.
check-qemu: qemu-inputs
	$(Q)$(PROVE) -j2 $(QEMU_TESTS)
