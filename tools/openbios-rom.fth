\ SPDX-License-Identifier: BSD-2-Clause
\ OpenBIOS, the firmware of QEMU's Power Macs, gives a card's ROM an address but does not run the
\ FCode in it. These words do: as nvramrc (tools/openbios-rom.sh), or typed at its prompt. They find
\ every network card with an Open Firmware image in its ROM, behind bridges too.

device-end hex

\ Configuration space by the host bridge's registers, which differ: docs/roms.md.
: cfg@ ( phys.hi -- n )
  " /pci" find-dev drop " compatible" rot get-package-property 2drop c@ 75 = if
    dup ff0000 and if 1 or else dup 7ff and 1 rot b rshift lshift or then
    lbflip f2800000 l! f2c00000
  else
    80000000 or lbflip fec00000 l! fee00000
  then l@ lbflip ;

: rom ( phandle -- address ) " reg" rot get-package-property 2drop l@ 30 or cfg@ -800 and ;

: le16 ( address -- n ) w@ wbflip ;

\ The first image of type 1.
: image ( address -- address' | 0 )
  begin
    dup le16 aa55 <> if drop 0 exit then
    dup 18 + le16 over +
    dup 14 + c@ 1 = if drop exit then
    dup 15 + c@ 80 and if 2drop 0 exit then
    10 + le16 9 lshift +
  again ;

: card ( phandle -- )
  dup rom dup if image then
  dup if
    dup 2 + le16 + swap get-package-path select-dev 1 byte-load unselect-dev
  else 2drop then ;

: cards ( phandle -- )
  child begin dup while
    " class-code" 2 pick get-package-property 0= if drop 1+ c@ 2 = if dup card then then
    dup recurse peer
  repeat drop ;

" /pci" find-dev drop cards device-end
