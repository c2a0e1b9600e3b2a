\ SPDX-License-Identifier: BSD-2-Clause
\ What the node is: a network device with a name of its own. The names that drivers look for are in
\ `compatible`: firmware's, those that the PCI binding makes of the card's numbers (section 2.5), and
\ the name that the node had.

headerless

: lacks? ( name-str name-len -- flag )
   get-my-property if  true  else  2drop false  then
;

\ "pciVVVV,DDDD", in the buffer that numbers are formatted in.
: pci-name ( vendor device -- str len )
   base @ >r  hex
   <# u#s drop  ascii , hold  u#s  ascii i hold  ascii c hold  ascii p hold  u#>
   r> base !
;
: card-name ( -- str len )  0 config@ lwsplit pci-name  ;

: make-compatible ( -- )
   " compatible" get-my-property if  0 0  then  encode-bytes
   2c config@ ?dup if  lwsplit pci-name add-name  then
   card-name add-name
   " name" get-my-property 0= if  decode-string 2swap 2drop add-name  then
   " pciclass,020000" add-name
   " compatible" property
;

: make-identity ( -- )
   make-compatible
   " sawboot" device-name
   " network" device-type
   " model" lacks? if  card-name model  then
   " ethernet" encode-string " network-type" property
   " network" encode-string " removable" property
   " net" encode-string " category" property
   d# 48 encode-int " address-bits" property
   d# 1518 encode-int " max-frame-size" property
;
