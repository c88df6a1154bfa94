#!/usr/bin/env bash
# Installs the command, the C library, and what helps to use them:
#   bazel run //packaging:install -- --prefix DIR [--libdir lib/x86_64-linux-gnu] [--destdir DIR]
# --destdir: what is put before DIR on this machine alone, for packages. What is installed finds its
# own parts wherever DIR is moved to.
set -euo pipefail
prefix= libdir=lib destdir= given=()
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=$2; shift 2 ;;
    --libdir) libdir=$2; shift 2 ;;
    --destdir) destdir=$2; shift 2 ;;
    -*) echo "install: unknown flag $1" >&2; exit 2 ;;
    *) given+=("$1"); shift ;;
  esac
done
[ -n "$prefix" ] || { echo "install: --prefix DIR is missing" >&2; exit 2; }
# Under `bazel run` paths are relative to where the caller stands.
case $destdir$prefix in /*) ;; *) prefix=${BUILD_WORKING_DIRECTORY:-$PWD}/$prefix ;; esac

file() {
  local path
  for path in "${given[@]}"; do
    [ "${path##*/}" != "$1" ] || { echo "$path"; return; }
  done
  echo "install: $1 was not built" >&2
  exit 1
}
root=$destdir$prefix
put() { install -D -m "$1" "$2" "$root/$3"; }
filled() {
  sed -e "s|@LIBDIR@|$libdir|; s|@VERSION@|$version|; s|@UP@|$2|; s|@UPS@|$3|" "$1"
}
# As many steps up as the folder has names.
steps_up() { sed 's|[^/][^/]*|..|g' <<<"$1"; }

program=$(file pt2nnef)
version=$("$program" --version)
version=${version#* }
put 755 "$program" bin/pt2nnef
put 755 "$(file libpt2nnef.so.1)" "$libdir/libpt2nnef.so.1"
ln -sf libpt2nnef.so.1 "$root/$libdir/libpt2nnef.so"
put 644 "$(file c_api.h)" include/pt2nnef/c_api.h

put 644 "$(file LICENSE-APACHE)" share/doc/pt2nnef/LICENSE-APACHE
put 644 "$(file LICENSE-MIT)" share/doc/pt2nnef/LICENSE-MIT

install -d "$root/$libdir/pkgconfig" "$root/$libdir/cmake/pt2nnef" "$root/share/man/man1" \
  "$root/share/bash-completion/completions" "$root/share/zsh/vendor-completions" \
  "$root/share/fish/vendor_completions.d"
up=$(steps_up "$libdir/pkgconfig")
filled "$(file pt2nnef.pc.in)" "$up" "" >"$root/$libdir/pkgconfig/pt2nnef.pc"
ups=$(steps_up "$libdir/cmake/pt2nnef")
filled "$(file pt2nnefConfig.cmake)" "" "${ups//\// }" >"$root/$libdir/cmake/pt2nnef/pt2nnefConfig.cmake"
cat >"$root/$libdir/cmake/pt2nnef/pt2nnefConfigVersion.cmake" <<EOF
set(PACKAGE_VERSION "$version")
if(PACKAGE_FIND_VERSION VERSION_LESS_EQUAL PACKAGE_VERSION AND
   PACKAGE_FIND_VERSION_MAJOR STREQUAL "${version%%.*}" OR NOT PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
EOF
"$program" help man >"$root/share/man/man1/pt2nnef.1"
"$program" completion bash >"$root/share/bash-completion/completions/pt2nnef"
"$program" completion zsh >"$root/share/zsh/vendor-completions/_pt2nnef"
"$program" completion fish >"$root/share/fish/vendor_completions.d/pt2nnef.fish"
