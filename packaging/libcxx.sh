#!/usr/bin/env bash
# Builds and tests with clang and libc++ (Debian packages clang, libc++-dev, libc++abi-dev, dpkg-dev,
# cmake, unicode-data):
#   packaging/libcxx.sh [bazel arguments, as: test //t2n/...]
# What Debian builds with gcc's C++ library has other types; it is built from Debian's sources first,
# once, into LIBCXX (a folder). BAZEL_FLAGS: of the builds, such as --disk_cache=DIR.
set -euo pipefail
repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
prefix=${LIBCXX:-/var/tmp/pt2nnef-libcxx}
jobs=$(nproc)

# built NAME SOURCES FLAGS...: with cmake, into the prefix.
built() {
  local name=$1 sources=$2
  shift 2
  [ ! -e "$prefix/made/$name" ] || return 0
  cmake -S "$sources" -B "$prefix/objects/$name" -DCMAKE_INSTALL_PREFIX="$prefix" \
    -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_STANDARD=17 \
    -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS=-stdlib=libc++ \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF "$@" >&2
  cmake --build "$prefix/objects/$name" -j "$jobs" >&2
  cmake --install "$prefix/objects/$name" >&2
  touch "$prefix/made/$name"
}

# sources PACKAGE: the folder with its sources, as Debian patches them.
sources() {
  local folder=$prefix/sources/$1
  if [ ! -e "$folder/.got" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && apt-get "${lists[@]}" source -qq "$1" >&2)
    touch "$folder/.got"
  fi
  find "$folder" -mindepth 1 -maxdepth 1 -type d
}

# Lists of sources of its own: the machine's may name none.
mkdir -p "$prefix"/{made,objects,lists/partial}
sed 's/^deb /deb-src /; s/^Types: .*/Types: deb-src/' /etc/apt/sources.list.d/*.sources \
  >"$prefix/sources.sources" 2>/dev/null || true
[ ! -s /etc/apt/sources.list ] || sed 's/^deb /deb-src /' /etc/apt/sources.list >"$prefix/sources.list"
mkdir -p "$prefix/parts"
cp "$prefix"/sources.sources "$prefix/parts/" 2>/dev/null || true
lists=(-o "Dir::State::Lists=$prefix/lists" -o "Dir::Etc::SourceParts=$prefix/parts"
  -o "Dir::Etc::SourceList=$prefix/sources.list" -o APT::Sandbox::User=root)
[ -e "$prefix/made/lists" ] || { apt-get "${lists[@]}" update -qq && touch "$prefix/made/lists"; }

abseil=$(sources abseil) re2=$(sources re2) protobuf=$(sources protobuf) simdjson=$(sources simdjson)
built abseil "$abseil" -DABSL_PROPAGATE_CXX_STD=ON -DBUILD_TESTING=OFF
# Debian's re2 comes without its tables.
make -s -C "$re2" REBUILD_TABLES=1 re2/{perl_groups,unicode_casefold,unicode_groups}.cc >&2
built re2 "$re2" -DRE2_BUILD_TESTING=OFF
built googletest /usr/src/googletest
built simdjson "$simdjson" -DSIMDJSON_DEVELOPER_MODE=OFF
built protobuf "$protobuf" -Dprotobuf_BUILD_TESTS=OFF -Dprotobuf_BUILD_PROTOC_BINARIES=OFF

# Libraries of C are taken as they are.
for library in "/usr/lib/$(gcc -dumpmachine)"/lib{archive,deflate,md,seccomp}.a; do
  ln -sfn "$library" "$prefix/lib/"
done
ln -sfn /usr/include/eigen3 "$prefix/include/eigen3"
headers=CPLUS_INCLUDE_PATH=$prefix/include
bazel=(bazel "--output_base=$prefix/bazel")
flags=(--config=libcxx "--repo_env=PT2NNEF_PREFIX=$prefix" "--repo_env=$headers"
  "--action_env=$headers" --symlink_prefix=/)
command=${1:-test}
[ $# = 0 ] || shift
# The packages and their libraries are of gcc's library.
[ $# -gt 0 ] || set -- //t2n/... //parsers/... //emit/... //proto/... //testdata/... //tools/...
cd "$repository"
status=0
"${bazel[@]}" "$command" "${flags[@]}" ${BAZEL_FLAGS:-} "$@" || status=$?
"${bazel[@]}" shutdown
exit "$status"
