\ SPDX-License-Identifier: BSD-2-Clause
\ Raw frames for the firmware's own clients: `read` and `write` of a network device (IEEE 1275-1994,
\ section 3.7.4, and the device support extension for networks). The card is started by the first
\ of them after `open`: to `boot` it is only opened and needs none of this.

headerless

\ --- The card's registers and station address -----------------------------------------------------

0 value registers                    \ where they are mapped, once and for all
0 value registers-size
0 value registers-bar                \ its offset in configuration space

\ The first base address register of memory that has an address, as the drivers count.
: memory-bar ( -- offset true | false )
   10 begin  dup 28 < while                               ( offset )
      dup config@                                         ( offset value )
      dup 1 and 0=  over -10 and 0<>  and if  drop true exit  then
      7 and 4 = if  4 +  then  4 +
   repeat
   drop false
;

\ As window.fth has it: an offset, or the address itself.
: in-registers ( -- phys.lo phys.mid phys.hi )
   0 0  place 2000000 or registers-bar or
;
: at-registers ( -- phys.lo phys.mid phys.hi )
   registers-bar config@ -10 and  0  in-registers nip nip  80000000 or
;
: map-registers-by ( offset? -- )
   if  in-registers  else  at-registers  then
   registers-size " map-in" $call-parent to registers
;

: find-registers ( -- )
   registers if  exit  then
   memory-bar 0= if  abort  then  to registers-bar
   registers-bar ffffffff mask-of -10 and negate to registers-size
   " map-in" parent-has? 0= if  registers-bar config@ -10 and to registers exit  then
   " add-range" parent-has? 0=  dup ['] map-registers-by catch if
      drop 0= map-registers-by
   else  drop  then
;

: bus-master ( on? -- )
   command@ 6 or  swap 0= if  4 invert and  then  command!
;

: address! ( addr -- )
   6 encode-bytes  2dup " mac-address" property  " local-mac-address" property
;

\ Both families have the address in registers as soon as they have power, in the order of the wire.
\ The drivers look into the EEPROM when they start the card, and have the last word.
: read-address ( -- )
   find-registers
   command@ >r  r@ 2 or command!
   registers  0 config@ ffff and 8086 = if  5400 +  then
   dup l@ swap 4 + l@                                     ( first-four last-two )
   r> command!
   over 0<>  2 pick 1000000 and 0=  and if
      swap encode-int rot encode-int encode+ drop address!
   else  2drop  then
;
: make-address ( -- )  ['] read-address catch drop  ;

\ --- The request ----------------------------------------------------------------------------------

: request! ( value offset -- )  request + l!  ;
: request@ ( offset -- value )  request + l@  ;

\ Of the first processor that tells it.
: clock-frequency ( -- hertz )
   " /cpus" find-package 0= if  0 exit  then
   child begin  dup while
      " timebase-frequency" 2 pick get-package-property 0= if
         decode-int nip nip nip exit
      then
      peer
   repeat
;

: copy-configuration ( -- )
   100 0 do  i config@ lbflip  configuration i + l!  4 +loop
;

: dma-address ( -- bus-address )
   " dma-map-in" parent-has? if
      dma dma-size true " dma-map-in" $call-parent
   else
      dma image - image-physical +
   then
;

: fill-request ( -- )
   1 0 request!
   clock-frequency 14 request!
   private 18 request!  private-size 1c request!
   dma 20 request!  dma-address 24 request!  dma-size 28 request!
   copy-configuration  configuration 2c request!
   registers-bar 10 - 2 rshift 30 request!
   registers 34 request!  registers-size 38 request!
;

: result ( -- n )  8 request@  ;

: message ( -- str len )
   request 44 +  0 begin  2dup + c@ while  1+  repeat
;

\ --- Start and stop -------------------------------------------------------------------------------

0 value opens
false value started?
false value failed?                  \ since the first open: it is tried once

: call-stop ( -- )
   2 0 request!  call-loader
   " dma-map-out" parent-has? if
      dma 24 request@ dma-size " dma-map-out" $call-parent
   then
   false bus-master
;

: start-card ( -- )
   prepare
   find-registers  true bus-master
   0 4 request!  fill-request
   ." Sawboot: starting the network card"
   call-loader  release-working
   4 request@ ?dup 0= if
      ." : its ROM is damaged" cr  false to ready?  abort
   then
   9c saved!                         \ from now on
   result 0< if  ." : " message type cr  false bus-master  abort  then
   result if  ." : no link"  then  cr
   request 3c + address!
   true to started?
;

: running? ( -- flag )
   opens 0<>  started? 0= and  failed? 0= and if
      ['] start-card catch if
         ." Sawboot: the network card cannot be used" cr  true to failed?
      then
   then
   started?
;

: transfer ( addr len operation -- actual )
   running? 0= if  3drop -1 exit  then
   0 request!  10 request!  c request!
   call-loader  result
;

\ For `open` and `close`: several may have the card open.
: opened ( -- )  opens 1+ to opens  ;
: closed ( -- )
   opens 1- 0 max to opens
   opens if  exit  then
   false to failed?
   started? if  false to started?  call-stop  then
;

external

: read ( addr len -- actual | -2 )  3 transfer  ;
: write ( addr len -- actual )  4 transfer  ;

headerless
