#!/usr/bin/env bash
# Makes a C++ header of the page's parts:
#   template.sh MARKUP STYLE SCRIPT... > template.h
set -eu

constant() {
  name=$1
  shift
  printf 'inline constexpr char %s[] = R"PAGE(' "$name"
  cat "$@"
  printf ')PAGE";\n'
}

printf '// Made by tools/pages/template.sh.\n#pragma once\nnamespace t2n {\n'
constant kPageMarkup "$1"
constant kPageStyle "$2"
shift 2
constant kPageScript "$@"
printf '}  // namespace t2n\n'
