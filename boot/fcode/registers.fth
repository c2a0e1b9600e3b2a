\ SPDX-License-Identifier: BSD-2-Clause
\ The property `reg`: configuration space, the base address registers that the card has, and its
\ ROM. Apple's firmware assigns addresses only to what is in it.

headerless

\ PCI addresses have three cells whatever the parent says; OpenBIOS's bridges say nothing.
: encode-region ( phys.hi size -- prop-adr prop-len )
   >r  encode-int  0 encode-int encode+  0 encode-int encode+
   0 encode-int encode+  r> encode-int encode+
;
: add-region ( prop-adr prop-len phys.hi size -- prop-adr' prop-len' )  encode-region encode+  ;

\ Types of base address registers: PCI 2.2, section 6.2.5.1.
: bar-size ( mask -- size )
   dup 1 and if  -4 and ffff0000 or  else  -10 and  then  negate
;
: bar-space ( mask -- ss-bits )
   dup 1 and if  drop 1000000 exit  then
   dup 6 and 4 = if  3000000  else  2000000  then
   swap 8 and if  40000000 or  then
;
: wide? ( mask -- flag )  7 and 4 =  ;

: add-bar ( prop-adr prop-len offset -- prop-adr' prop-len' step )
   dup ffffffff mask-of                                   ( adr len offset mask )
   dup 0= if  2drop 4 exit  then
   swap place or  over bar-space or                       ( adr len mask phys.hi )
   over bar-size  rot >r  add-region                      ( adr' len'  r: mask )
   r> wide? if  8  else  4  then
;

: make-reg ( -- )
   place 0 encode-region  28 10 do  i add-bar  +loop
   rom-size if  rom-space rom-size add-region  then
   " reg" property
;
