\ SPDX-License-Identifier: BSD-2-Clause
\ An mkext in the ROM, a driver of Mac OS X for this card, becomes the property that the kernel
\ takes drivers from. Where there is no memory for it the kernel's PCI family is told the place in the ROM.

headerless

\ Firmware's heap is small (OpenBIOS: 256 KB in all), so large archives get memory of their own: the
\ same virtual as physical address, as firmware itself has it for what it loads.
: chosen-instance ( name-str name-len -- ihandle )
   " /chosen" find-package 0= if  abort  then
   get-package-property if  abort  then
   decode-int nip nip
;
: claim-pages ( length -- address )
   fff + -1000 and >r
   r@ 1000 " claim" " memory" chosen-instance $call-method          ( address )
   dup r@ 0 " claim" " mmu" chosen-instance $call-method drop
   dup dup r> -1 " map" " mmu" chosen-instance $call-method
;

10000 constant largest-from-heap

\ Where physical addresses have two cells, as on a G5, the heap has to do.
: narrow? ( -- flag )
   " #address-cells" 0 peer get-package-property if  false  else  decode-int nip nip 1 =  then
;

: memory-for ( length -- address true | false )
   dup largest-from-heap u> narrow? and if  ['] claim-pages  else  ['] alloc-mem  then
   catch if  drop false  else  true  then
;

: make-driver ( -- )
   0 0 mkext-type find-payload 0= if  exit  then          ( offset length )
   dup memory-for if                                      ( offset length address )
      2 pick over 3 pick copy-rom                         ( offset length address )
      swap rot drop  " driver,AAPL,MacOSX,PowerPC"
   else                                                   ( offset length )
      swap encode-int rot encode-int encode+  " driver-reg,AAPL,MacOSX,PowerPC"
   then
   property
;
