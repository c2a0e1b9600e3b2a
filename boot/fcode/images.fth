\ SPDX-License-Identifier: BSD-2-Clause
\ The images in the ROM, and the payloads in them. The layout is told in docs/roms.md. Every
\ field is checked against the ROM's size before it is used. Needs an open ROM.

headerless

\ True if LENGTH bytes from OFFSET on are among the first LIMIT.
: within-limit? ( offset length limit -- flag )
   rot 2dup u< if  3drop false exit  then                 ( length limit offset )
   - u<=
;

\ The PCI data structure of the image at OFFSET.
: pcir ( offset -- pcir-offset true | false )
   dup 1a rom-size within-limit? 0= if  drop false exit  then
   dup half@ aa55 <> if  drop false exit  then
   dup 18 + half@ +                                       ( pcir-offset )
   dup 18 rom-size within-limit? 0= if  drop false exit  then
   dup word@ 52494350 = dup 0= if  nip  then
;

: image-length ( offset pcir-offset -- length true | false )
   10 + half@ 9 lshift                                    ( offset length )
   tuck dup if  rom-size within-limit?  else  nip  then   ( length flag )
   dup 0= if  nip  then
;

\ A payload of Sawboot's layout whose content is inside its image.
: payload? ( offset length pcir-offset -- flag )
   14 + byte@ ff <> if  2drop false exit  then
   dup 6c u< if  2drop false exit  then                   ( offset length )
   over 38 + word@ 4c504253 <> if  2drop false exit  then \ SBPL
   over 3c + byte@ 1 <> if  2drop false exit  then
   >r  dup 3e + half@  swap 44 + word@  r> within-limit?
;

: text-at? ( text-str text-len offset -- flag )
   swap 0 ?do                                             ( str offset )
      over i + c@  over i + byte@ <> if  2drop false unloop exit  then
   loop
   2drop true
;

\ The types of payloads, as the four characters read as a number.
474f5250 constant program-type       \ PROG
54584b4d constant mkext-type         \ MKXT

\ The first payload of this type whose name begins like that.
: find-payload ( name-str name-len type -- content-offset length true | false )
   0 begin                                                ( str len type offset )
      dup pcir 0= if  2drop 2drop false exit  then        ( str len type offset pcir )
      2dup image-length 0= if  3drop 2drop false exit  then
      ( str len type offset pcir length )
      2 pick over 3 pick payload? if
         2 pick 40 + word@ 4 pick =
         6 pick 6 pick 5 pick 4c + text-at? and if        ( str len type offset pcir length )
            2drop >r 3drop r>                             ( offset )
            dup 3e + half@ over +  swap 44 + word@  true exit
         then
      then
      swap 15 + byte@ 80 and if  3drop 2drop false exit  then
      +
   again
;

\ By words as long as that can be: ROMs are slow, and so are loops in firmware. Copying keeps the order of
\ bytes. Payloads of mkrom begin at multiples of 16.
: copy-words ( source address length -- )
   0 ?do  over i + l@  over i + l!  4 +loop  2drop
;
: copy-bytes ( source address length -- )
   0 ?do  over i + c@  over i + c!  loop  2drop
;
\ How many of the bytes can go by words.
: by-words ( source address length -- source address length n )
   2 pick 2 pick or 3 and if  0  else  dup -4 and  then
;
: copy-rom ( offset address length -- )
   rot rom + -rot  by-words >r                            ( source address length  r: n )
   2 pick 2 pick r@ copy-words
   r@ -  swap r@ + swap  rot r> + -rot  copy-bytes
;
