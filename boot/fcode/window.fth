\ SPDX-License-Identifier: BSD-2-Clause
\ The card's expansion ROM, as bytes in memory. It is decoded only between open-rom and close-rom,
\ because a card may use one address decoder for its ROM and its registers (PCI 2.2, 6.2.5.2); where
\ firmware had it on, as OpenBIOS has, it stays on.

headerless

0 value rom                          \ where it is mapped
0 value rom-size                     \ what the card decodes
0 value old-rom-register
0 value old-command

: measure-rom ( -- )
   rom-register fffff800 mask-of fffff800 and negate to rom-size
;

: byte@ ( offset -- byte )  rom + c@  ;
: half@ ( offset -- n )     dup byte@  swap 1+ byte@  bwjoin  ;
: word@ ( offset -- n )     dup half@  swap 2 + half@  wljoin  ;

: signature? ( -- flag )  0 half@ aa55 =  ;

\ --- Three ways to name the ROM to the bus's map-in -----------------------------------------------
\ All leave ( phys.lo phys.mid phys.hi true ), or false if there is nothing to name.

: rom-space ( -- phys.hi )  place 2000000 or rom-register or  ;

\ An offset into what the base address register decodes, as the binding has it.
: relative ( -- phys.lo phys.mid phys.hi true )  0 0 rom-space true  ;

\ The address that the tree tells, for firmware whose map-in adds nothing to it (IEEE 1275 working
\ group's proposal 303: the parent of such firmware has a method add-range).
: assigned ( -- phys.lo phys.mid phys.hi true | false )
   " assigned-addresses" get-my-property if  false exit  then
   begin  dup 14 >= while                                 ( adr len )
      decode-int >r  decode-int >r  decode-int >r         ( adr len  r: hi mid lo )
      decode-int drop decode-int drop
      r> r> r>                                            ( adr len lo mid hi )
      dup ff and rom-register = if  >r 2swap 2drop r> true exit  then
      3drop
   repeat
   2drop false
;

\ What the register holds, as an address that cannot be moved.
: absolute ( -- phys.lo phys.mid phys.hi true | false )
   rom-register config@ fffff800 and
   dup if  0 rom-space 80000000 or true  then
;

: decode-rom ( -- )
   command@ 2 or command!
   rom-register config@ 1 or rom-register config!
;
: undecode-rom ( -- )
   rom-register config@ -2 and  old-rom-register 1 and or  rom-register config!
   old-command command!
;

: unmap ( -- )
   " map-out" parent-has? if
      rom rom-size " map-out" ['] $call-parent catch if  2drop 2drop  then
   then
   0 to rom
;

: try ( phys.lo phys.mid phys.hi true | false -- found? )
   0= if  false exit  then
   rom-size " map-in" ['] $call-parent catch if  3drop 3drop false exit  then
   to rom  decode-rom
   signature? dup 0= if  unmap  then
;
: map ( -- found? )
   " map-in" parent-has? 0= if
      \ OpenBIOS: PCI addresses are the processor's, and are mapped when they are touched.
      absolute if  2drop to rom  else  false exit  then
      decode-rom signature? exit
   then
   " add-range" parent-has? if
      assigned try if  true exit  then  relative try if  true exit  then
   else
      relative try if  true exit  then  assigned try if  true exit  then
   then
   absolute try
;

: close-rom ( -- )  unmap undecode-rom  ;

: open-rom ( -- ok? )
   rom-register config@ to old-rom-register
   command@ to old-command
   rom-size 0= if  measure-rom  then
   map dup 0= if
      ." Sawboot: the card's ROM cannot be read" cr
      undecode-rom
   then
;
