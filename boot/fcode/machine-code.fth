\ SPDX-License-Identifier: BSD-2-Clause
\ Whether, and how, this Forth can call machine code. Nothing is tried out: memory that is there
\ anyway is read.

headerless

: word? ( name-str name-len -- xt true | false )
   $find dup 0= if  nip nip  then
;

\ OpenBIOS: `call` ( addr -- ) calls a C function. Elsewhere a word of that name may be anything;
\ none but OpenBIOS has is-cfunc as well.
: c-call ( -- xt | 0 )
   " is-cfunc" word? 0= if  0 exit  then  drop
   " call" word? 0= if  0  then
;

\ Apple's Forth compiles to machine code that is called with the link register: the token of a word
\ is its address. That of `cell+` is addi r20,r20,4; blr.
: native? ( -- flag )
   ['] na1+  dup 3 and if  drop false exit  then
   false swap  10 bounds do  i l@ 4e800020 = or  4 +loop
;

\ The word ( addr -- ) that calls machine code; 0 if there is none.
: caller ( -- xt | 0 )
   c-call ?dup 0= if  native? if  ['] execute  else  0  then  then
;
