\ SPDX-License-Identifier: BSD-2-Clause
\ The loader out of the ROM, kept in memory and called by Forth: it has the drivers. It runs without
\ firmware there, so all that it would ask firmware for is got ready here and told in a request
\ (boot/openfirmware/forth_device.h).

headerless

\ --- Memory --------------------------------------------------------------------------------------
\ One piece of memory, claimed once and kept for the next time: firmware does not always take memory
\ back. In it are
\   image-room for the image with its variables, at a multiple of 64 KB (SMALL_ROOM of unpack.mk)
\   8000 for what the trampoline saves, the request and so on; the upper end is the stack
\   4000 for the driver's state
\   2c000 for DMA; the rings of an Intel card take 28800
\ The program of the ROM is put where DMA will be, and unpacks itself from there. It wants working
\ memory for that (PREDICTOR_ROOM of boot/unpack/predictor.h), which firmware gets back.
a0000 constant image-room
4000 constant private-size
2c000 constant dma-size
450000 constant working-size
: piece-size ( -- size )  image-room 8000 + private-size + dma-size +  ;

0 value image                        \ 0: there is none yet
0 value image-physical
0 value working                      \ 0: there is none now
0 value working-physical

\ What is being claimed: how much, and where it is.
0 value wanted
0 value found

: saved ( -- addr )          image image-room +  ;
: request ( -- addr )        saved 100 +  ;
: code ( -- addr )           saved 200 +  ;
: configuration ( -- addr )  saved 300 +  ;
: stack ( -- addr )          saved 7ff0 +  ;
: private ( -- addr )        saved 8000 +  ;
: dma ( -- addr )            private private-size +  ;

: memory-method ( ... method-str method-len -- ... )  " memory" chosen-instance $call-method  ;
: mmu-method ( ... method-str method-len -- ... )     " mmu" chosen-instance $call-method  ;

\ Physical addresses have two cells on a G5.
: two-cells? ( -- flag )
   " #address-cells" 0 peer get-package-property if  false exit  then
   decode-int nip nip 2 =
;
: physical ( -- phys.lo | phys.lo phys.hi )  found  two-cells? if  0  then  ;

\ The highest place below 2 GB that firmware says is free: programs are loaded into low memory, and
\ some take fixed places.
: find-high ( -- )
   0 to found
   " available" " memory" chosen-instance ihandle>phandle get-package-property if  abort  then
   begin  dup while                                       ( adr len )
      two-cells? if  decode-int  else  0  then  >r
      decode-int >r  decode-int r> tuck +                 ( adr len start end  r: high )
      dup 80000001 u< r> 0= and  over wanted u> and if
         wanted -  ffff0000 and                           ( adr len start place )
         tuck u<= if  found over u< if  dup to found  then  then  drop
      else
         2drop
      then
   repeat
   2drop
;
: claim-high ( -- )
   find-high  found 0= if  abort  then
   physical wanted 0 " claim" memory-method  two-cells? if  drop  then  drop
;
: claim-anywhere ( -- )
   wanted 10000 " claim" memory-method
   two-cells? if  if  abort  then  then
   to found
;

: virtual-as-physical ( -- virtual )  found wanted 0 " claim" mmu-method  ;
: virtual-anywhere ( -- virtual )     wanted 10000 " claim" mmu-method  ;

: claim-mapped ( size -- physical virtual )
   to wanted
   ['] claim-high catch if  claim-anywhere  then
   ['] virtual-as-physical catch if  virtual-anywhere  then  >r
   physical r@ wanted -1 " map" mmu-method
   found r>
;
: claim-piece ( -- )  piece-size claim-mapped to image to image-physical  ;

\ Whatever fails here, the memory is only lost.
: unmap-working ( -- )  working working-size " unmap" mmu-method  ;
: release-virtual ( -- )   working working-size " release" mmu-method  ;
: release-physical ( -- )
   working-physical to found  physical working-size " release" memory-method
;
: release-working ( -- )
   working 0= if  exit  then
   ['] unmap-working catch drop
   ['] release-virtual catch drop
   ['] release-physical catch drop
   0 to working
;
: claim-working ( -- )
   working 0= if  working-size claim-mapped to working to working-physical  then
;

\ --- The trampoline -------------------------------------------------------------------------------
\ What it saves and knows: trampoline.S.

false value ready?
0 value call-machine                 \ the word that calls machine code, found by the first start

: saved! ( value offset -- )  saved + l!  ;

\ There is no word that writes data back out of the cache: reading that much displaces it. The
\ trampoline itself does it for the program.
: displace ( -- )  dma dma-size bounds do  i l@ drop  20 +loop  ;

: make-trampoline ( -- )
   trampoline code swap move
   saved lwsplit  code 6 + w!  code a + w!
   stack 8c saved!  0 stack l!
   request 90 saved!
   image 94 saved!  working 98 saved!
   displace
;

: call-loader ( -- )  code call-machine execute  ;

\ --- The program ----------------------------------------------------------------------------------
\ It is XCOFF. What counts is that it can be entered at the first instruction of its first section
\ without a client interface: a packed one unpacks the image to where r4 says and goes there. One
\ that has no room where DMA will be is not packed: it is the image itself.

\ The offset of the first section, in the file at OFFSET in the ROM.
: section ( offset -- section-offset )
   dup 10 + byte@ 8 lshift  over 11 + byte@ or            ( offset header-length )
   over + 2a + dup byte@ 8 lshift  swap 1+ byte@ or  +
;

: find-program ( -- offset length )
   " sawboot-ppc"(00)" program-type find-payload 0= if  abort  then
   over section  rot over swap -  rot swap -              ( section-offset length )
;

: read-program ( -- )
   find-program                                           ( offset length )
   dup dma-size u> if
      dup 10000 + image-room u> if  abort  then  image
   else
      dma
   then                                                   ( offset length addr )
   dup 9c saved!  dup a0 saved!  2dup + a4 saved!
   swap copy-rom
;

: get-program ( -- )
   open-rom 0= if  abort  then
   ['] read-program catch  close-rom  throw
;

: prepare ( -- )
   ready? if  exit  then
   caller dup to call-machine 0= if
      ." Sawboot: this firmware has no way to call the card's drivers" cr  abort
   then
   image 0= if  claim-piece  then
   claim-working  make-trampoline get-program
   true to ready?
;
