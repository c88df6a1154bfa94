#!/usr/bin/env bash
# How the command is built: hardened_test.sh PT2NNEF
# Position independent, tables of the linker read-only from the start, no stack that runs, indices and
# sizes asked (the C++ library's assertions, FORTIFY_SOURCE, stack protector).
set -euo pipefail
expect() { grep -qE -- "$2" <<<"$1" || { echo "no '$2' in: $1" >&2; exit 1; }; }
expect "$(readelf -hW "$1")" 'Type: +DYN'
expect "$(readelf -dW "$1")" 'NOW PIE'
segments=$(readelf -lW "$1")
expect "$segments" GNU_RELRO
expect "$segments" 'GNU_STACK.* RW '
names=$(readelf --dyn-syms -W "$1")
expect "$names" __stack_chk_fail
expect "$names" __memcpy_chk
# libc++ has others.
! grep -qaF 'basic_string::_M_create' "$1" || grep -qaF '__n < this->size()' "$1" || { echo "no assertions of the C++ library" >&2; exit 1; }
