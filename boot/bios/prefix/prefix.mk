# SPDX-License-Identifier: BSD-2-Clause
# What starts the loader for PCs other than a multiboot loader: 16-bit prefixes in front of its image.

X86_BINARY := $(BUILD)/i386/sawboot.bin
X86_PXE := $(BUILD)/images/sawboot-x86.pxe
# PXE ROMs have their own memory above; one that leaves less than this is not known.
PXE_LIMIT := 480000

$(X86_BINARY): $(X86_ELF)
	$(Q)i686-linux-gnu-objcopy -O binary $< $@

PXE_PREFIX := $(BUILD)/i386/boot/bios/prefix/pxe-image
$(X86_PXE): boot/bios/prefix/pxe.S boot/bios/prefix/enter.inc boot/bios/pxe_start.h $(X86_BINARY) \
		boot/bios/prefix/prefix.mk
	$(say) PXE $@
	@mkdir -p $(@D) $(dir $(PXE_PREFIX))
	$(Q)$(CC_i386) -I. -DIMAGE='"$(X86_BINARY)"' -c -o $(PXE_PREFIX).o $<
	$(Q)i686-linux-gnu-ld -m elf_i386 -Ttext=0x7C00 -e start --oformat=binary -o $@ $(PXE_PREFIX).o
	$(Q)chmod -x $@; size=$$(stat -c %s $@); [ $$size -le $(PXE_LIMIT) ] || { \
		echo "$@ has $$size bytes, of which $(PXE_LIMIT) fit below a PXE ROM"; rm $@; exit 1; }
