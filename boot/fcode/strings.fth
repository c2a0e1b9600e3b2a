\ SPDX-License-Identifier: BSD-2-Clause
\ Lists of strings, as in the property `compatible`.

headerless

: same? ( str len str len -- flag )
   rot over <> if  3drop false  else  comp 0=  then
;

: listed? ( str len prop-adr prop-len -- flag )
   begin  dup  while
      decode-string  5 pick 5 pick same? if  2drop 2drop true exit  then
   repeat
   2drop 2drop false
;

\ Appends a string, unless it is there.
: add-name ( prop-adr prop-len str len -- prop-adr' prop-len' )
   2over 2over 2swap listed? if  2drop exit  then
   encode-string encode+
;
