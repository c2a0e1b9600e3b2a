# SPDX-License-Identifier: BSD-2-Clause
# Many boots, drawn from a seed (README.md): what they boot, and the target.

SOAK_DIR := $(BUILD)/soak/files
# Kernels with a digest of their own in them, so that a wrong byte does not go unnoticed.
SOAK_PADDED := $(foreach m,1 4,$(foreach p,ppc i386,$(SOAK_DIR)/kernel-$(p)-$(m)m)) $(SOAK_DIR)/kernel-x86_64-1m
SOAK_MADE := $(SOAK_PADDED) $(addprefix $(SOAK_DIR)/,kernel-ppc-1m.fat kernel-ppc-1m.lzss kernel-x86_64-1m.lzss)
SOAK_COPIED := $(addprefix $(SOAK_DIR)/,demo-ppc demo-ppc-high client-ppc.elf client-ppc.xcf client-ppc-odd.xcf \
	client-ppc-xcf.chrp client-ppc-elf.chrp SawbootDemo.mkext SawbootDemo-x86.mkext ramdisk demo-i386 \
	demo-i386-1.6 demo-x86_64-v1 demo-x86_64-v2 demo-x86.fat multiboot.elf multiboot64.elf multiboot.kludge \
	SawbootDemo.kext/Contents/Info.plist SawbootDemo.kext/Contents/MacOS/SawbootDemo)
SOAK_FILES := $(SOAK_MADE) $(SOAK_COPIED) $(addprefix $(SOAK_DIR)/,noise sawboot-x86.pxe memtest86+.bin vmlinuz initramfs.gz)

SOAK_ELF_ppc := $(PAYLOADS_DIR)/demo-ppc.elf
SOAK_ELF_i386 := $(PAYLOADS_DIR)/demo-i386.elf
SOAK_ELF_x86_64 := $(PAYLOADS_DIR)/demo-x86_64-v2.elf
define soak_padded
$(SOAK_DIR)/kernel-$(1)-$(2)m: $(SOAK_ELF_$(1)) $(ELF2MACHO)
	@mkdir -p $$(@D)
	$$(Q)$(ELF2MACHO) -pad $$$$(($(2) << 20)) $$< $$@
endef
$(foreach p,ppc i386 x86_64,$(foreach m,1 4,$(eval $(call soak_padded,$(p),$(m)))))

$(SOAK_DIR)/%.fat: $(SOAK_DIR)/% $(MAKE_IMAGE)
	$(Q)$(MAKE_IMAGE) fat $< $@
$(SOAK_DIR)/%.lzss: $(SOAK_DIR)/% $(MAKE_IMAGE)
	$(Q)$(MAKE_IMAGE) compress $< $@
$(SOAK_COPIED): $(SOAK_DIR)/%: $(PAYLOADS_DIR)/%
	@mkdir -p $(@D)
	$(Q)cp $< $@
	$(Q)chmod a+r $@
$(PAYLOADS_DIR)/SawbootDemo.kext/Contents/Info.plist: $(KEXT_MODULE) ;
$(SOAK_DIR)/noise: $(MAKE_IMAGE)
	@mkdir -p $(@D)
	$(Q)$(MAKE_IMAGE) noise 300000 $@
$(SOAK_DIR)/sawboot-x86.pxe: $(BUILD)/images/sawboot-x86.pxe
	@mkdir -p $(@D)
	$(Q)cp $< $@
# From Debian's packages, which setup has unpacked.
SOAK_CACHE := $(or $(SAWBOOT_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sawboot)
$(SOAK_DIR)/memtest86+.bin:
	@mkdir -p $(@D)
	$(Q)cp $(SOAK_CACHE)/unpacked/memtest86+/boot/memtest86+x64.bin $@
$(SOAK_DIR)/vmlinuz:
	@mkdir -p $(@D)
	$(Q)cp $(SOAK_CACHE)/unpacked/linux-image-amd64/boot/vmlinuz-* $@
$(SOAK_DIR)/initramfs.gz: tests/inputs/initramfs.sh
	@mkdir -p $(@D)
	$(Q)set -e; made=$$(BUILD=$(BUILD) tests/inputs/initramfs.sh 1); cp "$${made% *}" $@; echo "$${made##* }" >$(@D)/initramfs.digest
	$(Q)chmod a+r $@

.PHONY: soak soak-inputs
soak-inputs: images payloads $(WIRE) $(SOAK_FILES)
soak: setup soak-inputs
	$(Q)nice python3 tests/soak/soak.py $(BUILD) $(or $(BOOTS),1000) $(or $(SEED),1) $(FIRST)
check check-qemu: soak-inputs
