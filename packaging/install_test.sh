#!/usr/bin/env bash
# Installs, moves what was installed, and uses it as C, pkg-config and CMake do:
# install_test.sh INSTALL MODEL.pt FILES...
set -euo pipefail
install=$PWD/$1 model=$PWD/$2
shift 2
work=${TEST_TMPDIR:-$(mktemp -d)}
expect() { grep -qF -- "$1" "$2" || { echo "no '$1' in $2:" >&2; head -c 2000 "$2" >&2; exit 1; }; }

"$install" "$@" --prefix "$work/first"
"$install" "$@" --prefix /usr --libdir lib/somewhere --destdir "$work/package"
[ -f "$work/package/usr/lib/somewhere/libpt2nnef.so.1" ]
prefix=$work/moved
mv "$work/first" "$prefix"

# The library shows its interface, by version, and nothing else.
symbols=$(nm -D --defined-only "$prefix/lib/libpt2nnef.so.1" | awk '{print $3}')
wanted=$(grep -oE 'pt2nnef_[a-z_]+\(' "$prefix/include/pt2nnef/c_api.h" | tr -d '(' | sort -u)
diff <(sed 's/@@.*//' <<<"$symbols" | grep -v '^PT2NNEF_1$' | sort) <(echo "$wanted")
readelf -d "$prefix/lib/libpt2nnef.so.1" >"$work/dynamic"
expect 'Library soname: [libpt2nnef.so.1]' "$work/dynamic"

# C by pkg-config.
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
[ "$(pkg-config --modversion pt2nnef)" = "$("$prefix/bin/pt2nnef" --version | cut -d' ' -f2)" ]
read -ra flags <<<"$(pkg-config --cflags --libs pt2nnef)"
cc -Wall -Wextra -Werror examples/c/convert.c -o "$work/convert" "${flags[@]}"
"$work/convert" "$model" "$work/c.nnef.tar" >"$work/report.json"
expect '"operations"' "$work/report.json"
"$prefix/bin/pt2nnef" -q "$model" "$work/command.nnef.tar"
cmp "$work/c.nnef.tar" "$work/command.nnef.tar"
echo nonsense >"$work/broken.pt"
if "$work/convert" "$work/broken.pt" "$work/no.tar" 2>"$work/causes"; then exit 1; fi
expect broken.pt "$work/causes"
[ ! -e "$work/no.tar" ]

# CMake.
unset LD_LIBRARY_PATH
cp -rL examples "$work/examples"
cmake -S "$work/examples/cmake" -B "$work/build" -DMODEL="$model" -DCMAKE_PREFIX_PATH="$prefix" \
  >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
cmake --build "$work/build" >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
expect '-> (scores)' "$work/build/folder/graph.nnef"
tar -xzOf "$work/build/packed.nnef.tgz" graph.nnef >"$work/graph"
expect '-> (output)' "$work/graph"
"$work/build/convert" "$model" "$work/cmake.nnef.tar" >/dev/null
cmp "$work/cmake.nnef.tar" "$work/command.nnef.tar"

expect '.TH' "$prefix/share/man/man1/pt2nnef.1"
bash -n "$prefix/share/bash-completion/completions/pt2nnef"
