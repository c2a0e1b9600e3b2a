\ SPDX-License-Identifier: BSD-2-Clause
\ The card's configuration space. Firmware on Macs gives it to a card's parent as methods; OpenBIOS
\ has no such methods, so there the host bridge's own registers are used, as its node tells.
\ PCI Bus Binding to IEEE 1275 revision 2.1, section 4.1.

headerless

: parent-has? ( method-str method-len -- flag )
   my-parent ihandle>phandle find-method dup if  nip  then
;

\ Bus, device and function as phys.hi has them. OpenBIOS's my-space leaves the bus out.
: place ( -- phys.hi )
   " reg" get-my-property if  my-space  else  decode-int nip nip  then  ffff00 and
;

\ --- Host bridges, where there are no methods ----------------------------------------------------

: parent-of ( ihandle -- ihandle' )  ['] my-parent swap call-package  ;

\ The bridge directly below the root.
: host-phandle ( -- phandle )
   my-parent  begin  dup parent-of  dup parent-of  while  nip  repeat  drop  ihandle>phandle
;

: host-is? ( name-str name-len -- flag )
   " compatible" host-phandle get-package-property if  2drop false exit  then
   listed?
;

\ UniNorth: address and data registers at 800000 and C00000 of its region. A device of its own bus
\ is chosen by one bit out of 31..11; others by their numbers, with bit 0 set. MPC106 ("Grackle"),
\ address map B: fixed places, and configuration mechanism 1 of PCI 2.2. Registers are little-endian.
: bridge-word ( config-address -- word )
   dup ff0000 and if  1 or exit  then
   dup 7ff and  1 rot b rshift lshift or
;
: data-port ( offset -- address )
   place over +                                           ( offset config-address )
   " uni-north" host-is? if
      " reg" host-phandle get-package-property if  0  else  decode-int nip nip  then
      swap bridge-word lbflip  over 800000 + l!           ( offset base )
      c00000 +  swap 7 and +  exit
   then
   " grackle" host-is? if
      80000000 or lbflip  fec00000 l!  drop fee00000  exit
   then
   ." Sawboot: no way to the card's configuration space" cr  abort
;

\ --- What the other files use: 32-bit registers, offset a multiple of 4 --------------------------

: config@ ( offset -- value )
   " config-l@" parent-has? if  place +  " config-l@" $call-parent exit  then
   data-port l@ lbflip
;
: config! ( value offset -- )
   " config-l!" parent-has? if  place +  " config-l!" $call-parent exit  then
   data-port swap lbflip swap l!
;

4 constant command-register          \ bit 0: I/O, bit 1: memory; the upper half is status
30 constant rom-register             \ bit 0: enable

\ Status bits are cleared by writing ones; zeros leave them.
: command@ ( -- command )  command-register config@ ffff and  ;
: command! ( command -- )  command-register config!  ;

\ The mask that a base address register implements, asked with decoding off.
: mask-of ( offset all-ones -- mask )
   command@ >r  r@ fffc and command!                      ( offset ones )
   over config@ >r                                        ( offset ones  r: command old )
   over config!  dup config@                              ( offset mask )
   r> rot config!                                         ( mask )
   r> command!
;
