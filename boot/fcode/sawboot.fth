\ SPDX-License-Identifier: BSD-2-Clause
\ The FCode program in the ROM of a network card, the same for every card: it makes the card's node
\ a network device whose `load` is Sawboot, out of the same ROM. Made for Apple's Open Firmware and
\ for OpenBIOS; toke turns it into FCode, and mkrom puts it into a ROM.
\
\ Only bytes are read from the ROM, and numbers are put together here: firmwares differ in what the
\ words for registers do (in OpenBIOS rb@ and its like do nothing).

fcode-version3
hex

fload strings.fth
fload config.fth
fload window.fth
fload images.fth
fload registers.fth
fload identity.fth
fload driver.fth
fload machine-code.fth
fload trampoline.fth
fload loader.fth
fload frames.fth
fload methods.fth

headerless

: make-node ( -- )
   measure-rom
   make-reg
   make-identity
   open-rom if  make-driver close-rom  then
   make-address
;
make-node

fcode-end
