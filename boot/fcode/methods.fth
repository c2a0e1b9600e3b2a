\ SPDX-License-Identifier: BSD-2-Clause
\ What firmware calls. The work is done by the program that `load` takes out of the ROM: it drives
\ the card and boots over it.

headerless

\ Nothing was loaded. What an earlier load has left there must not be started; and OpenBIOS, when it
\ boots by itself, does not survive an exception here.
: nothing ( address -- length )  0 swap l!  0  ;

external

: open ( -- okay? )  open-rom dup if  close-rom opened  then  ;

: close ( -- )  closed  ;

: load ( address -- length )
   open-rom 0= if  nothing exit  then
   " sawboot-ppc"(00)" program-type find-payload 0= if
      close-rom
      ." Sawboot: no loader for this computer is in the card's ROM" cr
      nothing exit
   then                                                   ( address offset length )
   rot over >r swap copy-rom
   close-rom  r>
;
